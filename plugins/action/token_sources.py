# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import from_iso8601
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    delivery_report,
    delivery_types,
    host_view,
    preflight,
    run_progress,
    sources,
    token_service,
    trusted_variables,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import (
    life_of,
    times_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_purpose import (
    REVOKE,
    ROTATE,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import (
    ControllerAction,
    described,
)

Result = dict[str, t.Any]


class ActionModule(ControllerAction):
    """See the module. A source that fails stops no other."""

    BYPASS_HOST_LOOP = True

    def work(self, task_vars: dict[str, t.Any]) -> Result:
        given = self.arguments('token_sources')
        journal = Journal(given['run'])
        plan = journal.plan()
        if given['preflight']:
            return self._preflight(journal, task_vars)
        results: list[Result] = []
        owners: dict[str, dict[str, str]] = {}
        for number, name in enumerate(plan['asked'], 1):
            kind = str(plan['sources'][name]['type'])
            run_progress.asking(name, kind, number, len(plan['asked']))
            for host, served in plan['sources'][name]['requested_by'].items():
                result = {'source': name, 'type': plan['sources'][name]['type'], 'hosts': served}
                self._attempt(plan, name, host, task_vars, result, owners)
                results.append(result)
        purpose = plan['purpose']
        problems = [
            delivery_report.source_problem(purpose, one) for one in results if one.get('failed')
        ]
        # Before the report takes what it needs of the results
        messages = [delivery_report.source_line(purpose, one) for one in results]
        journal.write('sources', problems)
        journal.write('asked', [_for_report(result) for result in results])
        journal.write('owners', owners)
        return {
            'changed': any(result.get('changed') for result in results),
            'results': results,
            'messages': messages,
            'problems': problems,
        }

    def _preflight(self, journal: Journal, task_vars: dict[str, t.Any]) -> Result:
        """Try all that the run uses. :raises BadInput: with the reason of each failure."""
        problems = preflight.Preflight(
            journal,
            lambda host: host_view.of_host(self, task_vars, host),
            lambda host: delivery_report.message_in(
                trusted_variables.of_host(task_vars['hostvars'], host), 'tokens_tried'
            ),
        ).problems()
        if problems:
            raise BadInput('Nothing was changed. %s' % ' '.join(problems))
        return {'changed': False, 'results': [], 'messages': [], 'problems': []}

    def _attempt(
        self,
        plan: Result,
        name: str,
        host: str,
        task_vars: dict[str, t.Any],
        result: Result,
        owners: dict[str, dict[str, str]],
    ) -> None:
        try:
            view = host_view.of_host(self, task_vars, host)
            source = sources.named(name, view.variables, view.template)
            if plan['purpose'] == ROTATE:
                result['changed'] = self._replaced(source)
            elif plan['purpose'] == REVOKE:
                owner = self._owner(plan, source)
                if owner is not None:
                    owners.setdefault(name, {}).update(dict.fromkeys(result['hosts'], owner))
                result['changed'] = self._revoked(source)
            else:
                result.update(described(source))
                result['life'] = _life(source, result)
        except TokensError as problem:
            result.update(failed=True, msg=str(problem).replace('source %s: ' % name, '', 1))
        except Exception as problem:  # its text could contain a secret
            result.update(failed=True, msg=unexpected(problem))

    def _replaced(self, source: sources.Source) -> bool:
        changes = {'regenerate': 'always'}
        source.provider.check({**source.options, **changes})
        return self._changed(source, changes)

    def _revoked(self, source: sources.Source) -> bool:
        if not source.provider.HAS_STATE:
            page = source.provider.REVOKED_AT
            raise BadInput(
                'a %s cannot be revoked from here.%s'
                % (source.provider.TYPE, ' Revoke it at %s.' % page if page else '')
            )
        changes = {'state': 'absent'}
        source.provider.check({**source.options, **changes})
        return self._changed(source, changes)

    def _changed(self, source: sources.Source, changes: dict[str, str]) -> bool:
        desired = token_service.desired_of(source.options, **changes)
        return bool(token_service.get_token(source, desired, self._task.check_mode).changed)

    def _owner(self, plan: Result, source: sources.Source) -> str | None:
        """Return the user name of a token before it is revoked; empty for one without a name.

        None means an unknown token. In check mode no token is created.
        """
        kinds = delivery_types.with_variable()
        if not any(kinds[name].REMOVED_BY_OWNER and plan['hosts'][name] for name in plan['hosts']):
            return None
        desired = token_service.desired_of(source.options, regenerate='never')
        try:
            token = token_service.get_token(source, desired, check_mode=True).token
        except TokensError:
            return None
        return None if token is None else str(token.username or '')


def _life(source: sources.Source, about: Result) -> Result:
    """Return what a report says about the life of a token. :param about: as of C(described)."""
    if about.get('created') is None and about['exists'] is not False:
        token = token_service.kept_token(source, [])
        if token is not None:
            return times_of(token, source.options)
    end = from_iso8601(about['expires_at'])
    good_until = None if end is None else end - source.options['min_remaining']
    return life_of(from_iso8601(about.get('created')), good_until, source.options)


def _for_report(result: Result) -> Result:
    """Return what the report needs."""
    kept = ('source', 'type', 'hosts', 'exists', 'expired', 'expires_at', 'failed', 'msg')
    return {
        **{name: result.get(name) for name in kept},
        **(result.pop('life', None) or life_of(None, None, {})),
    }
