# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the delivery types of package clients declare alike.

The controller reads it in each run, so it imports nothing that edits files.
"""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    FILE_RESULT,
    Credential,
    DeliveryType,
    Entry,
)

CREDENTIAL: t.Dict[str, t.Dict[str, t.Any]] = {
    'token': {'type': 'str', 'no_log': False},
    'username': {'type': 'str'},
    # raw: a number must not become a text without a word
    'password': {'type': 'raw', 'no_log': True},
    'access_token': {'type': 'raw', 'no_log': True},
    'expires_at': {'type': 'str'},
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
}
VERIFICATION = {
    'verify': {'type': 'bool', 'default': False},
    'verify_timeout': {'type': 'int', 'default': 30},
    'validate_certs': {'type': 'bool', 'default': True},
    'ca_path': {'type': 'path'},
}
ALLOW_HTTP = {'allow_http': {'type': 'bool', 'default': False}}
# The options of the module that have one variable for all package clients
SHARED = (*VERIFICATION, *ALLOW_HTTP)


class PackageClient(DeliveryType):
    """The credentials of one package client.

    A subclass has a file of the same name in C(_deliveries), and names its C(Client).

    :cvar ENTRY: the options of an entry besides the credential. That of C(ENTRY_NAME) is one.
    :cvar SETTINGS: the options of the module besides C(path), C(entries) and these.
    :cvar VERIFIED: the credential can be tried with a request. Otherwise C(verify) and what
        belongs to it are not options.
    :cvar URL: the option of an entry with an address, or None.
    """

    ROLE = 'package_clients'
    SHARED = ('user', *SHARED)
    HAS_USER = True
    ENTRIES = 'entries'
    TAKES_EXPIRY = True
    RETURNED = FILE_RESULT + ('entries',)
    ENTRY: t.Mapping[str, t.Dict[str, t.Any]] = {}
    SETTINGS: t.Mapping[str, t.Dict[str, t.Any]] = {}
    VERIFIED = True
    URL: t.Optional[str] = None

    @classmethod
    def client(cls) -> t.Any:
        """Return the subclass of C(Client) that edits the file. Import it here."""
        raise NotImplementedError

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        entry = {**cls.ENTRY, **CREDENTIAL}
        if cls.VERIFIED:
            entry['verify_url'] = {'type': 'str'}
        # Beside a list of entries, the options of one entry are not given, not even by default
        arguments: t.Dict[str, t.Any] = {
            option: {name: value for name, value in spec.items() if name != 'default'}
            for option, spec in entry.items()
        }
        named = {cls.ENTRY_NAME: {**entry[cls.ENTRY_NAME], 'required': True}}
        arguments[str(cls.ENTRIES)] = {
            'type': 'list',
            'elements': 'dict',
            'options': {**entry, **named},
            'mutually_exclusive': [('password', 'access_token')],
        }
        arguments['path'] = {'type': 'path'}
        arguments.update(cls.SETTINGS)
        arguments.update(VERIFICATION if cls.VERIFIED else {})
        arguments.update(ALLOW_HTTP if cls.URL or cls.VERIFIED else {})
        return arguments, {
            'mutually_exclusive': [(cls.ENTRIES, option) for option in entry]
            + [('password', 'access_token')],
            'required_one_of': [(cls.ENTRY_NAME, cls.ENTRIES)],
        }

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._urls import validate_url

        for option in (cls.URL, 'verify_url'):
            if option and isinstance(entry.get(option), str):
                # What is not known may be true
                validate_url(entry[option], bool(options.get('allow_http')), option)

    @classmethod
    def apply(cls, params: Entry, module: t.Any) -> t.Tuple[Entry, t.List[str]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import (
            delivery,
        )

        return delivery.deliver(cls, params, module.check_mode, module._diff)


def replace_former_user(entry: Entry, credential: Credential) -> None:
    """Have an entry replace those of other users, where each new token has another user name.

    For a file with one user for each place, the former token would be one of another user.
    """
    if credential.own_username and entry.get('exclusive') is None:
        entry['exclusive'] = True
