# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nuxeo_registration, with a nuxeoctl that does what the real ones do and a service that answers
it.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import instance_clid
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import nuxeoctl_output
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    registration as nuxeo_registration,
)
from tests.sandbox import nuxeo_online
from tests.sandbox.serving import faults
from tests.support.processes import command_lines
from tests.unit.nuxeo_online.conftest import NuxeoServer

TOKEN = 'nos-TOKEN+with/odd=chars'
DAY = 86400
SOON, LATER, PAST = int(time.time()) + 5 * DAY, 4_000_000_000, 1_000_000_000
FIRST, SECOND = f'0123abcd-0001.{LATER}.c2lnbmF0dXJl+/==', '0123abcd-aaaa-bbbb-cccc-0123456789ab'


def params(server, service, **changes):
    values = {name: spec.get('default') for name, spec in nuxeo_registration.ARGUMENTS.items()}
    values.update(
        nuxeo_home=str(server.home),
        url=service.url,
        username='jdoe',
        password=TOKEN,
        project='jdoe-SANDBOX',
        description='my desc',
        timeout=20,
    )
    values.update(changes)
    return values


def ensure(server, service, check_mode=False, **changes):
    result, warnings = nuxeo_registration.ensure(
        params(server, service, **changes), check_mode, True, environment={}
    )
    assert TOKEN not in repr((result, warnings))
    return {**result, 'warnings': warnings}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=['2023', '10.10'])
def any_server(request, tmp_path, service, sandbox):
    return NuxeoServer(tmp_path / request.param, service.url, sandbox.ca_path, request.param)


# registering


def test_it_registers_once_with_every_generation_of_nuxeoctl(any_server, service):
    predicted = ensure(any_server, service, check_mode=True)
    assert (
        predicted['changed']
        and predicted['action'] == 'register'
        and not any_server.clid.exists()
        and not len(service.requests)
    )
    first = ensure(any_server, service)
    [instance] = service.app.state.instances.values()
    assert first['changed'] and first['registered'] and not first['restart_required']
    assert (instance.project, instance.type, instance.description) == (
        'jdoe-SANDBOX',
        'dev',
        'my desc',
    )
    assert any_server.clid.read_text() == f'{instance.clid1}\n{instance.clid2}\nmy desc\n'
    assert first['expires_at'].startswith(
        time.strftime('%Y-', time.gmtime(time.time() + 365 * DAY))
    )
    assert 'clid' not in first and instance.clid2 not in repr(first)
    asked = len(service.requests)
    for check_mode in (False, True):
        second = ensure(any_server, service, check_mode=check_mode, password=None)
        assert (
            not second['changed']
            and second['action'] == 'keep'
            and second['fingerprint'] == first['fingerprint']
        )
    assert len(service.requests) == asked, 'looking costs no request'


def test_T2_the_file_is_private_from_the_start(nuxeo_server, service):
    program = nuxeo_server.home / 'bin/looks'
    program.write_text(
        '#!/bin/sh\n"$(dirname "$0")/nuxeoctl" "$@"\n'
        f'stat -c %a {nuxeo_server.clid} > {nuxeo_server.home}/seen\n'
    )
    program.chmod(0o755)
    before = os.umask(0o022)
    try:
        ensure(nuxeo_server, service, nuxeoctl=str(program))
        assert (nuxeo_server.home / 'seen').read_text() == '600\n', 'also before nuxeoctl has ended'
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert mode(nuxeo_server.clid) == 0o600


@pytest.mark.parametrize('expires', [LATER, SOON], ids=['kept', 'not renewed'])
def test_T2_a_file_that_others_could_read_is_closed_to_them(nuxeo_server, service, expires):
    nuxeo_server.has(expires, mode=0o644)
    predicted = ensure(nuxeo_server, service, check_mode=True)
    assert predicted['changed'] and mode(nuxeo_server.clid) == 0o644
    assert ensure(nuxeo_server, service)['changed'] and mode(nuxeo_server.clid) == 0o600


def test_T7_the_token_is_in_no_command_line_environment_log_or_file(any_server, service):
    service.faults.add('getAvailableProjects', faults.delay(0.6))
    seen = []
    place = os.fsencode(any_server.conf.parents[1])

    def look():
        end = time.monotonic() + 10
        while time.monotonic() < end and not any_server.clid.exists():
            for pid in filter(str.isdigit, os.listdir('/proc')):
                for name in ('cmdline', 'environ'):
                    try:
                        with open(f'/proc/{pid}/{name}', 'rb') as stream:
                            content = stream.read()
                    except OSError:
                        continue
                    if place in content:  # other tests run others at the same time
                        seen.append(content)
            time.sleep(0.02)

    watcher = threading.Thread(target=look)
    watcher.start()
    ensure(any_server, service)
    watcher.join()
    assert any(b'register\0jdoe\0jdoe-SANDBOX\0dev\0my desc' in content for content in seen)
    assert not [content for content in seen if TOKEN.encode() in content]
    for path in any_server.home.rglob('*'):
        assert path.is_dir() or TOKEN not in path.read_text(), path


def test_success_is_judged_by_the_file_and_not_by_the_exit_code(nuxeo_server, service, tmp_path):
    nuxeo_server.conf.write_text(
        nuxeo_server.conf.read_text() + f'nuxeo.data.dir={tmp_path}/elsewhere\n'
    )
    program = nuxeo_server.home / 'bin/idle'
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    with pytest.raises(FileProblem, match='reports that it has registered.*data_dir'):
        ensure(nuxeo_server, service, nuxeoctl=str(program))
    program = nuxeo_server.home / 'bin/failing'
    program.write_text('#!/bin/sh\n"$(dirname "$0")/nuxeoctl" "$@"\nexit 2\n')
    program.chmod(0o755)
    assert ensure(nuxeo_server, service, nuxeoctl=str(program))['registered']
    assert (tmp_path / 'elsewhere/instance.clid').exists(), (
        'nuxeo.data.dir is taken from nuxeo.conf'
    )


@pytest.mark.parametrize('options', [{}, {'clid': f'{FIRST}--{SECOND}'}])
@pytest.mark.parametrize('check_mode', [True, False])
def test_a_folder_that_nuxeoctl_does_not_read_fails_before_any_request(
    nuxeo_server, service, tmp_path, check_mode, options
):
    with nuxeo_server.conf.open('a') as conf:
        conf.write(f'nuxeo.data.dir={tmp_path}/elsewhere\n')
    result = ensure(
        nuxeo_server, service, check_mode, data_dir=str(nuxeo_server.clid.parent), **options
    )
    assert result['failed'] and not result['changed'] and result['effective'] is False
    assert f'names {tmp_path}/elsewhere. Correct data_dir' in result['msg']
    assert not len(service.requests) and not nuxeo_server.clid.exists()
    (tmp_path / 'elsewhere').mkdir()
    link = tmp_path / 'link'
    link.symlink_to('elsewhere')
    result = ensure(nuxeo_server, service, check_mode, data_dir=str(link), **options)
    assert result['effective'] is True and 'failed' not in result


@pytest.mark.parametrize('line', ['', 'nuxeo.data.dir=${env.DATA}\n'])
def test_whether_nuxeoctl_reads_a_folder_that_nothing_names_is_not_known(
    nuxeo_server, service, tmp_path, line
):
    with nuxeo_server.conf.open('a') as conf:
        conf.write(line)
    (tmp_path / 'data').mkdir()
    result = ensure(
        nuxeo_server, service, data_dir=str(tmp_path / 'data'), clid=f'{FIRST}--{SECOND}'
    )
    assert result['changed'] and result['effective'] is None
    [warning] = result['warnings']
    assert 'is not known' in warning and 'nuxeo.data.dir' in warning


WRONG = [
    (
        {'password': 'wrong-token-0123'},
        None,
        r'refuses the user name or the token \(401\).*connect/tokens',
    ),
    ({'project': 'unknown'}, None, 'does not open this project'),
    (
        {'username': 'newcomer', 'password': 'nos-newcomer-token'},
        None,
        'shows no project to this user',
    ),
    ({}, ('getAvailable', faults.status(500)), r'answered 500\. Try again later'),
    (
        {},
        ('getAvailable', faults.redirect(302, '/nuxeo/login.jsp')),
        'shows no project to this user: the user name or the token is wrong',
    ),
    (
        {},
        ('remoteRegister', faults.status(403)),
        r'refuses to register a server for this project \(403\)',
    ),
    ({}, ('remoteRegister', faults.login_page()), 'something that is not a registration'),
    *(
        (
            {},
            ('remoteRegister', faults.status(status)),
            rf'failed while it registered the server \({status}\)',
        )
        for status in (500, 503)
    ),
    (
        {},
        ('remoteRegister', faults.redirect(302, '/nuxeo/login.jsp')),
        r'something that is not a registration \(302\)',
    ),
    ({}, ('remoteRegister', faults.status(204)), r'something that is not a registration \(204\)'),
    (
        {},
        ('getAvailable', faults.reset_before()),
        'cannot reach Nuxeo Online Services: the connection broke',
    ),
]


@pytest.mark.parametrize(
    'changes, fault, message', WRONG, ids=[message[:30] for changes, fault, message in WRONG]
)
@pytest.mark.parametrize('before', [None, PAST])
def test_what_goes_wrong_is_reported_in_words_and_leaves_the_file_as_it_was(
    any_server, service, changes, fault, message, before
):
    if before:
        any_server.has(before)
        service.faults.add('remoteRenew', faults.status(401))
    was = any_server.clid.read_bytes() if before else None
    if fault:
        service.faults.add(*fault)
    with pytest.raises(TokensError, match=message) as caught:
        ensure(any_server, service, **changes)
    assert (
        changes.get('password', TOKEN) not in str(caught.value) and caught.value.__cause__ is None
    )
    assert not re.search(r'Exception|\w+\.\w+\.[A-Z]', str(caught.value))
    assert (any_server.clid.read_bytes() if any_server.clid.exists() else None) == was


def test_a_service_that_is_not_there_is_reported(nuxeo_server, service):
    nuxeo_server.conf.write_text(
        nuxeo_server.conf.read_text().replace(service.url, 'https://127.0.0.1:9/nuxeo')
    )
    with pytest.raises(
        FileProblem,
        match='cannot reach Nuxeo Online Services: .*Connection refused.*nuxeo.http.proxy.host',
    ):
        ensure(nuxeo_server, service, url='https://127.0.0.1:9/nuxeo')


@pytest.mark.parametrize(
    'text_shown, sentence',
    [
        (
            'Cannot execute command. org.apache.http.conn.HttpHostConnectException: Connect to '
            'connect.test [/127.0.0.1] failed: Connection refused\n'
            'java.lang.RuntimeException: org.apache.http.conn.HttpHostConnectException: Connect '
            'to connect.test [/127.0.0.1] failed: Connection refused\n'
            '\tat x',
            'no connection could be made (Connect to connect.test [/127.0.0.1] failed: Connection '
            'refused). Check',
        ),
        (
            'Cannot execute command. java.net.UnknownHostException: connect.test',
            'this host does not know its name (connect.test). Check',
        ),
        (
            'Cannot execute command. java.net.SocketTimeoutException: Read timed out',
            'it did not answer in time (Read timed out). Check',
        ),
        (
            'Cannot execute command. java.lang.NullPointerException\n'
            'java.lang.NullPointerException\n\tat x',
            'It said: Cannot execute command.',
        ),
    ],
)
def test_no_java_exception_is_shown(text_shown, sentence):
    reported = nuxeoctl_output.explain(1, text_shown, 5)
    assert sentence in reported and 'Exception' not in reported
    accepted, reported = nuxeoctl_output.verdict(
        1, f'Unable to fetch remote packages list: {text_shown.partition(". ")[2]}', 5
    )
    assert (
        not accepted
        and 'Exception' not in reported
        and reported.startswith('nuxeoctl cannot get its packages list')
    )


def test_T10_a_silent_service_does_not_hang_it_and_no_process_is_left(nuxeo_server, service):
    service.faults.add('getAvailable', faults.delay(30))
    program = nuxeo_server.home / 'bin/starts-a-child'  # as the real one, a script that starts Java
    program.write_text('#!/bin/sh\n"$(dirname "$0")/nuxeoctl" "$@"\nexit $?\n')
    program.chmod(0o755)
    started = time.monotonic()
    with pytest.raises(
        FileProblem, match='did not end within 1 seconds.*may have made a registration'
    ):
        ensure(nuxeo_server, service, nuxeoctl=str(program), timeout=1)
    assert time.monotonic() - started < 10
    assert not [line for line in command_lines() if str(nuxeo_server.home) in line]
    assert not nuxeo_server.clid.exists()


def test_T21_an_unwritable_place_is_noticed_before_the_service_is_asked(
    nuxeo_server, service, tmp_path, monkeypatch
):
    (tmp_path / 'file').write_text('')
    with pytest.raises(TokensError, match='file'):
        ensure(nuxeo_server, service, data_dir=str(tmp_path / 'file/data'))
    monkeypatch.setattr(os, 'access', lambda path, how, **more: False)
    with pytest.raises(FileProblem, match='EACCES|cannot be written'):
        ensure(nuxeo_server, service)
    assert not len(service.requests)


@pytest.mark.needs_root
@pytest.mark.parametrize('state', ['absent', 'present'])
def test_S6_a_users_configuration_does_not_lead_root_into_a_folder_of_root(
    nuxeo_server, service, tmp_path, state
):
    of_root = tmp_path / 'of-root'
    of_root.mkdir()
    (of_root / 'instance.clid').write_text(f'{FIRST}\n{SECOND}\nof root\n')
    with nuxeo_server.conf.open('a') as conf:
        conf.write(f'nuxeo.data.dir={of_root}\n')
    before = (of_root / 'instance.clid').stat()
    for user in (1000, 0):  # what root's own configuration names is accepted
        os.chown(nuxeo_server.conf, user, user)
        options = {'state': state} if state == 'absent' else {'clid': f'{FIRST}--{SECOND}x'}
        if user:
            with pytest.raises(FileProblem, match='named by a file of the user .* 1000'):
                ensure(nuxeo_server, service, **options)
            assert (of_root / 'instance.clid').stat() == before
        else:
            assert ensure(nuxeo_server, service, **options)['changed']


@pytest.mark.needs_root
def test_root_does_not_write_what_the_server_could_not_read(nuxeo_server, service):
    os.chown(nuxeo_server.clid.parent, 1000, 1000)
    with pytest.raises(FileProblem, match='belongs to the user with the number 1000.*become_user'):
        ensure(nuxeo_server, service)
    assert not len(service.requests)


@pytest.mark.parametrize(
    'line, message',
    [
        (
            'https://connect.nuxeo.com/nuxeo/site/',
            'would send the token to https://connect.nuxeo.com .*is for https://127',
        ),
        ('{url}/site', 'must end with a slash'),
    ],
)
def test_the_token_goes_to_no_other_service_than_its_own(nuxeo_server, service, line, message):
    nuxeo_server.conf.write_text(
        nuxeo_server.conf.read_text()
        + 'org.nuxeo.connect.url = '
        + line.format(url=service.url)
        + '\n'
    )
    with pytest.raises(BadInput, match=message):
        ensure(nuxeo_server, service)
    assert not (nuxeo_server.home / 'log').exists(), 'nuxeoctl was not started'


@pytest.mark.parametrize(
    'changes',
    [
        {'description': 'line\nbreak'},
        {'description': 'Entwicklung für alle'},
        {'description': '-q'},
        {'description': ' x'},
        {'project': '--clid'},
        {'project': ''},
        {'username': 'jdoe@example.com'},
        {'username': '-d'},
        {'password': 'bad\ntoken'},
        {'password': 'tökén-0123456'},
        {'password': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'},
        {'password': ' nos-token'},
        {'url': 'http://connect.example.com/nuxeo'},
        {'timeout': 0},
        {'min_remaining': -1},
        {'nuxeo_home': None},
        {'nuxeo_home': '/does/not/exist'},
        {'nuxeo_home': 'server'},
        {'conf_path': '/does/not/exist'},
        {'clid': 'not a clid'},
        {'clid': 'A.1893456000.x--B--C'},
        {'clid': f'0123.{PAST}.x--secret-second-half'},
        {'project': None},
    ],
)
def test_I_wrong_input_changes_nothing(nuxeo_server, service, changes):
    with pytest.raises(BadInput) as caught:
        ensure(nuxeo_server, service, **changes)
    assert not len(service.requests) and not nuxeo_server.clid.exists()
    assert 'secret-second-half' not in str(caught.value)


def test_without_a_token_it_reports_what_is_needed(nuxeo_server, service):
    result, _warnings = nuxeo_registration.work(
        params(nuxeo_server, service, password=None), False, False
    )
    assert result['failed'] and result['needs_token'] and 'not registered' in result['msg']


def test_force_makes_another_registration(nuxeo_server, service):
    first, second = (
        ensure(nuxeo_server, service),
        ensure(nuxeo_server, service, force=True, instance_type='prod'),
    )
    assert (
        second['changed']
        and second['restart_required']
        and first['fingerprint'] != second['fingerprint']
    )
    assert [instance.type for instance in service.app.state.instances.values()] == ['dev', 'prod']


def test_the_description_is_the_name_of_the_host_by_default(nuxeo_server, service, monkeypatch):
    monkeypatch.setattr('socket.gethostname', lambda: 'büro-1')
    assert ensure(nuxeo_server, service, description=None)['description'] == 'bro-1'


# renewing


def registered(server, service, days):
    """A registration that the service knows and that ends in so many days."""
    ensure(server, service)
    first, second, description = server.clid.read_text().splitlines()
    parts = first.split('.')
    sooner = f'{parts[0]}.{int(time.time()) + days * DAY}.{parts[2]}'
    instance = service.app.state.instances[sooner] = service.app.state.instances.pop(first)
    instance.clid1 = sooner
    server.clid.write_text(f'{sooner}\n{second}\n{description}\n')


def test_it_is_renewed_before_it_runs_out_without_a_token(any_server, service):
    registered(any_server, service, 10)
    assert not ensure(any_server, service, password=None, min_remaining=5 * DAY)['changed']
    predicted = ensure(any_server, service, True, password=None)
    assert predicted['changed'] and predicted['action'] == 'renew' and predicted['restart_required']
    renewed = ensure(any_server, service, password=None)
    assert (
        renewed['changed']
        and renewed['action'] == 'renew'
        and renewed['restart_required']
        and not renewed['warnings']
    )
    assert list(service.app.state.instances) == [any_server.clid.read_text().split('\n')[0]]
    assert not ensure(any_server, service, password=None)['changed']


def test_a_renewal_that_fails_is_a_warning_as_long_as_the_registration_lasts(nuxeo_server, service):
    nuxeo_server.has(SOON)
    result = ensure(nuxeo_server, service)
    assert not result['changed'] and result['registered']
    assert 'could not renew it' in result['warnings'][0]
    assert not service.app.state.instances


def test_a_registration_that_has_ended_is_made_again_where_there_is_a_token(nuxeo_server, service):
    nuxeo_server.has(PAST)
    with pytest.raises(nuxeo_registration.NeedsToken, match='ended on 2001-09-09'):
        ensure(nuxeo_server, service, password=None)
    result = ensure(nuxeo_server, service)
    assert (
        result['changed'] and result['restart_required'] and len(service.app.state.instances) == 1
    )


def test_a_renewal_that_does_not_last_longer_is_reported(nuxeo_server, service):
    service.app.state.users['jdoe'].projects['jdoe-SANDBOX'] = 'write'
    registered(nuxeo_server, service, 10)
    result = ensure(nuxeo_server, service, min_remaining=400 * DAY)
    assert result['changed'] and 'ends on' in result['warnings'][0]


# the file

IDS = range(5)
READABLE = [
    f'{FIRST}\n{SECOND}\nd\n',
    f'{FIRST}\r\n{SECOND}\r\nd\r\n',
    f'{FIRST}\n{SECOND}\n',
    f'{FIRST}\n{SECOND}',
    f'{FIRST}\n{SECOND}\nD\u00e9\n',
]
UNREADABLE = [
    f'{FIRST}--{SECOND}\n',
    f'\n{FIRST}\n{SECOND}\nd\n',
    f'{FIRST}\n\n{SECOND}\nd\n',
    f'\ufeff{FIRST}\n{SECOND}\nd\n',
    f' {FIRST} \n{SECOND}\n',
]


def read_by_nuxeo(server):
    """What the launcher makes of the file."""
    shown = subprocess.run(
        [server.home / 'bin/nuxeoctl', 'showconf'], capture_output=True, text=True, check=True
    ).stdout
    return next(
        (
            line.partition(': ')[2]
            for line in shown.splitlines()
            if line.startswith('Instance CLID: ')
        ),
        None,
    )


@pytest.mark.parametrize('content', READABLE, ids=IDS)
def test_T18_a_file_that_nuxeo_can_read_is_left_as_it_is(nuxeo_server, service, content):
    nuxeo_server.clid.write_bytes(content.encode())
    nuxeo_server.clid.chmod(0o600)
    assert read_by_nuxeo(nuxeo_server) == f'{FIRST}--{SECOND}'
    assert not ensure(nuxeo_server, service)['changed']
    assert nuxeo_server.clid.read_bytes() == content.encode()


@pytest.mark.parametrize('content', UNREADABLE, ids=IDS)
def test_T18_a_file_that_nuxeo_cannot_read_is_repaired_without_a_request(
    nuxeo_server, service, content
):
    nuxeo_server.clid.write_bytes(content.encode())
    assert read_by_nuxeo(nuxeo_server) != f'{FIRST}--{SECOND}'
    assert ensure(nuxeo_server, service, check_mode=True)['action'] == 'repair'
    result = ensure(nuxeo_server, service)
    assert result['changed'] and not result['restart_required'] and not len(service.requests)
    assert read_by_nuxeo(nuxeo_server) == f'{FIRST}--{SECOND}' and mode(nuxeo_server.clid) == 0o600
    assert not ensure(nuxeo_server, service)['changed']


@pytest.mark.parametrize(
    'content', ['hello\nworld\n', 'secret-of-somebody\n', f'{FIRST}\n', f'{FIRST}--{SECOND}--x\n']
)
def test_something_else_in_the_file_is_not_overwritten_unless_forced(
    nuxeo_server, service, content
):
    nuxeo_server.clid.write_text(content)
    with pytest.raises(FileProblem, match='something else than a registration') as caught:
        ensure(nuxeo_server, service)
    assert (
        'secret' not in str(caught.value)
        and nuxeo_server.clid.read_text() == content
        and not len(service.requests)
    )
    assert ensure(nuxeo_server, service, force=True)['registered']


def test_a_file_in_the_home_folder_counts_where_the_data_folder_has_none(nuxeo_server, service):
    (nuxeo_server.home / 'instance.clid').write_text(READABLE[0])
    (nuxeo_server.home / 'instance.clid').chmod(0o600)
    assert read_by_nuxeo(nuxeo_server) == f'{FIRST}--{SECOND}'
    result = ensure(nuxeo_server, service)
    assert not result['changed'] and result['path'] == str(nuxeo_server.home / 'instance.clid')


def test_an_old_registration_without_an_end_is_kept(nuxeo_server, service):
    nuxeo_server.clid.write_text('01234567-89ab-cdef-0123-456789abcdef\nsecond\nd\n')
    nuxeo_server.clid.chmod(0o600)
    result = ensure(nuxeo_server, service)
    assert not result['changed'] and result['expires_at'] is None and result['registered']


_text = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=30
).filter(lambda text: '--' not in text)


@given(
    first=st.from_regex(r'[0-9a-f-]{1,20}\.[0-9]{1,12}\.[!-~]{1,20}', fullmatch=True).filter(
        lambda text: '--' not in text
    ),
    second=_text.map('canary+{}'.format),
    description=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30),
)
def test_what_is_written_are_three_lines_that_contain_the_two_parts(first, second, description):
    clid = (
        instance_clid.from_option(f'{first}--{second}')
        if not first.endswith('-') and not second.startswith('-')
        else instance_clid.Clid(first, second)
    )
    written = instance_clid.write(clid, description)
    assert written.decode().split('\n') == [first, second, description, '']
    assert second not in repr(clid)


# a CLID from elsewhere, and for elsewhere


def test_a_clid_is_installed_without_nuxeoctl_and_given_to_containers(nuxeo_server, service):
    (nuxeo_server.home / 'bin/nuxeoctl').unlink()
    for given_form in (f'{FIRST}--{SECOND}', f'{FIRST}\n{SECOND}\n'):
        result = ensure(
            nuxeo_server, service, clid=given_form, password=None, username=None, project=None
        )
        assert result['registered'] and SECOND not in repr(result)
        assert result['changed'] == (given_form.count('\n') == 0), (
            'the second form is the same registration'
        )
    assert (
        nuxeo_server.clid.read_text() == f'{FIRST}\n{SECOND}\nmy desc\n'
        and mode(nuxeo_server.clid) == 0o600
    )
    assert ensure(nuxeo_server, service, return_clid=True)['clid'] == f'{FIRST}--{SECOND}'
    other = ensure(nuxeo_server, service, True, clid=f'{FIRST}x--{SECOND}')
    assert other['changed'] and other['restart_required']
    assert not len(service.requests)


def test_absent_removes_the_file_and_nothing_on_the_service(nuxeo_server, service):
    ensure(nuxeo_server, service)
    assert (
        ensure(nuxeo_server, service, True, state='absent')['changed']
        and nuxeo_server.clid.exists()
    )
    result = ensure(nuxeo_server, service, state='absent', password=None)
    assert (
        result['changed']
        and result['restart_required']
        and not result['registered']
        and not nuxeo_server.clid.exists()
    )
    assert not ensure(nuxeo_server, service, state='absent')['changed']
    assert len(service.app.state.instances) == 1


# verification


def test_verify_has_nuxeoctl_ask_the_service_with_the_registration(any_server, service):
    assert (
        ensure(any_server, service, check_mode=True, verify=True)['verification'][0]['accepted']
        is None
    )
    assert ensure(any_server, service, verify=True)['verification'] == [
        {'name': str(any_server.clid), 'accepted': True, 'message': 'accepted'}
    ]
    assert service.requests[-1]['path'].endswith('/registred/getDownloads/addon')
    next(iter(service.app.state.instances.values())).revoked = 401
    result = ensure(any_server, service, verify=True)
    assert (
        result['failed']
        and not result['changed']
        and 'no longer takes this registration' in result['msg']
    )


@pytest.mark.parametrize(
    'text_shown, accepted',
    [('', True), ('Unable to fetch remote packages list: Server returned a code 500', False)],
)
def test_what_mp_update_prints(text_shown, accepted):
    assert nuxeoctl_output.verdict(0, text_shown, 5)[0] is accepted
    assert (
        nuxeoctl_output.verdict(None, text_shown, 5)[0] is False
        and nuxeoctl_output.verdict(1, '', 5)[0] is False
    )


def test_diff_shows_ends_and_fingerprints_and_no_part_of_the_clid(nuxeo_server, service):
    nuxeo_server.has(SOON, second='second-half-of-it', mode=0o644)
    diff = ensure(nuxeo_server, service, force=True)['diff']
    assert (
        diff['before']['mode'] == '0644'
        and diff['after']['mode'] == '0600'
        and diff['before']['fingerprint'] != diff['after']['fingerprint']
    )
    assert 'second-half' not in repr(diff) and '0123abcd-0001' not in repr(diff)


def test_registrations_of_several_projects(tmp_path, sandbox):
    service = sandbox.serve(nuxeo_online.create_app(refusal='login'))
    server = NuxeoServer(tmp_path / 'server', service.url, sandbox.ca_path)
    with pytest.raises(TokensError, match='user name or the token is wrong'):
        ensure(server, service, password='wrong-token-0123')
    assert ensure(server, service, project='OTHER-project')['registered'], (
        'any case, as nuxeoctl has it'
    )
