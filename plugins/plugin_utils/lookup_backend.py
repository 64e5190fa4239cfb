# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup needs when the token is not in the cache, or when something is wrong."""

from __future__ import annotations

import json

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
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_service import resolve_token

CHECK_MODE_VALUE = 'check-mode-no-token-yet'


def answer(question):
    """:param question: C(shortcut.Question). :returns: the token as a mapping, or its placeholder in check mode.
    :raises TokensError: with what to do."""
    if question.name is None:
        if not question.type_name or not isinstance(question.type_name, str):
            raise BadInput('give the name of a source in token_sources, or type and its options.')
    elif not isinstance(question.name, str) or not question.name:
        raise BadInput('the name of a source must be a string that is not empty.')
    elif question.type_name or question.given:
        raise BadInput(
            'source %s is taken as token_sources has it; %s cannot be given besides its name.'
            % (
                question.name,
                ', '.join(sorted(question.given) + (['type'] if question.type_name else [])),
            )
        )
    check_mode = bool(question.variables.get('ansible_check_mode'))
    answer = resolve_token(question, check_mode, may_replace=False)
    for warning in answer.warnings:
        Display().warning(outgoing(warning))
    if answer.token is not None:
        return answer.token.as_result()
    if not check_mode:
        raise BadInput(
            '%s: its token exists, but its value cannot be read again. See regenerate.'
            % answer.source.label
        )
    Display().warning(
        '%s: check mode does not create its token; %s replaces it.'
        % (answer.source.label, CHECK_MODE_VALUE)
    )
    return _stand_in(answer.source.provider)


def _stand_in(provider):
    """:returns: a mapping with the keys of a result of C(Token.as_result) of this type. It is not a C(Token), whose values are known as secrets."""
    own = (
        ('username', 'password')
        if provider.KIND == BASIC
        else ('access_token', 'token_type', 'scope')
    )
    result = dict.fromkeys(own + ('authorization',) + provider.EXTRAS, CHECK_MODE_VALUE)
    return dict(result, kind=provider.KIND, type=provider.TYPE, expires_at=None, fingerprint=None)


def picked(result, query):
    """:returns: what a JMESPath expression picks of a mapping. :raises BadInput: it cannot be used, or is a plain name that the mapping does not have."""
    if not query or query in result:
        return result[query] if query else result
    try:
        import jmespath
        from jmespath.exceptions import JMESPathError
    except ImportError:
        raise BadInput(
            'query needs the Python library jmespath on the controller. Install it, or name one plain key.'
        ) from None
    try:
        expression = jmespath.compile(''.join(query))
        wanted = expression.parsed
        if (
            wanted['type'] == 'field' and wanted['value'] not in result
        ):  # JMESPath gives null, which ends as an empty password somewhere
            raise BadInput(
                'the token has no %s.%s It has: %s.'
                % (
                    sanitize(wanted['value']),
                    sources.nearest(wanted['value'], result),
                    ', '.join(sorted(result)),
                )
            )
        found = expression.search(result)
        json.dumps(
            found
        )  # an expression can also be the answer, as for C(&@), which is of use to nobody
        return found
    except (JMESPathError, TypeError):
        raise BadInput('query is not a JMESPath expression.') from None


def explain(problem, on_error):
    """Report what failed, as requested: V(fail), V(warn) or V(skip).

    :raises AnsibleError: always for what should not happen at all, whose own text is not shown, since it could contain a secret."""
    if not isinstance(problem, TokensError):
        raise AnsibleError(unexpected(problem)) from None
    if on_error == 'warn':
        Display().warning(str(problem))
    elif on_error != 'skip':
        raise AnsibleError(str(problem)) from None
