# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Servers of a Maven settings file: from the module's options to its result."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._delivery_result import (
    diff,
    refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import maven_settings
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    FileState,
    edit_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import (
    REMOVABLE,
    Server,
)
from ansible_collections.buildops.tokens.plugins.module_utils._maven.effective import (
    is_of_installation,
    other_file,
    remaining,
    resolve,
    shadowed_by,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    doubts,
    fingerprint,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_limits

# 'raw' where a number or a boolean must not become a text behind the user's back
ENTRY: t.Dict[str, t.Dict[str, t.Any]] = {
    'id': {'type': 'str'},
    'token': {'type': 'str', 'no_log': False},
    'username': {'type': 'raw'},
    'password': {'type': 'raw', 'no_log': True},
    'access_token': {'type': 'raw', 'no_log': True},
    'private_key': {'type': 'str', 'no_log': False},
    'passphrase': {'type': 'raw', 'no_log': True},
    'file_permissions': {'type': 'raw'},
    'directory_permissions': {'type': 'raw'},
    'configuration': {'type': 'dict', 'no_log': True},
    'remove': {'type': 'list', 'elements': 'str', 'choices': list(REMOVABLE)},
    'allow_interpolation': {'type': 'bool', 'default': False},
    'allow_encrypted': {'type': 'bool', 'default': False, 'no_log': False},
    'verify_url': {'type': 'str'},
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
}
SHARED = {  # of one entry, or of all
    'update_password': {
        'type': 'str',
        'choices': ['unless_encrypted', 'always', 'on_create'],
        'no_log': False,
    },
    'encrypt': {'type': 'bool', 'no_log': False},
}
ARGUMENTS = dict(
    {
        option: {name: value for name, value in spec.items() if name != 'default'}
        for option, spec in ENTRY.items()
    },
    servers={
        'type': 'list',
        'elements': 'dict',
        'options': dict(ENTRY, id={'type': 'str', 'required': True}, **SHARED),
        'mutually_exclusive': [('password', 'access_token')],
    },
    path={'type': 'path', 'default': '~/.m2/settings.xml'},
    permissions={'type': 'str', 'choices': ['auto', 'restrict', 'keep'], 'default': 'auto'},
    write_in_place={'type': 'bool', 'default': False},
    update_password=dict(SHARED['update_password'], default='unless_encrypted'),
    encrypt=dict(SHARED['encrypt'], default=False),
    mvn={'type': 'path'},
    security_path={'type': 'path'},
    verify={'type': 'bool', 'default': False},
    verify_timeout={'type': 'int', 'default': 30},
    validate_certs={'type': 'bool', 'default': True},
    ca_path={'type': 'path'},
    allow_http={'type': 'bool', 'default': False},
)
CONSTRAINTS = {
    'mutually_exclusive': [('servers', option) for option in ENTRY]
    + [('password', 'access_token')],
    'required_one_of': [('id', 'servers')],
}
LIMITS = {'verify_timeout': (1, 600)}
SECRET_OPTIONS = ('password', 'passphrase', 'access_token')
_READABLE_FOR_OTHERS = 0o044


def deliver(
    params: t.Dict[str, t.Any],
    check_mode: bool,
    with_diff: bool,
    find_program: t.Optional[t.Callable[[str], t.Optional[str]]],
) -> t.Tuple[t.Dict[str, t.Any], t.List[str]]:
    """Bring the wanted servers into a settings file.

    :param params: options as in L(ARGUMENTS).
    :param check_mode: whether nothing is written.
    :param with_diff: whether the result has a diff.
    :param find_program: a function from a program's name to its path, or None; or None where no
        Maven is to be found.
    :returns: (result of the module, warnings). A result with C(failed) is a failure: either Maven
        would not use what is wanted, and nothing was written, or it was written and a repository
        does not accept it.
    :raises TokensError: nothing was changed.
    """
    _check_path(params['path'])
    check_limits(params, LIMITS)
    delivery = _Delivery(params, check_mode, find_program)
    result, content = delivery.run()
    if with_diff:
        result['diff'] = _diff(result)
    if params['verify'] and not result.get('failed'):
        _verify(result, delivery, content)
    return result, delivery.warnings


class _NotEffective(Exception):
    """Maven would not use what is wanted. :ivar edited: Result of the edit."""

    def __init__(self, edited: maven_settings.Result) -> None:
        super().__init__()
        self.edited = edited


class _Delivery:
    """One run.

    :ivar entries: options of each entry. :ivar wanted: Server of each.
    :ivar warnings: sentences.
    """

    def __init__(
        self,
        params: t.Dict[str, t.Any],
        check_mode: bool,
        find_program: t.Optional[t.Callable[[str], t.Optional[str]]],
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.path: str = params['path']
        self.entries = _entries(params)
        self.wanted = [Server.from_options(entry) for entry in self.entries]
        self.warnings: t.List[str] = []
        self.mvn = params['mvn'] or (find_program('mvn') if find_program is not None else None)
        self._of_installation = is_of_installation(self.path, self.mvn)
        self._other = other_file(self.path, self.mvn)
        self._present = [server.id for server in self.wanted if server.state == 'present']
        for entry in self.entries:
            _register(entry)
            self.warnings += doubts(
                {'server %s: %s' % (entry['id'], name): entry[name] for name in SECRET_OPTIONS}
            )
            if params['verify'] and entry['verify_url'] and entry['state'] != 'absent':
                _check_url(entry, params['allow_http'])

    def run(self) -> t.Tuple[t.Dict[str, t.Any], t.Optional[bytes]]:
        """Edit the file. :returns: (result of the module, the new content)."""
        policy = 'narrow' if self._present and self._restricts else 'keep'
        try:
            before, content, edited, changed = edit_private(
                self.path,
                self._edit,
                dry_run=self.check_mode,
                mode_policy=policy,
                in_place=self.params['write_in_place'],
            )
        except _NotEffective as problem:
            return self._failure(problem.edited), None
        self.warnings += edited.warnings
        self._warn(before)
        return {
            'changed': changed,
            'path': self.path,
            'servers': self._servers(edited),
            'permissions_restricted': before.wide and policy == 'narrow',
        }, content

    @property
    def _restricts(self) -> bool:
        permissions = self.params.get('permissions') or 'auto'
        return permissions == 'restrict' or (permissions == 'auto' and not self._of_installation)

    def _edit(
        self, content: t.Optional[bytes]
    ) -> t.Tuple[t.Optional[bytes], maven_settings.Result]:
        edited = maven_settings.edit(content, self.wanted, self._crypt(), self.path, resolve)
        if self._other is not None and self._present:
            shadowed = shadowed_by(self._other, edited.content, self._present, self.path)
            edited = edited._replace(shadowed=dict(shadowed, **edited.shadowed))
        if edited.shadowed:
            raise _NotEffective(edited)
        return edited.content, edited

    def _crypt(self) -> maven_settings.Crypt:
        security_path = self.params['security_path'] or os.path.join(
            os.path.dirname(self.path), 'settings-security.xml'
        )

        # Imported where they are needed, because most files have nothing encrypted
        def decrypt(value: str) -> t.Optional[str]:
            from ansible_collections.buildops.tokens.plugins.module_utils._maven.decryption import (
                decryptor,
            )

            return decryptor(security_path)(value)

        if self.check_mode:
            return maven_settings.Crypt(lambda password: '{encrypted}', decrypt)
        encryptors: t.List[t.Callable[[str], str]] = []

        def encrypt(password: str) -> str:
            from ansible_collections.buildops.tokens.plugins.module_utils._maven.encryption import (
                encryptor,
            )

            if not encryptors:  # one remembers what it has encrypted
                encryptors.append(encryptor(lambda: self.mvn, security_path))
            return encryptors[0](password)

        return maven_settings.Crypt(encrypt, decrypt)

    def _failure(self, edited: maven_settings.Result) -> t.Dict[str, t.Any]:
        self.warnings += edited.warnings
        return {
            'failed': True,
            'msg': 'Nothing was written to %s, because Maven would not use it. %s'
            % (
                self.path,
                ' '.join('%s: %s' % item for item in sorted(edited.shadowed.items())),
            ),
            'changed': False,
            'path': self.path,
            'servers': self._servers(edited, written=False),
            'permissions_restricted': False,
        }

    def _servers(
        self, edited: maven_settings.Result, written: bool = True
    ) -> t.List[t.Dict[str, t.Any]]:
        """The result for each entry."""
        servers = []
        for entry, change in zip(self.entries, edited.changes):
            server = dict(change, effective=change['id'] not in edited.shadowed)
            if not server['effective']:
                server['shadowed_by'] = edited.shadowed[change['id']]
            if not written:
                server['changed'] = []
            if entry['access_token'] is not None and change['state'] == 'present':
                server['fingerprint'] = fingerprint(entry['access_token'])
            servers.append(server)
        return servers

    def _warn(self, before: FileState) -> None:
        if self._other is not None:
            absent = [server.id for server in self.wanted if server.state == 'absent']
            self.warnings += [
                '%s still has a server %s, which Maven uses.' % (self._other.path, server_id)
                for server_id in (remaining(self._other, absent) if absent else ())
            ]
        if not self._of_installation or not self._present:
            return
        if before.info is None:
            self.warnings.append(
                '%s is new and can be read by its owner only. Maven of other users fails until '
                'they can read it, too.' % self.path
            )
        elif before.info.st_mode & _READABLE_FOR_OTHERS and not self._restricts:
            self.warnings.append(
                '%s belongs to an installation of Maven and can be read by other users, who see '
                'the secrets in it. Use the settings of a user, or set permissions to restrict.'
                % self.path
            )


def _entries(params: t.Dict[str, t.Any]) -> t.List[t.Dict[str, t.Any]]:
    """The options of each entry, with those that all share."""
    listed = params['servers'] if params['servers'] is not None else [params]
    return [
        dict(entry, **{option: params[option] for option in SHARED if entry[option] is None})
        for entry in listed
    ]


def _register(entry: t.Dict[str, t.Any]) -> None:
    values = (entry[option] for option in SECRET_OPTIONS)
    register(*(value for value in values if isinstance(value, str)))


def _check_path(path: str) -> None:
    if not os.path.isabs(path):
        raise BadInput(
            'path must be an absolute path, or start with ~ and the name of a user who exists.'
        )
    if os.path.normpath(path).split(os.sep)[-2:] == ['.mvn', 'settings.xml']:
        raise BadInput(
            '%s belongs to a project and is shared with it: Maven 4 refuses passwords there, '
            'Maven 3 does not read it. Use the settings of a user, ~/.m2/settings.xml.' % path
        )


def _check_url(entry: t.Dict[str, t.Any], allow_http: bool) -> None:
    # Imported here, as below, since a host compiles what it imports
    from ansible_collections.buildops.tokens.plugins.module_utils._maven.verify import check_url

    check_url(entry['id'], entry['verify_url'], allow_http)


def _verify(result: t.Dict[str, t.Any], delivery: _Delivery, content: t.Optional[bytes]) -> None:
    """Add to the result whether the repositories accept what is in the file."""
    from ansible_collections.buildops.tokens.plugins.module_utils._maven import verification

    present = [
        (entry, server)
        for entry, server in zip(delivery.entries, delivery.wanted)
        if server.state == 'present'
    ]
    if delivery.check_mode:
        result['verification'] = verification.not_tried(present, 'check mode')
        return
    changed = {server['id']: server['changed'] for server in result['servers']}
    result['verification'] = verification.tried(
        present, delivery.params, content, changed, delivery.path, delivery.mvn
    )
    names = refused(result['verification'])
    if names:
        result.update(
            failed=True,
            msg='%s was updated, but these servers do not accept the credentials: %s.'
            % (delivery.path, names),
        )


def _diff(result: t.Dict[str, t.Any]) -> t.Dict[str, str]:
    before, after = [], []
    for server in result['servers']:
        if not server['changed']:
            continue
        came_or_went = 'id' in server['changed']
        before.append(
            '%s: %s'
            % (
                server['id'],
                'absent' if came_or_went and server['state'] == 'present' else 'present',
            )
        )
        fields = [field for field in server['changed'] if field != 'id']
        after.append(
            '%s: %s%s%s'
            % (
                server['id'],
                server['state'],
                ' (%s)' % ', '.join(fields) if fields else '',
                ' fingerprint %s' % server['fingerprint'] if 'fingerprint' in server else '',
            )
        )
    return diff(result, before, after)
