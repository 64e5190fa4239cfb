# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nuxeo_cli_link: what it writes, judged by the real Nuxeo CLI and by the real git; what it asks,
by the sandbox.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    cli_link as nuxeo_cli_link,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.cli_token import (
    NuxeoCliToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    NuxeoOnlineToken,
)
from tests.sandbox import git_http, nuxeo_online
from tests.sandbox.serving import faults
from tests.support import nuxeo_cli

TOKEN = 'nos-TOKEN+with/odd=chars'
URL = 'https://connect.nuxeo.com/nuxeo'


def link(folder, check_mode=False, git=None, **changes):
    params = {name: spec.get('default') for name, spec in nuxeo_cli_link.ARGUMENTS.items()}
    params.update(path=str(folder), project='jdoe-SANDBOX', cli_token='cli-token-0001')
    params.update(changes)
    result, warnings = nuxeo_cli_link.deliver(params, check_mode, True, git)
    assert not params['cli_token'] or params['cli_token'] not in repr((result, warnings))
    return {**result, 'warnings': warnings}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / 'shop'
    path.mkdir()
    return path


@pytest.fixture
def file(folder):
    return folder / '.yo-rc.json'


# the file


def test_the_smallest_file_that_works_is_written_once_and_private(folder, file):
    before = os.umask(0)
    try:
        predicted = link(folder, check_mode=True, cli_token=None)
        assert predicted['changed'] and not file.exists()
        first = link(folder)
        assert (
            first['changes']
            == predicted['changes']
            == ['connect:token', 'connect:url', 'studio:symbolicname']
        )
        assert mode(file) == 0o600
        assert file.read_text() == (
            '{\n  "generator-nuxeo": {\n    "connect:url": "%s",\n'
            '    "connect:token": "cli-token-0001",\n'
            '    "studio:symbolicname": "jdoe-SANDBOX"\n  }\n}\n' % URL
        )
        for check_mode in (True, False):
            assert not link(folder, check_mode)['changed']
        assert not link(folder, check_mode=True, cli_token=None)['changed'], (
            'in check mode a token that is there counts as right'
        )
    finally:
        os.umask(before)


def test_T2_a_file_that_others_can_read_is_closed_to_them(folder, file):
    link(folder)
    file.chmod(0o644)
    assert link(folder, check_mode=True)['changes'] == ['mode'] and mode(file) == 0o644
    assert link(folder)['changes'] == ['mode'] and mode(file) == 0o600


def test_foreign_keys_stay_and_a_stale_token_is_replaced(folder, file):
    old = {
        'generator-nuxeo': {
            'promptValues': {'username': 'jdoe'},
            'connect:token': 'stale',
            'maven:gav': 'a:b:1',
        },
        'generator-other': {'x': 1},
    }
    file.write_text(json.dumps(old, indent=2) + '\n')
    file.chmod(0o600)
    assert link(folder)['changed']
    old['generator-nuxeo'].update(
        {
            'connect:token': 'cli-token-0001',
            'connect:url': URL,
            'studio:symbolicname': 'jdoe-SANDBOX',
        }
    )
    assert file.read_text() == json.dumps(old, indent=2) + '\n'
    assert link(folder, state='absent', cli_token=None, project=None)['changes'] == [
        'connect:token',
        'connect:url',
        'studio:symbolicname',
    ]
    for name in ('connect:token', 'connect:url', 'studio:symbolicname'):
        del old['generator-nuxeo'][name]
    assert file.read_text() == json.dumps(old, indent=2) + '\n'
    assert not link(folder, state='absent', cli_token=None, project=None)['changed']


@pytest.mark.parametrize('content', ['{', '[]', '{"generator-nuxeo": []}', 'canary'])
def test_invalid_json_which_crashes_the_cli_is_refused(folder, file, content):
    file.write_text(content)
    with pytest.raises(FileProblem) as caught:
        link(folder)
    assert file.read_text() == content and 'canary' not in str(caught.value)


@pytest.mark.parametrize(
    'changes',
    [
        {'project': 'a/b'},
        {'project': '../x'},
        {'project': ''},
        {'project': 'projekt-ä'},
        {'cli_token': 'a\nb'},
        {'cli_token': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'},
        {'cli_token': None},
        {'path': 'shop'},
        {'path': '/does/not/exist'},
        {'token': 'studio'},
        {'password': 'x'},
        {'url': 'http://connect.example.com/nuxeo'},
        {'url': 'connect'},
    ],
)
def test_I_wrong_input_changes_nothing(folder, file, changes):
    with pytest.raises(BadInput):
        link(folder, **changes)
    assert not file.exists()


@pytest.mark.parametrize('wide', [False, True])
def test_T3_a_link_to_the_file_survives(folder, file, tmp_path, wide):
    (tmp_path / 'dotfiles').mkdir()
    target = tmp_path / 'dotfiles/yo-rc'
    target.write_text('{}\n')
    target.chmod(0o644 if wide else 0o600)
    file.symlink_to(target)
    link(folder)
    assert (
        file.is_symlink()
        and json.loads(target.read_text())['generator-nuxeo']
        and mode(target) == 0o600
    )


def test_T21_a_folder_instead_of_the_file_is_reported(folder, file):
    file.mkdir()
    with pytest.raises(FileProblem, match='not a regular file'):
        link(folder)


def test_the_address_is_written_as_the_cli_needs_it(folder, file):
    link(folder, url='https://Connect.Example.com:443/nuxeo/')
    assert (
        json.loads(file.read_text())['generator-nuxeo']['connect:url']
        == 'https://connect.example.com/nuxeo'
    )


def test_diff_names_keys_and_no_value(folder, file):
    file.write_text('{"generator-nuxeo": {"connect:token": "old-canary"}}')
    diff = link(folder)['diff']
    assert (
        'connect:token' in diff['after']
        and 'canary' not in repr(diff)
        and 'cli-token' not in repr(diff)
    )


# git


def run_git(folder, *arguments, check=False, **more):
    environment = git_http.environment(
        HOME=str(folder),
        GIT_AUTHOR_NAME='a',
        GIT_AUTHOR_EMAIL='a@b',
        GIT_COMMITTER_NAME='a',
        GIT_COMMITTER_EMAIL='a@b',
    )
    command = ['git', '-c', 'init.defaultBranch=main', '-C', folder, *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=check, **more
    )


@pytest.mark.needs_client('git')
@settings(deadline=None, max_examples=25)
@given(
    parts=st.lists(
        st.text(st.sampled_from('*?[]!#\\ .aä\u2028'), min_size=1, max_size=6).filter(
            lambda part: part not in ('.', '..')
        ),
        max_size=2,
    )
)
def test_T16_git_ignores_the_file_wherever_it_is(tmp_path_factory, parts):
    top = tmp_path_factory.mktemp('repository')
    run_git(top, 'init', '-q', check=True)
    folder = top.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    assert link(folder)['git_ignored']
    place = './%s' % (folder / '.yo-rc.json').relative_to(
        top
    )  # a colon in front would be git's own syntax
    assert run_git(top, 'check-ignore', '-q', '--', place).returncode == 0
    assert run_git(top, 'status', '--porcelain').stdout == '', (
        'neither the file nor an exclusion shows as a change'
    )
    (top / 'x.yo-rc.json').write_text('')
    assert run_git(top, 'check-ignore', '-q', 'x.yo-rc.json').returncode == 1
    assert not link(folder)['changed']


@pytest.mark.needs_client('git')
@pytest.mark.parametrize('existing', [b'', b'# mine\n*.log', b'*.log\r\n'])
def test_the_list_of_exclusions_keeps_what_is_in_it(folder, existing):
    run_git(folder, 'init', '-q', check=True)
    exclude = folder / '.git/info/exclude'
    exclude.write_bytes(existing)
    assert (
        'git_ignore' in link(folder, check_mode=True)['changes']
        and exclude.read_bytes() == existing
    )
    link(folder)
    assert exclude.read_bytes().startswith(existing) and exclude.read_bytes().endswith(
        b'\n/.yo-rc.json\n' if existing else b'/.yo-rc.json\n'
    )
    link(folder, state='absent')
    assert exclude.read_bytes().rstrip(b'\n') == existing.rstrip(b'\n')


@pytest.mark.needs_client('git')
def test_work_trees_and_submodules_have_their_exclusions_elsewhere(tmp_path):
    main, other = tmp_path / 'main', tmp_path / 'other'
    for path in (main, other):
        run_git(tmp_path, 'init', '-q', path, check=True)
        run_git(path, 'commit', '-q', '--allow-empty', '-m', 'x', check=True)
    run_git(main, 'worktree', 'add', '-q', tmp_path / 'tree', check=True)
    run_git(
        main,
        '-c',
        'protocol.file.allow=always',
        'submodule',
        '--quiet',
        'add',
        other,
        'sub',
        check=True,
    )
    for path in (tmp_path / 'tree', main / 'sub'):
        link(path)
        assert run_git(path, 'check-ignore', '-q', '.yo-rc.json').returncode == 0


@pytest.mark.needs_root
def test_S6_a_users_repository_does_not_lead_root_into_a_folder_of_root(tmp_path, folder, file):
    of_root = tmp_path / 'of-root'
    (of_root / 'info').mkdir(parents=True)
    (folder / '.git').write_text('gitdir: %s\n' % of_root)
    for path in (folder, folder / '.git'):
        os.chown(path, 1000, 1000)
    with pytest.raises(FileProblem, match='named by a file of the user .* 1000'):
        link(folder)
    assert not file.exists() and list(of_root.rglob('*')) == [of_root / 'info']
    os.chown(of_root, 1000, 1000)
    os.chown(of_root / 'info', 1000, 1000)
    link(folder)
    assert (of_root / 'info' / 'exclude').read_text() == '/.yo-rc.json\n'


@pytest.mark.needs_client('git')
def test_a_tracked_file_is_reported_since_git_does_not_ignore_it(folder, file):
    run_git(folder, 'init', '-q', check=True)
    file.write_text('{}\n')
    assert not link(folder, git=shutil.which('git'))['warnings']
    run_git(folder, 'add', '-f', '.yo-rc.json', check=True)
    assert 'git rm --cached' in link(folder, git=shutil.which('git'))['warnings'][0]


def test_without_a_repository_or_on_request_nothing_is_excluded(folder):
    assert not link(folder)['git_ignored']
    (folder / '.git/info').mkdir(parents=True)
    assert not link(folder, git_ignore=False)['git_ignored'] and not list(
        (folder / '.git/info').iterdir()
    )


def test_a_nearer_file_with_another_link_is_named(folder):
    link(folder)
    places = ['a/b/c', 'a', 'same', 'broken', 'node_modules/x', 'a/b/c/d']
    for place in places:
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / '.yo-rc.json').write_text('{"generator-nuxeo": {}}')
    (folder / 'same/.yo-rc.json').write_text((folder / '.yo-rc.json').read_text())
    (folder / 'broken/.yo-rc.json').write_text('{')
    for check_mode in (True, False):
        result = link(folder, check_mode)
        [warning] = result['warnings']
        assert warning.endswith(
            'in the folders of: %s.'
            % ', '.join(f'{folder}/{place}/.yo-rc.json' for place in ('a', 'a/b/c', 'broken'))
        )
        assert result.get('effective') is (None if check_mode else True)
    assert not link(folder, state='absent')['warnings']


# the exchange


def provider(service, sandbox, **changes):
    spec = {name: entry.get('default') for name, entry in nuxeo_cli_link.CONNECTION.items()}
    options = {
        **spec,
        'url': service.url,
        'ca_path': sandbox.ca_path,
        'username': 'jdoe',
        'token': TOKEN,
        'retries': 0,
        **changes,
    }
    project = options.pop('project', 'jdoe-SANDBOX')
    return NuxeoCliToken(dict(checked(NuxeoOnlineToken, options), project=project))


def test_the_exchange_is_the_one_of_the_cli_and_the_project_is_tried(service, sandbox):
    first = provider(service, sandbox).issue(CurrentState(False))
    assert [str(record['path']) for record in service.requests] == [
        '/nuxeo/authentication/token',
        '/nuxeo/site/studio/v2/project/jdoe-SANDBOX/administrativeInformation',
    ]
    assert (
        service.requests[0]['query'] == ['applicationName', 'deviceId', 'permission']
        and service.requests[0]['user'] == 'jdoe'
    )
    [token] = service.app.state.device_tokens
    assert (token.device, token.application, token.permission) == ('1', 'nuxeo-cli', 'AMIREAD')
    assert first.secret == token.token != TOKEN and first.secret not in repr(first)
    assert provider(service, sandbox).issue(CurrentState(False)).secret == first.secret, (
        'the same token as long as it lives'
    )


REFUSALS = [
    (
        {'token': 'wrong-token-0123'},
        None,
        r'does not know the user name or the token \(401\).*connect/tokens',
    ),
    ({'project': 'nope'}, None, r'does not open the Studio project nope \(404\)'),
    (
        {},
        ('authentication/token', faults.status(200, body='tok200')),
        'answered 200, and not with a token',
    ),
    ({}, ('authentication/token', faults.login_page()), 'answered 200, and not with a token'),
    (
        {},
        ('authentication/token', faults.status(201, body='<html>hello canary</html>')),
        'answered 201, and not with a token',
    ),
    ({}, ('authentication/token', faults.status(201, body='')), 'something that is not a token'),
    (
        {},
        ('authentication/token', faults.status(201, body='canary two words')),
        'something that is not a token',
    ),
    (
        {},
        ('authentication/token', faults.status(201, body='x' * 2000)),
        'something that is not a token',
    ),
    (
        {},
        ('authentication/token', faults.redirect(302, 'https://login.example.com/?canary')),
        'redirects to https://login.example.com,',
    ),
    ({}, ('authentication/token', faults.status(500)), 'answered 500'),
    ({}, ('administrativeInformation', faults.status(500)), 'answered 500. Try again later'),
    ({}, ('authentication/token', faults.reset_before()), 'connection was closed'),
]


@pytest.mark.parametrize('changes, fault, message', REFUSALS, ids=range(len(REFUSALS)))
def test_T8_T10_T11_what_goes_wrong_is_reported_without_a_secret(
    service, sandbox, changes, fault, message
):
    if fault:
        service.faults.add(*fault)
    with pytest.raises(TokensError, match=message) as caught:
        provider(service, sandbox, **changes).issue(CurrentState(False))
    for secret in ('canary', changes.get('token', TOKEN), 'applicationName'):
        assert secret not in str(caught.value)


def test_the_body_is_trimmed_as_the_cli_does_it(service, sandbox):
    service.faults.add('authentication/token', faults.status(201, body='cli-token-0001-4444\n'))
    service.faults.add('administrativeInformation', faults.json('{}'))
    assert provider(service, sandbox).issue(CurrentState(False)).secret == 'cli-token-0001-4444'


def test_revoking_revokes_the_token_of_all_machines(service, sandbox):
    provider(service, sandbox).issue(CurrentState(False))
    one = provider(service, sandbox)
    assert one.revoke(one.inspect(DesiredState('absent'), None, False))
    assert not service.app.state.device_tokens
    service.faults.add('authentication/token', faults.status(500), after=1)
    with pytest.raises(TokensError, match='could not be revoked'):
        one.revoke(CurrentState(None))


# the real Nuxeo CLI

RELEASE = [('Branch to release', '\r'), ('PATCH', '\r')]


@pytest.mark.needs_client('node', 'npm')
def test_the_real_nuxeo_cli_releases_from_what_was_written_also_after_a_stale_token(
    service, sandbox, folder, file, tmp_path
):
    environ = nuxeo_cli.environment(tmp_path, sandbox.ca_path)
    file.write_text(
        json.dumps(
            {
                'generator-nuxeo': {
                    'connect:url': service.url,
                    'connect:token': 'stale',
                    'studio:symbolicname': 'jdoe-SANDBOX',
                }
            }
        )
    )
    nuxeo_cli.in_a_terminal(['studio', 'release', '-n'], folder, environ, RELEASE)
    assert service.requests[-1]['status'] == 401, 'with the stale token it gets nowhere'
    link(
        folder,
        url=service.url,
        cli_token=provider(service, sandbox).issue(CurrentState(False)).secret,
    )
    written = file.read_bytes()
    (folder / 'sub').mkdir()
    code, shown = nuxeo_cli.in_a_terminal(
        ['studio', 'release', '-n'], folder / 'sub', environ, RELEASE
    )
    assert code == 0, shown
    assert service.app.state.projects['jdoe-SANDBOX'].versions == ['1.0.0', '2.0.0'], shown
    assert file.read_bytes() == written and mode(file) == 0o600


@pytest.mark.needs_client('node', 'npm')
def test_the_real_nuxeo_cli_exports_without_a_terminal_and_unlinks(
    service, sandbox, folder, file, tmp_path
):
    environ = nuxeo_cli.environment(tmp_path, sandbox.ca_path)
    (tmp_path / 'bin').mkdir()
    maven = tmp_path / 'bin/mvn'
    maven.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\n')
    maven.chmod(0o755)
    environ['PATH'] = f'{tmp_path}/bin{os.pathsep}{environ["PATH"]}'

    def export():
        command = ['nuxeo', 'studio', 'export', '-n']
        return subprocess.run(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    secret = provider(service, sandbox).issue(CurrentState(False)).secret
    link(folder, url=service.url, cli_token=secret)
    done = export()
    assert done.returncode == 0, done.stdout + done.stderr
    arguments = (tmp_path / 'arguments').read_text()
    for argument in (
        f'-Dnsmp.token={secret}',
        '-Dnsmp.symbolicName=jdoe-SANDBOX',
        f'-Dnsmp.connectUrl={service.url}',
    ):
        assert argument in arguments
    nuxeo_cli.in_a_terminal(['studio', 'unlink', '-n'], folder, environ, [('Are you sure', 'y\r')])
    assert not service.app.state.device_tokens and 'connect:token' not in file.read_text(), (
        'a link of ours is one that it can undo'
    )
    link(
        folder,
        url=service.url,
        cli_token=provider(service, sandbox).issue(CurrentState(False)).secret,
    )
    link(folder, state='absent', cli_token=None)
    assert export().returncode == 1


def test_a_service_with_a_login_page_instead_of_a_challenge(sandbox):
    service = sandbox.serve(nuxeo_online.create_app(refusal='login'))
    with pytest.raises(TokensError, match='connect/tokens'):
        provider(service, sandbox, token='wrong-token-0123').issue(CurrentState(False))
