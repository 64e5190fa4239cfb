# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person gets for bad input: one sentence that says what happened and what to do, nothing
changed on disk, no secret shown.
"""

from __future__ import annotations

import re

import pytest
import trustme

from tests.sandbox import nexus
from tests.sandbox.serving import faults

PASSWORD, WRONG = 'pers0n-cAn4ry/+=&<"%>', 'wr0ng-cAn4ry/+=&<"%>'
SETTINGS = '<?xml version="1.0"?>\n<settings>\n  <servers/>\n</settings>\n'


def person(server, sandbox, **changes):
    return dict(
        {
            'type': 'nexus_user_token',
            'url': server.url,
            'ca_path': str(sandbox.ca_path),
            'username': 'ci',
            'password': PASSWORD,
            'retries': 0,
        },
        **changes,
    )


def start(sandbox, version='3.97.0', fault=None, **settings):
    server = sandbox.serve(
        nexus.create_app(
            version,
            users={'ci': nexus.User(PASSWORD), 'guest': nexus.User(PASSWORD, own_token=False)},
            **settings,
        )
    )
    if fault is not None:
        server.faults.add('.', fault, times=100)
    return server


@pytest.fixture
def bad(sandbox, tmp_path):
    """Sources that cannot work, and what people are told."""
    good = start(sandbox)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / 'other.pem'))
    return {
        'wrong_password': (
            person(good, sandbox, password=WRONG),
            r'HOST does not accept the user name and password \(401 from POST HOST/service/rest/'
            r'wonderland/authenticate\)\. Check username and password; names are case-sensitive\.',
        ),
        'no_privilege': (
            person(good, sandbox, username='guest'),
            r'The user guest lacks the right to have a user token on HOST \(403 .*Give it the '
            r'privilege '
            r'nx-usertoken-current',
        ),
        'feature_off': (
            person(start(sandbox, user_tokens=False), sandbox),
            r'The user token feature is switched off on HOST \(400 .*An administrator can enable '
            r'it',
        ),
        'community': (
            person(start(sandbox, '3.84.0-03', edition='COMMUNITY'), sandbox),
            r'The server has no user tokens \(it answered 404: Nexus Repository '
            r'Community 3\.84\.0-03; user tokens need Pro\)\.',
        ),
        'wrong_path': (
            person(good, sandbox, url=good.url + '/nexus'),
            r'has no Nexus Repository REST interface there \(405\)\. The server reports Nexus '
            r'Repository Pro 3\.97\.0\. Check url: it must end with the context path',
        ),
        'login_page': (
            person(start(sandbox, fault=faults.login_page()), sandbox),
            r'answered 200 with a page of HTML instead of JSON: a login page, a proxy, or '
            r'the wrong address\. Check url',
        ),
        'redirect': (
            person(
                start(
                    sandbox, fault=faults.redirect(302, 'https://idp.example/login?p=' + PASSWORD)
                ),
                sandbox,
            ),
            r'redirects to https://idp\.example, '
            r'and credentials are not sent after it\. Check url',
        ),
        'self_signed': (
            person(good, sandbox, ca_path=str(tmp_path / 'other.pem')),
            r'The certificate of HOST is not trusted: .*give the certificate of that as '
            r'ca_path\.',
        ),
        'refused': (
            person(good, sandbox, url='https://127.0.0.1:1'),
            r'127\.0\.0\.1:1 refuses the connection\. Is the server up, and the port right\?',
        ),
        'time_out': (
            person(start(sandbox, fault=faults.delay(30)), sandbox, timeout=1),
            r'did not answer within 1 seconds\. Check that the server is up, or raise '
            r'timeout\.',
        ),
        'no_ca': (
            person(good, sandbox, ca_path=str(tmp_path / 'nothing.pem')),
            r'ca_path: there is no file .*nothing\.pem\.',
        ),
        'masked': (
            person(good, sandbox, password='VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'),
            r'source masked: password is a placeholder that stands for a hidden secret',
        ),
        'no_text': (
            person(good, sandbox, password=12345),
            r'source no_text: password must be a string, but it is of type int\. Quote it\.',
        ),
        'in_url': (
            person(good, sandbox, url=good.url.replace('//', '//ci:%s@' % 'pers0n-cAn4ry')),
            r'source in_url: url must not contain a user name or password\.',
        ),
        'colon': (
            person(good, sandbox, username='ci:x'),
            r'source colon: username must not contain a colon',
        ),
        'misspelt': (
            person(good, sandbox, pasword=WRONG),
            r'source misspelt of type nexus_user_token has no option pasword\. Did you mean '
            r'password\?',
        ),
        'too_old': (
            person(good, sandbox, user_id='sam', nexus_version='3.50.0'),
            r'source too_old: user_id needs Nexus Repository 3\.90\.1 or newer, but '
            r'nexus_version is 3\.50\.0\.',
        ),
    }


@pytest.mark.parametrize('verbosity', [[], ['-vvvv', '--diff']], ids=['plain', 'loud'])
def test_one_sentence_each_and_nothing_changed(bad, run_playbook, tmp_path, verbosity):
    settings = tmp_path / 'settings.xml'
    settings.write_text(SETTINGS)
    settings.chmod(0o600)
    before = settings.stat()
    tasks = [
        {
            'name': name,
            'buildops.tokens.maven_server': {
                'path': str(settings),
                'servers': [{'id': 'a', 'token': name}],
            },
            'ignore_errors': True,
        }
        for name in bad
    ]
    tasks += [
        {
            'name': 'by name ' + name,
            'buildops.tokens.token_source': {'name': name},
            'ignore_errors': True,
        }
        for name in bad
    ]
    run = run_playbook(
        [
            {
                'hosts': 'all',
                'gather_facts': False,
                'vars': {
                    'token_sources': {name: source for name, (source, _sentence) in bad.items()}
                },
                'tasks': tasks,
            }
        ],
        None,
        *verbosity,
    )
    for name, (source, sentence) in bad.items():
        for result in (run.result(name), run.result('by name ' + name)):
            expected = sentence.replace('HOST', re.escape(source['url'].split('//')[1]))
            assert re.search(expected, result['msg']), '%s: %s' % (name, result)
            assert (
                '\n' not in result['msg']
                and result['msg'].count('. ') <= 3
                and not result.get('changed')
            )
    assert {event['task'] for event in run.events if event['event'] == 'failed'} == {
        entry['name'] for entry in tasks
    }
    after = settings.stat()
    assert settings.read_text() == SETTINGS and (after.st_mtime_ns, after.st_ino) == (
        before.st_mtime_ns,
        before.st_ino,
    )
    assert [path.name for path in tmp_path.glob('settings*')] == ['settings.xml']
    for secret in (PASSWORD, WRONG, 'pers0n-cAn4ry'):
        assert secret not in run.output


def test_what_is_asked_on_another_host_is_checked_and_completed_here(sandbox, run_playbook):
    server = start(sandbox)
    here = {'delegate_to': 'elsewhere', 'ignore_errors': True}
    local = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
    }
    module = 'buildops.tokens.nexus_user_token'
    run = run_playbook(
        [
            {
                'hosts': 'here',
                'gather_facts': False,
                'vars': {'buildops_tokens_nexus_password': PASSWORD},
                'tasks': [
                    dict(
                        {'name': 'completed', module: {'username': 'ci'}, 'register': 'completed'},
                        **here,
                    ),
                    dict(
                        {
                            'name': 'told',
                            'buildops.tokens.nexus_user_token_info': {'username': 'ci'},
                        },
                        **here,
                    ),
                    dict({'name': 'number', module: {'username': 'ci', 'password': 12345}}, **here),
                    dict(
                        {'name': 'masked', module: {'username': 'ci', 'password': 'CENSORED'}},
                        **here,
                    ),
                    dict({'name': 'wrong', module: {'username': 'ci', 'password': WRONG}}, **here),
                    dict(
                        {'name': 'misspelt', module: {'username': 'ci', 'pasword': WRONG}}, **here
                    ),
                    {
                        'name': 'show',
                        'ansible.builtin.debug': {
                            'msg': '{{ completed.token.fingerprint }} {{ completed.token.user }}'
                        },
                    },
                ],
            }
        ],
        {'all': {'hosts': {'here': local, 'elsewhere': local}}},
        env={
            'BUILDOPS_TOKENS_NEXUS_URL': server.url,
            'BUILDOPS_TOKENS_NEXUS_CA_PATH': str(sandbox.ca_path),
        },
    )
    assert run.result('show')['msg'].endswith(' ci')
    assert run.result('told')['exists'] is True
    assert 'password must be a string, but it is of type int' in run.result('number')['msg']
    assert 'password is a placeholder' in run.result('masked')['msg']
    assert 'does not accept the user name and password (401' in run.result('wrong')['msg']
    assert 'Did you mean password?' in run.result('misspelt')['msg']
    assert server.state.token_of('ci').pass_code not in run.output


def test_A13_async_is_refused_with_a_reason(sandbox, run_playbook):
    """Results of asynchronous tasks stand in a file that others can read."""
    run = run_playbook(
        [
            {
                'hosts': 'all',
                'gather_facts': False,
                'tasks': [
                    {
                        'name': 'later',
                        'buildops.tokens.nexus_user_token': {
                            'url': 'https://127.0.0.1:1',
                            'username': 'ci',
                            'password': PASSWORD,
                        },
                        'async': 10,
                        'poll': 0,
                    }
                ],
            }
        ]
    )
    assert run.rc != 0 and 'async' in run.result('later')['msg']
    assert not list(run.home.rglob('.ansible_async/*'))
