# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A wanted server entry of Maven's settings, checked for what Maven would misread."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    not_a_string,
)

# Option -> element, in the order in which Maven's own documentation lists them.
FIELDS = {
    'username': 'username',
    'password': 'password',
    'private_key': 'privateKey',
    'passphrase': 'passphrase',
    'file_permissions': 'filePermissions',
    'directory_permissions': 'directoryPermissions',
}
SECRETS = ('password', 'passphrase')
MODES = ('file_permissions', 'directory_permissions')
REMOVABLE = tuple(FIELDS) + ('configuration',)
LONGEST_ID = 255
DEEPEST_CONFIGURATION = 20
AUTHORIZATION = 'authorization'
_ELEMENT_NAME = re.compile(r'(?![xX][mM][lL])[A-Za-z_][A-Za-z0-9_.-]*\Z')
_VARIABLE = re.compile(r'\$\{[^{}]*\}')
Options = t.Mapping[str, t.Any]


class Allowed(t.NamedTuple):
    """What values may contain: variables C(${...}), and encrypted values C({...})."""

    interpolation: bool = False
    encrypted: bool = False


class Server(t.NamedTuple):
    """One wanted entry. None means: leave that as it is."""

    id: str
    state: str = 'present'
    username: t.Optional[str] = None
    password: t.Optional[str] = None
    private_key: t.Optional[str] = None
    passphrase: t.Optional[str] = None
    file_permissions: t.Optional[str] = None
    directory_permissions: t.Optional[str] = None
    configuration: t.Optional[t.Dict[str, t.Any]] = None
    remove: t.Tuple[str, ...] = ()
    update_password: str = 'unless_encrypted'
    encrypt: bool = False
    bearer: bool = False

    @classmethod
    def from_options(cls, options: Options) -> Server:
        """Check one entry.

        :param options: the options of C(maven_server) that concern an entry; None is not given.
        :returns: Server.
        :raises BadInput: what Maven would misread, with the reason. The message names option and
            id, never a value.
        """
        options = {key: value for key, value in options.items() if value is not None}
        state = options.get('state', 'present')
        allowed = Allowed(
            bool(options.get('allow_interpolation')), bool(options.get('allow_encrypted'))
        )
        # an entry is removed by its text, whatever Maven makes of that
        interpolation = allowed.interpolation or state == 'absent'
        server_id = _check_id(options.get('id'), Allowed(interpolation))
        if 'token' in options:
            raise BadInput(
                'server %s: token names a source, which only the action plugin of this module can '
                'ask. Call the module as buildops.tokens.maven_server from a task, or give '
                'username and password.' % server_id
            )
        if state == 'absent':
            return cls(server_id, state)
        return cls._present(server_id, options, allowed)

    @classmethod
    def _present(cls, server_id: str, options: Options, allowed: Allowed) -> Server:
        where = 'server %s: ' % server_id
        values = _fields(where, options, allowed)
        configuration = _configuration(where, options, allowed)
        bearer = 'access_token' in options and 'username' not in values
        if 'access_token' in options:
            token = _access_token(where, options, values, allowed)
            if bearer:
                configuration = _with_token(where, configuration or {}, token)
            else:  # some servers accept the access token as the password of a user
                values['password'] = token
        remove = tuple(dict.fromkeys(options.get('remove') or ()))
        _check_remove(where, remove, values, configuration)
        return cls(
            server_id,
            'present',
            configuration=configuration,
            remove=remove,
            bearer=bearer,
            # what is allowed is written as it is
            encrypt=bool(options.get('encrypt')) and not any(allowed),
            update_password=options.get('update_password', 'unless_encrypted'),
            **values,
        )

    @property
    def sets_authorization(self) -> bool:
        """Whether the configuration contains an C(Authorization) header."""
        headers = (self.configuration or {}).get('httpHeaders')
        properties = headers.get('property', []) if isinstance(headers, dict) else []
        return any(
            isinstance(item, dict) and str(item.get('name', '')).lower() == AUTHORIZATION
            for item in (properties if isinstance(properties, list) else [properties])
        )


def named(items: t.Sequence[t.Any]) -> bool:
    """Whether C(name) identifies the items of a list, as with headers of Maven's transport."""
    return bool(items) and all(
        isinstance(item, dict) and isinstance(item.get('name'), str) for item in items
    )


def looks_encrypted(value: str) -> bool:
    """Whether Maven would decrypt a value: it has a part in braces that is not a variable."""
    return re.search(r'(?<!\$)\{[^{}]+\}', value) is not None


def _check_id(server_id: t.Any, allowed: Allowed) -> str:
    if not isinstance(server_id, str) or not server_id.strip() or len(server_id) > LONGEST_ID:
        raise BadInput(
            'id must be a string of 1 to %d characters. Give the id of the repository or mirror.'
            % LONGEST_ID
        )
    return _check_text('id', server_id, allowed)


def _check_text(name: str, value: str, allowed: Allowed) -> str:
    """Refuse what Maven would read as something else than what was written."""
    found = control_character_in(value)
    if not found and ('\ufffe' in value or '\uffff' in value):
        found = 'U+FFFE or U+FFFF'
    if found:
        raise BadInput(
            '%s contains a control character (%s), which makes Maven reject the whole settings '
            'file. Take it out.' % (name, found)
        )
    if value != value.strip():
        raise BadInput(
            '%s begins or ends with a blank, which Maven would cut off. Take it out.' % name
        )
    if '${' in value and not allowed.interpolation:
        raise BadInput(
            '%s contains "${", which Maven would replace and which cannot be escaped. Get another '
            'token; or, if the replacement is what you want, set allow_interpolation.' % name
        )
    rest = _VARIABLE.sub('', value) if allowed.interpolation else value
    if not allowed.encrypted and re.search(r'\{.*\}', rest):
        raise BadInput(
            '%s contains "{...}", which Maven would take for an encrypted value and try to '
            "decrypt. Get another token; or, if it is the output of Maven's own encryption, set "
            'allow_encrypted.' % name
        )
    return ''.join(value)  # a plain str, without ansible-core's tags


def _check_plain(name: str, value: t.Any, allowed: Allowed) -> str:
    if not isinstance(value, str):
        raise not_a_string(name, value)
    if not value:
        raise BadInput('%s is empty. Give it a value, or leave it out.' % name)
    return _check_text(name, value, allowed)


def _fields(where: str, options: Options, allowed: Allowed) -> t.Dict[str, str]:
    values = {}
    for option in FIELDS:
        if option in options:
            if option in SECRETS:
                check_secret(where + option, options[option])
            values[option] = _check_plain(where + option, options[option], allowed)
    for option in MODES:
        if option in values and not re.match(r'[0-7]{3,4}\Z', values[option]):
            raise BadInput('%s%s must be an octal mode such as "664". Quote it.' % (where, option))
    return values


def _configuration(
    where: str, options: Options, allowed: Allowed
) -> t.Optional[t.Dict[str, t.Any]]:
    configuration = options.get('configuration')
    if configuration is None:
        return None
    if not isinstance(configuration, dict):
        raise BadInput('%sconfiguration must be a mapping.' % where)
    checked: t.Dict[str, t.Any] = _check_value(where + 'configuration', configuration, 0, allowed)
    return checked


def _check_value(name: str, value: t.Any, depth: int, allowed: Allowed) -> t.Any:
    """Check a part of a configuration, and turn its scalars into the texts that Maven reads."""
    if depth > DEEPEST_CONFIGURATION:
        raise BadInput(
            '%s is nested deeper than %d levels. Make it simpler.' % (name, DEEPEST_CONFIGURATION)
        )
    if isinstance(value, dict):
        return {
            ''.join(key): _check_value('%s.%s' % (name, key), value[key], depth + 1, allowed)
            for key in _check_keys(name, value)
        }
    if isinstance(value, list):
        names = [item['name'].lower() for item in value] if named(value) else []
        if len(set(names)) != len(names):
            raise BadInput('%s has two items of the same name. Leave one out.' % name)
        return [_check_value(name, item, depth + 1, allowed) for item in value]
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise BadInput(
            '%s is of type %s, which XML cannot express. Give a string, a number, a boolean, a '
            'list or a mapping.' % (name, type(value).__name__)
        )
    return _check_text(name, value, allowed)


def _check_keys(name: str, value: t.Dict[t.Any, t.Any]) -> t.Dict[str, t.Any]:
    for key, item in value.items():
        if not isinstance(key, str) or not _ELEMENT_NAME.match(key):
            raise BadInput(
                '%s has a key that cannot be the name of an XML element. Use letters, digits, '
                '".", "-" and "_".' % name
            )
        if isinstance(item, list) and any(isinstance(inner, list) for inner in item):
            raise BadInput(
                '%s.%s is a list of lists, which XML cannot express. Give each inner list a name.'
                % (name, key)
            )
    return value


def _access_token(
    where: str, options: Options, values: t.Mapping[str, str], allowed: Allowed
) -> str:
    if 'password' in values:
        raise BadInput(
            '%spassword and access_token exclude each other. Leave one of them out.' % where
        )
    check_secret(where + 'access_token', options['access_token'])
    token = _check_plain(where + 'access_token', options['access_token'], allowed)
    if 'username' not in values and (not token.isascii() or ' ' in token):
        raise BadInput(
            '%saccess_token contains a character that an HTTP header cannot carry. Check where it '
            'comes from.' % where
        )
    return token


def _with_token(where: str, configuration: t.Dict[str, t.Any], token: str) -> t.Dict[str, t.Any]:
    """Add the header of a bearer token."""
    headers = configuration.get('httpHeaders', {})
    properties = headers.get('property', []) if isinstance(headers, dict) else None
    properties = [properties] if isinstance(properties, dict) else properties
    if not isinstance(properties, list) or any(
        not isinstance(item, dict) or str(item.get('name', '')).lower() == AUTHORIZATION
        for item in properties
    ):
        raise BadInput(
            '%saccess_token needs configuration.httpHeaders.property to be a list of '
            '{name, value} without Authorization.' % where
        )
    header = {'name': 'Authorization', 'value': 'Bearer ' + token}
    return dict(configuration, httpHeaders=dict(headers, property=properties + [header]))


def _check_remove(
    where: str,
    remove: t.Tuple[str, ...],
    values: t.Mapping[str, str],
    configuration: t.Optional[t.Mapping[str, t.Any]],
) -> None:
    given = set(values) | ({'configuration'} if configuration else set())
    both = sorted(given.intersection(remove))
    if both:
        raise BadInput('%s%s is both given and to be removed. Decide for one.' % (where, both[0]))
    if not values and configuration is None and not remove:
        raise BadInput(
            '%sthere is nothing to write. Give username and password, access_token, token, or '
            'another option of an entry.' % where
        )
