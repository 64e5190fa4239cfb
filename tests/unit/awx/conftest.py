# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX itself runs on Python 3.11 and newer, and so does its injector, which judges the credential
types here.
"""

from __future__ import annotations

import sys

collect_ignore_glob = ['test_*.py'] if sys.version_info < (3, 11) else []
