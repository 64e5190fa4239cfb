# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Nuxeo Online Services (connect.nuxeo.com): everything that a NOS token opens.

The connect gateway that C(nuxeoctl register) talks to, the REST of Studio, its Maven repository,
the exchange of Nuxeo CLI, and Studio's git. What nuxeoctl, the connect client and Nuxeo CLI send
and take was measured on those programs; what the live service says to a bad token was not, so
C(refusal) chooses between the two answers that a Nuxeo server gives. Users log in with name and
token only; a password, were there one, opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
import uuid
import weakref
from dataclasses import dataclass, field

from flask import Flask, request

from . import git_http
from .maven_repository import MavenRepository
from .nuxeo_answers import LOGIN_PAGE, Refused, answer, redirect
from .nuxeo_core import Core, basic_header, route_everything
from .nuxeo_device_tokens import DeviceTokens
from .nuxeo_state import NuxeoState, User

GROUP = 'nuxeo-studio'
TYPES = ('dev', 'preprod', 'prod')
DAY = 86400
_VERSION = re.compile(r'(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?')
_HOOK = """#!/bin/sh
case "$1" in refs/heads/feature/*) exit 0 ;; esac
echo "Only branches named feature/... may be pushed to a Studio project." >&2
exit 1
"""


@dataclass
class Account(User):
    """A user of Nuxeo Online Services.

    C(tokens): by their names. C(projects): symbolic name to 'read' or 'write'.
    """

    password: str = ''
    tokens: dict = field(default_factory=dict)
    projects: dict = field(default_factory=dict)


@dataclass
class Project:
    """A Studio project.

    C(last): branch to the version that was last released from it; C(versions): all versions.
    """

    symbolic_name: str
    name: str
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    versions: list = field(default_factory=list)
    last: dict = field(default_factory=dict)
    branches: list = field(default_factory=lambda: ['master'])


@dataclass
class Instance:
    """A registered Nuxeo server.

    C(contract) is what its status says; C(revoked) is None, 401 or 403.
    """

    clid1: str
    clid2: str
    project: str
    type: str
    description: str
    ctid: str
    contract: str = 'ok'
    end_date: str = '2030-01-01'
    message: str = ''
    revoked: int | None = None


class NosState(NuxeoState):
    """Accounts (C(users)), projects, registered instances, CLI tokens (C(device_tokens)), the Maven
    files and the folder of git repositories.
    """

    def __init__(self, clock):
        super().__init__(clock)
        self.projects: dict[str, Project] = {}
        self.instances: dict[str, Instance] = {}
        self.maven = MavenRepository(artifacts=False)
        self._git_folder = None

    @property
    def git_folder(self):
        """The folder of the bare repositories, one for each project; made when git first asks,
        removed with the state.
        """
        with self.lock:
            if self._git_folder is None:
                self._git_folder = tempfile.mkdtemp(prefix='buildops-nos-git-')
                weakref.finalize(self, shutil.rmtree, self._git_folder, ignore_errors=True)
                for name in self.projects:
                    self._make_repository(name)
            return self._git_folder

    def _make_repository(self, name):
        path = git_http.make_repository(
            self._git_folder,
            name,
            {'studio-project.json': json.dumps({'id': name}) + '\n'},
            config=(('receive.denyNonFastForwards', 'true'), ('receive.denyDeletes', 'true')),
        )
        hook = os.path.join(path, 'hooks', 'update')
        os.makedirs(os.path.dirname(hook), exist_ok=True)
        with open(hook, 'w', encoding='utf-8') as stream:
            stream.write(_HOOK)
        os.chmod(hook, 0o755)

    def add_project(self, project):
        self.projects[project.symbolic_name] = project
        if self._git_folder is not None:
            self._make_repository(project.symbolic_name)
        self.put_artifact(project, '0.0.0-SNAPSHOT')
        for version in project.versions:
            self.put_artifact(project, version)
        return project

    def put_artifact(self, project, version):
        """A jar and its POM, as Maven resolves them; packaging pom, so that a project of a test may
        have it as its parent.
        """
        name = project.symbolic_name
        folder = f'{GROUP}/{name}/{version}/{name}-{version}'
        pom = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
            '  <modelVersion>4.0.0</modelVersion>\n'
            f'  <groupId>{GROUP}</groupId>\n  <artifactId>{name}</artifactId>\n'
            f'  <version>{version}</version>\n  <packaging>pom</packaging>\n</project>\n'
        )
        self.maven.put(f'{folder}.pom', pom.encode())
        # the same empty archive for all: the end record of a zip file
        self.maven.put(f'{folder}.jar', b'PK\x05\x06' + bytes(18))
        released = ''.join(f'<version>{each}</version>' for each in project.versions)
        latest = f'<release>{project.versions[-1]}</release>' if project.versions else ''
        self.maven.put(
            f'{GROUP}/{name}/maven-metadata.xml',
            (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f'<metadata><groupId>{GROUP}</groupId><artifactId>{name}</artifactId>'
                f'<versioning>{latest}<versions>{released}</versions></versioning></metadata>\n'
            ).encode(),
        )


def default_projects():
    return [
        Project(
            'jdoe-SANDBOX',
            'My Project',
            'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
            ['1.0.0'],
            {'master': '1.0.0'},
        ),
        Project('other-project', 'Other', 'cccccccc-1111-2222-3333-dddddddddddd'),
    ]


def default_users():
    return [
        Account(
            'jdoe',
            tokens={'CI Chain': 'nos-TOKEN+with/odd=chars'},
            projects={'jdoe-SANDBOX': 'write', 'other-project': 'read'},
        ),
        Account('newcomer', tokens={'first': 'nos-newcomer-token'}),
    ]


HINTS = [
    'user and NOS token: jdoe / nos-TOKEN+with/odd=chars',
    'Studio projects: jdoe-SANDBOX (write), other-project (read)',
]


def create_app(users=None, projects=None, clock=time.time, refusal='401', clid_days=365):
    """Return the Flask app; C(app.state) is its C(NosState).

    users: list of C(Account); projects: list of C(Project); both have defaults. clock: returns
    seconds since 1970. refusal: '401' challenges with Basic; 'login' answers as a Nuxeo server
    does: 302 to login.jsp, or 401 with a script. clid_days: how long a registration lasts.
    """
    app = Flask('sandbox.nuxeo_online')
    app.context = '/nuxeo'
    app.hints = HINTS if users is None else []
    app.state = NosState(clock)
    for user in default_users() if users is None else users:
        app.state.users[user.name] = user
    for project in default_projects() if projects is None else projects:
        app.state.add_project(project)
    route_everything(app, Services(app.state, refusal, clid_days))
    return app


def json_answer(value, status=200):
    return answer(status, json.dumps(value), 'application/json;charset=UTF-8')


class Services(Core):
    def __init__(self, state, refusal, clid_days):
        super().__init__(state, '2023.6', None, 3600, None, None, False)
        self.challenge, self.clid_days = refusal == '401', clid_days

    def handle(self):
        match = re.fullmatch(r'/nuxeo/git/([^/]+)\.git/.+', request.path)
        # git runs outside the lock that guards the other answers
        return self.git(match.group(1)) if match else super().handle()

    # a NOS token in the place of a password

    def identify(self, call, api):
        return super().identify(call, self.challenge)

    def checked(self, call, credentials, api):
        found = self.state.users.get(credentials[0])
        if found is not None and credentials[1] in found.tokens.values():
            return found
        return super().checked(call, ('', ''), api)

    @staticmethod
    def unauthorized():
        return answer(
            401,
            '<html>401</html>',
            'text/html;charset=UTF-8',
            [('WWW-Authenticate', 'basic realm="Nuxeo"')],
        )

    def git(self, name):
        try:
            found = basic_header()
            account = self.checked(None, found or ('', ''), True)
        except (Refused, ValueError):
            return answer(
                401, 'Unauthorized\n', 'text/plain', [('WWW-Authenticate', 'Basic realm="Nuxeo"')]
            )
        if name not in account.projects:
            return answer(404, 'Not found\n', 'text/plain')
        if 'git-receive-pack' in request.full_path and account.projects[name] != 'write':
            return answer(403, 'Forbidden\n', 'text/plain')
        return git_http.backend(
            self.state.git_folder, request.path[len('/nuxeo/git/') :], account.name
        )

    def route(self, call):
        path = call.path
        match = re.fullmatch(r'/nuxeo/site/connect-gateway/(un)?regist(?:e)?red/(.+)', path)
        if match:
            return json_answer([]) if match.group(1) else self.registered(match.group(2))
        if path == '/nuxeo/site/connect-gateway/getAvailableProjectsForRegistration':
            return json_answer(
                [
                    {
                        'name': self.state.projects[name].name,
                        'symbolicName': name,
                        'uuid': self.state.projects[name].uuid,
                    }
                    for name in self.identify(call, True).projects
                ]
            )
        if (
            path == '/nuxeo/site/connect-gateway/remoteRegisterInstance'
            and request.method == 'POST'
        ):
            return self.register(call)
        match = re.fullmatch(r'/nuxeo/site/studio/v2/project/([^/]+)/(.+)', path)
        if match:
            return self.studio(call, *match.groups())
        match = re.fullmatch(r'/nuxeo/site/studio/maven(/.*)?', path)
        if match:
            return self.maven(call, (match.group(1) or '/').lstrip('/'))
        if path == '/nuxeo/authentication/token':
            return DeviceTokens(self).endpoint(call)
        if path == '/nuxeo/site/connect/tokens':
            return redirect(
                f'{self.server_url()}/nuxeo/login.jsp?requestedUrl=site%2Fconnect%2Ftokens'
            )
        if path == '/nuxeo/login.jsp':
            return answer(200, LOGIN_PAGE, 'text/html;charset=UTF-8')
        return answer(404, 'not found', 'text/plain;charset=UTF-8')

    # connect gateway

    def register(self, call):
        account = self.identify(call, True)
        project = next(
            (
                name
                for name in account.projects
                if self.state.projects[name].uuid == call.get('projectId')
            ),
            None,
        )
        if project is None:
            return answer(403, '', 'text/html')
        if call.get('type') not in TYPES or not call.get('CTID'):
            return answer(400, '', 'text/html')
        instance = self.new_instance(
            project, call.get('type'), call.get('description') or '', call.get('CTID')
        )
        return answer(200, f'{instance.clid1}--{instance.clid2}', 'text/plain;charset=UTF-8')

    def new_instance(self, project, kind, description, ctid):
        ends = int(self.state.clock()) + self.clid_days * DAY
        made = Instance(
            f'{uuid.uuid4()}.{ends}.{base64.b64encode(secrets.token_bytes(12)).decode()}',
            str(uuid.uuid4()),
            project,
            kind,
            description,
            ctid,
        )
        self.state.instances[made.clid1] = made
        return made

    def registered(self, what):
        """Calls of a registered server: it proves that it has the second half of its CLID."""
        headers = request.headers
        instance = self.state.instances.get(headers.get('X-NUXEO-CONNECT-CLID', ''))
        secret = (
            (instance.clid2 if instance else '')
            + headers.get('X-NUXEO-CONNECT-CTID', '')
            + headers.get('X-NUXEO-CONNECT-TS', '')
        )
        digest = base64.b64encode(hashlib.md5(secret.encode()).digest()).decode()
        proved = (
            headers.get('X-NUXEO-CONNECT-DIGEST') == digest
            and headers.get('X-NUXEO-CONNECT-DIGEST-METHOD') == 'MD5'
        )
        if instance is None or not proved or instance.revoked == 401:
            return answer(401, '', 'text/html')
        if instance.revoked:
            return answer(
                403,
                json.dumps(
                    {
                        'message': instance.message or 'CLID revoked',
                        'errorClass': 'ConnectSecurityError',
                    }
                ),
                'application/json',
            )
        if what == 'status' and request.method == 'GET':
            return json_answer(
                {
                    'contractStatus': instance.contract,
                    'endDate': instance.end_date,
                    'message': instance.message,
                    'description': instance.description,
                    'instanceType': instance.type,
                }
            )
        if what == 'remoteRenewRegistration' and request.method == 'POST':
            renewed = self.new_instance(
                instance.project, instance.type, instance.description, instance.ctid
            )
            del self.state.instances[instance.clid1]
            return answer(200, f'{renewed.clid1}--{renewed.clid2}', 'text/plain;charset=UTF-8')
        return (
            json_answer([])
            if what.startswith('getDownloads/')
            else answer(404, 'not found', 'text/plain;charset=UTF-8')
        )

    # Studio

    def studio(self, call, name, what):
        account = self.identify(call, True)
        if name not in account.projects:
            return json_answer(
                {'entity-type': 'exception', 'status': 404, 'message': 'Not found'}, 404
            )
        project = self.state.projects[name]
        if what == 'releases' and request.method == 'POST':
            return self.release(account, project)
        if request.method != 'GET':
            return answer(405, '', 'text/html')
        if what == 'administrativeInformation':
            return json_answer({'symbolicName': name})
        if what == 'workspace/ws.maven':
            return json_answer({'groupId': GROUP, 'artifactId': name, 'version': '0.0.0-SNAPSHOT'})
        if what == 'workspace/ws.registries':
            return json_answer({'schemas': [{'id': 'contract'}], 'documentTypes': [], 'facets': []})
        return answer(404, 'not found', 'text/plain;charset=UTF-8')

    def release(self, account, project):
        if account.projects[project.symbolic_name] != 'write':
            return answer(403, 'no', 'text/html')
        try:
            sent = json.loads(request.get_data())
            revision, wanted = sent['revision'], sent['versionName']
            version = self.next_version(project.last.get(revision, '0.0.0'), wanted)
        except (ValueError, TypeError, KeyError):
            return json_answer({'message': 'revision and versionName are needed'}, 400)
        if version is None or revision not in project.branches:
            return json_answer({'message': f'cannot release {wanted} of {revision}'}, 400)
        if version in project.versions:
            return json_answer({'message': 'exists'}, 409)
        project.versions.append(version)
        project.last[revision] = version
        self.state.put_artifact(project, version)
        return json_answer(
            {
                'version': version,
                'bundleSymbolicName': f'studio.extensions.{project.symbolic_name}',
                'mavenCoordinates': f'{GROUP}:{project.symbolic_name}:{version}',
            }
        )

    @staticmethod
    def next_version(last, wanted):
        if wanted in ('MAJOR', 'MINOR', 'PATCH'):
            major, minor, patch = (int(part) for part in _VERSION.fullmatch(last).groups()[:3])
            return {
                'MAJOR': f'{major + 1}.0.0',
                'MINOR': f'{major}.{minor + 1}.0',
                'PATCH': f'{major}.{minor}.{patch + 1}',
            }[wanted]
        return wanted if _VERSION.fullmatch(wanted) else None

    def maven(self, call, path):
        account = self.identify(call, True)
        parts = path.split('/')
        if request.method not in ('GET', 'HEAD'):
            return answer(405, '', 'text/html')
        if len(parts) > 1 and (
            parts[0] != GROUP or (parts[1] and parts[1] not in account.projects)
        ):
            return answer(404, 'not found', 'text/plain;charset=UTF-8')
        if path == '' or path.endswith('/'):
            below = sorted(
                {
                    file[len(path) :].partition('/')[0]
                    for file in self.state.maven.files
                    if file.startswith(path)
                }
                - {''}
            )
            return answer(
                200,
                '<html><body>'
                + ''.join(f'<a href="{name}">{name}</a>\n' for name in below)
                + '</body></html>\n',
                'text/html;charset=UTF-8',
            )
        content = self.state.maven.get(path)
        if content is None:
            return answer(404, 'not found', 'text/plain;charset=UTF-8')
        return answer(200, content, self.state.maven.content_type(path))
