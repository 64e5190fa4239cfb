# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong in an inventory is known before any request, in the words of its author."""

from __future__ import annotations

import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.maven_settings import (
    MavenSettings,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import make_plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView

try:
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(text: str) -> str:
        return text


COMPANY = {
    'type': 'nexus_user_token',
    'url': 'https://nexus.example.com',
    'username': 'alice',
    'password': 'wonderland',
}
STUDIO = {'type': 'nuxeo_online_token', 'username': 'jdoe', 'token': 'n0s-token'}
RELEASES = {'id': 'releases', 'token': 'company'}
ADMIN = {
    'nexus_proxies_url': 'https://nexus.example.com',
    'nexus_proxies_username': 'admin',
    'nexus_proxies_password': 'admin123',
}
Hosts = dict[str, dict[str, t.Any]]


def view_of(variables: dict[str, t.Any]) -> HostView:
    template = Templar(DataLoader(), variables).template
    return HostView(
        variables, lambda value: template(trusted(value)) if isinstance(value, str) else value
    )


def problems_of(own: Hosts | None = None, **common: t.Any) -> list[str]:
    """Return the mistakes. :param own: the variables of each host; by default there is one."""
    defaults = {
        'token_sources': {'company': COMPANY, 'studio': STUDIO},
        'maven_settings_servers': [RELEASES],
        'maven_settings_path': '/home/{{ inventory_hostname }}/settings.xml',
    }
    views = (
        (host, view_of({**defaults, **common, 'inventory_hostname': host, **variables}))
        for host, variables in (own or {'one': {}}).items()
    )
    return make_plan(views).problems


def sources(**changes: t.Any) -> dict[str, t.Any]:
    return {'token_sources': {'company': {**COMPANY, **changes}, 'studio': STUDIO}}


def test_a_good_inventory_has_no_mistake() -> None:
    assert problems_of() == []


@pytest.mark.parametrize(
    'changes, sentence',
    [
        ({'url': 'nexus.example.com'}, 'url must be an address like https://nexus.example.com.'),
        ({'url': 'https://nexus.example.com/#browse'}, 'url must not contain a query or'),
        ({'url': 'http://nexus.example.com'}, 'url uses http, over which passwords'),
        ({'url': '{{ nexus_url }}'}, 'url uses the variable nexus_url, which is not defined.'),
        ({'password': '{{ vault_pw }}'}, 'password uses the variable vault_pw, which is not'),
        ({'ca_path': '/nowhere/ca.pem'}, 'ca_path: there is no file /nowhere/ca.pem'),
        ({'ca_path': '{{ "/nowhere" | default(omit, true) }}'}, 'ca_path: there is no file /now'),
        ({'timeout': 'soon'}, "argument 'timeout' is of type"),
        ({'timeout': 0}, 'timeout must be between 1 and 600.'),
        ({'regenerate': 'sometimes'}, 'value of regenerate must be one of'),
        ({'username': 'a:b'}, 'colon'),
    ],
)
def test_a_wrong_value_of_a_source_is_reported(changes: t.Any, sentence: str) -> None:
    (problem,) = problems_of(**sources(**changes))
    assert problem.startswith('source company: ') and sentence in problem


@pytest.mark.parametrize(
    'changes',
    [
        {'url': "{{ lookup('env', 'NOWHERE') }}"},
        {'url': '{{ ansible_fqdn }}'},
        {'url': "{{ hostvars['other'].url }}"},
        {'password': "{{ lookup('file', '/nowhere') }}"},
        {'password': '{{ vault_pw | default("x") }}'},
        {'ca_path': '{{ omit }}'},
        {'ca_path': '{{ "" | default(omit, true) }}'},
        {'url': 'http://nexus.example.com', 'allow_http': True},
        {'url': 'http://nexus.example.com', 'allow_http': "{{ lookup('env', 'HOME') }}"},
    ],
)
def test_what_cannot_be_known_yet_is_left_to_the_delivery(changes: t.Any) -> None:
    assert problems_of(**sources(**changes)) == []


@pytest.mark.parametrize(
    ('changes', 'what'),
    [
        ({'maven_settings_path': '{{ ansible_facts.user_dir }}/x'}, 'maven_settings_path: it'),
        ({'maven_settings_path': '{{ home }}/x'}, 'maven_settings_path: it'),
        (
            {'maven_settings_servers': '{{ [releases] if ansible_facts.os_family else [] }}'},
            'the variable maven_settings_servers',
        ),
        (
            {'maven_settings_servers': [dict(RELEASES, id='{{ ansible_facts.user_dir }}')]},
            'maven_settings_servers[0]: id',
        ),
    ],
)
def test_facts_that_are_not_known_are_named_with_their_switch(changes: t.Any, what: str) -> None:
    more = {'home': trusted('{{ ansible_facts.user_dir }}'), 'releases': RELEASES}
    (problem,) = problems_of(**changes, **more)
    assert problem.startswith(f'{what} uses facts of the host'), problem
    assert 'Set tokens_gather_facts to true' in problem
    facts = {'user_dir': '/home/ci', 'os_family': 'A'}
    assert problems_of(**changes, **more, ansible_facts=facts) == []


def test_an_option_from_a_variable_of_the_collection_counts() -> None:
    changes = sources(url='http://nexus.example.com')
    assert problems_of(buildops_tokens_nexus_allow_http=True, **changes) == []


@pytest.mark.parametrize(
    'entry, sentence',
    [
        ({'id': 'a', 'usrname': 'x'}, ' (id a): usrname is not an option. Did you mean username?'),
        ({'token': 'company'}, ': id is missing.'),
        ({'id': '', 'token': 'company'}, ': id is empty.'),
        ({'id': None, 'token': 'company'}, ': id is empty.'),
        ({'id': 'a', 'state': 'absnt'}, ' (id a): state: value of state must be one of'),
        (
            {'id': 'a', 'token': 'company', 'password': 'x'},
            ' (id a): token and password exclude each other.',
        ),
        ({'id': '{{ nothing }}'}, ': id uses the variable nothing, which is not defined.'),
        (
            {'id': 'a', 'username': 'x', 'password': '{{ nothing }}'},
            ' (id a): password uses the variable nothing, which is not defined.',
        ),
        (7, ' must be a mapping.'),
    ],
)
def test_a_wrong_entry_is_reported_with_its_variable_and_name(entry: t.Any, sentence: str) -> None:
    (problem,) = problems_of(maven_settings_servers=[RELEASES, entry])
    assert problem.startswith('maven_settings_servers[1]' + sentence)


@pytest.mark.parametrize(
    'variables, problem',
    [
        (
            {'maven_settings_servers': [RELEASES, RELEASES]},
            'maven_settings_servers[1] (id releases): maven_settings_servers[0] (id releases) is '
            'the same.',
        ),
        (
            {'git_credentials_entries': [{'url': 'git.example.com', 'token': 'company'}]},
            'git_credentials_entries[0] (url git.example.com): url must start with https://. '
            'Credentials of a store are for HTTP only; ssh uses keys.',
        ),
        (
            {
                'maven_settings_verify': True,
                'maven_settings_servers': [{**RELEASES, 'verify_url': 'http://a.example.com'}],
            },
            'maven_settings_servers[0] (id releases): verify_url uses http, over which passwords '
            'and tokens travel in the clear. Use https, or set allow_http to true if this network '
            'is yours.',
        ),
        (
            {'maven_settings_update_password': 'sometimes'},
            'maven_settings_update_password: value of update_password must be one of: '
            'unless_encrypted, always, on_create, got: sometimes.',
        ),
        (
            {'maven_settings_path': '{{ folder }}'},
            'maven_settings_path: it uses the variable folder, which is not defined.',
        ),
        ({'maven_settings_servers': {}}, None),
        ({'maven_settings_servers': 7}, 'maven_settings_servers must be a list of mappings.'),
        (
            {'maven_settings_servers': '{{ nothing }}'},
            'the variable maven_settings_servers uses the variable nothing, which is not defined.',
        ),
        (
            {'nuxeo_online_projects': [{'project': 'shop', 'token': 'studio', 'mavn': True}]},
            'nuxeo_online_projects[0] (project shop): mavn is not an option. Did you mean maven?',
        ),
        (
            {'nuxeo_online_projects': [{'project': 'shop', 'token': 'studio', 'cli': {'pth': 1}}]},
            'nuxeo_online_projects[0] (project shop): cli: pth is not an option. Did you mean '
            'path?',
        ),
        (
            {
                'nuxeo_online_projects': [
                    {'project': 'shop', 'token': 'company', 'release': {'version': '1'}}
                ]
            },
            'nuxeo_online_projects[0] (project shop): source company is of type nexus_user_token, '
            'but this delivery requires a source of type nuxeo_online_token.',
        ),
        (
            {**ADMIN, 'nexus_proxies_ca_path': '/nowhere', 'nexus_proxies_repositories': [{}]},
            'nexus_proxies_repositories[0]: name is missing.',
        ),
        (
            {
                **ADMIN,
                'nexus_proxies_url': 'nexus.example.com',
                'nexus_proxies_repositories': [{'name': 'studio', 'token': 'studio'}],
            },
            'nexus_proxies_url must be an address like https://nexus.example.com.',
        ),
    ],
)
def test_a_mistake_is_reported_in_the_variables_of_the_user(
    variables: t.Any, problem: str | None
) -> None:
    found = problems_of(**variables)
    assert problem in found if problem else found


def test_a_host_that_refuses_such_tokens_is_reported() -> None:
    url = 'https://packages.nuxeo.com/repository/maven'
    servers = [{'id': 'studio', 'token': 'studio', 'verify_url': url}]
    (problem,) = problems_of(maven_settings_servers=servers)
    assert problem.startswith('maven_settings_servers[0] (id studio): source studio: ')


def test_a_bearer_token_that_a_delivery_cannot_use_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = {
        'type': 'nuvy_client_token',
        'url': 'https://nuvy.example.com',
        'client_id': 'buildops',
        'client_secret': 'nuvy-s3cret',
    }
    common = {'token_sources': {'company': machine}}
    assert problems_of(**common) == []
    monkeypatch.setattr(MavenSettings, 'BEARER_REFUSAL', 'Use a Nexus user token.')
    [problem] = problems_of(**common)
    assert problem == (
        'maven_settings_servers[0] (id releases): source company gives a bearer token. '
        'Use a Nexus user token.'
    )


def test_mistakes_are_collected_each_once_with_the_hosts_that_it_concerns() -> None:
    servers = [{'id': 'a', 'token': 'company', 'usrname': 'x'}]
    many = {
        'agent%d' % number: {'maven_settings_servers': servers} if number % 2 else {}
        for number in range(8)
    }
    many['agent0'] = {'maven_settings_encrypt': 'perhaps'}
    found = problems_of(many, **sources(ca_path='/nowhere'))
    assert len(found) == 3
    assert found[0].startswith("maven_settings_encrypt: argument 'encrypt' is of type")
    assert found[0].endswith('(agent0)')
    assert found[1].endswith('/nowhere on the controller.'), 'it concerns all hosts'
    assert found[2].endswith('Did you mean username? (agent1, agent3 and 2 more)')


def test_what_is_equal_for_all_hosts_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.buildops.tokens.plugins.plugin_utils import plan_problems

    looked: list[str] = []
    for name in ('entry_problems', 'value_problems'):
        real = getattr(plan_problems, name)
        monkeypatch.setattr(
            plan_problems,
            name,
            lambda *given, name=name, real=real: looked.append(name) or real(*given),
        )
    problems_of({'agent%d' % number: {} for number in range(50)})
    assert sorted(looked) == ['entry_problems', 'value_problems']


def test_entries_that_are_templates_count() -> None:
    servers = ['{{ shared }}', RELEASES]
    shared = {'id': 'a', 'token': 'compny'}
    (problem,) = problems_of(maven_settings_servers=servers, shared=shared)
    assert 'there is no source compny in token_sources. Did you mean company?' in problem
