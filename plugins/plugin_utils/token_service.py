# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token for a source: from the cache, or from its server. The lookup and all actions get their tokens here."""

from __future__ import annotations

import os
import time
from collections import namedtuple

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import Outcome, ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    KEEP,
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import Token
from ansible_collections.buildops.tokens.plugins.plugin_utils import isolated_process, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    CacheProblem,
    run_folder,
)

ASKS_ALWAYS = ('if_invalid', 'always')
_caches = {}

Answer = namedtuple('Answer', 'token warnings source')
Answer.__doc__ = """A token, and what people should know of it.

:param token: the C(Token), or None (check mode, or a value that its server shows only once).
:param warnings: sentences for the user.
:param source: C(sources.Source).
"""


def resolve_token(question, check_mode=False, may_replace=True):
    """Answer a question the long way.

    :param question: C(shortcut.Question). :param may_replace: False refuses sources that ask for a new token each time.
    :returns: C(Answer). :raises TokensError: with what to do.
    """
    if question.name is None:
        source = sources.resolve(
            question.type_name, question.given, question.variables, question.template
        )
    else:
        source = sources.named(question.name, question.variables, question.template)
    if source.options['regenerate'] == 'always' and not may_replace:
        raise BadInput(
            '%s: regenerate cannot be always in a lookup, which is evaluated many times. Use the module token_source.'
            % source.label
        )
    desired = desired_of(source.options)

    def kept(cache, key, token):
        run = _run_cache([])
        if run is not None:
            question.answered(
                run,
                cache,
                key,
                cache.good_span(token, desired.regenerate, desired.min_remaining, desired.max_age),
            )

    outcome = obtain(source, desired, check_mode, once=True, kept=kept)
    return Answer(outcome.token, outcome.warnings, source)


def desired_of(options, **changes):
    """:returns: the C(DesiredState) that a source's options ask for."""
    return DesiredState(
        state=options.get('state') or 'present',
        regenerate=options['regenerate'],
        min_remaining=options['min_remaining'],
        max_age=options.get('max_age'),
    )._replace(**changes)


def obtain(source, desired=None, check_mode=False, clock=time.time, once=False, kept=None):
    """Bring the token of a source into the wanted state, asking its server as rarely as possible.

    :param source: C(sources.Source). :param desired: C(policy.DesiredState), by default what its options ask for.
    :param once: look at, or replace, the token once in a run, whatever C(regenerate) asks for: for callers who run many times.
    :param kept: called with the C(Cache), the key and the C(Token) that is kept there, once it is.
    :returns: C(flow.Outcome). :raises TokensError: with the name of the source, if it has one, and what to do.
    """
    try:
        return _obtained(
            source, desired or desired_of(source.options), check_mode, clock, once, kept
        )
    except TokensError as problem:
        raise (problem.about(source.label) if source.name else problem) from None


def _obtained(source, desired, check_mode, clock, once, kept):
    warnings = []
    cache = _cache(source.options, check_mode, warnings)
    if cache is None:
        return _with(ensure(_provider(source), desired, None, check_mode, clock), warnings)
    cache.warnings = warnings
    key = cache.key(source.identity())
    known = None
    if check_mode and cache.lasting:
        # Nothing is written there: what is missing is fetched for this run alone
        entry = cache.read(key, clock())
        hit = _hit(cache, key, entry, desired, clock(), once)
        if hit:
            return _with(hit, warnings)
        known = entry.token
        cache = _run_cache(warnings)
        if cache is None:
            return _with(ensure(_provider(source), desired, known, check_mode, clock), warnings)
        cache.warnings = warnings
        key = cache.key(source.identity())
    outcome = _hit(cache, key, cache.read(key, clock()), desired, clock(), once)
    if outcome is None:
        outcome = _fetched(source, cache, key, desired, known, check_mode, clock, once)
    if kept is not None and outcome.token is not None:
        kept(cache, key, outcome.token)
    return _with(outcome, warnings)


def _fetched(source, cache, key, desired, known, check_mode, clock, once):
    with cache.lock(key, source.options['cache_timeout'], source.label):
        # Work that runs many times asks in a separate process; if that dies, again in this one
        for how in (_asked_apart, _asked) if once else (_asked,):
            # Somebody else may have fetched it while we waited, or the process before it died
            cache.recover(key)
            entry = cache.read(key, clock())
            outcome = _hit(cache, key, entry, desired, clock(), once)
            outcome = outcome or how(
                source, cache, key, desired, entry.token or known, check_mode, clock
            )
            if outcome:
                return outcome


def _asked(source, cache, key, desired, known, check_mode, clock):
    provider = _provider(source)
    # Where locks do not work, another process may have replaced the token in the meantime
    provider.reload = lambda: cache.read(key, clock()).token
    provider.keep = lambda token: cache.write(key, token, provider.server())
    with cache.ready(key) as provider.persistence_error:
        try:
            outcome = ensure(provider, desired, known, check_mode, clock)
        except TokensError as problem:
            kept = cache.read(key, clock()).token
            if provider.ended and not (kept and kept.refresh_token):
                cache.forget(key)
            if isinstance(problem, ServerProblem):
                run, name = _in_run(cache, 'failure', key)
                if run is not None:
                    run.write_failure(name, problem, clock())
            raise
        # Before anybody sees the token: a rotated refresh token that is not stored is lost
        if outcome.token is not None:
            cache.write(key, outcome.token, outcome.server)
    if outcome.token is not None:
        run, name = _in_run(cache, 'failure', key)
        if run is not None:
            run.forget(name)
        if desired.regenerate in ASKS_ALWAYS:
            _note_seen(cache, key)
    elif desired.state == 'absent' and not check_mode:
        cache.forget(key)
    return outcome


def _asked_apart(source, cache, key, desired, known, check_mode, clock):
    """:returns: what C(_asked) does, without what was found before; None when the process died."""

    def work():
        cache.sign(key)
        try:
            outcome = _asked(source, cache, key, desired, known, check_mode, clock)
        except TokensError as problem:
            return {'problem': str(problem), 'noted': cache.warnings}
        return {
            'token': outcome.token and outcome.token.dump(),
            'noted': cache.warnings,
            **{
                name: getattr(outcome, name) for name in ('changed', 'action', 'server', 'warnings')
            },
        }

    try:
        answer = isolated_process.run(work)
    except isolated_process.Died:
        cache.sign(key)
        return None
    cache.warnings[:] = answer.pop('noted')
    if 'problem' in answer:
        raise TokensError(answer['problem'])
    token = answer.pop('token')
    token = token and Token.load(token)
    return Outcome(token=token, found=CurrentState(exists=token is not None, token=token), **answer)


def _provider(source):
    provider = source.provider(source.options)
    provider.persistence_error = lambda: 'no token cache can be used'
    return provider


def _hit(cache, key, entry, desired, now, once):
    """:returns: an C(Outcome) without asking anybody, or None. :raises ServerProblem: the server was asked just now, without success."""
    if desired.state != 'present':
        return None
    if desired.regenerate in ASKS_ALWAYS and not (once and _seen(cache, key)):
        return None
    token = entry.token
    first, end = (
        cache.good_span(token, desired.regenerate, desired.min_remaining, desired.max_age)
        if token is not None
        else (0, 0)
    )
    if (first is None or first <= now) and (end is None or now < end):
        return Outcome(
            token,
            False,
            KEEP,
            CurrentState(exists=True, token=token, expires_at=token.expires_at),
            entry.server,
            [],
        )
    run, name = _in_run(cache, 'failure', key)
    failure = run.read(name, now).failure if run is not None else None
    if failure is not None:
        raise failure
    return None


def _in_run(cache, what, key):
    """:returns: the cache of this run, or None, and the name that something about a token has in it which no later run may believe."""
    run = _run_cache([]) if cache.lasting else cache
    return run, run and run.key([what, cache.folder, key])


def _note_seen(cache, key):
    """Remember, for this run, that the server was asked for this token."""
    run, name = _in_run(cache, 'seen', key)
    if run is not None:
        run.note(name, {})


def _seen(cache, key):
    run, name = _in_run(cache, 'seen', key)
    return run is not None and run.noted(name) is not None


def _with(outcome, warnings):
    return outcome._replace(warnings=outcome.warnings + warnings) if warnings else outcome


def _cache(options, check_mode, warnings):
    """:returns: the C(Cache) that the options ask for, the one of the run where that cannot be used, or None."""
    if options['cache'] == 'none':
        return None
    if options['cache'] == 'file':
        folder = options.get('cache_path') or os.path.join(
            os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'buildops.tokens'
        )
        if check_mode and not os.path.lexists(folder):
            return _run_cache(warnings)
        cache = _opened(
            os.path.abspath(folder) if options.get('cache_path') else folder,
            True,
            not check_mode,
            'Tokens are kept for this run only.',
            warnings,
        )
        if cache is not None:
            return cache
    return _run_cache(warnings)


def _run_cache(warnings):
    return _opened(run_folder(), False, True, 'Tokens are fetched without it.', warnings)


def _opened(folder, lasting, create, instead, warnings):
    try:
        if folder not in _caches:
            _caches[folder] = Cache(folder, lasting, create)
        return _caches[folder]
    except CacheProblem as problem:
        warnings.append('%s %s' % (problem, instead))
        return None
