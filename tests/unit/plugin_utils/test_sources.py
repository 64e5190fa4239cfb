# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person wrote, from all places, becomes a source that is checked; mistakes are named,
secrets are not.
"""

from __future__ import annotations

import pytest
from ansible import constants as C
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

try:
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(text):
        return text


GOOD = {'url': 'https://nexus.example.com', 'username': 'alice', 'password': 'cAn4ry'}


def named(entry, variables=None, name='company'):
    variables = {
        'token_sources': {'company': entry, 'studio': {'type': 'nuxeo_online_token'}},
        **(variables or {}),
    }
    return sources.named(name, variables, Templar(DataLoader(), variables).template)


def refused(entry, variables=None, name='company'):
    with pytest.raises(BadInput) as caught:
        named(entry, variables, name)
    text = str(caught.value)
    assert 'cAn4ry' not in text and caught.value.__cause__ is None
    return text


def test_a_source_is_resolved():
    source = named(dict(GOOD, type='nexus_user_token', url='https://Nexus.example.com:443/'))
    assert (
        source.name == 'company'
        and source.label == 'source company'
        and 'cAn4ry' not in repr(source)
    )
    assert (
        source.options['url'] == 'https://nexus.example.com'
        and source.options['validate_certs'] is True
    )
    assert (
        source.identity()['type'] == 'nexus_user_token'
        and source.identity()['password'] == 'cAn4ry'
    )
    assert not {'timeout', 'cache', 'min_remaining'} & set(source.identity())


def test_A21_templates_are_rendered_and_what_comes_of_them_is_not():
    variables = {'kind': 'nexus', 'a': '{', 'b': '{ secret }}', 'secret': 'cAn4ry'}
    source = named(
        {**GOOD, 'type': trusted('{{ kind }}_user_token'), 'username': trusted('{{ a }}{{ b }}')},
        variables,
    )
    assert source.options['username'] == '{{ secret }}'


@pytest.mark.parametrize('whole', [trusted('{{ others.company }}'), trusted('{{ one }}')])
def test_a_source_may_be_written_as_a_template(whole):
    assert (
        named(
            whole,
            {
                'others': {'company': dict(GOOD, type='nexus_user_token')},
                'one': dict(GOOD, type='nexus_user_token'),
            },
        ).options['username']
        == 'alice'
    )


def test_all_sources_may_be_written_as_a_template():
    variables = {
        'token_sources': trusted('{{ mine }}'),
        'mine': {'company': dict(GOOD, type='nexus_user_token')},
    }
    assert (
        sources.named('company', variables, Templar(DataLoader(), variables).template).options[
            'username'
        ]
        == 'alice'
    )


@pytest.mark.parametrize(
    'entry, words',
    [
        (
            {'type': 'nexus_user_tokn'},
            'no source type nexus_user_tokn. Did you mean nexus_user_token?',
        ),
        (GOOD, 'must be a mapping with a type'),
        ('cAn4ry', 'must be a mapping with a type'),
        (None, 'must be a mapping with a type'),
        (['cAn4ry'], 'must be a mapping'),
        (
            dict(GOOD, type='nexus_user_token', passwrd='cAn4ry'),
            'no option passwrd. Did you mean password?',
        ),
        (
            dict(GOOD, type='nexus_user_token', password=12345),
            'password must be a string, but it is of type int',
        ),
        (dict(GOOD, type='nexus_user_token', password=['cAn4ry']), 'password must be a string'),
        (dict(GOOD, type='nexus_user_token', password='cAn4ry\n'), 'control character'),
        (dict(GOOD, type='nexus_user_token', password=''), 'missing required arguments: password'),
        (
            dict(GOOD, type='nexus_user_token', password=None),
            'missing required arguments: password',
        ),
        (dict(GOOD, type='nexus_user_token', timeout='soon'), 'timeout'),
        (dict(GOOD, type='nexus_user_token', timeout=0), 'timeout must be between'),
        (
            dict(GOOD, type='nexus_user_token', url='https://alice:cAn4ry@nexus.example.com'),
            'url must not contain a user name or password',
        ),
        (
            dict(GOOD, type='nexus_user_token', cache_path='/x'),
            'cache_path is used with cache set to file',
        ),
        (
            dict(GOOD, type='nexus_user_token', password=trusted('{{ vault_pasword }}')),
            'password uses the variable vault_pasword, which is not defined',
        ),
        (
            dict(GOOD, type='nexus_user_token', password=trusted('cAn4ry {{ 1 / 0 }}')),
            'password cannot be rendered',
        ),
        (
            dict(GOOD, type='nexus_user_token', password=trusted('cAn4ry {{ broken')),
            'password cannot be rendered',
        ),
        (
            dict(GOOD, type='nexus_user_token', password=trusted("{{ 'cAn4ry' | from_json }}")),
            'password cannot be rendered',
        ),
    ],
)
def test_mistakes_are_named_with_their_source(entry, words):
    text = refused(entry)
    assert words in text and text.startswith('source company')


def test_a_source_that_is_not_there_is_reported_with_the_nearest_one():
    text = refused({}, name='compny')
    assert (
        'no source compny in token_sources. Did you mean company?' in text
        and 'It has: company, studio' in text
    )


@pytest.mark.parametrize('value', [None, [], 'text', 5])
def test_token_sources_must_be_a_mapping(value):
    with pytest.raises(BadInput, match='token_sources must be a mapping'):
        sources.named('company', {'token_sources': value}, Templar(DataLoader(), {}).template)


def test_names_cannot_paint_the_terminal():
    assert '\x1b' not in refused({}, name='\x1b[31mred')


def resolve(given=None, variables=None):
    variables = variables or {}
    return sources.resolve(
        'nexus_user_token',
        GOOD if given is None else given,
        variables,
        Templar(DataLoader(), variables).template,
    ).options


def test_A21_what_is_given_in_place_was_rendered_before():
    assert (
        resolve(dict(GOOD, username=trusted('{{ secret }}')), {'secret': 'cAn4ry'})['username']
        == '{{ secret }}'
    )


@pytest.fixture
def ini(tmp_path, monkeypatch):
    def write(text):
        path = tmp_path / 'ansible.cfg'
        path.write_text(text)
        monkeypatch.setattr(C, 'CONFIG_FILE', str(path))
        monkeypatch.setattr(sources, '_ini_cache', {})

    return write


def test_paths_in_the_settings_are_relative_to_them_as_all_of_ansible_core(
    monkeypatch, ini, tmp_path
):
    monkeypatch.chdir('/')
    monkeypatch.setenv('HOME', '/home/me')
    for written, read in (
        ('certs/ca.pem', tmp_path / 'certs/ca.pem'),
        ('../ca.pem', tmp_path.parent / 'ca.pem'),
        ('~/ca.pem', '/home/me/ca.pem'),
    ):
        ini('[buildops_tokens]\nnexus_ca_path = %s\n' % written)
        assert resolve()['ca_path'] == str(read)


def test_options_come_from_the_nearest_place(monkeypatch, ini):
    def ca_path(variables=None):
        return resolve(variables=variables)['ca_path']

    assert ca_path() is None
    ini(
        '[defaults]\nforks = 5\n[buildops_tokens]\nnexus_ca_path = /ini.pem  ; ours\n'
        'nexus_username = ini\nnexus_timeout = 7\n'
    )
    assert (
        ca_path() == '/ini.pem' and resolve()['timeout'] == 7 and resolve()['username'] == 'alice'
    )
    monkeypatch.setenv('BUILDOPS_TOKENS_NEXUS_CA_PATH', '/environment.pem')
    assert ca_path() == '/environment.pem'
    assert (
        ca_path({'buildops_tokens_nexus_ca_path': trusted('{{ there }}'), 'there': '/variable.pem'})
        == '/variable.pem'
    )
    assert (
        resolve(
            dict(GOOD, ca_path='/given.pem'), {'buildops_tokens_nexus_ca_path': '/variable.pem'}
        )['ca_path']
        == '/given.pem'
    )


# What the sources of the first server have besides their examples. None takes an option away.
MORE = {
    'nexus_user_token': {
        'nexus_version': '3.91.0',
        'client_cert': '/first.crt',
        'client_key': '/first.key',
        'proxy': 'http://u:cAn4ry-first@proxy',
        'allow_http': 'true',
        'cache': 'file',
    },
    'nuvy_client_token': {'scope': 'first', 'check_url': 'https://first.example.com/api'},
    'nuxeo_oauth2_token': {
        'grant': 'authorization_code',
        'password': 'cAn4ry-first',
        'redirect_uri': 'https://first.example.com/',
        'jwt_secret': None,
    },
    'nuxeo_online_token': {'url': 'https://first.example.com/nuxeo', 'project': 'first'},
}
# What those of the second need besides the required options
NEEDED = {
    'nuxeo_oauth2_token': {'grant': 'client_credentials', 'client_secret': 'cAn4ry'},
}


def _value(provider, option, word, secret):
    """A value for an option of an example: its choices and the kind of address stay."""
    spec = sources.shared.arguments(provider)[option]
    if option == 'url':
        return 'https://%s.example.com/nuxeo' % word
    if spec.get('no_log'):
        return secret
    kept = spec.get('choices') or option not in ('username', 'client_id')
    return provider.EXAMPLE[option] if kept else word


def first_of(provider):
    example = {
        option: _value(provider, option, 'first', 'cAn4ry-first') for option in provider.EXAMPLE
    }
    example.update(ca_path='/first.pem', validate_certs='false')
    example.update(MORE.get(provider.TYPE, {}))
    return {option: value for option, value in example.items() if value is not None}


def second_of(provider):
    required = [
        option
        for option, spec in sources.shared.arguments(provider).items()
        if spec.get('required') and option in provider.EXAMPLE
    ]
    values = {option: _value(provider, option, 'second', 'cAn4ry') for option in required}
    return {
        'url': 'https://second.example.com/nuxeo',
        **values,
        **NEEDED.get(provider.TYPE, {}),
    }


PROVIDERS = {name: sources.provider_class(name) for name in sources.types()}
FIRST = {name: first_of(provider) for name, provider in PROVIDERS.items()}
SECOND = {name: second_of(provider) for name, provider in PROVIDERS.items()}


@pytest.fixture(params=['variables', 'environment', 'ini'])
def place(request, monkeypatch, ini):
    """A function that sets options in one of the three places, and returns the variables of the
    task.
    """

    def put(type_name, options):
        prefix = sources.provider_class(type_name).PREFIX
        if request.param == 'variables':
            return {sources.variable_name(prefix, name): value for name, value in options.items()}
        if request.param == 'environment':
            for name, value in options.items():
                monkeypatch.setenv(sources.variable_name(prefix, name).upper(), value)
        else:
            ini(
                '[buildops_tokens]\n'
                + ''.join(f'{prefix}_{name} = {value}\n' for name, value in options.items())
            )
        return {}

    return put


@pytest.mark.parametrize('type_name', sorted(FIRST))
def test_nothing_that_was_set_for_one_server_goes_to_another(type_name, place):
    alone = sources.resolve(type_name, SECOND[type_name], {}).options
    variables = place(type_name, FIRST[type_name])
    assert sources.resolve(type_name, SECOND[type_name], variables).options == alone
    with pytest.raises(BadInput, match='missing required arguments'):
        sources.resolve(type_name, {'url': SECOND[type_name]['url']}, variables)
    assert sources.resolve(type_name, {}, variables).options['validate_certs'] is False


@pytest.mark.parametrize('type_name', sorted(FIRST))
def test_a_place_that_names_a_server_keeps_out_those_after_it_that_name_another(
    type_name, ini, monkeypatch
):
    prefix, second = sources.provider_class(type_name).PREFIX, SECOND[type_name]
    alone = sources.resolve(type_name, second, {}).options
    for name, value in FIRST[type_name].items():
        monkeypatch.setenv(sources.variable_name(prefix, name).upper(), value)
    ini(f'[buildops_tokens]\n{prefix}_timeout = 7\n')
    variables = {sources.variable_name(prefix, 'url'): second['url']}
    assert sources.resolve(type_name, {**second, 'url': None}, variables).options == {
        **alone,
        'timeout': 7,
    }


@pytest.mark.parametrize(
    'type_name, same',
    [
        ('nexus_user_token', {'url': 'https://FIRST.example.com:443/nuxeo/'}),
        ('nuvy_client_token', {'url': 'https://qa.api.nuvy.ai/nexus/oauth2/token'}),
        ('nuvy_client_token', {'environment': 'qa'}),
        ('nuxeo_oauth2_token', {'url': 'https://first.example.com/nuxeo/'}),
        ('nuxeo_online_token', {'url': 'https://first.example.com/nuxeo'}),
    ],
)
def test_a_source_that_names_the_same_server_gets_the_rest_from_there(type_name, same, place):
    found = sources.resolve(type_name, same, place(type_name, FIRST[type_name])).options
    assert (
        found[sources.shared.secret_names(sources.provider_class(type_name))[0]] == 'cAn4ry-first'
    )


@pytest.mark.parametrize('type_name', sorted(FIRST))
def test_a_place_that_names_no_server_is_for_all(type_name, place):
    where = sources.provider_class(type_name).ADDRESS
    there = {name: value for name, value in FIRST[type_name].items() if name not in where}
    found = sources.resolve(
        type_name, {'url': SECOND[type_name]['url']}, place(type_name, there)
    ).options
    assert 'cAn4ry-first' in found.values() and found['validate_certs'] is False


def test_another_grant_on_the_same_server_gets_nothing_that_belongs_to_the_one_before(place):
    first = FIRST['nuxeo_oauth2_token']
    found = sources.resolve(
        'nuxeo_oauth2_token',
        {'grant': 'client_credentials', 'client_id': 'second', 'client_secret': 'cAn4ry'},
        place('nuxeo_oauth2_token', first),
    ).options
    assert (found['url'], found['redirect_uri']) == (first['url'], None)


@pytest.mark.parametrize(
    'type_name, second, shared',
    [
        (
            'nexus_user_token',
            {'username': 'second', 'password': 'cAn4ry'},
            {'ca_path': '/first.pem', 'user_id': None, 'realm': None},
        ),
        ('nexus_user_token', {'user_id': 'second'}, {'password': 'cAn4ry-first', 'realm': None}),
        (
            'nuvy_client_token',
            {'client_id': 'second', 'client_secret': 'cAn4ry'},
            {'ca_path': '/first.pem', 'scope': None},
        ),
        (
            'nuxeo_oauth2_token',
            {'client_id': 'second', 'username': 'second', 'password': 'cAn4ry'},
            {'client_secret': None, 'redirect_uri': None},
        ),
        (
            'nuxeo_online_token',
            {'username': 'second', 'token': 'cAn4ry'},
            {'ca_path': '/first.pem', 'project': None},
        ),
    ],
)
def test_a_second_user_of_a_server_gets_what_is_the_servers_and_nothing_of_the_first_user(
    type_name, second, shared, place
):
    variables = place(type_name, FIRST[type_name])
    found = sources.resolve(type_name, second, variables).options
    assert {name: found[name] for name in shared} == shared and found['validate_certs'] is False
    alone = {name: value for name, value in second.items() if 'cAn4ry' not in value}
    if alone != second:
        with pytest.raises(BadInput, match='missing required arguments|password'):
            sources.resolve(type_name, alone, variables)


@pytest.mark.parametrize(
    'wrong', ['nexus', 'https://', 5, ['https://second.example.com'], {'a': 1}]
)
@pytest.mark.parametrize('type_name', sorted(FIRST))
def test_what_is_no_address_gets_nothing_either(type_name, wrong, place):
    with pytest.raises(BadInput) as problem:
        sources.resolve(
            type_name, {**SECOND[type_name], 'url': wrong}, place(type_name, FIRST[type_name])
        )
    assert 'first' not in str(problem.value)


@pytest.mark.parametrize('empty', ['', None])
def test_what_is_empty_counts_as_not_set(monkeypatch, ini, empty):
    ini('[buildops_tokens]\nnexus_username = ini\n')
    monkeypatch.setenv('BUILDOPS_TOKENS_NEXUS_USERNAME', '')
    assert (
        resolve(dict(GOOD, username=empty), {'buildops_tokens_nexus_username': empty})['username']
        == 'ini'
    )


def test_a_secret_may_come_from_the_environment_and_types_are_converted(monkeypatch):
    monkeypatch.setenv('BUILDOPS_TOKENS_NEXUS_PASSWORD', 'cAn4ry-environment')
    monkeypatch.setenv('BUILDOPS_TOKENS_NEXUS_VALIDATE_CERTS', 'no')
    found = resolve({name: value for name, value in GOOD.items() if name != 'password'})
    assert found['password'] == 'cAn4ry-environment' and found['validate_certs'] is False


def test_a_settings_file_that_cannot_be_read_is_named(ini):
    ini('[buildops_tokens\n[buildops_tokens]\nx\n')
    with pytest.raises(BadInput, match='ansible.cfg cannot be read'):
        resolve()


def test_types_are_found_by_their_files():
    for name in sources.types():
        assert sources.provider_class(name).TYPE == name
    assert 'base' not in sources.types()
