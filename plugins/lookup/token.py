# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: token
short_description: Get the token of a source, fetched once per run
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Returns the token of a source that is named in C(token_sources), or of one that is defined
    inline by O(type) and its options.
  - Lookups are evaluated for every host, task, loop item and templated field, each in a separate
    process. The token is nevertheless requested only once.
  - Errors and warnings never contain secrets.
  - A task shows its arguments with C(-vvv) and to callbacks, and so the token. Set C(no_log) where
    a task of another collection uses one.
  - Options that the source does not set can also come from a variable, an environment variable, or
    C(ansible.cfg), in this order. An empty value counts as not set.
  - Settings meant for a different server are ignored. If they are for the same server but a
    different user or client, their passwords and other personal values are ignored.
extends_documentation_fragment:
  - buildops.tokens.lookup
options:
  _terms:
    description:
      - Names of sources in C(token_sources). Leave it out to define a source inline by O(type) and
        its options.
    type: list
    elements: str
  type:
    description:
      - Type of a source that is defined inline. The module of the same name documents its options;
        for V(nuxeo_online_token), see M(buildops.tokens.nuxeo_online_token_info).
    type: str
  query:
    description:
      - JMESPath expression that selects a part of the token, for example V(access_token). Requires
        the Python library C(jmespath), unless it is a plain key.
    type: str
  on_error:
    description:
      - What to do if there is no token. V(fail) raises an error, V(warn) shows a warning and
        returns nothing for that source, V(skip) returns nothing.
    type: str
    choices: [fail, warn, skip]
    default: fail
notes:
  - In check mode (C(--check)), the lookup creates nothing on a server. If there is no token yet,
    its values are V(check-mode-no-token-yet). Lookups cannot see the C(check_mode) of a task.
  - Failures are also remembered within a run, rejected credentials for a minute and other failures
    for 15 seconds. A wrong password on a hundred hosts therefore causes one login attempt and does
    not lock the account. Each attempt of C(until), and the tasks of C(rescue), ask again.
  - With O(cache=file), a token without an expiry is requested again after a day.
requirements:
  - ansible-core 2.16 or newer with Python 3.10 or newer on the controller.
  - The Python library requests 2.28 or newer on the controller.
  - The Python library jmespath on the controller, for O(query) only, unless it is a plain key.
seealso:
  - module: buildops.tokens.token_source
  - plugin: buildops.tokens.as_curl
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Call an API with the token of the source "nuvy"
  ansible.builtin.uri:
    url: https://api.example.com/v1/things
    headers:
      Authorization: "{{ lookup('buildops.tokens.token', 'nuvy', query='authorization') }}"
  no_log: true

- name: Use a user token, given in place
  ansible.builtin.set_fact:
    registry_username: >-
      {{ lookup('buildops.tokens.token', type='nexus_user_token', query='name_code',
                url='https://nexus.example.com',
                username=nexus_username, password=vault_nexus_password) }}
  no_log: true
"""

RETURN = r"""
_raw:
  description:
    - One element for each term, either the part that O(query) selects or a mapping with C(kind),
      C(type), C(username) and C(password) or C(access_token), C(authorization), C(expires_at),
      C(fingerprint), and the keys that the type adds.
  type: list
  elements: raw
"""

import typing as t

from ansible.plugins.lookup import LookupBase

from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_evaluation import evaluate

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# They are for ansible-doc, which reads this file. The plugin loader would parse them at each
# evaluation, which takes longer than all the rest. The options depend on the type, and are checked
# by plugin_utils/sources.py.
del DOCUMENTATION, EXAMPLES, RETURN


class LookupModule(LookupBase):
    """Get tokens from the cache of the run. See C(plugin_utils/lookup_evaluation.py)."""

    def run(
        self,
        terms: Sequence[t.Any] | None,
        variables: dict[str, t.Any] | None = None,
        **options: t.Any,
    ) -> list[t.Any]:
        return evaluate(self._templar, terms, variables or {}, options)
