# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Get the token of a source from the cache or from its server, for the lookup and all actions."""

from __future__ import annotations

import os
import time
import typing as t
from collections.abc import Mapping

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    Refused,
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import Outcome, ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    KEEP,
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import Token
from ansible_collections.buildops.tokens.plugins.module_utils._token_client import TokenClient
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    awx_credential_types,
    isolated_process,
    sources,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache, Entry
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    CacheProblem,
    LookupRequest,
    run_folder,
)

# Values of regenerate with which the server is asked although a token is in the cache
ASKS_ALWAYS = ('if_invalid', 'always')
FOR_THIS_RUN = 'Tokens are kept for this run only.'
_caches: dict[str, Cache] = {}
# By name, for an isolated process; classes before those that they derive from
_PROBLEMS: dict[str, type[TokensError]] = {
    of.__name__: of
    for of in (Refused, Unreachable, ServerProblem, BadInput, FileProblem, TokensError)
}
_attempt: list[t.Any] = []

Clock = t.Callable[[], float]
OnCached = t.Callable[[Cache, str, Token], None]


class ResolvedToken(t.NamedTuple):
    """The result of a lookup.

    :ivar token: None in check mode, or if its server shows the value only once.
    :ivar warnings: sentences for the user.
    :ivar source: the source of the token.
    """

    token: Token | None
    warnings: list[str]
    source: sources.Source


class _Request(t.NamedTuple):
    """What C(get_token) was called with.

    :ivar known: a token of a cache that is not written to (check mode), or None.
    :ivar in_doubt: as in its C(Entry).
    """

    source: sources.Source
    desired: DesiredState
    check_mode: bool
    clock: Clock
    once_per_run: bool
    known: Token | None = None
    in_doubt: bool = False

    @property
    def isolated(self) -> bool:
        """The answer may be something that its server issues once, and must not be lost."""
        return not (self.check_mode or self.source.provider.STATELESS)


def begin_attempt(variables: t.Mapping[str, t.Any], number: int = 1) -> None:
    """Note which attempt this is. A failure is remembered for the same attempt on other hosts.

    Later attempts of C(until), and the tasks of C(rescue), ask again.

    :param variables: of the task. :param number: of the attempt.
    """
    failed = variables.get('ansible_failed_task')
    _attempt[:] = [number, str(failed.get('uuid')) if isinstance(failed, Mapping) else '']


def forget(source: sources.Source) -> None:
    """Remove the token of a source from all caches, since another host has replaced it."""
    for cache in (_cache(source.options, False, []), _run_cache([])):
        if cache is not None:
            cache.forget(cache.key(source.identity()))


def resolve_token(
    request: LookupRequest, check_mode: bool = False, may_replace: bool = True
) -> ResolvedToken:
    """Get the token for a lookup that C(LookupRequest.cached_token) has no token for.

    :param may_replace: False refuses sources that request a new token each time.
    :raises TokensError: with cause and remedy.
    """
    if request.name is None:
        source = sources.resolve(
            request.type_name, request.given, request.variables, request.template
        )
    else:
        source = sources.named(request.name, request.variables, request.template)
    if source.options['regenerate'] == 'always' and not may_replace:
        raise BadInput(
            '%s: regenerate cannot be always in a lookup, which is evaluated many times. '
            'Use the module token_source.' % source.label
        )
    desired = desired_of(source.options)

    def on_cached(cache: Cache, key: str, token: Token) -> None:
        run = _run_cache([])
        if run is not None:
            request.record(run, cache, key, _good_span(cache, token, desired))

    outcome = get_token(source, desired, check_mode, once_per_run=True, on_cached=on_cached)
    return ResolvedToken(outcome.token, outcome.warnings, source)


def desired_of(options: t.Mapping[str, t.Any], **changes: t.Any) -> DesiredState:
    """Return the C(DesiredState) that a source's options request.

    :param changes: fields of it that differ.
    """
    return DesiredState(
        state=options.get('state') or 'present',
        regenerate=options['regenerate'],
        min_remaining=options['min_remaining'],
        max_age=options.get('max_age'),
    )._replace(**changes)


def get_token(
    source: sources.Source,
    desired: DesiredState | None = None,
    check_mode: bool = False,
    clock: Clock = time.time,
    once_per_run: bool = False,
    on_cached: OnCached | None = None,
) -> Outcome:
    """Bring the token of a source into the desired state, with as few requests as possible.

    :param desired: by default, what the source's options request.
    :param clock: returns the time in seconds since 1970.
    :param once_per_run: check or replace the token only once in a run, whatever C(regenerate) is.
        For callers that are run many times.
    :param on_cached: called with the cache, the key and the token, once the token is in the cache.
    :raises TokensError: with the name of the source, if it has one, cause and remedy.
    """
    desired = desired or desired_of(source.options)
    try:
        return _get(_Request(source, desired, check_mode, clock, once_per_run), on_cached)
    except TokensError as problem:
        awx_credential_types.name_fields(problem, source.provider.TYPE)
        raise (problem.about(source.label) if source.name else problem) from None


def kept_token(source: sources.Source, warnings: list[str]) -> Token | None:
    """Return the token that the lasting cache contains, valid or not; None for one in doubt.

    :param warnings: a list that sentences for the user are added to.
    """
    cache = _cache(source.options, True, warnings)
    if cache is None or not cache.lasting:
        return None
    cache.warnings = warnings
    entry = cache.read(cache.key(source.identity()), time.time())
    return None if entry.in_doubt else entry.token


def once_for_all_hosts(
    source: sources.Source, what: list[t.Any], host: str, work: t.Callable[[], dict[str, t.Any]]
) -> dict[str, t.Any]:
    """Do what a task does on a server once, and let all hosts of the task have its result.

    A host that asks again (C(until), C(loop)) is answered by the server again.

    :param what: distinguishes the task from others, in JSON types.
    :param work: returns the result of the module, in JSON types.
    :returns: the result. For a host that did not cause the change, C(changed) is False.
    :raises TokensError: what the work raised, for each of the hosts.
    """
    cache = _run_cache([])
    if cache is None:
        return work()
    key = cache.key(['task', what, source.provider.TYPE, dict(source.options)])
    with cache.lock(key, source.options.get('timeout', 30) * 10, 'the module'):
        kept = cache.noted(key)
        if kept is not None and host not in kept['hosts']:
            cache.note(key, {**kept, 'hosts': [*kept['hosts'], host]})
            if kept['problem'] is not None:
                raise _loaded_problem(**kept['problem'])
            return {**kept['result'], 'changed': False}
        try:
            result = work()
        except TokensError as problem:
            failed = _dumped_problem(problem)
            cache.note(key, {'hosts': [host], 'result': None, 'problem': failed})
            raise
        cache.note(key, {'hosts': [host], 'result': result, 'problem': None})
        return result


def _get(request: _Request, on_cached: OnCached | None) -> Outcome:
    warnings: list[str] = []
    cache = _cache(request.source.options, request.check_mode, warnings)
    if cache is not None and request.check_mode and cache.lasting:
        # It is not written to: a token that it does not contain is fetched for this run alone
        key = _key(cache, request, warnings)
        entry = cache.read(key, request.clock())
        hit = _hit(cache, key, entry, request)
        if hit:
            return _add_warnings(hit, warnings)
        request = request._replace(known=entry.token, in_doubt=entry.in_doubt)
        cache = _run_cache(warnings)
    if cache is None:
        return _add_warnings(_ensure(_provider(request.source), request, request.known), warnings)
    key = _key(cache, request, warnings)
    outcome = _hit(cache, key, cache.read(key, request.clock()), request)
    if outcome is None:
        outcome = _fetch_locked(cache, key, request)
    if on_cached is not None and outcome.token is not None:
        on_cached(cache, key, outcome.token)
    return _add_warnings(outcome, warnings)


def _key(cache: Cache, request: _Request, warnings: list[str]) -> str:
    """Return the token's name in a cache, whose warnings are collected from now on."""
    cache.warnings = warnings
    return cache.key(request.source.identity())


def _ensure(provider: TokenClient, request: _Request, known: Token | None) -> Outcome:
    return ensure(provider, request.desired, known, request.check_mode, request.clock)


def _fetch_locked(cache: Cache, key: str, request: _Request) -> Outcome:
    """Get the token as the only process that does so.

    That is an isolated process for what may not be lost, and for callers that are run many times;
    and this one if that dies.
    """
    with cache.lock(key, request.source.options['cache_timeout'], request.source.label):
        if request.isolated or request.once_per_run:
            hit, known = _recheck(cache, key, request)
            outcome = hit or _fetch_isolated(cache, key, request, known)
            if outcome is not None:
                return outcome
        hit, known = _recheck(cache, key, request)
        return hit or _fetch(cache, key, request, known)


def _recheck(cache: Cache, key: str, request: _Request) -> tuple[Outcome | None, Token | None]:
    """Read the cache again: another process, or one that died, may have written to it.

    :returns: (an C(Outcome) that needs no request or None, the known token or None).
    """
    cache.recover(key)
    entry = cache.read(key, request.clock())
    return _hit(cache, key, entry, request), entry.token or request.known


def _fetch(cache: Cache, key: str, request: _Request, known: Token | None) -> Outcome:
    provider = _provider(request.source)
    # Where locks do not work, another process may have replaced the token in the meantime
    provider.reload = lambda: cache.read(key, request.clock()).token
    provider.keep = lambda token: cache.write(key, token, provider.server())
    provider.in_doubt = request.in_doubt or cache.read(key, request.clock()).in_doubt
    provider.spend = lambda: cache.doubt(key)
    with cache.ready(key) as obstacle:
        provider.persistence_error = lambda: (
            obstacle() and (_unusable(cache, request) or obstacle())
        )
        try:
            outcome = _ensure(provider, request, known)
        except TokensError as problem:
            _record_failure(cache, key, request, provider, problem)
            raise
        # Before anything else: a rotated refresh token that is not stored is lost
        if outcome.token is not None:
            cache.write(key, outcome.token, outcome.server)
    if outcome.token is not None:
        run, name = _in_run(cache, 'failure', key)
        if run is not None:
            run.forget(name)
        if request.desired.regenerate in ASKS_ALWAYS:
            _note_seen(cache, key)
    elif request.desired.state == 'absent' and not request.check_mode:
        cache.forget(key)
    return outcome


def _unusable(cache: Cache, request: _Request) -> str | None:
    """Return why the cache is not the lasting one that was asked for, or None."""
    if cache.lasting or request.source.options['cache'] != 'file':
        return None
    problems = (
        text[: -len(FOR_THIS_RUN)] for text in cache.warnings if text.endswith(FOR_THIS_RUN)
    )
    return next((text.rstrip(' .') for text in problems), None)


def _record_failure(
    cache: Cache, key: str, request: _Request, provider: TokenClient, problem: TokensError
) -> None:
    """Forget a token that has ended, and remember the server's refusal for a short time."""
    if not (provider.ended or provider.in_doubt) and _is_without_effect(problem):
        cache.doubt(key, False)
    kept = cache.read(key, request.clock()).token
    if provider.ended and not (kept and kept.refresh_token):
        cache.forget(key)
    if isinstance(problem, ServerProblem):
        run, name = _in_run(cache, 'failure', key)
        if run is not None:
            run.write_failure(name, problem, request.clock())


def _is_without_effect(problem: TokensError) -> bool:
    """Return whether a failed request has certainly ended or used up nothing."""
    if isinstance(problem, Unreachable):
        return not problem.sent
    if isinstance(problem, ServerProblem):
        busy = problem.status in (429, 503)
        refused = isinstance(problem, Refused) and problem.code != 'invalid_grant'
        return busy or (refused and (problem.status or 500) < 500)
    return True  # nothing was sent


def _fetch_isolated(
    cache: Cache, key: str, request: _Request, known: Token | None
) -> Outcome | None:
    """Do what C(_fetch) does in an isolated process. :returns: None if that died."""

    def work() -> dict[str, t.Any]:
        cache.sign(key)
        try:
            outcome = _fetch(cache, key, request, known)
        except TokensError as problem:
            return {'problem': _dumped_problem(problem), 'noted': cache.warnings}
        return {
            'token': _dump(outcome.token),
            'found': {**outcome.found._asdict(), 'token': _dump(outcome.found.token)},
            'noted': cache.warnings,
            **{
                name: getattr(outcome, name) for name in ('changed', 'action', 'server', 'warnings')
            },
        }

    try:
        response = isolated_process.run(work)
    except isolated_process.ProcessFailed:
        cache.sign(key)
        return None
    cache.warnings[:] = response.pop('noted')
    if 'problem' in response:
        raise _loaded_problem(**response['problem'])
    found = response.pop('found')
    found = CurrentState(**{**found, 'token': _loaded(found['token'])})
    return Outcome(token=_loaded(response.pop('token')), found=found, **response)


def _dumped_problem(problem: TokensError) -> dict[str, t.Any]:
    about = {name: getattr(problem, name, None) for name in ('status', 'code')}
    kind = next(name for name, of in _PROBLEMS.items() if isinstance(problem, of))
    return {'kind': kind, 'message': str(problem), **about}


def _loaded_problem(kind: str, message: str, status: int | None, code: str | None) -> TokensError:
    of = _PROBLEMS[kind]
    return of(message, status, code) if issubclass(of, ServerProblem) else of(message)


def _dump(token: Token | None) -> dict[str, t.Any] | None:
    return None if token is None else token.dump()


def _loaded(dumped: t.Any) -> Token | None:
    return None if dumped is None else Token.load(dumped)


def _provider(source: sources.Source) -> TokenClient:
    provider = source.provider(source.options)
    provider.persistence_error = lambda: 'no token cache can be used'
    return provider


def _hit(cache: Cache, key: str, entry: Entry, request: _Request) -> Outcome | None:
    """Return an C(Outcome) that needs no request, or None.

    :raises ServerProblem: a request for this token has failed shortly before.
    """
    desired, now, token = request.desired, request.clock(), entry.token
    if desired.state != 'present':
        return None
    if desired.regenerate in ASKS_ALWAYS and not (request.once_per_run and _seen(cache, key)):
        return None
    if token is not None and not entry.in_doubt:
        first, end = _good_span(cache, token, desired)
        if (first is None or first <= now) and (end is None or now < end):
            found = CurrentState(exists=True, token=token, expires_at=token.expires_at)
            return Outcome(token, False, KEEP, found, dict(entry.server), [])
    run, name = _in_run(cache, 'failure', key)
    failure = run.read(name, now).failure if run is not None else None
    if failure is not None:
        raise failure
    return None


def _good_span(
    cache: Cache, token: Token, desired: DesiredState
) -> tuple[float | None, float | None]:
    return cache.good_span(token, desired.regenerate, desired.min_remaining, desired.max_age)


def _in_run(cache: Cache, what: str, key: str) -> tuple[Cache | None, str]:
    """Return where something about a token is kept that is not valid in later runs.

    :param what: V(failure) or V(seen).
    :returns: (the cache of this run or None, a name in it).
    """
    run = _run_cache([]) if cache.lasting else cache
    of_attempt = _attempt if what == 'failure' else []
    return run, '' if run is None else run.key([what, cache.folder, key, *of_attempt])


def _note_seen(cache: Cache, key: str) -> None:
    """Remember, for this run, that the server was asked for this token."""
    run, name = _in_run(cache, 'seen', key)
    if run is not None:
        run.note(name, {})


def _seen(cache: Cache, key: str) -> bool:
    run, name = _in_run(cache, 'seen', key)
    return run is not None and run.noted(name) is not None


def _add_warnings(outcome: Outcome, warnings: list[str]) -> Outcome:
    return outcome._replace(warnings=outcome.warnings + warnings) if warnings else outcome


def default_folder() -> str:
    """Return the folder of the persistent cache, where no option names another one."""
    return os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'buildops.tokens'
    )


def _cache(options: t.Mapping[str, t.Any], check_mode: bool, warnings: list[str]) -> Cache | None:
    """Return the cache that the options request.

    :returns: the cache of the run if that cannot be used; None if none is to be used, or can be.
    """
    if options['cache'] == 'none':
        return None
    if options['cache'] == 'file':
        folder = options.get('cache_path') or default_folder()
        if check_mode and not os.path.lexists(folder):
            return _run_cache(warnings)
        cache = _opened(
            os.path.abspath(folder) if options.get('cache_path') else folder,
            True,
            not check_mode,
            FOR_THIS_RUN,
            warnings,
        )
        if cache is not None:
            return cache
    return _run_cache(warnings)


def _run_cache(warnings: list[str]) -> Cache | None:
    return _opened(run_folder(), False, True, 'Tokens are fetched without it.', warnings)


def _opened(
    folder: str, lasting: bool, create: bool, instead: str, warnings: list[str]
) -> Cache | None:
    """Open a cache, once in this process.

    :param instead: for the warning if it cannot be used: what happens then.
    """
    try:
        if folder not in _caches:
            _caches[folder] = Cache(folder, lasting, create)
            warnings.extend(_caches[folder].warnings)
        return _caches[folder]
    except CacheProblem as problem:
        warnings.append('%s %s' % (problem, instead))
        return None
