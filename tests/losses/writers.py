# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything in the collection that writes files: how it is called, what it writes, and who can
check whether that is complete.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery as git_delivery
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    delivery as maven_delivery,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    cli_link as nuxeo_cli_link,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    registration as nuxeo_registration,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER, Token
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from tests.support import package_clients

ROOT = os.geteuid() == 0
NOBODY = 65534
SECRET, OTHER, OLD = 'n3w-c4nary-token', '0ther-c4nary-password', '0ld-c4nary-token'
SETTINGS = (
    '<settings>\n  <!-- mine -->\n  <servers>\n'
    '    <server><id>mine</id><username>me</username><password>%s</password></server>\n'
    '    <server><id>ours</id><username>ci</username><password>%s</password></server>\n'
    '  </servers>\n</settings>\n'
) % (OTHER, OLD)
CLID = '0123abcd-0001.4000000000.c2ln==--%s'


def _params(arguments, **given):
    return dict({name: spec.get('default') for name, spec in arguments.items()}, **given)


class Writer:
    """:cvar TYPE: of the delivery, or None for another file.
    :cvar FILES: what it writes, below its folder.
    :cvar OWNED_BY_A_USER: root writes it for a user.
    """

    TYPE: str | None = None
    FILES: tuple[str, ...] = ()
    OWNED_BY_A_USER = True

    def __init__(self, folder: Path):
        self.folder = folder

    def prepare(self, exists=True):
        """Create the folder again, with the old files or without any."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if exists:
            self.make_old()
        if ROOT and self.OWNED_BY_A_USER:
            for path in [self.folder, *self.folder.rglob('*')]:
                os.chown(path, NOBODY, NOBODY)

    def make_old(self):
        raise NotImplementedError

    def write(self):
        raise NotImplementedError

    def contents(self):
        return {
            name: (self.folder / name).read_bytes() if (self.folder / name).exists() else None
            for name in self.FILES
        }


class Maven(Writer):
    TYPE = 'maven_settings'
    FILES = ('settings.xml',)

    def make_old(self):
        (self.folder / 'settings.xml').write_text(SETTINGS)

    def write(self):
        servers = [
            _params(
                maven_delivery.ENTRY,
                id='ours',
                username='ci',
                password=SECRET,
                update_password=None,
                encrypt=None,
            )
        ]
        maven_delivery.deliver(
            _params(
                maven_delivery.ARGUMENTS, path=str(self.folder / 'settings.xml'), servers=servers
            ),
            False,
            False,
            lambda name: None,
        )


class Git(Writer):
    TYPE = 'git_credentials'
    FILES = ('credentials', 'config')

    def make_old(self):
        (self.folder / 'credentials').write_text(
            'https://me:%s@one.example\nhttps://ci:%s@git.example\n' % (OTHER, OLD)
        )
        (self.folder / 'credentials').chmod(0o600)
        (self.folder / 'config').write_text('[user]\n\tname = me\n')

    def write(self):
        params = _params(
            git_delivery.ARGUMENTS,
            path=str(self.folder / 'credentials'),
            config_path=str(self.folder / 'config'),
            url='https://git.example',
            username='ci',
            password=SECRET,
            lock_timeout=1,
        )
        git_delivery.deliver(params, False, False, lambda name: None)


class NuxeoCli(Writer):
    TYPE = 'nuxeo_cli_links'
    FILES = ('.yo-rc.json', '.git/info/exclude')

    def make_old(self):
        (self.folder / '.git/info').mkdir(parents=True)
        (self.folder / '.git/info/exclude').write_text('# mine\n')
        (self.folder / '.yo-rc.json').write_text(
            json.dumps({'generator-nuxeo': {'connect:token': OLD}, 'other': OTHER})
        )

    def write(self):
        nuxeo_cli_link.deliver(
            _params(
                nuxeo_cli_link.ARGUMENTS,
                path=str(self.folder),
                project='jdoe-SANDBOX',
                cli_token=SECRET,
            ),
            False,
            False,
            None,
        )


class Registration(Writer):
    TYPE = 'nuxeo_registrations'
    FILES = ('data/instance.clid',)
    OWNED_BY_A_USER = False

    def make_old(self):
        (self.folder / 'data').mkdir(mode=0o700)
        (self.folder / 'data/instance.clid').write_text(
            '0123abcd-0002.1000000000.c2ln==\n%s\nold\n' % OLD
        )

    def write(self):
        params = _params(
            nuxeo_registration.ARGUMENTS,
            nuxeo_home=str(self.folder),
            data_dir=str(self.folder / 'data'),
            clid=CLID % SECRET,
            description='x',
        )
        nuxeo_registration.ensure(params, False, False, environment={})


class TokenCache(Writer):
    FILES = ('cache/key.json',)
    OWNED_BY_A_USER = False

    def make_old(self):
        self._keep(OLD)

    def write(self):
        self._keep(SECRET)

    def _keep(self, secret):
        cache = Cache(str(self.folder / 'cache'), lasting=True)
        cache.recover('key')
        cache.write(
            'key',
            Token(
                BEARER,
                'nuvy_client_token',
                secret,
                1,
                expires_at=4_000_000_000,
                refresh_token=secret + '-refresh',
            ),
            {},
        )
        if cache.warnings:
            raise FileProblem(cache.warnings[0])

    def contents(self):
        """What the cache itself finds: the token, without the marks that differ each time."""
        folder = self.folder / 'cache'
        if not (folder / 'salt').exists():
            return {'cache/key.json': None}
        token = Cache(str(folder), lasting=True).read('key', 2).token
        return {'cache/key.json': token and token.secret}


class PackageClient(Writer):
    """One for each package client: a user changes their password."""

    FILES = ('file',)
    #: Files that a client gets besides the one with the credentials.
    MORE = {'cargo_credentials': ('config.toml',)}

    def make_old(self):
        self._deliver(OLD)

    def write(self):
        self._deliver(SECRET)

    def _deliver(self, password):
        kind = package_clients.KINDS[self.TYPE]
        path = str(self.folder / 'file')
        package_clients.deliver(kind, {'username': 'ci', 'password': password}, path=path)


WRITERS = {kind.__name__: kind for kind in (Maven, Git, NuxeoCli, Registration, TokenCache)}
WRITERS.update(
    (
        kind.__name__,
        type(
            kind.__name__,
            (PackageClient,),
            {'TYPE': name, 'FILES': ('file', *PackageClient.MORE.get(name, ()))},
        ),
    )
    for name, kind in package_clients.KINDS.items()
)
