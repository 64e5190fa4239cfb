# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token for a source: from the cache, or from its server. The lookup and all actions get their tokens here."""

from __future__ import annotations

import os
import time

from ansible import constants as C

from ansible_collections.buildops.tokens.plugins.module_utils.errors import Refused
from ansible_collections.buildops.tokens.plugins.module_utils.flow import Outcome, ensure
from ansible_collections.buildops.tokens.plugins.module_utils.policy import KEEP, Desired, Found
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache, CacheProblem

_caches = {}


def desired_of(options, **changes):
    """:returns: the C(Desired) that a source's options ask for."""
    return Desired(state=options.get('state') or 'present', regenerate=options['regenerate'], min_remaining=options['min_remaining'],
                   max_age=options.get('max_age'))._replace(**changes)


def obtain(source, desired=None, check_mode=False, clock=time.time):
    """Bring the token of a source into the wanted state, asking its server as rarely as possible.

    :param source: C(sources.Source). :param desired: C(policy.Desired), by default what its options ask for.
    :returns: C(flow.Outcome). :raises TokensError: with what to do.
    """
    desired = desired or desired_of(source.options)
    warnings = []
    cache = _cache(source.options, warnings)
    if cache is None:
        return _with(ensure(source.provider(source.options), desired, None, check_mode, clock), warnings)
    cache.warnings = warnings
    key = cache.key(source.identity())
    may_hit = desired.state == 'present' and desired.regenerate in ('never', 'if_expired')
    if may_hit:
        hit = _hit(cache.read(key, clock()), desired, clock())
        if hit:
            return _with(hit, warnings)
    with cache.lock(key, source.options['cache_timeout'], source.label):
        # Somebody else may have fetched it while we waited
        entry = cache.read(key, clock())
        hit = may_hit and _hit(entry, desired, clock())
        if hit:
            return _with(hit, warnings)
        keep = not (check_mode and cache.lasting)
        provider = source.provider(source.options)
        provider.reread = lambda: cache.read(key, clock()).token
        try:
            outcome = ensure(provider, desired, entry.token, check_mode, clock)
        except Refused as problem:
            if keep:
                cache.write_failure(key, problem, clock())
            raise
        # Before anybody sees the token: a rotated refresh token that is not stored is lost
        if outcome.token is not None and keep:
            cache.write(key, outcome.token, outcome.server)
        elif desired.state == 'absent' and not check_mode:
            cache.forget(key)
    return _with(outcome, warnings)


def _hit(entry, desired, now):
    if entry.failure is not None:
        raise entry.failure from None
    token = entry.token
    if token is None or not (desired.regenerate == 'never' or token.lasts(now, desired.min_remaining)):
        return None
    if desired.max_age is not None and now - token.issued_at > desired.max_age:
        return None
    return Outcome(token, False, KEEP, Found(exists=True, token=token, expires_at=token.expires_at), entry.server, [])


def _with(outcome, warnings):
    return outcome._replace(warnings=outcome.warnings + warnings) if warnings else outcome


def _cache(options, warnings):
    """:returns: the C(Cache) that the options ask for, or None (with a warning where it was asked for but cannot be used)."""
    if options['cache'] == 'none':
        return None
    lasting = options['cache'] == 'file'
    if lasting:
        folder = options.get('cache_path') or os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'buildops.tokens')
    else:
        # ansible's own folder for this run: one for ansible-playbook and all its forks, 0700, removed at its end
        folder = os.path.join(C.DEFAULT_LOCAL_TMP, 'buildops.tokens')
    if folder not in _caches:
        try:
            _caches[folder] = Cache(folder, lasting)
        except CacheProblem as problem:
            warnings.append('%s Tokens are fetched without it.' % problem)
            return None
    return _caches[folder]
