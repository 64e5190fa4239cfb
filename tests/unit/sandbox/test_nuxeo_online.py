# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for Nuxeo Online Services takes what the real nuxeoctl and Nuxeo CLI send, and its
tokens open what "Token Management" names.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.sandbox import git_http, nexus, nuxeo_online
from tests.sandbox.conformance import play
from tests.sandbox.maven_repository import PROTECTED_PROJECT
from tests.sandbox.nuxeo import DeviceToken

DATA = Path(play.__file__).parent
BASE = 'https://connect.test'
JDOE = ('jdoe', 'nos-TOKEN+with/odd=chars')
GATEWAY = '/nuxeo/site/connect-gateway'
PROJECT = '/nuxeo/site/studio/v2/project/jdoe-SANDBOX'
OLD_CLID = 'AAAA-1.1893456000.sig=='


# conformance


def between(state, what, *more):
    """Does to the stand-in what was done to the recorded one between two exchanges."""
    if what == 'projects':
        state.users[more[0]].projects = dict(more[1])
    elif what == 'token':
        state.users[more[0]].tokens = {'recorded': more[1]} if more[1] else {}
    elif what == 'instance':
        state.instances[more[0]['clid1']] = nuxeo_online.Instance(
            project='jdoe-SANDBOX', type='dev', ctid='', **more[0]
        )
    elif what == 'contract':
        for name, value in more[0].items():
            setattr(state.instances[OLD_CLID], name, value)
    elif what == 'cli':
        state.device_tokens = [token for token in state.device_tokens if token.device != more[1]]
        state.device_tokens.append(
            DeviceToken(more[0], 'jdoe', 'nuxeo-cli', more[1], 'AMIREAD', None, 0)
        )
    elif what == 'cli-gone':
        state.device_tokens.clear()
    elif what == 'taken':
        state.projects[more[0]].versions.append(more[1])


def play_recording():
    """:returns: how many exchanges were played, and what differed."""
    exchanges = play.load(DATA / 'nuxeo-online.json')['exchanges']
    app = nuxeo_online.create_app()
    player = play.Player(app, 'http://connect.test')
    for exchange in exchanges:
        for action in exchange.get('do', ()):
            between(app.state, *action)
        player.play(exchange)
    return len(exchanges), player.differences


def test_recorded_exchanges_of_nuxeoctl_and_nuxeo_cli_agree():
    played, differences = play_recording()
    assert played >= 39
    listed = {entry['exchange'] for entry in play.load(DATA / 'nuxeo-online-differences.json')}
    assert {
        exchange: text_shown
        for exchange, text_shown in differences.items()
        if exchange not in listed
    } == {}
    assert listed == set(differences), 'every listed difference is one'


# the page "Token Management", use by use


@pytest.fixture
def app():
    return nuxeo_online.create_app()


def call(app, method, path, **more):
    return app.test_client(use_cookies=False).open(path, base_url=BASE, method=method, **more)


GUARDED = [
    ('GET', f'{GATEWAY}/getAvailableProjectsForRegistration'),
    ('POST', f'{GATEWAY}/remoteRegisterInstance'),
    ('GET', '/nuxeo/authentication/token?applicationName=nuxeo-cli&deviceId=1&permission=AMIREAD'),
    ('POST', f'{PROJECT}/releases'),
    ('GET', f'{PROJECT}/administrativeInformation'),
    ('GET', f'{PROJECT}/workspace/ws.maven'),
    ('GET', '/nuxeo/site/studio/maven/nuxeo-studio/jdoe-SANDBOX/maven-metadata.xml'),
    ('GET', '/nuxeo/git/jdoe-SANDBOX.git/info/refs?service=git-upload-pack'),
]


@pytest.mark.parametrize(
    'credentials',
    [
        None,
        ('jdoe', 'wrong'),
        ('jdoe', ''),
        ('nobody', 'nos-TOKEN+with/odd=chars'),
        ('jdoe', 'nos-newcomer-token'),
    ],
)
@pytest.mark.parametrize('method, path', GUARDED)
def test_seed_nothing_opens_without_a_token_of_the_user(app, method, path, credentials):
    answer = call(app, method, path, auth=credentials)
    assert answer.status_code == 401
    assert answer.headers['WWW-Authenticate'].lower().startswith('basic realm=')


@pytest.mark.parametrize('method, path', GUARDED)
def test_seed_a_revoked_token_opens_nothing(app, method, path):
    assert call(app, method, path, auth=JDOE).status_code != 401
    app.state.users['jdoe'].tokens.pop('CI Chain')
    assert call(app, method, path, auth=JDOE).status_code == 401


def test_seed_one_token_a_tool_and_they_do_not_disturb_each_other(app):
    app.state.users['jdoe'].tokens['laptop'] = 'nos-laptop'
    app.state.users['jdoe'].tokens.pop('CI Chain')
    assert call(app, *GUARDED[0], auth=('jdoe', 'nos-laptop')).status_code == 200


def test_a_nuxeo_login_page_instead_of_a_challenge():
    app = nuxeo_online.create_app(refusal='login')
    answer = call(app, *GUARDED[0], auth=('jdoe', 'wrong'))
    assert (
        answer.status_code == 302
        and '/nuxeo/login.jsp?loginFailed=true' in answer.headers['Location']
    )
    assert call(app, *GUARDED[0]).get_data(as_text=True).startswith('<script')


def registration(app, **change):
    data = {
        'projectId': 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
        'description': 'my desc',
        'type': 'dev',
        'CTID': 'Linux-a-b',
        **change,
    }
    return call(app, 'POST', f'{GATEWAY}/remoteRegisterInstance', auth=JDOE, data=data)


def test_registration_is_made_again_each_time_and_carries_its_end():
    app = nuxeo_online.create_app(clock=lambda: 1_700_000_000, clid_days=10)
    first, second = (
        registration(app).get_data(as_text=True),
        registration(app).get_data(as_text=True),
    )
    assert first != second
    assert re.fullmatch(r'[0-9a-f-]{36}\.1700864000\.[A-Za-z0-9+/=]+--[0-9a-f-]{36}', first)
    assert [instance.description for instance in app.state.instances.values()] == ['my desc'] * 2


@pytest.mark.parametrize(
    'clid2, sent, status',
    [
        (0, {}, 200),
        (1, {}, 401),
        (0, {'X-NUXEO-CONNECT-TS': '1'}, 401),
        (0, {'X-NUXEO-CONNECT-DIGEST-METHOD': 'SHA'}, 401),
    ],
)
def test_a_registered_server_proves_the_second_half_of_its_clid(app, clid2, sent, status):
    clid = registration(app).get_data(as_text=True).split('--')
    digest = hashlib.md5(f'{(clid[1], "wrong")[clid2]}Linux-a-b1700000000000'.encode()).digest()
    headers = {
        'X-NUXEO-CONNECT-CLID': clid[0],
        'X-NUXEO-CONNECT-CTID': 'Linux-a-b',
        'X-NUXEO-CONNECT-TS': '1700000000000',
        'X-NUXEO-CONNECT-DIGEST': base64.b64encode(digest).decode(),
        'X-NUXEO-CONNECT-DIGEST-METHOD': 'MD5',
        **sent,
    }
    assert call(app, 'GET', f'{GATEWAY}/registred/status', headers=headers).status_code == status


@pytest.mark.parametrize(
    'change, status',
    [({'type': 'DEV'}, 400), ({'type': 'production'}, 400), ({'projectId': 'jdoe-SANDBOX'}, 403)],
)
def test_registration_refused(app, change, status):
    assert registration(app, **change).status_code == status
    assert not app.state.instances


def test_a_user_without_projects_sees_an_empty_list(app):
    assert call(app, *GUARDED[0], auth=('newcomer', 'nos-newcomer-token')).get_json() == []


def release(app, wanted, revision='master', auth=JDOE):
    return call(
        app,
        'POST',
        f'{PROJECT}/releases',
        auth=auth,
        json={'revision': revision, 'versionName': wanted},
    )


def test_release_with_the_token_in_the_place_of_the_password(app):
    assert [
        release(app, wanted).get_json()['version']
        for wanted in ('PATCH', 'MINOR', 'MAJOR', '7.1.0-rc1')
    ] == ['1.0.1', '1.1.0', '2.0.0', '7.1.0-rc1']
    assert release(app, '2.0.0').status_code == 409
    assert release(app, 'next').status_code == 400
    assert release(app, 'PATCH', revision='nope').status_code == 400
    app.state.users['jdoe'].projects['jdoe-SANDBOX'] = 'read'
    assert release(app, 'PATCH').status_code == 403


def test_exchange_for_nuxeo_cli_is_idempotent_for_a_device_and_revoked_by_itself(app):
    path = '/nuxeo/authentication/token?applicationName=nuxeo-cli&deviceId={}&permission=AMIREAD'
    first = call(app, 'GET', path.format(1), auth=JDOE)
    assert first.status_code == 201
    assert call(app, 'GET', path.format(1), auth=JDOE).data == first.data
    assert call(app, 'GET', path.format(2), auth=JDOE).data != first.data
    header = {'X-Authentication-Token': first.get_data(as_text=True)}
    assert (
        call(app, 'GET', f'{PROJECT}/administrativeInformation', headers=header).status_code == 200
    )
    revoke = '/nuxeo/authentication/token?applicationName=nuxeo-cli&deviceId=1&revoke=true'
    assert call(app, 'GET', revoke, headers=header).status_code == 202
    assert call(app, 'GET', revoke, headers=header).status_code == 401
    assert call(app, 'GET', revoke, auth=JDOE).status_code == 400
    assert (
        call(
            app,
            'GET',
            f'{PROJECT}/administrativeInformation',
            headers={'X-Authentication-Token': JDOE[1]},
        ).status_code
        == 401
    )


@pytest.mark.needs_client('curl')
def test_the_token_never_opens_packages_nuxeo_com(sandbox):
    packages = sandbox.serve(nexus.create_app('3.90.1', protect_content=True, anonymous=False))
    for path in (
        '/repository/private/org/example/buildops/door/1.0.0/door-1.0.0.pom',
        '/service/rest/v1/status/writable',
    ):
        run = subprocess.run(
            [
                'curl',
                '-sS',
                '-o',
                '/dev/null',
                '-w',
                '%{http_code}',
                '--cacert',
                sandbox.ca_path,
                '-u',
                ':'.join(JDOE),
                packages.url + path,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout == '401'


@pytest.mark.needs_client('mvn')
@pytest.mark.parametrize('token, accepted', [(JDOE[1], True), ('wrong', False)])
def test_seed_a_real_maven_with_the_token_in_settings_xml(sandbox, tmp_path, token, accepted):
    server = sandbox.serve(nuxeo_online.create_app())
    project = PROTECTED_PROJECT % {
        'server_id': 'nuxeo-studio',
        'url': server.url + '/site/studio/maven',
    }
    for old, new in (
        ('<groupId>org.example.buildops</groupId>', '<groupId>nuxeo-studio</groupId>'),
        ('<artifactId>door<', '<artifactId>jdoe-SANDBOX<'),
    ):
        assert old in project
        project = project.replace(old, new)
    (tmp_path / 'pom.xml').write_text(project)
    (tmp_path / 'settings.xml').write_text(
        '<settings><servers><server><id>nuxeo-studio</id><username>jdoe</username><password>'
        f'{token}</password></server></servers></settings>'
    )
    run = subprocess.run(
        [
            'mvn',
            '-q',
            '-B',
            '-N',
            '-s',
            tmp_path / 'settings.xml',
            f'-Dmaven.repo.local={tmp_path}/repository',
            f'-Djavax.net.ssl.trustStore={sandbox.truststore_path}',
            '-Djavax.net.ssl.trustStorePassword=changeit',
            'validate',
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode == 0) == accepted, run.stdout


@pytest.mark.needs_client('git')
def test_seed_a_real_git_clones_and_pushes_a_feature_branch(sandbox, tmp_path):
    server = sandbox.serve(nuxeo_online.create_app())
    scheme, dummy, rest = server.url.partition('://')
    (tmp_path / '.git-credentials').write_text(
        f'{scheme}://jdoe:{quote(JDOE[1], safe="")}@{rest.partition("/")[0]}\n'
    )
    environment = git_http.environment(
        HOME=str(tmp_path),
        GIT_AUTHOR_NAME='a',
        GIT_AUTHOR_EMAIL='a@b',
        GIT_COMMITTER_NAME='a',
        GIT_COMMITTER_EMAIL='a@b',
    )

    def git(*arguments, cwd=tmp_path):
        return subprocess.run(
            [
                'git',
                '-c',
                'credential.helper=store',
                '-c',
                f'http.sslCAInfo={sandbox.ca_path}',
                *arguments,
            ],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    clone = tmp_path / 'studio'
    assert git('clone', '-q', f'{server.url}/git/jdoe-SANDBOX.git', str(clone)).returncode == 0
    assert json.loads((clone / 'studio-project.json').read_text()) == {'id': 'jdoe-SANDBOX'}
    assert git('commit', '-q', '--allow-empty', '-m', 'second', cwd=clone).returncode == 0
    assert git('push', '-q', 'origin', 'HEAD:refs/heads/feature/x', cwd=clone).returncode == 0
    refused = git('push', '-q', 'origin', 'HEAD:refs/heads/master', cwd=clone)
    assert refused.returncode == 1 and 'feature/' in refused.stderr
    assert (
        git('clone', '-q', f'{server.url}/git/other-project.git', str(tmp_path / 'read')).returncode
        == 0
    )
    assert (
        git('push', '-q', 'origin', 'HEAD:refs/heads/feature/x', cwd=tmp_path / 'read').returncode
        == 128
    ), 'no right to write there'
    assert git('ls-remote', f'{server.url}/git/unknown.git').returncode == 128
