# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The options that all token sources share, their checks, and which of them identify a token."""

from __future__ import annotations

import hashlib
import os
import typing as t
from urllib.parse import unquote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._policy import REGENERATE
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_limits

if t.TYPE_CHECKING:
    from ansible_collections.buildops.tokens.plugins.module_utils._server_client import ServerClient

Spec = t.Dict[str, t.Any]

CONNECTION: Spec = {
    'url': {'type': 'str'},
    'validate_certs': {'type': 'bool', 'default': True},
    'ca_path': {'type': 'path'},
    'client_cert': {'type': 'path'},
    'client_key': {'type': 'path'},
    'proxy': {'type': 'str'},
    'timeout': {'type': 'int', 'default': 30},
    'retries': {'type': 'int', 'default': 2},
    'longest_wait': {'type': 'int', 'default': 30},
    'allow_http': {'type': 'bool', 'default': False},
}
POLICY: Spec = {
    'regenerate': {'type': 'str', 'choices': list(REGENERATE), 'default': 'if_expired'},
    'min_remaining': {'type': 'int', 'default': 60},
    'cache': {'type': 'str', 'choices': ['none', 'run', 'file'], 'default': 'run'},
    'cache_path': {'type': 'path'},
    'cache_timeout': {'type': 'int', 'default': 120},
}
STATE: Spec = {'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'}}
# How and when to ask, not for what: two sources that differ in these alone share one token
NOT_IDENTITY = frozenset(POLICY) | frozenset(
    (
        'state',
        'timeout',
        'retries',
        'longest_wait',
        'max_age',
        'allow_http',
        'check_url',
        'nexus_version',
        'client_auth',
        'form_encode_credentials',
    )
)
FILES = frozenset(('ca_path', 'client_cert', 'client_key'))
LARGEST_FILE = 16 * 1024 * 1024  # bytes
LIMITS = {
    'timeout': (1, 600),
    'retries': (0, 10),
    'longest_wait': (0, 3600),
    'min_remaining': (0, 365 * 86400),
    'cache_timeout': (1, 3600),
    'max_age': (1, 36500 * 86400),
}


def arguments(provider: t.Type[ServerClient]) -> Spec:
    """:returns: all options of a source of this type, as an argument spec."""
    spec = {**POLICY, **CONNECTION, **provider.ARGUMENTS}
    return {name: entry for name, entry in spec.items() if entry is not None}


def module_arguments(provider: t.Type[ServerClient]) -> Spec:
    """:returns: the argument spec of the module of this type."""
    return dict(arguments(provider), **(STATE if provider.HAS_STATE else {}))


def info_arguments(provider: t.Type[ServerClient]) -> Spec:
    """:returns: the argument spec of the info module of this type, without the options that decide
    when a token is replaced."""
    return {
        name: entry
        for name, entry in arguments(provider).items()
        if name not in POLICY and name != 'max_age'
    }


def constraints(provider: t.Type[ServerClient]) -> t.Dict[str, t.Any]:
    """:returns: the keyword arguments of AnsibleModule besides the spec."""
    return {
        name: getattr(provider, name.upper())
        for name in (
            'required_together',
            'required_one_of',
            'mutually_exclusive',
            'required_if',
            'required_by',
        )
        if getattr(provider, name.upper())
    }


def secret_names(provider: t.Type[ServerClient]) -> t.List[str]:
    """:returns: the names of the options that contain secrets."""
    return [name for name, entry in arguments(provider).items() if entry.get('no_log')]


def checked(provider: t.Type[ServerClient], options: t.Mapping[str, t.Any]) -> t.Dict[str, t.Any]:
    """Check what an argument spec cannot: secrets, addresses, numbers.

    :param options: a mapping that has passed the argument spec; unset options are None.
    :returns: a new mapping with the URL in its normal form.
    :raises BadInput: with the option's name and the rule, never the value of a secret.
    """
    options = dict(options)
    _check_texts(secret_names(provider), options)
    check_limits(options, LIMITS)
    if options.get('url') is not None:
        options['url'] = normalize_url(options['url'], options.get('allow_http'))
    if options.get('proxy') is not None:
        options['proxy'] = _proxy(options['proxy'])
    if isinstance(options.get('scope'), list):
        options['scope'] = _scopes(options['scope'])
    if options.get('client_key') and not options.get('client_cert'):
        raise BadInput('client_key needs client_cert.')
    if options.get('cache_path') and options.get('cache') != 'file':
        raise BadInput('cache_path is used with cache set to file only.')
    return options


def _check_texts(secret: t.Sequence[str], options: t.Dict[str, t.Any]) -> None:
    for name, value in options.items():
        if name in secret and value is not None:
            options[name] = check_secret(name, value)
            register(options[name])
        elif isinstance(value, str):
            found = control_character_in(value)
            if found:
                raise BadInput('%s contains a control character (%s).' % (name, found))
            options[name] = ''.join(value)


def _scopes(entries: t.List[str]) -> t.List[str]:
    """:returns: each scope once. An entry can contain several with blanks between them."""
    return list(dict.fromkeys(scope for entry in entries for scope in entry.split() or [entry]))


def _proxy(value: str) -> str:
    """Proxies are used by http, and may need a user name and password in their URL."""
    at = value.rfind('@')
    bare = value if at < 0 else value[: value.find('://') + 3] + value[at + 1 :]
    if value and '://' not in value:
        raise BadInput(
            'proxy must be a URL with its scheme, like http://proxy.example.com:3128. Most proxies '
            'are addressed with http, also for https.'
        )
    normalize_url(bare, allow_http=True, option='proxy')
    if at >= 0:
        user, _colon, password = value[value.find('://') + 3 : at].partition(':')
        register(password, unquote(password))
        basic_authorization(unquote(user), unquote(password))
    return value


def identity(provider: t.Type[ServerClient], options: t.Mapping[str, t.Any]) -> t.Dict[str, t.Any]:
    """:returns: what makes two tokens of one type different, as a mapping of JSON types (with
    the secrets). A file counts by its content: AWX gives the files of its credentials another name
    in each job."""
    return {
        name: _comparable(name, options[name])
        for name in sorted(options)
        if name not in NOT_IDENTITY and options[name] is not None
    }


def _comparable(name: str, value: t.Any) -> t.Any:
    if name in FILES:
        return _content(value)
    return sorted(value) if name == 'scope' else value


def _content(path: str) -> t.Union[str, t.List[str]]:
    """:returns: a digest of the file, or the path if it is not a file or is larger than any that a
    request uses."""
    try:
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                content = file.read(LARGEST_FILE + 1)
            if len(content) <= LARGEST_FILE:
                return ['sha256', hashlib.sha256(content).hexdigest()]
    except OSError:  # the request reports it
        pass
    return path
