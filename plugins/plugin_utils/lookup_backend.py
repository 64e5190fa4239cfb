# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup needs if the token is not in the cache, or if something is wrong."""

from __future__ import annotations

import json
import typing as t

from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import outgoing, sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._token import BASIC
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import LookupRequest
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_service import (
    begin_attempt,
    resolve_token,
)

CHECK_MODE_VALUE = 'check-mode-no-token-yet'

Result = t.Mapping[str, t.Any]


def get_result(request: LookupRequest) -> Result:
    """Return the token as a mapping, or a placeholder in check mode.

    :raises TokensError: with cause and remedy.
    """
    _check(request)
    begin_attempt(request.variables)
    check_mode = bool(request.variables.get('ansible_check_mode'))
    resolved = resolve_token(request, check_mode, may_replace=False)
    for warning in resolved.warnings:
        Display().warning(outgoing(warning))
    if resolved.token is not None:
        return t.cast(Result, resolved.token.as_result())
    label = resolved.source.label
    if not check_mode:
        raise BadInput(
            '%s: its token exists, but its value cannot be read again. See regenerate.' % label
        )
    Display().warning(
        '%s: check mode does not create its token; %s replaces it.' % (label, CHECK_MODE_VALUE)
    )
    return check_mode_placeholder(resolved.source.provider)


def _check(request: LookupRequest) -> None:
    """Check that a request either names a source or defines one.

    :raises BadInput: it does neither, or both.
    """
    if request.name is None:
        if not request.type_name or not isinstance(request.type_name, str):
            raise BadInput('give the name of a source in token_sources, or type and its options.')
    elif not isinstance(request.name, str) or not request.name:
        raise BadInput('the name of a source must be a string that is not empty.')
    elif request.type_name or request.given:
        more = sorted(request.given) + (['type'] if request.type_name else [])
        raise BadInput(
            'source %s is taken as token_sources has it; %s cannot be given besides its name.'
            % (request.name, ', '.join(more))
        )


def check_mode_placeholder(provider: sources.ProviderClass) -> Result:
    """Return a mapping with the keys that C(Token.as_result) has for this type.

    It is not made by C(Token), which registers its values as secrets.
    """
    own: tuple[str, ...] = ('access_token', 'token_type', 'scope')
    if provider.KIND == BASIC:
        own = ('username', 'password')
    keys = own + ('authorization',) + tuple(provider.EXTRAS)
    result: dict[str, t.Any] = dict.fromkeys(keys, CHECK_MODE_VALUE)
    return dict(result, kind=provider.KIND, type=provider.TYPE, expires_at=None, fingerprint=None)


def query_result(result: Result, query: str | None) -> t.Any:
    """Return what a JMESPath expression selects from a mapping.

    :raises BadInput: it cannot be used, or is a plain key that the mapping does not have.
    """
    if not query or query in result:
        return result[query] if query else result
    try:
        import jmespath
        from jmespath.exceptions import JMESPathError
    except ImportError:
        raise BadInput(
            'query needs the Python library jmespath on the controller. Install it, or name one '
            'plain key.'
        ) from None
    try:
        expression = jmespath.compile(''.join(query))
        node = expression.parsed
        # JMESPath returns null for an unknown key, which would end as an empty password somewhere
        if node['type'] == 'field' and node['value'] not in result:
            raise BadInput(
                'the token has no %s.%s It has: %s.'
                % (
                    sanitize(node['value']),
                    sources.nearest(node['value'], result),
                    ', '.join(sorted(result)),
                )
            )
        found = expression.search(result)
        json.dumps(found)  # &@ returns an expression, which cannot be used
        return found
    except (JMESPathError, TypeError):
        raise BadInput('query is not a JMESPath expression.') from None


def report_problem(problem: Exception, on_error: str | None) -> None:
    """Raise an error, show a warning, or do nothing, as O(on_error) says.

    :raises AnsibleError: for V(fail), and always for an unexpected error. The text of that one is
        not shown, since it could contain a secret.
    """
    if not isinstance(problem, TokensError):
        raise AnsibleError(unexpected(problem)) from None
    if on_error == 'warn':
        Display().warning(str(problem))
    elif on_error != 'skip':
        raise AnsibleError(str(problem)) from None
