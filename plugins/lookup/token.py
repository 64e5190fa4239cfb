# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r'''
name: token
short_description: A token of a source, fetched once for the whole run
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Returns the token of a source that O(_terms) names in the variable C(token_sources), or of one whose O(type) and options are given in place.
  - Lookups are evaluated for every host, task, loop item and templated field, each time in a process of its own. However many ask, the server is asked once.
  - Secrets are never part of an error or a warning.
extends_documentation_fragment:
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
  - buildops.tokens.source.policy
options:
  _terms:
    description:
      - Names of sources in C(token_sources). Leave it out to give O(type) and its options in place.
    type: list
    elements: str
  type:
    description:
      - Type of a source given in place.
      - Besides the options listed here it takes those of the module of the same name.
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
seealso:
  - module: buildops.tokens.nexus_user_token
'''

EXAMPLES = r'''
- name: Call an API with the token of the source "nuvy"
  ansible.builtin.uri:
    url: https://api.example.com/v1/things
    headers:
      Authorization: "{{ lookup('buildops.tokens.token', 'nuvy', query='authorization') }}"

- name: Use a user token, given in place
  ansible.builtin.set_fact:
    registry_username: "{{ lookup('buildops.tokens.token', type='nexus_user_token', url='https://nexus.example.com',
                                  username=nexus_username, password=vault_nexus_password, query='name_code') }}"
'''

RETURN = r'''
_raw:
  description:
    - One element for each term; what O(query) picks of it, or the whole mapping with C(kind), C(type), C(username) and C(password) or C(access_token),
      C(authorization), C(expires_at), C(fingerprint), and what the type adds.
  type: list
  elements: raw
'''

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.buildops.tokens.plugins.module_utils.errors import BadInput, TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils import service, sources

OWN = ('type', 'query', 'on_error')
CHECK_MODE_VALUE = 'check-mode-no-token-yet'


class LookupModule(LookupBase):
    """Asks the service; nothing of ansible's option handling is needed, since the options depend on the type."""

    def run(self, terms, variables=None, **kwargs):
        variables = variables or {}
        own = {name: kwargs.pop(name) for name in OWN if name in kwargs}
        on_error = own.get('on_error') or 'fail'
        if on_error not in ('fail', 'warn', 'skip'):
            raise AnsibleError('on_error must be fail, warn or skip.')
        results = []
        for term in terms or [None]:
            try:
                results.append(self._one(term, own, kwargs, variables))
            except TokensError as problem:
                if on_error == 'fail':
                    raise AnsibleError(str(problem)) from None
                if on_error == 'warn':
                    Display().warning(str(problem))
            except AnsibleError:
                raise
            except Exception as problem:  # its text could hold a secret
                from ansible_collections.buildops.tokens.plugins.module_utils.token_module import place_of
                raise AnsibleError('This should not have happened: %s. Please report it.' % place_of(problem)) from None
        return results

    def _one(self, term, own, options, variables):
        template = self._templar.template if self._templar is not None else None
        if term is None:
            if not own.get('type'):
                raise BadInput('give the name of a source, or its type and options. Types are: %s.' % ', '.join(sources.types()))
            source = sources.resolve(sources.plain(own['type']), options, variables, template)
        else:
            if own.get('type') or options:
                raise BadInput('a source of token_sources is taken as it is; %s cannot be given besides its name.'
                               % ', '.join(sorted(options) + (['type'] if own.get('type') else [])))
            source = sources.named(sources.plain(term), variables, template)
        if source.options['regenerate'] == 'always':
            raise BadInput('%s: regenerate cannot be always in a lookup, which is evaluated many times. Use the module.' % source.label)
        check_mode = bool(variables.get('ansible_check_mode'))
        outcome = service.obtain(source, check_mode=check_mode)
        for warning in outcome.warnings:
            Display().warning(warning)
        if outcome.token is not None:
            result = outcome.token.as_result()
        elif check_mode:
            Display().warning('%s: check mode does not create its token; %s stands in its place.' % (source.label, CHECK_MODE_VALUE))
            result = dict.fromkeys(('username', 'password', 'access_token', 'authorization', 'name_code', 'pass_code'), CHECK_MODE_VALUE)
            result.update(kind=None, type=source.provider.TYPE, expires_at=None, fingerprint=None)
        else:
            raise BadInput('%s: its token exists, but its value cannot be read again. See regenerate.' % source.label)
        return self._picked(result, own.get('query'))

    @staticmethod
    def _picked(result, query):
        if not query:
            return result
        if query in result:
            return result[query]
        try:
            import jmespath
            from jmespath.exceptions import JMESPathError
        except ImportError:
            raise BadInput('query needs the Python library jmespath on the controller. Install it, or name one plain key.') from None
        try:
            return jmespath.search(sources.plain(query), result)
        except JMESPathError:
            raise BadInput('query is not a JMESPath expression.') from None
