# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks: a token goes from its server to git's credential store on each host, works
there, and is taken away again.
"""

from __future__ import annotations

import pytest

from tests.sandbox import git_http, nexus

pytestmark = pytest.mark.needs_client('git')


def test_a_token_is_issued_accepted_kept_and_revoked(sandbox, run_playbook, tmp_path):
    app = nexus.create_app('3.90.1')
    server = sandbox.serve(app)

    def authorize(username, password):
        return (username, password) in [
            (token.name_code, token.pass_code) for token in app.state.tokens.values()
        ]

    git_http.make_repository(tmp_path, 'project', {'README.md': 'hello\n'})
    repositories = sandbox.serve(git_http.create_app(tmp_path, authorize))
    homes = {host: tmp_path / host for host in ('one', 'two')}
    for home in homes.values():
        home.mkdir()
        (home / '.git-credentials').write_text('https://a:b@other.example.com\n')
    store = '{{ home_of_host }}/.git-credentials'
    inventory = {
        'all': {
            'hosts': {host: {'home_of_host': str(home)} for host, home in homes.items()},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'token_sources': {
                    'company': {
                        'type': 'nexus_user_token',
                        'url': server.url,
                        'ca_path': sandbox.ca_path,
                        'username': 'alice',
                        'password': 'wonderland',
                    }
                },
                'git_credentials_path': store,
                'git_credentials_config_path': '{{ home_of_host }}/.gitconfig',
                'git_credentials_helper': 'none',
                'git_credentials_verify': True,
                'git_credentials_ca_path': sandbox.ca_path,
                'git_credentials_entries': [
                    {
                        'url': repositories.url,
                        'token': 'company',
                        'exclusive': True,
                        'verify_url': repositories.url + '/project.git',
                    }
                ],
            },
        }
    }
    first = run_playbook('buildops.tokens.provision_tokens', inventory, '--diff')
    assert first.rc == 0, first.output
    assert (
        first.stats['one']['changed'] == first.stats['two']['changed'] == 1
        and app.state.counters['tokens_created'] == 1
    )
    (token,) = app.state.tokens.values()
    line = 'https://%s:%s@%s\n' % (
        token.name_code,
        token.pass_code,
        repositories.url.partition('://')[2].replace(':', '%3a'),
    )
    assert {(home / '.git-credentials').read_text() for home in homes.values()} == {
        line + 'https://a:b@other.example.com\n'
    }
    assert (
        'accepted' in first.output
        and token.pass_code not in first.output
        and token.name_code not in first.output
    )
    second = run_playbook('buildops.tokens.provision_tokens', inventory)
    assert (second.rc, second.changed) == (0, 0), second.output
    rotated = run_playbook('buildops.tokens.rotate_tokens', inventory)
    assert rotated.rc == 0, rotated.output
    (new,) = app.state.tokens.values()
    assert new.pass_code != token.pass_code
    for home in homes.values():  # the name code changed with the pass code: no dead entry is left
        assert (home / '.git-credentials').read_text().count('@127.0.0.1') == 1
    revoked = run_playbook(
        'buildops.tokens.revoke_tokens', inventory, '-e', '{"revoke_tokens_sources": ["company"]}'
    )
    assert revoked.rc == 0, revoked.output
    assert not app.state.tokens
    assert {(home / '.git-credentials').read_text() for home in homes.values()} == {
        'https://a:b@other.example.com\n'
    }
