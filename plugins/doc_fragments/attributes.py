# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules say about themselves in their C(attributes)."""

from __future__ import annotations


class ModuleDocFragment:
    # A module adds `support` (and `details` where it is not full) to each of these.
    DOCUMENTATION = r"""
options: {}
requirements:
  - ansible-core 2.16 or newer with Python 3.10 or newer on the controller.
attributes:
  check_mode:
    description:
      - Can run in C(check_mode) and predict changes without making them.
  diff_mode:
    description:
      - Returns what has changed or would change in diff mode.
      - Secrets are shown as fingerprints, never as values.
  idempotent:
    description:
      - A second run with the same arguments reports no change.
      - This does not apply where something else has changed in between.
"""

    # Modules that obtain tokens or manage what tokens come from.
    TOKENS = r"""
options: {}
attributes:
  action:
    support: full
    description:
      - An action plugin runs the module on the controller.
      - It censors the secrets in the result.
      - With C(delegate_to), the module runs on that host.
  action_group:
    support: full
    membership:
      - buildops.tokens.tokens
    description:
      - A group of C(module_defaults), for all modules that get tokens.
"""

    # Modules that only return information.
    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
"""

    # Modules that write files on managed hosts.
    FILES = r"""
options: {}
attributes:
  platform:
    support: full
    platforms: posix
    description:
      - The operating systems on which the module runs.
  safe_file_operations:
    support: full
    description:
      - Writes a new file in the same folder and renames it.
      - So readers never see a partial file.
      - Other users cannot read the content at any time.
"""
