# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Remote credentials of a proxy repository: the desired state, the current state, their
differences."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
    normalize_url,
)

BEARER = 'bearerToken'
Authentication = t.Optional[t.Dict[str, t.Any]]


class DesiredProxy(t.NamedTuple):
    """A repository, and the credentials that it shall use for its remote.

    :ivar type: V(username), V(ntlm) or V(bearer).
    :ivar preemptive: True, False, or None to leave it unchanged.
    :ivar update_password: V(on_create): a password that cannot be compared is written only with
        another user name or where there was none; V(on_change): unless it is known to be the one
        that was written last; V(always).
    :ivar create: a mapping by which to create a repository that is missing, or None.
    :ivar secrets: a mapping of the write-only parts that this repository has.
    :ivar verify_path: a path that the proxy shall fetch from its remote, or None.
    :ivar expires_at: when the credentials end, in seconds since 1970, or None.
    """

    name: str
    state: str = 'present'
    type: str = 'username'
    username: t.Optional[str] = None
    password: t.Any = None
    bearer_token: t.Any = None
    ntlm_host: t.Optional[str] = None
    ntlm_domain: t.Optional[str] = None
    preemptive: t.Optional[bool] = None
    update_password: str = 'on_create'
    create: t.Optional[t.Dict[str, t.Any]] = None
    secrets: t.Optional[t.Dict[str, t.Any]] = None
    verify_path: t.Optional[str] = None
    expires_at: t.Optional[float] = None

    def __repr__(self) -> str:
        return 'DesiredProxy(%s, redacted)' % self.name

    @property
    def secret_name(self) -> str:
        """The option that contains the secret."""
        return 'access_token' if self.type == 'bearer' else 'password'

    @property
    def secret(self) -> str:
        """The password or access token, empty where there is none."""
        return str((self.bearer_token if self.type == 'bearer' else self.password) or '')

    @property
    def new_repository(self) -> t.Dict[str, t.Any]:
        """The settings of C(create), empty where there are none."""
        return self.create or {}


class Repository(t.NamedTuple):
    """A proxy repository as it was read.

    :ivar format: the name of its format. :ivar remote_url: where it fetches from.
    :ivar authentication: a mapping with C(type), C(username), C(ntlmHost), C(ntlmDomain),
        C(preemptive), or None; never a password.
    :ivar body: what the server returned."""

    name: str
    format: str
    remote_url: str
    authentication: Authentication
    body: t.Dict[str, t.Any]

    def __repr__(self) -> str:
        return 'Repository(%s)' % self.name


def check(desired: DesiredProxy) -> None:
    """Refuse what cannot work on any server.

    :raises BadInput: with the repository's name and what to change."""
    try:
        if desired.name.strip() in ('', '.', '..'):
            raise BadInput('this is not the name of a repository.')
        if desired.state == 'present':
            _check_credentials(desired)
    except BadInput as problem:
        raise BadInput('repository %s: %s' % (sanitize(desired.name), problem)) from None


def _check_credentials(desired: DesiredProxy) -> None:
    secret = _bearer_secret(desired) if desired.type == 'bearer' else _login_secret(desired)
    if not secret.isascii():
        raise BadInput(
            'the user name or password contains characters outside ASCII, which Nexus sends to '
            'the remote as question marks (measured on 3.24 to 3.62).'
        )
    if desired.preemptive and desired.type == 'bearer':
        raise BadInput('preemptive is for user names and passwords.')
    if desired.create:
        url = normalize_url(desired.create['remote_url'], allow_http=True, option='remote_url')
        check_preemptive(desired, 'maven2', url)


def _bearer_secret(desired: DesiredProxy) -> str:
    if desired.bearer_token is None:
        raise BadInput(
            'a bearer authentication needs access_token, or the token of a source that '
            'provides one.'
        )
    return check_secret('access_token', desired.bearer_token)


def _login_secret(desired: DesiredProxy) -> str:
    if desired.username is None or desired.password is None:
        raise BadInput(
            'username and password are needed, or the token of a source that provides them.'
        )
    username = check_secret('username', desired.username)
    if desired.type == 'username':
        check_basic_user(desired.username)
    return username + check_secret('password', desired.password)


def check_preemptive(desired: DesiredProxy, format_name: str, remote_url: str) -> None:
    """:raises BadInput: the repository cannot send credentials preemptively."""
    if desired.preemptive and not remote_url.lower().startswith('https:'):
        raise BadInput(
            'preemptive needs a remote with https, but the address of this one begins with %s.'
            % sanitize(remote_url.split(':', 1)[0])
        )
    if desired.preemptive and format_name != 'maven2':
        raise BadInput(
            'preemptive exists for Maven repositories only, and the format of this one is %s.'
            % sanitize(format_name)
        )


def differences(
    desired: DesiredProxy, current: Authentication, is_last: t.Optional[bool] = None
) -> t.List[str]:
    """:param current: the present authentication, or None.

    :param is_last: whether the secret is the last one that was written; None if that is unknown.

    :returns: the names of what has to change; C(password) only if that is known or requested."""
    if desired.state == 'absent':
        return ['authentication'] if current else []
    if not current:
        return ['authentication']
    bearer = desired.type == 'bearer'
    changed = []
    if current.get('type') != (BEARER if bearer else desired.type):
        changed.append('type')
    if not bearer and current.get('username') != desired.username:
        changed.append('username')
    if desired.type == 'ntlm':
        changed += _ntlm_differences(desired, current)
    if desired.preemptive is not None and bool(current.get('preemptive')) != desired.preemptive:
        changed.append('preemptive')
    stale = desired.update_password == 'on_change' and not is_last
    if stale or desired.update_password == 'always' or {'username', 'type'} & set(changed):
        changed.append(desired.secret_name)
    return changed


def _ntlm_differences(desired: DesiredProxy, current: t.Mapping[str, t.Any]) -> t.List[str]:
    options = (
        ('ntlm_host', desired.ntlm_host, current.get('ntlmHost')),
        ('ntlm_domain', desired.ntlm_domain, current.get('ntlmDomain')),
    )
    return [
        name for name, desired, now in options if desired is not None and (now or '') != desired
    ]


def visible(authentication: Authentication) -> t.Dict[str, t.Any]:
    """:returns: an authentication without its secrets."""
    return {
        key: value
        for key, value in (authentication or {}).items()
        if key not in ('password', BEARER) and value not in (None, '')
    }
