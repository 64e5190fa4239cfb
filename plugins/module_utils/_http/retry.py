# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""When a request is sent again, and how long to wait before that."""

from __future__ import annotations

import random
import re
import typing as t
from datetime import timezone
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 30  # seconds that a Retry-After may ask for
FOREVER = 1e9
# "Not now": nothing was decided, so the request may be sent again if it uses nothing up.
BUSY = frozenset((429, 502, 503, 504))
BUSY_FOR_READS = frozenset((408, 425, 500))


def is_busy(status: int, reads: bool) -> bool:
    """:param reads: the request changes nothing. :returns: whether to try again."""
    return status in BUSY or (reads and status in BUSY_FOR_READS)


def pause(attempt: int) -> float:
    """Full jitter around 1, 2, 4 seconds, so that many controllers do not return at once.

    :param attempt: counted from 1. :returns: seconds."""
    return random.uniform(0.1, 0.5 * 2**attempt)


def retry_after(value: t.Optional[str], now: float) -> t.Optional[float]:
    """Read a Retry-After header (RFC 9110 section 10.2.3).

    :param value: of the header, or None. :param now: seconds since 1970.
    :returns: seconds to wait (0 for the past and for negative numbers), or None if unreadable."""
    if value is None:
        return None
    if re.match(r'\s*-?[0-9]+\s*$', value):
        return max(0.0, min(float(value), FOREVER))
    moment = epoch_of(value)
    return None if moment is None else max(0.0, moment - now)


def epoch_of(text: str) -> t.Optional[float]:
    """:returns: the date of a header in seconds since 1970, or None. The default zone is UTC."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
