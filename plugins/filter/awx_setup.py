# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: awx_setup
short_description: Compare the settings of the playbook awx_setup with what an AWX has
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - The playbook C(buildops.tokens.awx_setup) uses it before it makes anything.
  - It sends no request, and no secret of the settings is in what it returns.
positional: _input
options:
  _input:
    description: The settings, named like the variables of the playbook without C(awx_setup_).
    type: dict
    required: true
  found:
    description:
      - Lists of objects of AWX, by the last part of the addresses they are read from.
      - Without it, only mistakes in the settings themselves are found.
    type: dict
requirements:
  - ansible-core 2.16 or newer with Python 3.10 or newer on the controller.
seealso:
  - ref: ansible_collections.buildops.tokens.docsite.awx_guide
    description: How to run the playbook.
"""

EXAMPLES = r"""
- name: Check the settings
  ansible.builtin.assert:
    that: plan.problems | length == 0
    fail_msg: "{{ plan.problems | join(' ') }}"
  vars:
    plan: "{{ settings | buildops.tokens.awx_setup(found) }}"
"""

RETURN = r"""
_value:
  description:
    - C(problems), a list of sentences, says what is wrong with the settings or missing in AWX.
    - If there are none, and O(found) was given, the rest are the ids of the objects that the
      settings name.
  type: dict
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from jinja2 import UndefinedError

from ansible_collections.buildops.tokens.plugins.module_utils._errors import unexpected
from ansible_collections.buildops.tokens.plugins.plugin_utils import awx_settings
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import plain


def awx_setup(settings: t.Any, found: t.Any = None) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    try:
        if not isinstance(settings, Mapping):
            raise AnsibleFilterError('awx_setup needs the settings, a mapping.')
        settings, found = plain(settings), plain(found)
        problems = list(awx_settings.settings_problems(settings))
        if found is not None and not problems:
            problems = list(awx_settings.found_problems(settings, found))
        if problems or found is None:
            return {'problems': problems}
        return {'problems': [], **awx_settings.ids(settings, found)}
    except KeyError as problem:
        raise AnsibleFilterError(
            'awx_setup: a part of the settings lacks %s. See '
            'playbooks/vars/awx_setup.example.yml of this collection.' % problem
        ) from None
    except AnsibleFilterError:
        raise
    except UndefinedError:  # ansible-core names the variable
        raise
    except Exception as problem:  # its text could contain a secret
        raise AnsibleFilterError(unexpected(problem)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {'awx_setup': awx_setup}
