# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is shown: not on the terminal, by callbacks, in logs, command lines, environments,
facts or files that remain.
"""

from __future__ import annotations

import re
import shutil

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.buildops.tokens.plugins.module_utils import _programs
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    encryption as maven_encryption,
)

from .failing_tasks import FAILURES, SHOWN_BY_CHOICE
from .tasks import (
    FORGIVEN,
    MAVEN,
    SERVERS,
    WORK,
    chosen,
    names_of,
    names_of_events,
    one_of_each,
    task,
)


def test_A1_A3_A5_A7_A9_A12_A22_A25_A26_A27_A28_work_that_goes_well(stage):
    stage.without_mistakes()
    run, hits = stage.play(WORK)
    assert hits == [], '\n'.join(hits)
    assert names_of(run, 'failed') == {'Get until', 'Elsewhere refused'}, run.output
    assert run.rc == 0 and 'retry' in names_of_events(run)
    assert {
        't of nexus',
        't of nexus2',
        't of nexus3',
        'authToken of nexus',
        'passCode of nexus',
        'passCode of nexus2',
        'passCode of nexus3',
        'code of nuxeo',
        'access_token of nuxeo',
        'refresh_token of nuxeo',
        'access_token of nuvy',
        'registration of nos',
        'token of nos',
        'credentials of nexus',
        'credentials of git',
    } <= {name.rpartition(' ')[0] for name in stage.secrets}
    assert (stage.folder / 'ansible.log').stat().st_size > 10000 and (
        stage.folder / 'journal'
    ).stat().st_size > 1000
    assert set(stage.modes().values()) == {0}


def test_A10_A11_C14_check_mode(stage):
    def files():
        return {
            path: path.read_bytes()
            for path in stage.work.rglob('*')
            if path.is_file() and path.name != 'summary'
        }  # which tells of the run

    before = files()
    stage.without_mistakes()
    run, hits = stage.play(WORK, '--check')
    assert hits == [], '\n'.join(hits)
    assert names_of(run, 'failed') == {'Elsewhere refused'}, run.output
    assert files() == before and not any(
        stage.servers[name].state.tokens for name in ('nexus', 'nexus2', 'nexus3')
    )
    # Of Nuvy's tokens nothing stays on the server
    assert {
        name
        for name, server in stage.servers.items()
        for request in server.requests
        if request['method'] != 'GET'
    } == {'nuvy'}
    changed = {
        event['task']
        for event in run.events
        if event['event'] == 'ok' and event['result'].get('changed')
    }
    assert changed >= {
        'Get',
        'For another',
        'Elsewhere',
        'Get from Nuxeo',
        'Register a client',
        'Link',
        'Register the server',
        'Release',
        'Deliver to Maven',
        'Deliver a token to Maven',
        'Deliver to git',
        'Create a proxy',
        'Create a proxy of Nexus 2',
        'Remove from Maven',
    }
    assert not changed & {
        'Tell',
        'Tell elsewhere',
        'Revoke',
        'Revoke from Nuxeo',
        'Remove the client',
        'Unregister',
        'Forget what a proxy has',
        'Sum up',
    }


@pytest.mark.parametrize(
    'verbosity, shown_by',
    [
        ('', {}),
        ('-v', {'ANSIBLE_STDOUT_CALLBACK': 'minimal'}),
        ('-vv', {'ANSIBLE_CALLBACK_RESULT_FORMAT': 'yaml', 'ANSIBLE_PIPELINING': '1'}),
        ('-vvv', {'ANSIBLE_INJECT_INVOCATION': '1', 'ANSIBLE_DISPLAY_TRACEBACK': 'always'}),
    ],
)
def test_A1_less_verbose(stage, verbosity, shown_by):
    stage.without_mistakes()
    tasks = (
        one_of_each(WORK)
        + one_of_each(FAILURES)
        + chosen(WORK, 'Get for many', 'Look up company')
        + chosen(
            FAILURES,
            'Wrong password for many',
            'Look up refused',
            'Misspelt elsewhere',
            'Deliver to git with a secret in the address',
        )
    )
    run, hits = stage.play(tasks, verbosity=verbosity, **shown_by)
    assert hits == [], '\n'.join(hits)
    assert run.rc == 0 and len(names_of(run, 'ok')) > 16 and len(names_of(run, 'failed')) > 13, (
        run.output
    )


def test_A28_events_that_awx_keeps(stage):
    tasks = chosen(
        WORK,
        'Get',
        'Get for many',
        'Get again',
        'Elsewhere',
        'Get from Nuvy',
        'Get from Nuxeo',
        'Register a client',
        'Register the server',
        'Deliver to Maven',
        'Look up company',
    ) + chosen(FAILURES, 'Wrong password', 'Look up refused', 'NOS refuses', 'Deliver to nowhere')
    code, events, hits = stage.play_by_runner(tasks)
    assert hits == [], '\n'.join(hits)
    assert code == 0 and len([event for event in events if event['event'] == 'runner_on_ok']) >= 8


def test_P11_many_hosts_at_once(stage):
    run, hits = stage.play(
        chosen(WORK, 'Look up company', 'By name', 'Tell', 'Get'), '-f', '4', hosts=4
    )
    assert hits == [] and run.rc == 0, '\n'.join(hits)


def test_A2_A4_A8_A13_A18_A30_N13_every_failure(stage):
    run, hits = stage.play(FAILURES)
    assert hits == [], '\n'.join(hits)
    assert not names_of(run, 'ok') - SHOWN_BY_CHOICE and run.rc == 0, run.output


@pytest.mark.needs_client('mvn')
def test_passwords_that_maven_encrypts(stage):
    """Its master password, too, comes from a person."""
    stage.secrets['master'] = stage.canary('master')
    typed = maven_encryption._ask(
        [shutil.which('mvn'), '--encrypt-master-password'],
        stage.secrets['master'],
        _programs.user_of(str(stage.work)),
    ).decode()
    stage.secrets['encrypted master'] = re.search(r'\{.*\}', typed)[0]
    security = stage.work / 'settings-security.xml'  # which is only read
    security.touch(0o600)
    security.write_text(
        '<settingsSecurity><master>%s</master></settingsSecurity>'
        % stage.secrets['encrypted master']
    )
    encrypted = dict(MAVEN, encrypt=True, id='sealed', username='ci')
    run, hits = stage.play(
        [
            task('Seal', 'maven_server', dict(encrypted, password='{{ secret_deployer }}')),
            task('Seal a token', 'maven_server', dict(MAVEN, encrypt=True, servers=SERVERS[:1])),
            task(
                'Refuse to seal',
                'maven_server',
                dict(
                    encrypted,
                    id='other',
                    password='{{ secret_wrong }}',
                    security_path='{{ folder }}/none',
                ),
                **FORGIVEN,
            ),
            task(
                'Nothing to seal with',
                'maven_server',
                dict(encrypted, id='other', password='{{ secret_wrong }}', mvn='/bin/false'),
                **FORGIVEN,
            ),
        ]
    )
    assert hits == [], '\n'.join(hits)
    assert run.rc == 0 and names_of(run, 'failed') == {'Refuse to seal', 'Nothing to seal with'}, (
        run.output
    )
    assert (
        b'{' in (stage.work / 'settings.xml').read_bytes()
        and stage.secrets['deployer'].encode() not in (stage.work / 'settings.xml').read_bytes()
    )


def test_A20_values_that_the_vault_contains(stage):
    vault = VaultLib([('default', VaultSecret(stage.secrets['vault'].encode()))])
    tasks = chosen(
        WORK,
        'Get',
        'By name',
        'Get from Nuvy',
        'Deliver one to Maven',
        'Look up company',
        'Look up nuvy',
    )
    tasks += chosen(
        FAILURES,
        'Wrong password',
        'By name refused',
        'Look up refused',
        'Misspelt elsewhere',
        'Deliver what Maven would misread',
    )
    sealed = {
        name: vault.encrypt(secret).decode()
        for name, secret in stage.plant(tasks, stage.variables).items()
    }
    lines = [
        line
        for name, text in sealed.items()
        for line in [name + ': !vault |', *('  ' + line for line in text.splitlines())]
    ]
    values, password = stage.folder / 'vaulted.yml', stage.folder / 'vault-password'
    values.write_text('\n'.join(lines))
    password.write_text(stage.secrets['vault'])
    run, hits = stage.play(tasks, '-e', '@%s' % values, '--vault-password-file', password)
    assert hits == [], '\n'.join(hits)
    assert run.rc == 0 and len(names_of(run, 'ok')) == 6, run.output
