# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Checks of options that an argument spec cannot express."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput


def refuse_source_name(entry: t.Mapping[str, t.Any], module: str) -> None:
    """Refuse the name of a source: only the controller can look its token up.

    :param entry: options with C(token) and C(state). :param module: its name.
    :raises BadInput: with the remedy."""
    if entry.get('token') and entry.get('state') != 'absent':
        raise BadInput(
            'token was not looked up: the action plugin of this module does that on the '
            'controller. Call it by its full name, buildops.tokens.%s.' % module
        )


def check_limits(options: t.Mapping[str, t.Any], limits: t.Mapping[str, t.Tuple[int, int]]) -> None:
    """:param options: a mapping; None counts as not given.

    :param limits: by option, the lowest and the highest value.
    :raises BadInput: an option is beyond its limits, or is not a number (C(nan))."""
    for name, (least, most) in limits.items():
        if options.get(name) is not None and not least <= options[name] <= most:
            raise BadInput('%s must be between %d and %d.' % (name, least, most))


def check_expiry(text: t.Optional[str], label: str) -> t.Optional[float]:
    """Check the option C(expires_at) of a credential.

    :param label: what it is for, for messages. :returns: seconds since 1970, or None.
    :raises BadInput: it is not a time, or the credential expired.
    """
    if text is None:
        return None
    import time  # here, since most entries have no such option

    from ansible_collections.buildops.tokens.plugins.module_utils._token import from_iso8601

    expires: t.Optional[float] = from_iso8601(text)
    if expires is None:
        raise BadInput('expires_at for %s is not a time such as 2026-01-31T12:00:00Z.' % label)
    if expires <= time.time():
        raise BadInput(
            'The credential for %s expired at %s. Get a new one; if that time is still to come, '
            'set the clock of this host.' % (label, text)
        )
    return expires
