# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates the lookup.

Each evaluation is done in a new process, which imports this file. So what is not needed for a token
in the cache of the run is in other files, which are imported when they are needed.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence

from ansible.errors import AnsibleError

from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    LookupRequest,
    first_of_run,
    may_contain_facts,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.task_texts import (
    is_written,
    used_by_task,
)

Variables = dict[str, t.Any]


def evaluate(
    templar: t.Any,
    terms: Sequence[t.Any] | None,
    variables: Variables,
    given: Mapping[str, t.Any],
) -> list[t.Any]:
    """Return the token of each source, or what C(query) selects from it.

    :param templar: of the lookup; None if there is none.
    :param terms: names of sources, or lists of them; with none, C(given) defines a source.
    :param variables: of the task, raw.
    :param given: the options of the lookup, rendered.
    :raises AnsibleError: with cause and remedy, as C(on_error) says.
    """
    options = dict(given)
    type_name, query, on_error = (options.pop(name, None) for name in ('type', 'query', 'on_error'))
    options.pop('wantlist', None)  # with_... gives it, up to ansible-core 2.18
    if on_error not in (None, '', 'fail', 'warn', 'skip'):
        raise AnsibleError('on_error must be fail, warn or skip.')
    if query is not None and not isinstance(query, str):
        raise AnsibleError('query must be a string: a JMESPath expression.')
    results = []
    for name in _names(terms):
        try:
            request = _request(templar, name, type_name, options, variables)
            results.append(_result(request, query))
        except Exception as problem:
            from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_backend

            lookup_backend.report_problem(problem, on_error)
    return results


def _names(terms: Sequence[t.Any] | None) -> Iterator[t.Any]:
    """Yield the names of sources, also of those in lists; None if there are no terms."""
    if not terms:
        yield None
        return
    for term in terms:
        if isinstance(term, (list, tuple)):
            yield from term
        else:
            yield term


def _request(
    templar: t.Any,
    name: t.Any,
    type_name: t.Any,
    options: Mapping[str, t.Any],
    variables: Variables,
) -> LookupRequest:
    """Return a request with the variables of the task, without facts of the host."""
    used = used_by_task(variables)
    written = not options and is_written(name, used)
    given = None if written else [name, options]
    if may_contain_facts(variables, () if written else used.words):
        from ansible_collections.buildops.tokens.plugins.plugin_utils import (
            facts_in_options,
            trusted_variables,
        )

        trusted = trusted_variables.of_task(variables)
        facts_in_options.refuse_own(given, used, variables, trusted)
        variables = trusted
    if given and used.hosts and 'hostvars' in variables:
        from ansible_collections.buildops.tokens.plugins.plugin_utils import facts_in_options

        facts_in_options.refuse_of_others(given, used, variables)
    template = _rendered(templar, variables) if templar else None
    return LookupRequest(name, type_name, options, variables, template)


def _rendered(templar: t.Any, variables: Variables) -> Callable[[t.Any], t.Any]:
    """Return a function that renders a value with these variables."""

    def template(value: t.Any) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.plugin_utils import trusted_variables

        before = templar.available_variables
        # The value can refer to variables of other hosts
        templar.available_variables = trusted_variables.of_task(variables)
        try:
            return templar.template(value)
        finally:
            templar.available_variables = before

    return template


def _result(request: LookupRequest, query: str | None) -> t.Any:
    """Return what C(query) selects from the token. It is a plain key in most cases."""
    token = request.cached_token()
    if token is None:
        with first_of_run():
            token = request.cached_token() or _fetched(request)
    if not query or query in token:
        return token[query] if query else token
    from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_backend

    return lookup_backend.query_result(token, query)


def _fetched(request: LookupRequest) -> t.Any:
    from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_backend

    return lookup_backend.get_result(request)
