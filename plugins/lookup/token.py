# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: token
short_description: A token of a source, fetched once for the whole run
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Returns the token of a source that O(_terms) names in the variable C(token_sources), or of one whose O(type) and options are given in place.
  - Lookups are evaluated for every host, task, loop item and templated field, each time in a process of its own. However many ask, the server is asked once.
  - Secrets are never part of an error or a warning.
  - Each option of a source can also come from a variable, an environment variable, or C(ansible.cfg), in this order, when the source does not set it.
    An empty value counts as not set.
  - Of these, one that names another server than the source, or than one before it, gives nothing, since what it says is for that server alone.
    One that names another user or client gives no password, and nothing else that is theirs.
extends_documentation_fragment:
  - buildops.tokens.lookup
options:
  _terms:
    description:
      - Names of sources in C(token_sources). Leave it out to give O(type) and its options in place.
    type: list
    elements: str
  type:
    description:
      - Type of a source given in place. Which of the options below it takes, and which it needs, its module tells; for V(nuxeo_online_token) that is
        M(buildops.tokens.nuxeo_online_token_info).
    type: str
  query:
    description:
      - JMESPath expression that picks a part of the token, for example V(access_token). Needs the Python library C(jmespath), unless it is one plain key.
    type: str
  on_error:
    description:
      - What to do when there is no token. V(fail) stops, V(warn) warns and returns nothing for that source, V(skip) returns nothing without a word.
    type: str
    choices: [fail, warn, skip]
    default: fail
notes:
  - In check mode (C(--check)) the lookup creates nothing on a server that others could notice. Where there is no token yet, V(check-mode-no-token-yet)
    stands in the place of its values. C(check_mode) of a task is not known to lookups.
  - A failure is remembered too, within a run, a refusal of credentials for a minute and anything else for 15 seconds. So a hundred hosts with the same wrong
    password log in once, and do not lock the account.
  - A token without an end is asked for again after a day where O(cache=file).
seealso:
  - module: buildops.tokens.token_source
  - module: buildops.tokens.nexus_user_token
  - module: buildops.tokens.nuvy_client_token
  - module: buildops.tokens.nuxeo_oauth2_token
  - module: buildops.tokens.nuxeo_online_token_info
  - plugin: buildops.tokens.as_curl
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Call an API with the token of the source "nuvy"
  ansible.builtin.uri:
    url: https://api.example.com/v1/things
    headers:
      Authorization: "{{ lookup('buildops.tokens.token', 'nuvy', query='authorization') }}"

- name: Use a user token, given in place
  ansible.builtin.set_fact:
    registry_username: "{{ lookup('buildops.tokens.token', type='nexus_user_token', url='https://nexus.example.com',
                                  username=nexus_username, password=vault_nexus_password, query='name_code') }}"
"""

RETURN = r"""
_raw:
  description:
    - One element for each term; what O(query) picks of it, or the whole mapping with C(kind), C(type), C(username) and C(password) or C(access_token),
      C(authorization), C(expires_at), C(fingerprint), and what the type adds.
  type: list
  elements: raw
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

SHORTCUT = 'ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path'
if SHORTCUT not in sys.modules:
    # An ordinary import would compile the file anew in each process, as ansible-core does with the files of collections. This is Python's
    # own way, which keeps what it has compiled; it halves what a lookup costs.
    spec = spec_from_file_location(
        SHORTCUT,
        os.path.join(
            os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
            'plugin_utils',
            'lookup_fast_path.py',
        ),
    )
    sys.modules[SHORTCUT] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[SHORTCUT])
Question = sys.modules[SHORTCUT].Question

# They are for ansible-doc, which reads this file. The plugin loader would parse them at each evaluation, which takes longer than all the
# rest of it, to no avail: which options there are depends on the type, and the source they belong to knows.
del DOCUMENTATION, EXAMPLES, RETURN


class LookupModule(LookupBase):
    """Follows the short way to the token. What is not needed for that is in C(plugin_utils/lookup_backend.py), which is imported when it is needed."""

    def run(self, terms, variables=None, type=None, query=None, on_error=None, **options):
        if on_error not in (None, '', 'fail', 'warn', 'skip'):
            raise AnsibleError('on_error must be fail, warn or skip.')
        if query is not None and not isinstance(query, str):
            raise AnsibleError('query must be a string: a JMESPath expression.')
        template = self._templar.template if self._templar is not None else None
        results = []
        # A list of names is as good as several
        for name in (
            [
                name
                for term in terms
                for name in (term if isinstance(term, (list, tuple)) else [term])
            ]
            if terms
            else [None]
        ):
            question = Question(name, type, options, variables or {}, template)
            try:
                known = question.known()
                if known and (not query or query in known):
                    results.append(known[query] if query else known)
                else:
                    from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_backend import (
                        answer,
                        picked,
                    )

                    results.append(picked(known or answer(question), query))
            except Exception as problem:
                from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_backend import (
                    explain,
                )

                explain(problem, on_error)
        return results
