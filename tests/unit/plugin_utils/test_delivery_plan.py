# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host asks for which: what differs by host is seen although nothing is rendered."""

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import make_plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Selection
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import made_of

try:
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(text):
        return text


COMPANY = {
    'type': 'nexus_user_token',
    'url': 'https://nexus.example.com',
    'username': '{{ user }}',
    'password': '{{ secret }}',
}


class Encrypted:
    """As ansible-core keeps what is encrypted: to look at it decrypts it."""

    def __init__(self, text):
        self._ciphertext = text

    def _opened(self, *more):
        raise AssertionError('it was decrypted')

    __str__ = __repr__ = __eq__ = _opened
    __hash__ = None


def planned(variables, template=lambda value: value, selection=None, names=None):
    views = ((host, HostView(mapping, template)) for host, mapping in variables.items())
    return make_plan(views, selection, names)


def plan_of(hosts, template=lambda value: value, **common):
    shared = dict(
        {
            'token_sources': {'company': COMPANY},
            'user': 'alice',
            'secret': Encrypted('one'),
            'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
        },
        **common,
    )
    variables = {host: dict(shared, inventory_hostname=host, **own) for host, own in hosts.items()}
    plan = planned(variables, template)
    assert plan.problems == []
    return plan


@pytest.mark.parametrize(
    'own, requested_by',
    [
        ({}, {'one': ['one', 'two', 'three']}),
        ({'other': 'x'}, {'one': ['one', 'two', 'three']}),
        ({'user': 'bob'}, {'one': ['one', 'three'], 'two': ['two']}),
        ({'user': '{{ inventory_hostname }}'}, {'one': ['one', 'three'], 'two': ['two']}),
        ({'secret': Encrypted('two')}, {'one': ['one', 'three'], 'two': ['two']}),
        ({'buildops_tokens_nexus_realm': 'LDAP'}, {'one': ['one', 'three'], 'two': ['two']}),
        (
            {'token_sources': {'company': dict(COMPANY, url='https://other.example.com')}},
            {'one': ['one', 'three'], 'two': ['two']},
        ),
        (
            {'token_sources': {'company': dict(COMPANY), 'more': COMPANY}},
            {'one': ['one', 'two', 'three']},
        ),
    ],
)
def test_one_host_asks_for_all_for_which_a_source_is_the_same(own, requested_by):
    plan = plan_of({'one': {}, 'two': own, 'three': {}})
    assert plan.sources['company']['requested_by'] == requested_by
    assert plan.sources['company']['hosts'] == ['one', 'two', 'three']


def test_a_delivery_to_a_server_is_done_once_for_each_server_also_where_its_address_is_a_template():
    proxies = {
        'nexus_proxies_url': 'https://{{ nexus_host }}',
        'nexus_proxies_username': 'admin',
        'nexus_proxies_password': Encrypted('three'),
        'nexus_proxies_repositories': [{'name': 'studio', 'token': 'company'}],
        'nexus_host': 'a',
    }
    plan = plan_of(
        {
            'one': {},
            'two': {'nexus_host': 'b'},
            'three': {},
            'four': {'nexus_proxies_repositories': []},
        },
        lambda value: 'https://a' if value == 'https://{{ nexus_host }}' else value,
        **proxies,
    )
    assert plan.hosts['nexus_proxies'] == ['one', 'two']


def test_a_server_whose_address_is_elsewhere_among_the_variables_is_another_server():
    proxies = {
        'nexus_proxies_repositories': [{'name': 'studio', 'token': 'company'}],
        'buildops_tokens_nexus_url': 'https://a',
        'buildops_tokens_nexus_username': 'admin',
        'buildops_tokens_nexus_password': Encrypted('three'),
    }
    plan = plan_of(
        {'one': {}, 'two': {'buildops_tokens_nexus_url': 'https://b'}, 'three': {}}, **proxies
    )
    assert plan.hosts['nexus_proxies'] == ['one', 'two']


def test_variables_that_refer_to_each_other_come_to_an_end():
    loop = {'a': '{{ b }}', 'b': '{{ a }}{{ c }}', 'c': 1}
    assert (
        made_of('{{ a }}', loop)
        == made_of('{{ a }}', dict(loop, unrelated=2))
        != made_of('{{ a }}', dict(loop, c=2))
    )


@pytest.mark.parametrize(
    'source, rotatable',
    [
        (COMPANY, True),
        ({'type': 'nuxeo_online_token', 'username': 'jdoe', 'token': 'x'}, False),
        (
            {
                'type': 'nuvy_client_token',
                'environment': 'production',
                'client_id': 'x',
                'client_secret': 'x',
            },
            True,
        ),
    ],
)
def test_tokens_that_people_make_are_distinguished_from_others(source, rotatable):
    assert (
        plan_of({'one': {}}, token_sources={'company': source}).sources['company']['rotatable']
        is rotatable
    )


@pytest.mark.parametrize(
    'url, lacks',
    [
        ('{{ first }}', []),
        ('https://first.example.com', []),
        (None, []),
        ('{{ nowhere }}', []),
        ('{{ second }}', ['source more lacks password.']),
        ('https://second.example.com', ['source more lacks password.']),
    ],
)
@pytest.mark.parametrize('user', ['bob', '{{ user }}'])
def test_what_was_set_for_another_server_is_missing_before_any_request(url, lacks, user):
    variables = {
        'first': 'https://first.example.com',
        'second': 'https://second.example.com',
        'token_sources': {
            'company': dict(COMPANY, password=Encrypted('one')),
            'more': {'type': 'nexus_user_token', 'url': url, 'username': user},
        },
        'user': 'bob',
        'buildops_tokens_nexus_url': '{{ first }}',
        'buildops_tokens_nexus_username': 'bob',
        'buildops_tokens_nexus_password': 'cAn4ry',
    }
    template = Templar(DataLoader(), variables).template
    assert (
        planned(
            {'one': variables},
            lambda value: template(trusted(value)) if isinstance(value, str) else value,
        ).problems
        == lacks
    )


def test_a_typo_in_a_variable_is_reported_with_the_nearest_name():
    plan = planned({'one': {'maven_setting_servers': [{'id': 'a', 'token': 'company'}]}})
    assert plan.problems == [
        'There is no variable maven_setting_servers. Did you mean maven_settings_servers?'
    ]


@pytest.mark.parametrize(
    'variables',
    [
        {'maven_settings_servers_of_all': [], 'maven_settings_servers': []},
        {'maven_settings_server': {}, 'maven_settings_servers': []},
        {'maven_settings_result': {}, 'git_credentials_result': {}, 'git_url': 'x'},
    ],
)
def test_variables_of_the_user_with_similar_names_are_no_typos(variables):
    assert planned({'one': variables}).problems == []


PROJECT = {'project': 'shop', 'token': 'studio'}


@pytest.mark.parametrize(
    'project, on_host, servers',
    [
        ({'maven': True}, ['one', 'two'], []),
        ({'release': {'version': '1.0.0'}}, [], ['one']),
        ({'git': True, 'release': {'version': '1.0.0'}}, ['one', 'two'], ['one']),
        ({'cli': '{{ link }}'}, ['one', 'two'], ['one']),  # a template may be anything
        ({}, [], []),
    ],
)
def test_a_project_is_delivered_where_its_parts_are(project, on_host, servers):
    variables = {
        'token_sources': {'studio': {'type': 'nuxeo_online_token', 'username': 'j', 'token': 'x'}},
        'nuxeo_online_projects': [{**PROJECT, **project}],
        'nuxeo_online_git_path': '/home/{{ inventory_hostname }}/.git-credentials',
    }
    plan = planned({host: {**variables, 'inventory_hostname': host} for host in ('one', 'two')})
    assert (list(plan.on_host), list(plan.servers)) == (on_host, servers)


def test_revoking_concerns_the_hosts_with_entries_of_these_sources_only():
    hosts = {
        'one': {'maven_settings_servers': [{'id': 'a', 'token': 'company'}]},
        'two': {'maven_settings_servers': [{'id': 'a', 'token': 'other'}]},
        'three': {'nuxeo_online_projects': [{**PROJECT, 'token': 'company', 'registration': {}}]},
    }
    sources = {'company': COMPANY, 'other': COMPANY, 'studio': COMPANY}
    variables = {host: {'token_sources': sources, **own} for host, own in hosts.items()}
    plan = planned(variables, selection=Selection('absent', ['company']))
    assert plan.on_host == {'one': ['maven_settings']}
    assert set(plan.sources) == {'company', 'other'} and plan.problems == []


def test_a_named_source_that_only_lookups_use_is_part_of_the_plan():
    variables = {
        'one': {'token_sources': {'lookups': COMPANY, 'other': COMPANY}, 'user': 'alice'},
        'two': {'token_sources': {'lookups': COMPANY, 'other': COMPANY}, 'user': 'bob'},
        'three': {'token_sources': {'lookups': COMPANY, 'other': COMPANY}, 'user': 'alice'},
    }
    plan = planned(variables, names=['lookups'])
    assert list(plan.sources) == ['lookups'] and list(plan.declared) == ['lookups', 'other']
    assert plan.sources['lookups']['requested_by'] == {'one': ['one', 'three'], 'two': ['two']}
    assert plan.sources['lookups']['rotatable'] and not planned(variables).sources


def test_a_named_source_that_deliveries_use_is_requested_by_their_hosts_only():
    variables = {
        'one': {'token_sources': {'company': COMPANY}, 'user': 'alice'},
        'two': {
            'token_sources': {'company': COMPANY},
            'user': 'bob',
            'maven_settings_servers': [{'id': 'a', 'token': 'company'}],
        },
    }
    plan = planned(variables, names=['company'])
    assert plan.sources['company']['requested_by'] == {'two': ['two']}


@pytest.mark.parametrize(
    'selection, in_use',
    [
        (Selection(), ['company', 'other']),
        (Selection('present', ['company']), ['company']),
        (Selection('present', None, ['git_credentials']), ['other']),
    ],
)
def test_the_sources_of_selected_deliveries_are_in_use(selection, in_use):
    source = {**COMPANY, 'username': 'alice', 'password': Encrypted('one')}
    variables = {
        'token_sources': {'company': source, 'other': source},
        'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
        'git_credentials_entries': [{'url': 'https://git.example.com', 'token': 'other'}],
    }
    plan = planned({'one': variables}, selection=selection)
    assert plan.problems == [] and sorted(plan.in_use) == in_use
