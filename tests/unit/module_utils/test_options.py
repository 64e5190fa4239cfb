# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all sources share, and what all deliveries check of theirs.

I numbers are those of the fault catalogue.
"""

from __future__ import annotations

import json
import os
import tempfile

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils import _options as options
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery as git_delivery
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    delivery as maven_delivery,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    NexusProxyCredential,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    cli_link as nuxeo_cli_link,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    registration as nuxeo_registration,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked, identity
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

TYPES = sources.types()


class Sample(Provider):
    TYPE = 'sample'
    PREFIX = 'sample'
    ARGUMENTS = {
        'url': {'type': 'str', 'required': True},
        'username': {'type': 'str'},
        'secret': {'type': 'str', 'no_log': True},
        'max_age': {'type': 'int'},
        'min_remaining': {'type': 'int', 'default': 0},
        'retries': None,
    }


GOOD = {'url': 'https://nexus.example.com/', 'username': 'ci', 'secret': 'hidden-word'}


def resolved(**changes):
    """The options as the module and the controller see them: through the argument spec, then
    checked.
    """
    result = ArgumentSpecValidator(options.arguments(Sample)).validate(
        {name: value for name, value in dict(GOOD, **changes).items() if value is not None}
    )
    if result.error_messages:
        raise BadInput('; '.join(result.error_messages))
    return checked(Sample, result.validated_parameters)


def refused(**changes):
    with pytest.raises(BadInput) as caught:
        resolved(**changes)
    assert 'hidden-word' not in str(caught.value)
    return str(caught.value)


def test_what_is_right_passes():
    found = resolved()
    assert found['url'] == 'https://nexus.example.com'
    assert (
        found['timeout'],
        found['validate_certs'],
        found['regenerate'],
        found['cache'],
        found['min_remaining'],
    ) == (30, True, 'if_expired', 'run', 0)
    assert 'retries' not in found


@pytest.mark.parametrize(
    'value',
    ['', '  ', '$ANSIBLE_VAULT;1.1;AES256', 'hidden-word\n', 'CENSORED'],
)
def test_I1_I2_I3_I4_secrets(value):
    assert refused(secret=value).startswith('secret ')


@pytest.mark.parametrize(
    ('value', 'sentence'),
    [
        ('ftp://nexus.example.com', 'url must be an address like'),
        ('nexus.example.com', 'url must be an address like'),
        ('file:///x', 'url must be'),
        (
            'https://u:hidden-word@nexus.example.com',
            'url must not contain a user name or password. Use the options for them.',
        ),
        ('http://nexus.example.com', 'url uses http'),
        ('https://nexus.example.com:65536', 'url is not an address'),
        ('', 'url is empty'),
    ],
)
def test_I7_I8_I13_addresses(value, sentence):
    assert refused(url=value).startswith(sentence)


def test_I7_http_where_it_was_allowed():
    assert (
        resolved(url='http://nexus.example.com', allow_http=True)['url']
        == 'http://nexus.example.com'
    )


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'timeout': 0}, 'timeout must be between 1 and 600.'),
        ({'timeout': -1}, 'timeout must be between'),
        ({'timeout': 601}, 'timeout must be between'),
        ({'timeout': 'abc'}, 'timeout'),
        ({'timeout': '1.5'}, 'timeout'),
        ({'min_remaining': -1}, 'min_remaining must be between 0 and'),
        ({'cache_timeout': 0}, 'cache_timeout must be between 1 and 3600.'),
        ({'max_age': 0}, 'max_age must be between 1 and'),
        ({'max_age': -5}, 'max_age must be'),
    ],
)
def test_I9_numbers(changes, sentence):
    assert sentence in refused(**changes)


DELIVERIES = {
    'git': (
        git_delivery,
        {'url': 'https://git.example', 'username': 'ci', 'password': 'hidden-word'},
        lambda options: git_delivery.deliver(options, True, False, None),
    ),
    'maven': (
        maven_delivery,
        {'id': 'x', 'username': 'ci', 'password': 'hidden-word'},
        lambda options: maven_delivery.deliver(options, True, False, None),
    ),
    'registration': (
        nuxeo_registration,
        {'project': 'x', 'username': 'ci', 'password': 'hidden-word'},
        nuxeo_registration.checked,
    ),
    'cli': (
        nuxeo_cli_link,
        {'path': tempfile.gettempdir(), 'project': 'x', 'cli_token': 'hidden-word'},
        lambda options: nuxeo_cli_link.deliver(options, True, False, None),
    ),
}


def delivered(name, tmp_path, **changes):
    """Return what a module makes of its options, by its argument spec and in check mode."""
    module, good, deliver = DELIVERIES[name]
    given = {option: value for option, value in dict(good, **changes).items() if value is not None}
    for option in ('path', 'config_path'):
        if option in module.ARGUMENTS and option not in given:
            given[option] = str(tmp_path / 'file')
    result = ArgumentSpecValidator(module.ARGUMENTS, **module.CONSTRAINTS).validate(given)
    if result.error_messages:
        raise BadInput('; '.join(result.error_messages))
    return deliver(result.validated_parameters)


@pytest.mark.parametrize('value', [42798, 0, True, 1.5, ['hidden-word'], {'hidden-word': 1}])
@pytest.mark.parametrize(
    ('name', 'option', 'more'),
    [
        ('git', 'password', {}),
        ('git', 'access_token', {'password': None}),
        ('maven', 'password', {}),
        ('maven', 'access_token', {'password': None}),
        ('maven', 'passphrase', {'private_key': '/key'}),
        ('registration', 'password', {}),
        ('cli', 'cli_token', {}),
        ('nexus', 'password', {'username': 'ci'}),
        ('nexus', 'access_token', {}),
    ],
)
def test_I1_a_secret_that_yaml_takes_for_something_else_is_delivered_nowhere(
    tmp_path, name, option, more, value
):
    """0123456 without quotes is the number 42798, and yes is True, and not what was typed."""
    assert name == 'nexus' or delivered(name, tmp_path)
    with pytest.raises(BadInput, match=option + ' must be a string, but it is of type') as caught:
        if name == 'nexus':
            entry = {'name': 'studio', option: value, **more}
            sources.resolve(
                NexusProxyCredential,
                {
                    'url': GOOD['url'],
                    'username': 'ci',
                    'password': 'hidden-word',
                    'repositories': [entry],
                },
                {},
            )
        elif name in ('git', 'maven') and more == {}:
            listed, key = {'git': ('entries', 'url'), 'maven': ('servers', 'id')}[name]
            entry = dict(DELIVERIES[name][1], **{option: value})
            delivered(name, tmp_path, **dict.fromkeys(entry), **{listed: [entry]})
        else:
            delivered(name, tmp_path, **{option: value}, **more)
    assert 'hidden-word' not in str(caught.value)


@pytest.mark.parametrize(
    ('name', 'option', 'values'),
    [
        ('git', 'lock_timeout', [-1, 3601, float('nan'), float('inf'), 'inf']),
        ('git', 'verify_timeout', [-3, 0, 601]),
        ('maven', 'verify_timeout', [-3, 0, 99999999999]),
        ('registration', 'timeout', [-1, 0, 10**9]),
        ('registration', 'min_remaining', [-1, 10**12]),
    ],
)
def test_I9_times_of_deliveries(tmp_path, name, option, values):
    for value in values:
        with pytest.raises(BadInput, match='^%s must be between [01] and ' % option):
            delivered(name, tmp_path, **{option: value})
    delivered(name, tmp_path, **{option: 30})


def test_I9_every_number_has_limits():
    """Ones that nobody thought of wait without a limit, or end in an error of Python."""
    for module, _good, _deliver in DELIVERIES.values():
        limits = getattr(module, 'LIMITS', options.LIMITS)
        numbers = {
            name: entry
            for name, entry in module.ARGUMENTS.items()
            if entry['type'] in ('int', 'float')
        }
        assert set(numbers) <= set(limits) and all(
            limits[name][0] <= entry['default'] <= limits[name][1]
            for name, entry in numbers.items()
        )
    assert {
        name
        for kind in TYPES
        for name, entry in options.arguments(sources.provider_class(kind)).items()
        if entry['type'] in ('int', 'float')
    } <= set(options.LIMITS)


@pytest.mark.parametrize('value', [-1, 11, 10**6])
def test_I9_retries(value):
    with pytest.raises(BadInput, match='^retries must be between 0 and 10.$'):
        checked(Provider, {'retries': value})


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'client_key': '/key.pem'}, 'client_key needs client_cert.'),
        ({'cache_path': '/cache'}, 'cache_path is used with cache set to file only.'),
        ({'regenerate': 'sometimes'}, 'value of regenerate must be one of'),
        ({'cache': 'memory'}, 'value of cache must be one of'),
        ({'username': 'a\nb'}, 'username contains a control character (U+000A).'),
        ({'ca_path': '/a\x00b'}, 'ca_path contains a control character (U+0000).'),
        ({'validate_certs': 'perhaps'}, 'validate_certs'),
    ],
)
def test_I10_I15_combinations_and_choices(changes, sentence):
    assert sentence in refused(**changes)


def test_I11_paths_are_expanded(monkeypatch):
    monkeypatch.setenv('HOME', '/home/somebody')
    monkeypatch.setenv('CERTIFICATES', '/etc/certificates')
    assert resolved(ca_path='~/ca.pem')['ca_path'] == '/home/somebody/ca.pem'
    assert resolved(ca_path='$CERTIFICATES/ca.pem')['ca_path'] == '/etc/certificates/ca.pem'
    assert (
        resolved(ca_path='ca.pem')['ca_path'] == 'ca.pem'
    )  # as with other programs, from where one is


@pytest.mark.parametrize(
    ('proxy', 'sentence'),
    [
        ('socks5://proxy.example', 'proxy must be an address like'),
        ('proxy.example:3128', 'proxy must be'),
        ('', 'proxy is empty'),
        ('http://u:hidden-word@', 'proxy must be'),
        ('u:hidden-word@proxy.example', 'proxy must be'),
        ('http://u:hidden-word@proxy.example:99999', 'proxy is not'),
        ('http://proxy.example/?x', 'proxy must not contain a query'),
    ],
)
def test_H27_proxies_that_are_refused(proxy, sentence):
    assert refused(proxy=proxy).startswith(sentence)


@pytest.mark.parametrize(
    'proxy',
    ['http://proxy.example:3128', 'https://proxy.example', 'http://user:pa@ss@proxy.example:3128'],
)
def test_H27_proxies_that_are_taken(proxy):
    assert resolved(proxy=proxy)['proxy'] == proxy


def test_H27_the_password_of_a_proxy_is_registered(monkeypatch):
    reported = []
    monkeypatch.setattr(options, 'register', lambda *secrets: reported.extend(secrets))
    resolved(proxy='http://user:pa%2Fss-word@proxy.example:3128', secret=None)
    assert reported == ['pa%2Fss-word', 'pa/ss-word']


@given(st.text(max_size=40))
def test_H27_no_proxy_is_a_crash_or_shows_its_password(text):
    for proxy in (text, 'http://' + text, 'http://user:hidden-word@' + text):
        try:
            checked(Sample, {'proxy': proxy})
        except BadInput as problem:
            assert 'hidden-word' not in str(problem)


def test_C_identity_is_what_makes_two_tokens_different():
    one = identity(Sample, resolved())
    assert json.loads(json.dumps(one)) == one
    for changes in (
        {'timeout': 5},
        {'regenerate': 'never'},
        {'cache': 'none'},
        {'min_remaining': 7},
        {'max_age': 9},
        {'cache_timeout': 7},
    ):
        assert identity(Sample, resolved(**changes)) == one
    for changes in (
        {'url': 'https://other.example.com'},
        {'username': 'other'},
        {'secret': 'other-secret'},
        {'ca_path': '/other'},
        {'validate_certs': False},
    ):
        assert identity(Sample, resolved(**changes)) != one
    assert identity(Sample, resolved(url='HTTPS://Nexus.example.com:443')) == one


@pytest.mark.parametrize('option', ['ca_path', 'client_cert', 'client_key'])
def test_C7_C8_a_file_counts_by_what_is_in_it_wherever_it_is(option, tmp_path):
    def of(name, content=None, **more):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return identity(Sample, {option: str(tmp_path / name), **more})

    one = of('one', b'certificate')
    assert of('two', b'certificate') == one and json.loads(json.dumps(one)) == one
    assert 'certificate' not in str(one)
    assert of('three', b'another') != one
    assert of('one', b'changed') != one
    assert of('missing') != of('gone') and of('missing') != of('missing', b'')
    os.mkfifo(tmp_path / 'pipe')
    assert of('pipe') == {option: str(tmp_path / 'pipe')} and of('') != of(
        'pipe'
    )  # a folder of certificates, too


@pytest.mark.parametrize('name', TYPES)
def test_every_type_fits_the_shared_options(name):
    provider = sources.provider_class(name)
    spec = options.module_arguments(provider)
    assert all(entry is not None for entry in spec.values())
    for option, entry in spec.items():
        secret = any(
            word in option
            for word in ('password', 'secret', 'token', 'passphrase', 'assertion', 'code')
        )
        assert not secret or entry['type'] == 'bool' or 'no_log' in entry, (
            '%s says nothing about no_log' % option
        )
    for option in options.LIMITS:
        default = spec.get(option, {}).get('default')
        if default is not None:
            assert options.LIMITS[option][0] <= default <= options.LIMITS[option][1]
    info = options.info_arguments(provider)
    assert not set(info) & (set(options.POLICY) | {'state', 'max_age'})
    assert set(info) <= set(spec)
