# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Servers of a Maven settings file: from the module's options to its result."""

from __future__ import annotations

import os

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import maven_settings
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import edit_private
from ansible_collections.buildops.tokens.plugins.module_utils._maven.encryption import encryptor
from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import Trust
from ansible_collections.buildops.tokens.plugins.module_utils._maven.verify import (
    authorization,
    check_url,
    transport_of,
    verify,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    fingerprint,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_limits

# 'raw' where a number or a boolean must not become a text behind the user's back
ENTRY = {
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
    'remove': {'type': 'list', 'elements': 'str', 'choices': list(maven_settings.REMOVABLE)},
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


def deliver(params, check_mode, with_diff, find_program):
    """Do what the module is for.

    :param params: options as in L(ARGUMENTS).
    :param find_program: a function from a program's name to its path, or None.
    :returns: (result of the module, warnings).
    :raises TokensError: nothing was changed.
    """
    path = params['path']
    _check_path(path)
    check_limits(params, LIMITS)
    listed = params['servers'] if params['servers'] is not None else [params]
    entries = [
        dict(entry, **{option: params[option] for option in SHARED if entry[option] is None})
        for entry in listed
    ]
    wanted = [maven_settings.wanted_server(entry) for entry in entries]
    for entry in entries:
        register(
            *(
                entry[option]
                for option in ('password', 'passphrase', 'access_token')
                if isinstance(entry[option], str)
            )
        )
        if params['verify'] and entry['verify_url'] and entry['state'] != 'absent':
            check_url(entry['id'], entry['verify_url'], params['allow_http'])
    if check_mode:

        def encrypt(password):
            return '{encrypted}'
    else:
        security_path = params['security_path'] or os.path.join(
            os.path.dirname(path), 'settings-security.xml'
        )
        encrypt = encryptor(lambda: params['mvn'] or find_program('mvn'), security_path)

    def edit(content):
        edited = maven_settings.edit(content, wanted, encrypt, path)
        return edited.content, edited

    policy = 'narrow' if any(server.state == 'present' for server in wanted) else 'keep'
    before, content, edited, changed = edit_private(
        path, edit, dry_run=check_mode, mode_policy=policy
    )
    result = {
        'changed': changed,
        'path': path,
        'servers': edited.changes,
        'permissions_restricted': before.wide and policy == 'narrow',
    }
    for entry, change in zip(entries, edited.changes):
        if entry['access_token'] is not None and change['state'] == 'present':
            change['fingerprint'] = fingerprint(entry['access_token'])
    if with_diff:
        result['diff'] = _diff(result)
    if params['verify']:
        present = [
            (entry, server) for entry, server in zip(entries, wanted) if server.state == 'present'
        ]
        if check_mode:
            result['verification'] = [
                _attempt(entry, None, 'check mode') for entry, server in present
            ]
        else:
            result['verification'] = _verification(
                present,
                params,
                content,
                {change['id']: change['changed'] for change in edited.changes},
                path,
                transport_of(params['mvn'] or find_program('mvn')),
            )
        closed = [
            '%s (%s)' % (attempt['name'], attempt['message'])
            for attempt in result['verification']
            if attempt['accepted'] is False
        ]
        if closed:
            result.update(
                failed=True,
                msg='%s is as wanted, but with these servers Maven would not get in: %s.'
                % (path, '; '.join(closed)),
            )
    return result, edited.warnings


def _check_path(path):
    if not os.path.isabs(path):
        raise BadInput(
            'path must be an absolute path, or start with ~ and the name of a user who exists.'
        )
    if os.path.normpath(path).split(os.sep)[-2:] == ['.mvn', 'settings.xml']:
        raise BadInput(
            '%s belongs to a project and is shared with it: Maven 4 refuses passwords there, Maven 3 does not read it. '
            'Use the settings of a user, ~/.m2/settings.xml.' % path
        )


def _verification(present, params, content, changed, path, transport):
    found = maven_settings.credentials(content, [server.id for entry, server in present], path)
    verification = []
    for entry, server in present:
        username, password, headers = found.get(server.id, (None, None, {}))
        if 'password' in changed[server.id] and server.encrypt:
            password = server.password  # what was encrypted just now
        logins = authorization(username, password, headers)
        if not entry['verify_url']:
            verification.append(_attempt(entry, None, 'no verify_url'))
        elif not logins:
            verification.append(
                _attempt(entry, None, 'the entry has no password and no Authorization header')
            )
        elif maven_settings.is_resolved_by_maven(
            headers.get('authorization') or username + password
        ):
            verification.append(
                _attempt(
                    entry,
                    None,
                    'only Maven can read the password, which is encrypted or a reference',
                )
            )
        else:
            verification.append(
                _attempt(
                    entry,
                    *verify(
                        entry['verify_url'],
                        logins,
                        Trust(params['validate_certs'], params['ca_path']),
                        params['verify_timeout'],
                        transport,
                    ),
                )
            )
    return verification


def _attempt(entry, accepted, msg):
    return {
        'name': entry['id'],
        'verify_url': entry['verify_url'],
        'accepted': accepted,
        'message': msg,
    }


def _diff(result):
    """What changed, in words: values are never shown, not even old ones."""
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
    if result['permissions_restricted']:
        before.append('mode: open to other users')
        after.append('mode: for the owner alone')
    return {
        'before_header': result['path'],
        'after_header': result['path'],
        'before': _lines(before),
        'after': _lines(after),
    }


def _lines(lines):
    return ''.join(line + '\n' for line in lines)
