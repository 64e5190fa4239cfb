# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Apply and verify the remote credentials of one proxy repository.

A server accepts a repository's configuration as a whole and never returns a password. So: read,
change only the authentication, write everything else back as it was, read again and compare."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_interface import (
    Proxies,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_records import (
    Authentication,
    DesiredProxy,
    Repository,
    differences,
    visible,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    register,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import (
    Memory,
)

GIVEN, UNKNOWN = 'given', 'unknown'
NOTHING_KNOWN = Memory()


class Known:
    """What is known of the secret of one proxy, which its server never returns."""

    def __init__(self, memory: Memory, url: str, desired: DesiredProxy) -> None:
        self._memory = memory
        self._place = [url, desired.name, desired.secret_name]
        self._secret = desired.secret
        self.is_last = memory.is_last(self._place, self._secret)

    def forget(self) -> None:
        """For the time of a write, which may fail halfway."""
        self._memory.keep(self._place, None)

    def keep(self) -> None:
        """After a write."""
        self._memory.keep(self._place, self._secret)


def apply(
    proxies: Proxies, desired: DesiredProxy, check_mode: bool, memory: Memory = NOTHING_KNOWN
) -> t.Dict[str, t.Any]:
    """Apply the desired state to the authentication of one proxy.

    :param memory: of the secrets that were written before.
    :returns: C({name, state, changed, secret, effective, shadowed_by, before, after}): the names of
        what changed, whether the server has the secret, whether the proxy uses it, and the two
        states for diff mode, without any secret.
    :raises TokensError: with the repository's name."""
    register(*_secrets([desired.password, desired.bearer_token, desired.secrets]))
    try:
        repository = proxies.read(desired.name)
        known = Known(memory, proxies.client.url, desired)
        if repository is None:
            return _create(proxies, desired, known, check_mode)
        return _update(proxies, desired, repository, known, check_mode)
    except BadInput as problem:
        raise BadInput('repository %s: %s' % (sanitize(desired.name), problem)) from None


def _create(
    proxies: Proxies, desired: DesiredProxy, known: Known, check_mode: bool
) -> t.Dict[str, t.Any]:
    if desired.state == 'absent':
        return _result(desired, None, None, [])
    if not desired.create:
        raise proxies.absent(desired.name)
    planned = Repository(desired.name, 'maven2', desired.create['remote_url'], None, {})
    proxies.supports(desired, planned)
    proxies.can_create(desired)
    authentication = proxies.authentication(desired, None)
    if not check_mode:
        known.forget()
        proxies.create(desired, authentication)
        _read_back(proxies, desired, None)
        known.keep()
    return _result(desired, None, authentication, ['repository'])


def _update(
    proxies: Proxies,
    desired: DesiredProxy,
    repository: Repository,
    known: Known,
    check_mode: bool,
) -> t.Dict[str, t.Any]:
    changed, authentication = _decide(proxies, desired, repository, known)
    if changed and not check_mode:
        # The server has no conditional write. So what is written back is read again right before.
        latest = proxies.read(desired.name)
        if latest is None:
            raise proxies.absent(desired.name)
        repository = latest
        changed, authentication = _decide(proxies, desired, repository, known)
        if changed:
            known.forget()
            proxies.write(repository, authentication, desired)
            _read_back(proxies, desired, repository)
            if desired.state == 'present':
                known.keep()
    before = repository.authentication
    result = _result(desired, before, authentication if changed else before, changed, known.is_last)
    reason = proxies.unused_because(repository) if desired.state == 'present' else None
    return dict(result, effective=False, shadowed_by=reason) if reason else result


def _decide(
    proxies: Proxies, desired: DesiredProxy, repository: Repository, known: Known
) -> t.Tuple[t.List[str], Authentication]:
    """:returns: the names of what has to change, and the authentication to write.

    :raises BadInput: this server or repository does not support it."""
    proxies.supports(desired, repository)
    authentication = (
        None
        if desired.state == 'absent'
        else proxies.authentication(desired, repository.authentication)
    )
    return differences(desired, repository.authentication, known.is_last), authentication


def _secrets(value: t.Any) -> t.List[str]:
    """:returns: all texts within nested mappings and lists."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _secrets(item)]
    return [value] if isinstance(value, str) else []


def _read_back(proxies: Proxies, desired: DesiredProxy, before: t.Optional[Repository]) -> None:
    after = proxies.read(desired.name)
    if after is None:
        raise ServerProblem(
            'the repository %s cannot be read after it was written.' % sanitize(desired.name)
        )
    left = differences(desired._replace(update_password='on_create'), after.authentication)
    if left:
        raise ServerProblem(
            '%s accepted the configuration of %s but did not keep %s. Somebody else may have '
            'changed it at the same time. Check it.'
            % (proxies.product, sanitize(desired.name), ', '.join(left))
        )
    if before is not None and not proxies.same(before.body, after.body):
        raise ServerProblem(
            'the repository %s differs from what was written in more than its authentication. '
            'Somebody else changed it at the same time. Check it.' % sanitize(desired.name)
        )


def _result(
    desired: DesiredProxy,
    before: Authentication,
    after: Authentication,
    changed: t.List[str],
    is_last: t.Optional[bool] = None,
) -> t.Dict[str, t.Any]:
    secret = None
    if desired.state == 'present':  # all that is written contains the secret
        secret = GIVEN if changed or is_last else UNKNOWN
    if after:  # Nexus 2 has no types
        after = dict(after, type=after.get('type') or desired.type)
    states = {'before': visible(before), 'after': visible(after)}
    if {'password', 'access_token'} & set(changed):  # perhaps the only change, and not visible
        before_it = 'unknown' if is_last is None else 'another one'
        states['before']['secret'], states['after']['secret'] = before_it, 'the given one'
    result: t.Dict[str, t.Any] = dict(
        states, name=desired.name, state=desired.state, changed=changed, secret=secret
    )
    if secret is not None:
        result['effective'] = True if secret == GIVEN else None
    return result


def verify(proxies: Proxies, desired: DesiredProxy) -> t.Dict[str, t.Any]:
    """Let the proxy fetch a file, as the user who administers it.

    A proxy does not fetch again what it has cached.

    :returns: a mapping C({name, accepted, message})."""
    name, path = sanitize(desired.name), sanitize(desired.verify_path)
    status, answer = _fetch(proxies, desired)
    accepted: t.Optional[bool] = False
    if status == 200:
        accepted, message = True, ''
    elif answer and status == 404 and not proxies.refused_by_remote(desired.name, answer):
        accepted = None
        message = (
            'the proxy %s has no %s (404): its remote does not have it, hides it from these '
            'credentials, or never received them, since Nexus sends them only after a 401 with a '
            'challenge, or with preemptive' % (name, path)
        )
    else:
        reason = (
            'see the server log for details'
            if status == 500
            else 'the remote refuses the credentials, or is down'
        )
        message = 'the proxy %s cannot fetch %s from its remote (%s): %s' % (
            name,
            path,
            status,
            reason,
        )
    return {'name': desired.name, 'accepted': accepted, 'message': message}


def _fetch(
    proxies: Proxies, desired: DesiredProxy
) -> t.Tuple[t.Optional[int], t.Optional[Response]]:
    path = quote((desired.verify_path or '').lstrip('/'), safe='/')
    try:
        answer = proxies.client.request(
            'GET',
            proxies.url_of(desired.name) + path,
            authorization=proxies.authorization,
            accept='*/*',
            repeatable=False,  # after a failure the proxy is blocked
        )
        return answer.status, answer
    except ServerProblem as problem:
        if problem.status != 200:  # a 200 with too large a body is a success
            raise
        return 200, None
