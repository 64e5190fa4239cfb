# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contributor guide shows is all that a new source type and a new delivery type need."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support import guide
from tests.tools.scratch import environment

# The tests that name what is missing for a new type
CHECKS = (
    'tests/unit/test_documentation.py',
    'tests/unit/test_repository.py',
    # The injector of AWX, which judges them, needs Python 3.11
    *(['tests/unit/awx/test_credential_types.py'] if sys.version_info >= (3, 11) else []),
    'tests/unit/plugin_utils/test_delivery_types.py',
    'tests/unit/plugin_utils/test_module_result.py',
)
# The guide names the suites of step 6, but does not show what to add to them
CHECKED = (
    '(acme or readme or README or group or licence or current or missing or every or names)'
    ' and not suites'
)


class Acme(BaseHTTPRequestHandler):
    """The server of the guide's source type."""

    tokens: t.ClassVar[list[str]] = []
    revoked: t.ClassVar[list[str]] = []

    requests: t.ClassVar[list[str]] = []

    def _respond(self) -> None:
        self.requests.append(self.command)
        if self.command != 'GET' and self.tokens and self.tokens[-1] not in self.revoked:
            self.revoked.append(self.tokens[-1])
        if self.command == 'POST':
            self.tokens.append('acme-t0ken-%d' % len(self.tokens))
        live = [token for token in self.tokens if token not in self.revoked]
        body = json.dumps({'token': live[-1], 'expires_in': 9000}).encode() if live else b'{}'
        self.send_response(200 if live or self.command == 'DELETE' else 404)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _respond

    def log_message(self, format: str, *args: t.Any) -> None:
        """Print nothing."""


@pytest.fixture(scope='module')
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the collection with all that the guide shows."""
    copy = guide.copy_collection(tmp_path_factory.mktemp('guide'))
    for block in guide.blocks():
        guide.add(block, copy)
    # Files count only if git knows them
    _run(copy, 'git', 'init', '-q')
    _run(copy, sys.executable, '-m', 'tests.tools.generate')
    return copy


def _run(copy: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=copy,
        env={**environment(copy.parents[2]), 'ANSIBLE_COLLECTIONS_PATH': str(copy.parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def url() -> t.Iterator[str]:
    for kept in (Acme.tokens, Acme.revoked, Acme.requests):
        kept.clear()
    server = ThreadingHTTPServer(('127.0.0.1', 0), Acme)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield 'http://127.0.0.1:%d' % server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_the_files_of_the_guide_pass_the_checks_that_name_what_is_missing(collection: Path) -> None:
    shown = [block.path for block in guide.blocks() if not block.added]
    _run(collection, sys.executable, '-m', 'ruff', 'format', '--check', *shown)
    _run(collection, sys.executable, '-m', 'ruff', 'check', *shown)
    _run(collection, sys.executable, '-m', 'tests.tools.words', *shown)
    _run(collection, sys.executable, '-m', 'yamllint', '--strict', 'roles', 'extensions', 'meta')
    _run(collection, sys.executable, '-m', 'pytest', '-q', '-k', CHECKED, *CHECKS)


@pytest.mark.parametrize(
    'kind, name, text',
    [
        ('module', 'acme_token', 'Gets the token of a user of Acme.'),
        ('module', 'acme_server', 'removes servers in the file'),
        ('role', 'acme_settings', 'acme_settings_servers'),
        ('lookup', 'token', 'buildops_tokens_acme_password'),
    ],
)
def test_ansible_doc_shows_them(collection: Path, kind: str, name: str, text: str) -> None:
    command = [sys.executable, '-m', 'ansible', 'doc', '-t', kind, 'buildops.tokens.' + name]
    assert text in ' '.join(_run(collection, *command).split())


@pytest.fixture
def play(
    collection: Path, run_playbook: t.Callable[..., t.Any], tmp_path: Path, url: str
) -> t.Callable[..., t.Any]:
    """A function that runs a playbook for a host with the new types."""
    host = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
        'token_sources': {
            'acme': {'type': 'acme_token', 'url': url, 'username': 'ci', 'password': 'p4ssword'}
        },
        'acme_settings_servers': [{'name': 'main', 'token': 'acme'}],
        'acme_settings_path': str(tmp_path / 'acmerc'),
    }

    def play(playbook: str, *arguments: str) -> t.Any:
        return run_playbook(
            'buildops.tokens.' + playbook,
            {'all': {'hosts': {'one': host}}},
            *arguments,
            env={'ANSIBLE_COLLECTIONS_PATH': str(collection.parents[2])},
        )

    return play


def test_the_playbooks_use_them(play: t.Callable[..., t.Any], tmp_path: Path) -> None:
    settings = tmp_path / 'acmerc'

    def content() -> str:
        return settings.read_text(encoding='utf-8')

    run = play('provision_tokens')
    assert run.rc == 0 and content() == 'main acme-t0ken-0\n', run.output
    assert settings.stat().st_mode & 0o777 == 0o600
    (row,) = run.result('Sum up')['rows']
    assert (row['source'], row['delivery'], row['place']) == ('acme', 'acme_settings', 'main')
    assert row['changed'] == ['one'] and row['expires_at']
    again = play('provision_tokens')
    assert again.rc == 0 and again.changed == 0, again.output

    report = play('report_tokens')
    assert report.rc == 0 and 'acme (acme_token, 1 host): exists, expires at' in report.output

    run = play('rotate_tokens', '-e', 'rotate_tokens_sources=acme')
    assert run.rc == 0 and content() == 'main acme-t0ken-1\n', run.output
    assert Acme.revoked == ['acme-t0ken-0']

    run = play('revoke_tokens', '-e', 'revoke_tokens_sources=acme')
    assert run.rc == 0 and content() == '', run.output
    assert Acme.revoked == Acme.tokens
    assert 'acme-t0ken' not in run.output and 'p4ssword' not in run.output


def test_the_role_and_the_lookup_use_them(
    collection: Path, run_playbook: t.Callable[..., t.Any], tmp_path: Path, url: str
) -> None:
    plays = [
        {
            'hosts': 'localhost',
            'gather_facts': False,
            'vars': {
                'token_sources': {
                    'acme': {
                        'type': 'acme_token',
                        'url': url,
                        'username': 'ci',
                        'password': 'p4ssword',
                    }
                },
                'acme_settings_servers': [{'name': 'main', 'token': 'acme'}],
                'acme_settings_path': str(tmp_path / 'acmerc'),
            },
            'roles': ['buildops.tokens.acme_settings'],
            'post_tasks': [
                {
                    'name': 'Compare',
                    'ansible.builtin.assert': {
                        'that': "lookup('buildops.tokens.token', 'acme').access_token"
                        " in lookup('ansible.builtin.file', acme_settings_path)"
                    },
                }
            ],
        }
    ]
    run = run_playbook(plays, env={'ANSIBLE_COLLECTIONS_PATH': str(collection.parents[2])})
    assert run.rc == 0 and run.changed == 1, run.output
    assert (tmp_path / 'acmerc').read_text(encoding='utf-8') == 'main acme-t0ken-0\n'


def test_a_delivery_that_no_result_mentions_fails_the_run_by_name(
    collection: Path, play: t.Callable[..., t.Any]
) -> None:
    """As if one part of the code did not know the new type."""
    module = collection / 'plugins/plugin_utils/delivery_run.py'
    text = module.read_text(encoding='utf-8')
    loop = 'for name in selection.defined(variables):\n'
    assert text.count(loop) == 1
    lost = loop + "        if name == 'acme_settings':\n            continue\n"
    try:
        module.write_text(text.replace(loop, lost), encoding='utf-8')
        run = play('provision_tokens')
    finally:
        module.write_text(text, encoding='utf-8')
    assert run.rc != 0
    assert run.result('Sum up')['problems'] == [
        'acme_settings (one): no result mentions this delivery.'
    ], run.output


def test_a_type_that_the_module_does_not_import_fails_the_run_by_name(
    collection: Path, play: t.Callable[..., t.Any]
) -> None:
    """As if tests.tools.generate had been forgotten."""
    module = collection / 'plugins/modules/token_deliveries.py'
    text = module.read_text(encoding='utf-8')
    try:
        module.write_text(text.replace("'acme_settings':", "'other':"), encoding='utf-8')
        run = play('provision_tokens')
    finally:
        module.write_text(text, encoding='utf-8')
    assert run.rc != 0
    (problem,) = run.result('Sum up')['problems']
    assert problem == (
        'acme_settings (one): The module token_deliveries does not import acme_settings. '
        'Run python -m tests.tools.generate.'
    ), run.output


ACME = next(
    block.text for block in guide.blocks() if block.path.endswith('_deliveries/acme_settings.py')
)


@pytest.mark.parametrize(
    'text, message',
    [
        ('import nowhere\n', 'broken.py cannot be imported: ModuleNotFoundError in broken.py'),
        (ACME.replace("NAME = 'acme_settings'", "NAME = 'broken'"), 'acme_settings_servers is'),
        (ACME.replace('def apply', 'def aply'), 'broken.py lacks'),
    ],
    ids=['not imported', 'a name twice', 'a part is missing'],
)
def test_a_wrong_delivery_type_stops_the_run_before_any_request(
    collection: Path, play: t.Callable[..., t.Any], text: str, message: str
) -> None:
    broken = collection / 'plugins/module_utils/_deliveries/broken.py'
    broken.write_text(text, encoding='utf-8')
    try:
        run = play('provision_tokens')
    finally:
        broken.unlink()
    assert run.rc != 0 and message in ' '.join(run.output.split()), run.output
    assert Acme.requests == []


def test_a_typo_in_the_variable_of_a_new_type_stops_the_run_before_any_request(
    play: t.Callable[..., t.Any],
) -> None:
    run = play('provision_tokens', '-e', '{"acme_setting_user": "x"}')
    assert run.rc != 0, run.output
    assert 'There is no variable acme_setting_user. Did you mean acme_settings_user?' in run.output
    assert Acme.requests == []
