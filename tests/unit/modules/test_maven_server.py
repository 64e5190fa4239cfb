# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module maven_server, from its options to what Maven and a repository make of the file."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import stat
import subprocess
import sys

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    encryption as maven_encryption,
)
from ansible_collections.buildops.tokens.plugins.module_utils._maven.delivery import (
    ARGUMENTS,
    deliver,
)
from ansible_collections.buildops.tokens.plugins.module_utils._programs import user_of
from tests.oracles.maven import SettingsReader
from tests.sandbox.maven_repository import PROTECTED_PROJECT, MavenRepository
from tests.sandbox.serving import faults
from tests.tools.scratch import BUILD
from tests.tools.tree import pythons

CANARY = 'c4n4ry/+=&<"%c4n4ry'
COMPANY = {'id': 'company', 'username': 'jdoe', 'password': CANARY}


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'home' / '.m2' / 'settings.xml'


def filled(options, arguments):
    return dict({name: spec.get('default') for name, spec in arguments.items()}, **options)


def run(path, *servers, check=False, **options):
    """Deliver with defaults as the module would give them: (result, warnings)."""
    params = filled(
        dict(
            options,
            path=str(path),
            servers=[filled(server, ARGUMENTS['servers']['options']) for server in servers],
        ),
        ARGUMENTS,
    )
    result, warnings = deliver(params, check, True, shutil.which)
    assert 'c4n4ry' not in json.dumps([result, warnings])  # T7, A9
    return result, warnings


# ---- files


def test_M1_A10_predicts_writes_and_is_content(path):
    predicted = run(path, COMPANY, check=True)[0]
    assert predicted['changed'] and not path.parent.parent.exists()
    written = run(path, COMPANY)[0]
    assert written == predicted
    assert written['servers'] == [
        {
            'id': 'company',
            'state': 'present',
            'changed': ['id', 'username', 'password'],
            'effective': True,
        }
    ]
    assert (written['diff']['before'], written['diff']['after']) == (
        'company: absent\n',
        'company: present (username, password)\n',
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for check in (False, True):
        assert run(path, COMPANY, check=check)[0] == dict(
            written,
            changed=False,
            servers=[{'id': 'company', 'state': 'present', 'changed': [], 'effective': True}],
            diff=dict(written['diff'], before='', after=''),
        )


def test_M29_I12_there_is_no_backup_to_leave_behind_and_no_mode_to_open_the_file_with(path):
    run(path, COMPANY)
    for password in ('first', 'second'):
        assert run(path, dict(COMPANY, password=password))[0]['changed']
    assert [entry.name for entry in path.parent.iterdir()] == ['settings.xml']
    assert not {'backup', 'mode', 'owner', 'group', 'unsafe_writes'} & {
        name for spec in (ARGUMENTS, ARGUMENTS['servers']['options']) for name in spec
    }


def test_M25_a_file_that_others_can_read_is_closed(path):
    run(path, COMPANY)
    path.chmod(0o644)
    result = run(path, COMPANY)[0]
    assert (
        result['changed']
        and result['permissions_restricted']
        and 'mode: for the owner alone' in result['diff']['after']
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert not run(path, {'id': 'other', 'state': 'absent'})[0]['changed']


def test_M26_a_link_to_a_dotfile_survives(path):
    path.parent.mkdir(parents=True)
    path.symlink_to('../dotfiles.xml')
    run(path, COMPANY)
    assert path.is_symlink() and (path.parent.parent / 'dotfiles.xml').stat().st_size > 100


def test_M24_the_files_of_mavens_encryption_are_not_touched(path):
    path.parent.mkdir(parents=True)
    for name in ('settings-security.xml', 'settings-security4.xml'):
        path.with_name(name).write_text('<settingsSecurity/>')
    run(path, COMPANY)
    assert {
        entry.name: entry.read_text() for entry in path.parent.iterdir() if 'security' in entry.name
    } == {
        'settings-security.xml': '<settingsSecurity/>',
        'settings-security4.xml': '<settingsSecurity/>',
    }


@pytest.mark.parametrize(
    'where', ['project/.mvn/settings.xml', 'project/.mvn/../.mvn//settings.xml']
)
def test_M31_the_settings_of_a_project_are_refused(tmp_path, where):
    with pytest.raises(BadInput, match='belongs to a project'):
        run(f'{tmp_path}/{where}', COMPANY)


def test_I11_a_relative_path_is_refused():
    with pytest.raises(BadInput, match='absolute'):
        run('settings.xml', COMPANY)


def test_P8_a_change_made_meanwhile_is_kept(path, monkeypatch):
    run(path, COMPANY)
    from ansible_collections.buildops.tokens.plugins.module_utils._files import (
        atomic_file as private_file,
    )

    write = private_file.write_private

    def interrupted(*args):
        monkeypatch.setattr(private_file, 'write_private', write)
        run(path, {'id': 'theirs', 'username': 'x', 'password': 'y'})
        write(*args)

    monkeypatch.setattr(private_file, 'write_private', interrupted)
    run(path, {'id': 'ours', 'username': 'x', 'password': 'y'})
    assert [server in path.read_text() for server in ('company', 'theirs', 'ours')] == [True] * 3


def test_bad_input_changes_nothing_and_names_the_entry(path):
    run(path, COMPANY)
    before = path.read_bytes()
    for entry in (
        {'id': 'x', 'password': CANARY + '${a}'},
        {'id': 'x', 'token': 'company'},
        {'id': 'x', 'username': 7},
        {'id': 'x'},
    ):
        with pytest.raises(BadInput, match='x') as caught:
            run(path, {'id': 'good', 'username': 'u', 'password': 'p'}, entry)
        assert 'c4n4ry' not in str(caught.value)
    assert path.read_bytes() == before


def test_an_access_token_is_reported_by_its_fingerprint(path):
    result = run(path, {'id': 'api', 'access_token': CANARY.replace('"', '')})[0]
    assert len(result['servers'][0]['fingerprint']) == 12
    assert result['servers'][0]['fingerprint'] in result['diff']['after']


SCRIPT = """
import sys, types
# Verification needs them, files do not
for name in ('ansible', 'ansible.module_utils', 'ansible.module_utils.urls'):
    sys.modules[name] = types.ModuleType(name)
sys.modules['ansible.module_utils.urls'].open_url = None
from ansible_collections.buildops.tokens.plugins.module_utils._maven.delivery import (
    ARGUMENTS, deliver
)
def filled(options, arguments):
    return dict({name: spec.get('default') for name, spec in arguments.items()}, **options)
servers = [
    {'id': 'a', 'username': 'u', 'password': 'p', 'configuration': {'b': ['c', 'd']}},
    {'id': 'e', 'access_token': 'f' * 20},
]
servers = [filled(server, ARGUMENTS['servers']['options']) for server in servers]
params = filled({'path': sys.argv[1], 'servers': servers}, ARGUMENTS)
print([deliver(params, False, True, None)[0]['changed'] for again in range(2)])
"""
INTERPRETERS = pythons()


@pytest.mark.parametrize(
    'version',
    [
        pytest.param('3.8', marks=pytest.mark.needs_client('python3.8')),
        *sorted(set(INTERPRETERS) - {'3.8'}),
    ],
)
def test_managed_hosts_with_any_python(path, version):
    ran = subprocess.run(
        [INTERPRETERS[version], '-W', 'error', '-c', SCRIPT, path],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, PYTHONPATH=str(BUILD / 'collections'), PYTHONDONTWRITEBYTECODE='1'),
    )
    assert (ran.returncode, ran.stdout) == (0, '[True, False]\n'), ran.stderr
    assert b'<c>' not in path.read_bytes() and path.read_bytes().count(b'<b>') == 2


# ---- verification


class Repository:
    """A Maven repository that requires one Authorization header, with the faults of servers."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.files = MavenRepository()

    def __call__(self, environ, start_response):
        path = environ['PATH_INFO']
        status, headers, body = '200 OK', [], b'x'
        if path.startswith('/redirect'):
            status, headers = '302 Found', [('Location', '/login')]
        elif path.startswith('/broken'):
            status = '502 Bad Gateway'
        elif path.startswith('/open'):
            status = '404 Not Found'
        elif environ.get('HTTP_AUTHORIZATION') != self.wanted:
            status, headers = '401 Unauthorized', [('WWW-Authenticate', 'Basic realm="x"')]
        elif path.startswith('/forbidden'):
            status = '403 Forbidden'
        else:
            body = self.files.get(path.lstrip('/')) or b''
            status = '200 OK' if body or path == '/' else '404 Not Found'
        start_response(status, headers + [('Content-Length', str(len(body)))])
        return [body]


def basic(username, password):
    return 'Basic ' + base64.b64encode(f'{username}:{password}'.encode()).decode()


def attempt(path, sandbox, server, where='/', entry=None, **options):
    """Deliver with verify: (accepted, reason) of the one server, and the message of a failure."""
    options = dict({'verify': True, 'ca_path': str(sandbox.ca_path)}, **options)
    result = run(
        path,
        dict(entry or COMPANY, verify_url=server if '://' in str(server) else server.url + where),
        **options,
    )[0]
    [first] = result['verification']
    return first['accepted'], first['message'], result.get('msg')


def test_verification_reports_what_the_server_sends(sandbox, path):
    server = sandbox.serve(Repository(basic('jdoe', CANARY)))
    assert attempt(path, sandbox, server) == (True, 'accepted', None)
    assert attempt(path, sandbox, server, '/no/such/file') == (True, 'accepted', None)
    assert attempt(path, sandbox, server, '/open')[:2] == (
        None,
        'the server answers 404 with and without credentials: give a verify_url that exists',
    )
    for where, text_shown in (
        ('/forbidden', '403'),
        ('/redirect', 'redirects'),
        ('/broken', '502'),
    ):
        accepted, reason, msg = attempt(path, sandbox, server, where)
        assert accepted is False and text_shown in reason and 'company (%s)' % reason in msg
    accepted, reason, msg = attempt(path, sandbox, server, entry=dict(COMPANY, password='wrong'))
    assert (
        accepted is False and '401' in reason and 'wrong' not in msg and msg.startswith(str(path))
    )
    assert not [record for record in server.requests if record['path'] == '/login']
    assert path.exists()  # what was asked for is written, whatever the server says


def test_verification_with_a_server_that_cannot_be_reached_or_trusted(sandbox, path, monkeypatch):
    server = sandbox.serve(Repository(None))
    assert 'certificate' in attempt(path, sandbox, server, ca_path=None)[1]
    url = server.url
    server.stop()
    assert 'cannot be reached' in attempt(path, sandbox, url)[1]
    assert 'resolved' in attempt(path, sandbox, 'https://no-such-host.invalid/')[1]


def test_a_slow_server_is_not_waited_for(sandbox, path):
    server = sandbox.serve(Repository(None))
    server.faults.add('/', faults.delay(30))
    assert 'in time' in attempt(path, sandbox, server, verify_timeout=1)[1]


@pytest.mark.parametrize(
    'entry, options, text_shown',
    [
        (COMPANY, {'check': True}, 'check mode'),
        (dict(COMPANY, password='{abc=}', allow_encrypted=True), {}, 'only Maven can read'),
        (dict(COMPANY, password='${env.X}', allow_interpolation=True), {}, 'only Maven can read'),
        ({'id': 'company', 'private_key': '/k'}, {}, 'no password'),
    ],
)
def test_credentials_that_are_not_tried(sandbox, path, entry, options, text_shown):
    server = sandbox.serve(Repository(None))
    accepted, reason, msg = attempt(path, sandbox, server, entry=entry, **options)
    assert (accepted, msg) == (None, None) and text_shown in reason and not list(server.requests)


@pytest.mark.parametrize(
    'url, text_shown',
    [
        ('http://nexus.example.com/', 'uses http'),
        ('https://u:c4n4ry@nexus.example.com/', 'user name'),
        ('https://nexus.example.com/?t=c4n4ry', 'query'),
        ('file:///etc/passwd', 'verify_url of company must be an address'),
        ('nexus.example.com', 'verify_url of company must be an address'),
        ('https://[x', 'verify_url of company is not an address'),
        ('https://nexus.example.com:99999/', 'verify_url of company is not an address'),
    ],
)
def test_I7_I8_addresses_to_which_nothing_is_sent(path, url, text_shown):
    with pytest.raises(BadInput, match=text_shown) as caught:
        run(path, dict(COMPANY, verify_url=url), verify=True)
    assert 'c4n4ry' not in str(caught.value) and not path.exists()


# ---- the real Maven


def knock(path, sandbox, url):
    """Has Maven get a parent POM with the settings file, and nothing else from anywhere: (exit
    code, output).
    """
    folder = path.parent.parent
    (folder / 'pom.xml').write_text(
        PROTECTED_PROJECT % {'server_id': 'company', 'url': url}, encoding='utf-8'
    )
    ran = subprocess.run(
        [
            'mvn',
            '-q',
            '-B',
            '-N',
            '-s',
            path,
            f'-Dsettings.security={path.parent}/settings-security.xml',
            f'-Dmaven.repo.local={folder}/repository',
            f'-Djavax.net.ssl.trustStore={sandbox.truststore_path}',
            '-Djavax.net.ssl.trustStorePassword=changeit',
            'validate',
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.needs_client('mvn')
def test_maven_sends_a_bearer_token(sandbox, path):
    server = sandbox.serve(Repository('Bearer b3arer'))
    assert (
        attempt(path, sandbox, server, entry={'id': 'company', 'access_token': 'b3arer'})[0] is True
    )
    assert knock(path, sandbox, server.url)[0] == 0


@pytest.mark.needs_client('mvn')
def test_maven_decrypts_what_was_encrypted_and_no_command_line_contained_it(
    sandbox, path, tmp_path
):
    password = 'p4ss/+=&<"%w0rd'
    server = sandbox.serve(Repository(basic('jdoe', password)))
    path.parent.mkdir(parents=True)
    master = re.search(
        r'\{.*\}',
        maven_encryption._ask(
            [shutil.which('mvn'), '--encrypt-master-password'],
            'the master password',
            user_of('/'),
        ).decode(),
    )[0]
    path.with_name('settings-security.xml').write_text(
        f'<settingsSecurity><master>{master}</master></settingsSecurity>'
    )
    wrapper = tmp_path / 'mvn'
    wrapper.write_text(
        '#!/bin/sh\necho "$@" >> %s/argv\nenv >> %s/argv\nexec mvn "$@"\n' % (tmp_path, tmp_path)
    )
    wrapper.chmod(0o755)
    entry = dict(COMPANY, password=password)
    options = {'encrypt': True, 'mvn': str(wrapper)}
    assert (
        run(path, entry, check=True, **options)[0]['changed'] and not (tmp_path / 'argv').exists()
    )
    assert attempt(path, sandbox, server, entry=entry, **options) == (True, 'accepted', None)
    assert b'p4ss' not in path.read_bytes() and b'<password>{' in path.read_bytes()
    assert 'p4ss' not in (tmp_path / 'argv').read_text()
    assert not run(path, entry, **options)[0]['changed']
    code, printed = knock(path, sandbox, server.url)
    assert code == 0, printed


@pytest.mark.parametrize(
    'script, security, text_shown',
    [
        (None, True, 'no mvn on this host'),
        ('exit 1', False, 'mvn --encrypt-master-password'),
        ('echo Unrecognized option; exit 1', True, 'Maven did not encrypt'),
        ('printf "Password: "; read x; echo "{}"', True, 'Maven did not encrypt'),
        ('printf "Password: "; sleep 60', True, 'Maven did not encrypt'),
    ],
)
def test_maven_that_cannot_encrypt(path, tmp_path, monkeypatch, script, security, text_shown):
    monkeypatch.setattr(maven_encryption, 'SECONDS', 2)
    path.parent.mkdir(parents=True)
    if security:
        path.with_name('settings-security.xml').touch()
    if script:
        (tmp_path / 'mvn').write_text('#!/bin/sh\n%s\n' % script)
        (tmp_path / 'mvn').chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:/bin' if script else str(tmp_path))
    with pytest.raises(FileProblem, match=text_shown) as caught:
        run(path, COMPANY, encrypt=True)
    assert 'c4n4ry' not in str(caught.value) and not path.exists()


def test_passwords_that_a_terminal_would_spoil_are_not_encrypted(path):
    path.parent.mkdir(parents=True)
    path.with_name('settings-security.xml').touch()
    for password in ('p\u00e9', 'p' * 4001):
        with pytest.raises(BadInput, match='4000 ASCII'):
            run(path, dict(COMPANY, password=password), encrypt=True, mvn=sys.executable)


# ---- as people run it

PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    servers:
      - {id: company, username: jdoe, password: "{{ password }}"}
      - {id: api, access_token: "{{ token }}", configuration: {timeout: 20000}}
  tasks:
    - name: Write
      buildops.tokens.maven_server:
        path: "{{ path }}"
        servers: "{{ servers }}"
    - name: Write one by its options
      buildops.tokens.maven_server:
        path: "{{ path }}"
        id: one
        username: jdoe
        password: "{{ password }}"
"""


def test_T7_A1_a_playbook_run_twice_then_checked_shows_no_secret(run_playbook, path, tmp_path):
    (tmp_path / 'vars.json').write_text(
        json.dumps({'path': str(path), 'password': CANARY, 'token': 'c4n4ry-' + 'x' * 30})
    )
    outcomes = []
    for more in ((), (), ('--check', '--diff')):
        ran = run_playbook(PLAY, None, '-e', f'@{tmp_path}/vars.json', '-vvvv', *more)
        assert ran.rc == 0, ran.output
        assert 'c4n4ry' not in ran.output and 'c4n4ry' not in json.dumps(ran.events)
        outcomes.append(ran.changed)
    assert outcomes == [2, 0, 0]
    assert path.read_text().count('c4n4ry') == 5  # twice in each password


def test_A2_a_failing_run_shows_a_sentence_and_no_secret(run_playbook, path, tmp_path):
    for password, text_shown in (('c4n4ry${env.X}', '"${"'), (CANARY, 'mismatched tag')):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('<settings><servers><password>c4n4ry-old</settings>')
        (tmp_path / 'vars.json').write_text(
            json.dumps({'path': str(path), 'password': password, 'token': 'c4n4ry-' + 'x' * 30})
        )
        ran = run_playbook(PLAY, None, '-e', f'@{tmp_path}/vars.json', '-vvvv', '--diff')
        assert ran.rc == 2 and text_shown in ran.result('Write')['msg']
        assert 'c4n4ry' not in ran.output and 'c4n4ry' not in json.dumps(ran.events)
        assert path.read_text() == '<settings><servers><password>c4n4ry-old</settings>'


# ---- which file Maven takes a server from


def installation(tmp_path, content='<settings>\n</settings>\n', mode=0o644):
    """The settings of an installation of Maven, and its program."""
    settings = tmp_path / 'maven' / 'conf' / 'settings.xml'
    settings.parent.mkdir(parents=True)
    settings.write_text(content)
    settings.chmod(mode)
    (tmp_path / 'maven' / 'bin').mkdir()
    program = tmp_path / 'maven' / 'bin' / 'mvn'
    program.write_text('#!/bin/sh\n')
    return settings, program


def server(password, server_id='company'):
    return (
        '<settings><servers><server><id>%s</id><username>jdoe</username><password>%s</password>'
        '</server></servers></settings>' % (server_id, password)
    )


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / 'home'
    (folder / '.m2').mkdir(parents=True)
    monkeypatch.setenv('HOME', str(folder))
    return folder


@pytest.mark.needs_client('mvn', 'javac')
@pytest.mark.parametrize('check', [True, False])
def test_a_server_of_the_user_shadows_the_one_of_the_installation(home, tmp_path, check):
    settings, _program = installation(tmp_path)
    (home / '.m2' / 'settings.xml').write_text(server('old'))
    before = settings.read_bytes()
    result = run(settings, COMPANY, {'id': 'free', 'username': 'u', 'password': 'p'}, check=check)[
        0
    ]
    assert result['failed'] and not result['changed'] and settings.read_bytes() == before
    assert [one['effective'] for one in result['servers']] == [False, True]
    assert '~/.m2/settings.xml has a server of this id' in result['servers'][0]['shadowed_by']
    assert result['servers'][0]['shadowed_by'] in result['msg']
    with SettingsReader() as maven:
        read = maven.read_bytes(server('old').encode(), server('new').encode())
    assert [(one.id, one.password) for one in read.servers] == [('company', 'old')]


def test_the_same_server_in_both_files_is_effective(home, tmp_path):
    settings, _program = installation(tmp_path)
    run(home / '.m2' / 'settings.xml', COMPANY)
    assert run(settings, COMPANY)[0]['servers'][0]['effective']


def test_an_id_that_is_a_variable_of_the_environment_shadows(home, tmp_path, monkeypatch):
    settings, _program = installation(tmp_path)
    (home / '.m2' / 'settings.xml').write_text(server('old', '${env.REPOSITORY_ID}'))
    monkeypatch.setenv('REPOSITORY_ID', 'company')
    result = run(settings, COMPANY)[0]
    assert result['failed'] and '${env.REPOSITORY_ID}' in result['msg']
    monkeypatch.setenv('REPOSITORY_ID', 'another')
    assert not run(settings, COMPANY)[0].get('failed')


def test_settings_of_the_installation_that_maven_rejects_are_named(home, tmp_path):
    settings, program = installation(tmp_path, '<settings><servers>x</servers></settings>')
    result = run(home / '.m2' / 'settings.xml', COMPANY, mvn=str(program))[0]
    assert result['failed'] and str(settings) in result['msg'] and 'line 1' in result['msg']
    settings.write_text('<settings/>')
    assert not run(home / '.m2' / 'settings.xml', COMPANY, mvn=str(program))[0].get('failed')


def test_what_stays_after_a_removal_is_named(home, tmp_path):
    settings, program = installation(tmp_path, server('old'))
    run(home / '.m2' / 'settings.xml', COMPANY, mvn=str(program))
    absent = {'id': 'company', 'state': 'absent'}
    result, warnings = run(home / '.m2' / 'settings.xml', absent, mvn=str(program))
    assert result['changed'] and f'{settings} still has a server company' in warnings[0]


@pytest.mark.parametrize(
    'permissions, mode, warns',
    [('auto', 0o644, True), ('keep', 0o644, True), ('restrict', 0o600, False)],
)
def test_M25_the_settings_of_an_installation_keep_their_mode(
    home, tmp_path, permissions, mode, warns
):
    settings, _program = installation(tmp_path)
    result, warnings = run(settings, COMPANY, permissions=permissions)
    assert result['changed'] and stat.S_IMODE(settings.stat().st_mode) == mode
    assert result['permissions_restricted'] == (not warns)
    assert any('can be read by other users' in warning for warning in warnings) == warns
    assert not run(settings, COMPANY, permissions=permissions)[0]['changed']


def test_M25_the_mode_of_any_file_is_kept_on_request(path):
    run(path, COMPANY)
    path.chmod(0o640)
    assert not run(path, COMPANY, permissions='keep')[0]['changed']
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.needs_client('mvn')
@pytest.mark.parametrize(
    ('encoding', 'security'),
    [
        ('utf-8', '<!-- <master>{x}</master> --><master>\n%s</master>'),
        ('utf-16', '<master ><![CDATA[%s]]>\n</master>'),
    ],
)
def test_M23_a_rotated_password_is_encrypted_again_and_the_same_one_is_not(
    path, encoding, security
):
    path.parent.mkdir(parents=True)
    master = maven_encryption._ask(
        [shutil.which('mvn'), '--encrypt-master-password'], 'master', user_of('/')
    )
    content = security % re.search(r'\{.*\}', master.decode())[0]
    path.with_name('settings-security.xml').write_bytes(
        (
            '<?xml version="1.0" encoding="%s"?><settingsSecurity>%s</settingsSecurity>'
            % (encoding, content)
        ).encode(encoding)
    )
    assert run(path, COMPANY, encrypt=True)[0]['changed']
    before = path.read_bytes()
    assert not run(path, COMPANY, encrypt=True)[0]['changed'] and path.read_bytes() == before
    assert not run(path, COMPANY)[0].get('failed')  # it is the given one
    rotated = dict(COMPANY, password=CANARY + 'rotated')
    kept = run(path, rotated)[0]
    assert kept['failed'] and 'is another one' in kept['servers'][0]['shadowed_by']
    assert run(path, rotated, encrypt=True, check=True)[0]['changed']
    assert run(path, rotated, encrypt=True)[0]['changed'] and path.read_bytes() != before
    assert not run(path, rotated, encrypt=True)[0]['changed']
