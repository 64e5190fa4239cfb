# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All four systems with secrets that are known, an inventory that contains them, files that contain
others, and all places where none may turn up.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.conftest import COLLECTIONS, NO_SETTINGS
from tests.sandbox import git_http, nexus, nuvy, nuxeo, nuxeo_online
from tests.sandbox.nexus_proxies2 import PLACEHOLDER
from tests.tools.scratch import ROOT, environment

from .search import LONG_ENOUGH, WORDS, Search, Watch

# Names under which servers take and give secrets
SECRET_FIELDS = re.compile(
    r't|authToken|pass_?code|.*password|.'
    r'*secret|(access_|refresh_)?token|code_verifier|assertion|passphrase|bearerToken',
    re.IGNORECASE,
)
SECRET_HEADERS = (
    'HTTP_X_NX_AUTHTICKET',
    'HTTP_X_NX_USERTOKEN_AUTHTICKET',
    'HTTP_X_AUTHENTICATION_TOKEN',
)
PROJECT = 'jdoe-SANDBOX'
# Where a program could leave files that it does not want beside its own
SHARED_FOLDERS = [Path(name) for name in ('/tmp', '/var/tmp', '/dev/shm') if os.path.isdir(name)]

# What plugins and modules raise when something breaks that nobody thought of, with a secret in the
# text and in the cause. BREAK names the places where that may happen, BREAK_AT a file that says
# where it happens now.
SITE = """
import builtins, os, sys
places = os.environ.get('BREAK', '').split()
whole_import = builtins.__import__

def breaking(place, whole):
    def broken(*arguments, **options):
        with open(os.environ['BREAK_AT']) as file:
            here = file.read().strip() == place
        if place == 'os:replace':
            name = str(arguments[0])
            here = here and ('buildops' in name or name.endswith('.lock') or name[:5] == '.tmp-')
        if not here:
            return whole(*arguments, **options)
        with open(os.environ['BREAK_WITH']) as file:
            secret = file.read()
        try:
            raise KeyError(secret)
        except KeyError as cause:
            raise ValueError('it broke with ' + secret) from cause
    return broken

def importing(*arguments, **options):
    module = whole_import(*arguments, **options)
    for place in list(places):
        name, colon, path = place.partition(':')
        full_name = 'ansible_collections.buildops.tokens.plugins.' + name
        holder = sys.modules.get(name) or sys.modules.get(full_name)
        *classes, last = path.split('.')
        for part in classes:
            holder = getattr(holder, part, None)
        if holder is not None and hasattr(holder, last):
            places.remove(place)
            setattr(holder, last, breaking(place, getattr(holder, last)))
    return module

if places:
    builtins.__import__ = importing
"""
# A stand-in for systemd's journal, to which modules report how they were called
JOURNAL = """
import os
def sendv(*parts):
    with open(os.environ['JOURNAL_FILE'], 'ab') as file:
        for part in parts:
            file.write((part if isinstance(part, bytes) else str(part).encode()) + b'\\n')
def send(**fields):
    sendv(*('%s=%s' % field for field in fields.items()))
"""
# A stand-in for ssh and a host behind it, whose shell says something by itself
SSH = """#!/bin/sh
for last; do :; done
case " $* " in *' -O '*) exit;; esac
printf %%s %s
exec sh -c "$last"
"""
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<settings>
  <servers>
    <server><id>old</id><username>somebody</username><password>{old}</password></server>
    <server><id>key</id><privateKey>/home/ci/.ssh/id</privateKey><passphrase>{passphrase}</passphrase></server>
  </servers>
</settings>
"""


@contextmanager
def careless():
    """What is created without a mode can be read and written by everybody."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


class Overheard:
    """An application, and what secrets went into it and came out of it: C(secrets), by names that
    show where they came from.
    """

    def __init__(self, app, name, secrets):
        self.__dict__.update(_app=app, _name=name, _secrets=secrets)

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __setattr__(self, name, value):
        setattr(self._app, name, value)

    def _keep(self, what, value):
        if (
            isinstance(value, str)
            and len(value) >= LONG_ENOUGH
            and value != PLACEHOLDER
            and value not in self._secrets.values()
        ):
            self._secrets['%s of %s %d' % (what, self._name, len(self._secrets))] = value

    def _keep_fields(self, value, name=''):
        if isinstance(value, dict):
            for key, item in value.items():
                self._keep_fields(item, key)
        elif isinstance(value, list):
            for item in value:
                self._keep_fields(item, name)
        elif SECRET_FIELDS.fullmatch(str(name)):
            self._keep(name, value)

    def _keep_query(self, text):
        fields = dict(parse_qsl(text))
        self._keep('code', fields.get('code'))
        self._keep_fields(fields)

    def _keep_body(self, kind, body):
        text = body.decode('utf-8', 'replace')
        if 'json' in (kind or ''):
            try:
                self._keep_fields(json.loads(text))
            except ValueError:
                pass
        elif 'form' in (kind or ''):
            self._keep_query(text)

    def __call__(self, environ, start_response):
        scheme, _blank, credentials = environ.get('HTTP_AUTHORIZATION', '').partition(' ')
        self._keep('credentials', credentials)
        if scheme.lower() == 'basic':
            self._keep(
                'password',
                base64.b64decode(credentials).decode('utf-8', 'replace').partition(':')[2],
            )
        for header in SECRET_HEADERS:
            self._keep('ticket', environ.get(header))
        self._keep_query(environ.get('QUERY_STRING', ''))
        self._keep_body(environ.get('CONTENT_TYPE'), environ['wsgi.input'].getvalue())
        about = {}

        def started(status, headers, exc_info=None):
            about.update({name.lower(): value for name, value in headers}, status=status)
            return (
                start_response(status, headers, exc_info)
                if exc_info
                else start_response(status, headers)
            )

        body = b''.join(self._app(environ, started))
        self._keep_body(about.get('content-type'), body)
        self._keep_query(urlsplit(about.get('location', '')).query)
        path = environ['PATH_INFO']
        if (
            about['status'].startswith('20')
            and ('egistration' in path or 'connect-gateway' in path)
            and b'--' in body
            and len(body) < 500
        ):
            for half in body.decode('ascii', 'replace').strip().split('--'):
                self._keep('registration', half)
        if about['status'].startswith('20') and path.endswith('/authentication/token'):
            self._keep('token', body.decode('ascii', 'replace').strip())
        return [body]


class Stage:
    """:ivar secrets: by name, everything that nobody may see; grows while servers hand out tokens.
    :ivar work: the folder of the files that are delivered.
    :ivar searched: how many places were looked at.
    """

    def __init__(self, sandbox, run_playbook, folder: Path, tmp: Path):
        self.run_playbook, self.folder, self.tmp = run_playbook, folder, tmp
        self.searched, self.hits, self.counts = 0, 0, True
        self.ca_path = str(sandbox.ca_path)
        self.tag = os.urandom(4).hex()  # nothing that another test leaves behind is ours
        self.secrets = {
            name: self.canary(name)
            for name in (
                'person',
                'admin',
                'client',
                'nuxeo_person',
                'nuxeo_admin',
                'signing',
                'nuvy',
                'nos',
                'old_maven',
                'old_phrase',
                'old_git',
                'old_npm',
                'broken',
                'git_door',
                'vault',
            )
        }
        # A JWT for jdoe that nobody signed
        self.secrets['assertion_in_hand'] = '.'.join(
            base64.urlsafe_b64encode(part.encode()).decode().rstrip('=')
            for part in (
                '{"alg": "HS512"}',
                '{"sub": "jdoe", "iss": "nuxeo"}',
                self.canary('signature'),
            )
        )
        # Nexus 2 and PKCE do not take all characters
        self.secrets.update(
            {
                name: '%s-%s-%s' % (name.replace('_', '-'), self.tag, 'plain' * 6)
                for name in (
                    'nexus_2_person',
                    'nexus_2_admin',
                    'nexus_2_remote',
                    'verifier_in_hand',
                )
            }
        )
        self.servers = self._serve(sandbox)
        self.server = self.servers['nexus']
        self.work = folder / 'work'
        self.work.mkdir()
        self._prepare_repository()
        self._prepare_site()
        self._prepare_files()
        self.variables = self._variables()
        self.at_first = {path: path.read_bytes() for path in self.holders if path.is_file()}
        self.shared = {path for folder in SHARED_FOLDERS for path in folder.iterdir()}

    def canary(self, name: str) -> str:
        return '%s-%s-%s-secret' % (name, self.tag, WORDS)

    def plant(self, *tasks):
        """Give a value to each variable C(secret_…) that tasks name. :returns: these variables."""
        found = set(re.findall(r'\bsecret_(\w+)', json.dumps(tasks)))
        for name in sorted(found - self.secrets.keys()):
            self.secrets[name] = self.canary(name)
        named = {'secret_' + name: self.secrets[name] for name in found}
        self.variables.update(named)
        return named

    def _serve(self, sandbox):
        secret = self.secrets
        person, admin = nexus.User(secret['person']), nexus.User(secret['admin'], admin=True)
        people = {
            'ci': person,
            'bob': person,
            'admin': admin,
            'sam': nexus.User(None, source='SAML'),
        }
        apps = {
            'nexus': nexus.create_app('3.97.0', users=people),
            'nexus3': nexus.create_app(
                '3.15.0', users={'ci': person}
            ),  # takes its ticket in a header
            'nexus2': nexus.create_app(
                '2.15.1',
                users={
                    'admin': nexus.User(secret['nexus_2_admin'], admin=True),
                    'ci': nexus.User(secret['nexus_2_person']),
                },
            ),
            'git': git_http.create_app(
                self.folder, lambda user, password: user == 'ci' and password == secret['git_door']
            ),
            'nuxeo': nuxeo.create_app(
                '2025.3',
                users=[
                    nuxeo.User('jdoe', secret['nuxeo_person']),
                    nuxeo.User('root', secret['nuxeo_admin'], admin=True),
                    nuxeo.User('ci', secret['nuxeo_person']),
                ],
                clients=[
                    nuxeo.Client(
                        'ci',
                        'ci',
                        secret['client'],
                        'https://client.example/callback',
                        auto_grant=True,
                    )
                ],
                jwt_secret=secret['signing'],
            ),
            'nuvy': nuvy.create_app(
                [nuvy.AppClient('builder', secret['nuvy'], ('read', 'write'), ('read',))]
            ),
            'nos': nuxeo_online.create_app(
                users=[
                    nuxeo_online.Account(
                        'jdoe', tokens={'ci': secret['nos']}, projects={PROJECT: 'write'}
                    )
                ]
            ),
        }
        return {
            name: sandbox.serve(Overheard(app, name, self.secrets)) for name, app in apps.items()
        }

    def _prepare_repository(self):
        if shutil.which('git'):
            git_http.make_repository(self.folder, 'project', {'README.md': 'project\n'})

    def _prepare_site(self):
        """Code that each Python process of a run loads first."""
        site = self.folder / 'site'
        (site / 'systemd').mkdir(parents=True)
        (site / 'sitecustomize.py').write_text(SITE)
        (site / 'systemd/__init__.py').touch()
        (site / 'systemd/daemon.py').write_text('def booted():\n    return True\n')
        (site / 'systemd/journal.py').write_text(JOURNAL)
        (self.folder / 'secret').write_text(self.secrets['broken'])
        (self.folder / 'break').touch()

    def _prepare_files(self):
        """Files of people, with secrets of theirs in them."""
        secret = self.secrets
        self.holders = {
            self.work / name
            for name in (
                'settings.xml',
                'settings-security.xml',
                'git-credentials',
                'project/.yo-rc.json',
                'cache',
            )
        }
        escaped = {
            name: secret[name].replace('&', '&amp;').replace('<', '&lt;')
            for name in ('old_maven', 'old_phrase')
        }
        (self.work / 'settings.xml').write_text(
            SETTINGS.format(old=escaped['old_maven'], passphrase=escaped['old_phrase'])
        )
        (self.work / 'git-credentials').write_text(
            'https://somebody:%s@git.example\n'
            % secret['old_git'].replace('/', '%2f').replace('%>', '%25>')
        )
        (self.work / 'project').mkdir()
        (self.work / 'project/.yo-rc.json').write_text(
            json.dumps({'generator-nuxeo': {'connect:token': secret['old_npm']}})
        )
        home = self.work / 'nuxeo'
        (home / 'bin').mkdir(parents=True)
        (home / 'nxserver/data').mkdir(parents=True)
        shutil.copy(ROOT / 'tests/stand_ins/nuxeoctl', home / 'bin/nuxeoctl')
        (home / 'bin/nuxeo.conf').write_text(
            'org.nuxeo.connect.url=%s/site/\nstand-in.version=2023\nstand-in.ca=%s\n'
            % (self.servers['nos'].url, self.ca_path)
        )
        # What nuxeoctl itself writes into its log is its own; the module has the token typed into
        # it, and searches no log
        self.holders.add(home / 'nxserver/data/instance.clid')

    def _variables(self):
        url = {name: server.url for name, server in self.servers.items()}
        person = {
            'type': 'nexus_user_token',
            'url': url['nexus'],
            'ca_path': self.ca_path,
            'username': 'ci',
            'password': '{{ secret_person }}',
        }
        client = {
            'type': 'nuxeo_oauth2_token',
            'url': url['nuxeo'],
            'ca_path': self.ca_path,
            'client_id': 'ci',
            'client_secret': '{{ secret_client }}',
            'username': 'jdoe',
            'password': '{{ secret_nuxeo_person }}',
            'grant': 'authorization_code',
        }
        return {
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
            'folder': str(self.work),
            'url': url,
            'ca': self.ca_path,
            'project': PROJECT,
            'maven_settings_servers': [
                {'id': 'a', 'token': 'company'},
                {'id': 'b', 'token': 'studio'},
            ],
            'maven_settings_path': str(self.work / 'settings.xml'),
            'token_sources': {
                'company': person,
                'refused': dict(person, username='bob', password='{{ secret_refused }}'),
                'misspelt': dict(person, pasword='{{ secret_misspelt }}'),
                'masked': dict(person, password='VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'),
                'gone': dict(person, url='https://127.0.0.1:1', retries=0),
                'broken': dict(person, username='bob', cache='none'),
                'platform': dict(client, cache='file', cache_path=str(self.work / 'cache')),
                'nuvy': {
                    'type': 'nuvy_client_token',
                    'url': url['nuvy'],
                    'ca_path': self.ca_path,
                    'client_id': 'builder',
                    'client_secret': '{{ secret_nuvy }}',
                },
                'studio': {
                    'type': 'nuxeo_online_token',
                    'url': url['nos'],
                    'ca_path': self.ca_path,
                    'username': 'jdoe',
                    'token': '{{ secret_nos }}',
                },
            },
        }

    def without_mistakes(self):
        """Remove the sources that a plan refuses."""
        for name in ('misspelt', 'masked'):
            del self.variables['token_sources'][name]

    def _environment(self):
        log, junit, tree = self.folder / 'ansible.log', self.folder / 'junit', self.folder / 'tree'
        return {
            'ANSIBLE_LOG_PATH': str(log),
            'ANSIBLE_CALLBACKS_ENABLED': 'events,junit,tree',
            'JUNIT_OUTPUT_DIR': str(junit),
            'ANSIBLE_CALLBACK_TREE_DIR': str(tree),
            'PYTHONPATH': str(self.folder / 'site'),
            'BREAK_WITH': str(self.folder / 'secret'),
            'BREAK_AT': str(self.folder / 'break'),
            'JOURNAL_FILE': str(self.folder / 'journal'),
            'ANSIBLE_REMOTE_TMP': str(self.folder / 'remote'),
            'ANSIBLE_CACHE_PLUGIN': 'jsonfile',
            'ANSIBLE_CACHE_PLUGIN_CONNECTION': str(self.folder / 'facts'),
            'TMPDIR': str(self.tmp),
        }

    def over_ssh(self, greeting=''):
        """From now on hosts are reached by ssh, which with -vvv reports all that it
        receives.

        :param greeting: what each host says by itself.
        """
        ssh = self.folder / 'ssh'
        ssh.write_text(SSH % shlex.quote(greeting))
        ssh.chmod(0o755)
        self.variables.update(
            ansible_connection='ssh', ansible_ssh_executable=str(ssh), ansible_pipelining=True
        )

    def plays(self, tasks):
        person = {'url': '{{ url.nexus }}', 'username': 'ci', 'password': '{{ secret_person }}'}
        return [
            {
                'hosts': 'all',
                'gather_facts': False,
                'tasks': tasks,
                'module_defaults': {
                    'group/buildops.tokens.tokens': {'ca_path': '{{ ca }}', 'retries': 0},
                    'buildops.tokens.nexus_user_token': person,
                    'buildops.tokens.nexus_user_token_info': person,
                },
            }
        ]

    def play(self, tasks, *arguments, hosts=1, verbosity='-vvvv', plays=None, **env):
        """Run tasks, or whole C(plays), and search everywhere.

        :returns: the run, and what was found.
        """
        self.plant(tasks, plays, self.variables)
        inventory = {
            'all': {
                'hosts': {'host%d' % number: {} for number in range(hosts)},
                'vars': self.variables,
            }
        }
        settings = dict(self._environment(), **env)
        with Watch() as watch, careless():
            run = self.run_playbook(
                plays or self.plays(tasks),
                inventory,
                *([verbosity] if verbosity else []),
                '--diff',
                *arguments,
                env=settings,
            )
        assert watch.seen and run.events, run.output
        return run, self.search(run.output, run.events, watch.seen, run.home)

    def play_by_runner(self, tasks, *arguments):
        """As L(play), through ansible-runner, whose events are what AWX keeps.

        :returns: its exit code, output, and what was found.
        """
        self.plant(tasks, self.variables)
        private = self.folder / 'runner'
        for name in ('inventory', 'project', 'env'):
            (private / name).mkdir(parents=True)
        (private / 'inventory/hosts.json').write_text(
            json.dumps({'all': {'hosts': {'host0': {}}, 'vars': self.variables}})
        )
        (private / 'project/site.yml').write_text(json.dumps(self.plays(tasks)))
        home = self.folder / 'runner-home'
        home.mkdir()
        settings = {
            **environment(home),
            **self._environment(),
            'ANSIBLE_CONFIG': str(NO_SETTINGS),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
            'ANSIBLE_CALLBACKS_ENABLED': 'junit',
        }
        with Watch() as watch, careless():
            done = subprocess.run(
                [
                    sys.executable,
                    '-m',
                    'ansible_runner',
                    'run',
                    str(private),
                    '-p',
                    'site.yml',
                    '--ident',
                    'one',
                    '-vvvv',
                    *arguments,
                ],
                cwd=private,
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
        events = [
            json.loads(path.read_text(encoding='utf-8'))
            for path in sorted((private / 'artifacts/one/job_events').glob('*.json'))
        ]
        # What is in env and inventory is what the person put there
        shutil.rmtree(private / 'inventory')
        return (
            done.returncode,
            events,
            self.search(done.stdout.decode('utf-8', 'replace'), events, watch.seen, home, private),
        )

    def search(self, output, events, processes, *folders):
        """:returns: where what was found."""
        search = Search(self.secrets)
        search.text('the output', output)
        search.text('an event', json.dumps(events, default=repr))
        search.text('an event', repr(events))
        for path in (self.folder / 'ansible.log', self.folder / 'journal'):
            if path.exists():
                search.text('the ' + path.name.replace('ansible.', ''), path.read_bytes())
        search.texts('a command line or environment', processes)
        for folder in (
            self.folder / 'junit',
            self.folder / 'tree',
            self.folder / 'facts',
            self.folder / 'remote',
            self.tmp,
            self.work,
            *folders,
        ):
            if folder.exists():
                search.tree(folder, but=self.holders)
        for path in (
            {path for folder in SHARED_FOLDERS for path in folder.iterdir()}
            - self.shared
            - {self.tmp}
        ):
            search.tree(path, but=self.holders)
        search.places += len(self.holders)
        search.hits += ['%s is open to others' % path for path in self._wide()]
        self.searched += search.places
        self.hits += len(search.hits)
        return search.hits

    def _wide(self):
        """Files that contain secrets, that others have rights on, and that are no longer as they
        were at first.
        """
        for holder in self.holders:
            for path in [holder, *holder.rglob('*')]:
                if (
                    path.exists()
                    and stat.S_IMODE(os.lstat(path).st_mode) & 0o077
                    and not (path in self.at_first and path.read_bytes() == self.at_first[path])
                ):
                    yield path

    def modes(self):
        """The files that contain secrets, and what others may do with them."""
        return {
            str(path.relative_to(self.work)): stat.S_IMODE(os.lstat(path).st_mode) & 0o077
            for path in self.holders
            if path.exists()
        }
