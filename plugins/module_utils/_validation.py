# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Numbers that an argument spec takes, and with which nothing could work."""

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput


def check_limits(options, limits):
    """:param options: a mapping; None counts as not given. :param limits: by option: the least and the most that it may be.
    :raises BadInput: an option is beyond its limits, or no number at all (C(nan))."""
    for name, (least, most) in limits.items():
        if options.get(name) is not None and not least <= options[name] <= most:
            raise BadInput('%s must be between %d and %d.' % (name, least, most))
