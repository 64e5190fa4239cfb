# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credential types: AWX accepts them, and sources read what its injector makes of them."""

from __future__ import annotations

import copy
import os

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    awx_credential_types,
    sources,
    token_service,
)
from tests.sandbox import awx_rules, nexus
from tests.tools.awx_job import IN_CONTAINER, credential_type, inject
from tests.tools.awx_job import TYPES as CREDENTIAL_TYPES

OPTION_OF = {
    'ca_certificates': 'ca_path',
    'client_certificate': 'client_cert',
    'skip_tls_verify': 'validate_certs',
}
SECRET_BEYOND = {'proxy'}  # may hold a password; the option is checked for one itself
TYPES = sources.types()
HARD = ('p{{ x }} "quoted" $', 's{% %}{# #}£')  # what the templates of AWX must not change


def filled(name):
    """The example of a source type, with secrets that are hard to hand on."""
    provider = sources.provider_class(name)
    secrets = [option for option in provider.EXAMPLE if option in shared.secret_names(provider)]
    return {
        **provider.EXAMPLE,
        **{
            option: hard.ljust(len(provider.EXAMPLE[option]), 'x')
            for option, hard in zip(secrets, HARD)
        },
    }


PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
MORE = {
    'ca_certificates': PEM,
    'client_certificate': PEM,
    'client_key': PEM,
    'proxy': 'http://u:pr0xy-s3cret@proxy.example.com:3128',
}


@pytest.fixture
def resolved(tmp_path, monkeypatch):
    """A function: the options that a source of this type has in a job with such a credential."""

    def resolve(name, inputs):
        environment, _shown = inject(credential_type(name), inputs, tmp_path)
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value.replace(IN_CONTAINER, f'{tmp_path}/'))
        return sources.resolve(name, {}, {}).options

    return resolve


def test_every_source_type_has_a_credential_type():
    missing = {name for name in sources.types() if not (CREDENTIAL_TYPES / f'{name}.yml').exists()}
    assert not missing, f'extensions/awx/credential_types has no file for {missing}'
    assert {path.stem for path in CREDENTIAL_TYPES.glob('*.yml')} == set(TYPES)


@pytest.mark.parametrize('name', TYPES)
def test_every_source_type_has_an_example(name):
    provider = sources.provider_class(name)
    assert provider.EXAMPLE, f'{name} declares no EXAMPLE'
    assert set(provider.EXAMPLE) <= {
        OPTION_OF.get(field['id'], field['id'])
        for field in credential_type(name)['inputs']['fields']
    }


@pytest.mark.parametrize('name', TYPES)
def test_AWX_takes_the_type(name):
    definition = credential_type(name)
    assert set(definition) == {'name', 'description', 'kind', 'inputs', 'injectors'}
    assert awx_rules.type_problems(definition) == []
    assert (
        awx_rules.credential_problems(
            definition, {**filled(name), **MORE, 'skip_tls_verify': False}
        )
        == []
    )


@pytest.mark.parametrize('name', TYPES)
def test_fields_have_no_defaults_no_fixed_choices_and_ask_nobody(name):
    for field in credential_type(name)['inputs']['fields']:
        assert not {'default', 'choices', 'ask_at_runtime'} & set(field), field


@pytest.mark.parametrize('name', TYPES)
def test_each_field_is_an_option_and_what_is_secret_there_is_secret_here(name):
    definition, provider = credential_type(name), sources.provider_class(name)
    options = shared.arguments(provider)
    fields = {
        OPTION_OF.get(field['id'], field['id']): field for field in definition['inputs']['fields']
    }
    environment = {
        variable[len(f'BUILDOPS_TOKENS_{provider.PREFIX}_') :].lower()
        for variable in definition['injectors']['env']
    }
    assert set(fields) == environment <= set(options)
    assert all(
        variable.startswith(f'BUILDOPS_TOKENS_{provider.PREFIX.upper()}_')
        for variable in definition['injectors']['env']
    )
    secret = {option for option, field in fields.items() if field.get('secret')}
    assert (
        secret
        == {option for option in fields if options[option].get('no_log')}
        | {'client_key'}
        | SECRET_BEYOND
    )
    needed = {option for option, entry in options.items() if entry.get('required')}
    assert needed <= set(definition['inputs']['required'])


def broken(change):
    definition = copy.deepcopy(credential_type('nexus_user_token'))
    change(definition, definition['inputs'], definition['injectors'])
    return awx_rules.type_problems(definition)


@pytest.mark.parametrize(
    'change',
    [
        lambda whole, inputs, injectors: whole.update(kind='ssh'),
        lambda whole, inputs, injectors: inputs.update(metadata=[]),
        lambda whole, inputs, injectors: inputs['fields'].append({'id': 'url', 'label': 'again'}),
        lambda whole, inputs, injectors: inputs['fields'].append({'id': 'tower', 'label': 'x'}),
        lambda whole, inputs, injectors: inputs['fields'].append({'id': 'a-b', 'label': 'x'}),
        lambda whole, inputs, injectors: inputs['fields'].append(
            {'id': 'x', 'label': 'x', 'type': 'boolean', 'default': 'true'}
        ),
        lambda whole, inputs, injectors: inputs['fields'].append(
            {'id': 'x', 'label': 'x', 'type': 'boolean', 'secret': True}
        ),
        lambda whole, inputs, injectors: inputs['fields'].append(
            {'id': 'x', 'label': 'x', 'format': 'uri'}
        ),
        lambda whole, inputs, injectors: inputs['required'].append('nobody'),
        lambda whole, inputs, injectors: injectors['env'].update(ANSIBLE_TOKENS='x'),
        lambda whole, inputs, injectors: injectors['env'].update(PATH='x'),
        lambda whole, inputs, injectors: injectors['env'].update(A='ü'),
        lambda whole, inputs, injectors: injectors['env'].update(A='{{ nobody }}'),
        lambda whole, inputs, injectors: injectors['env'].update(A='{{ password | b64encode }}'),
        lambda whole, inputs, injectors: injectors['env'].update(A='{{ tower.filename.nothing }}'),
        lambda whole, inputs, injectors: injectors['file'].update(template='x'),
        lambda whole, inputs, injectors: injectors.update(extra_vars={'x': {'y': True}}),
    ],
)
def test_the_rules_of_AWX_are_looked_at(change):
    assert broken(change)


@pytest.mark.parametrize('name', TYPES)
def test_what_is_filled_in_arrives_and_what_is_not_counts_as_not_set(name, resolved, tmp_path):
    options = resolved(name, filled(name))
    defaults = {
        option: entry.get('default')
        for option, entry in shared.arguments(sources.provider_class(name)).items()
    }
    assert options == {**defaults, **filled(name)}
    assert not any(path.read_text() for path in (tmp_path / 'env').iterdir())


@pytest.mark.parametrize('name', TYPES)
def test_certificates_become_private_files_and_the_rest_arrives_too(name, resolved):
    options = resolved(name, {**filled(name), **MORE})
    for option in ('ca_path', 'client_cert', 'client_key'):
        with open(options[option], encoding='utf-8') as file:
            assert (file.read(), os.stat(options[option]).st_mode & 0o777) == (PEM, 0o600)
    assert options['proxy'] == MORE['proxy'] and options['validate_certs'] is True


@pytest.mark.parametrize('name', TYPES)
@pytest.mark.parametrize(
    'given, checked',
    [
        ({}, True),
        ({'skip_tls_verify': False}, True),
        ({'skip_tls_verify': 'False'}, True),
        ({'skip_tls_verify': ''}, True),
        ({'skip_tls_verify': None}, True),
        ({'skip_tls_verify': 'no'}, True),
        ({'skip_tls_verify': True}, False),
    ],
)
def test_certificates_are_checked_unless_one_explicitly_disabled_it(name, given, checked, resolved):
    assert resolved(name, {**filled(name), **given})['validate_certs'] is checked


@pytest.mark.parametrize('name', TYPES)
def test_AWX_shows_no_secret_of_the_environment(name, tmp_path):
    definition, inputs = credential_type(name), {**filled(name), **MORE}
    _environment, shown = inject(definition, inputs, tmp_path)
    for field in definition['inputs']['fields']:
        if field.get('secret') and inputs.get(field['id']):
            assert not [
                variable for variable, value in shown.items() if inputs[field['id']] in value
            ], field['id']


@pytest.mark.parametrize('name', TYPES)
def test_a_field_left_empty_is_named_in_one_sentence(name, resolved):
    provider = sources.provider_class(name)
    needed = {
        option for option, entry in shared.arguments(provider).items() if entry.get('required')
    }.union(*provider.REQUIRED_ONE_OF)
    for field in needed & set(filled(name)):
        inputs = {key: '' if key == field else value for key, value in filled(name).items()}
        with pytest.raises(sources.BadInput, match=field) as problem:
            resolved(name, inputs)
        assert '\n' not in str(problem.value)
        assert not [
            value for value in inputs.values() if len(value) > 8 and value in str(problem.value)
        ]


@pytest.mark.parametrize('in_job', [True, False])
def test_a_message_in_a_job_names_the_field_as_well_as_the_option(in_job, resolved, monkeypatch):
    if in_job:
        monkeypatch.setenv('AWX_PRIVATE_DATA_DIR', '/runner')
    with pytest.raises(BadInput) as raised:
        resolved('nexus_user_token', {**filled('nexus_user_token'), 'client_key': PEM})
    assert 'client_key needs client_cert.' in str(raised.value)
    fields = (
        ' In AWX, client_cert is the field "Client certificate", client_key is the field '
        '"Key of the client certificate".'
    )
    assert str(raised.value).endswith(fields) is in_job


def test_a_message_about_a_certificate_in_a_job_names_the_field(sandbox, monkeypatch):
    monkeypatch.setenv('AWX_PRIVATE_DATA_DIR', '/runner')
    monkeypatch.setenv('BUILDOPS_TOKENS_NEXUS_CA_PATH', '')
    login = {'username': 'ci', 'password': 'x'}
    given = {'url': sandbox.serve(nexus.create_app('3.90.1')).url, **login}
    source = sources.resolve('nexus_user_token', given, {}, name='company')
    with pytest.raises(TokensError) as raised:
        token_service.get_token(source)
    field = 'In AWX, ca_path is the field "Certificates of authorities".'
    assert str(raised.value).endswith(f'give the certificate of that as ca_path. {field}')


@pytest.mark.parametrize('name', TYPES)
def test_each_variable_of_a_type_is_one_field(name):
    labels = {field['label'] for field in credential_type(name)['inputs']['fields']}
    assert {label for _variable, label in awx_credential_types.fields(name).values()} == labels
