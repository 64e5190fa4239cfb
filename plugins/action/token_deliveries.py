# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_host import ARGUMENTS
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    outgoing,
    register_parameters,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    delivery_run,
    delivery_types,
    host_view,
    preflight,
    remote_user,
    server_deliveries,
    sources,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import (
    Credentials,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import (
    Delivery,
    Result,
    Selection,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import (
    ControllerAction,
    connection_failure,
)

# ansible-core loads this file before it forks, so the processes for the hosts have all of it
delivery_types.preload()
sources.preload()

# What to send to a host for a delivery; the second argument is that of Delivery.params
ItemOf = t.Callable[[Delivery, bool], dict[str, t.Any]]


class ActionModule(ControllerAction):
    """See the module. Tokens are fetched here; a host gets all its deliveries at once."""

    def work(self, task_vars: dict[str, t.Any]) -> Result:
        given = self._given()
        journal = Journal(given['run']) if given['run'] else None
        selection = Selection(**journal.selection()) if journal else self._selection(given)
        if journal and given['preflight']:
            reports = self._try_host(journal, selection, task_vars)
        elif journal and given['where'] == CONTROLLER:
            reports = self._deliver_to_servers(journal, selection, task_vars)
        else:
            reports = self._deliver_for_host(given['where'], journal, selection, task_vars)
        return delivery_run.summed_up(reports, reported_later=journal is not None)

    def _given(self) -> dict[str, t.Any]:
        result = ArgumentSpecValidator(ARGUMENTS).validate(sources.plain(self._task.args))
        if result.error_messages:
            raise BadInput('token_deliveries: %s.' % '; '.join(result.error_messages).rstrip('.'))
        if result.validated_parameters['payload'] is not None:
            raise BadInput('token_deliveries: payload is not for use in a task.')
        return dict(result.validated_parameters)

    def _selection(self, given: dict[str, t.Any]) -> Selection:
        known = delivery_types.with_variable()
        for name in given['types'] or []:
            if name not in known:
                raise BadInput(
                    'There is no delivery type %s.%s Types are: %s.'
                    % (name, sources.nearest(name, known), ', '.join(known))
                )
        return Selection(given['state'], given['sources'], given['types'])

    # Deliveries of the host of this task

    def _deliver_for_host(
        self,
        where: str,
        journal: Journal | None,
        selection: Selection,
        task_vars: dict[str, t.Any],
    ) -> list[Result]:
        host = str(task_vars.get('inventory_hostname'))
        reports: list[Result] = []
        without: list[str] = []
        try:
            view = host_view.of_task(self, task_vars)
            wanted = delivery_run.wanted(view.variables, view.template, selection)
            reports, without = wanted.failed, wanted.without
            here = [each for each in wanted.deliveries if where in ('all', each.kind.WHERE)]
            self._fill(here, view, selection, journal, host)
            self._deliver_on_controller(here, view)
            self._deliver_on_host(here, task_vars)
            reports += [delivery.report() for delivery in here]
        except TokensError as problem:
            reports.append({'delivery': None, 'failed': True, 'msg': str(problem)})
        if journal is not None:
            journal.write_result('host', host, without, [_for_journal(one) for one in reports])
        return reports

    def _try_host(
        self, journal: Journal, selection: Selection, task_vars: dict[str, t.Any]
    ) -> list[Result]:
        """Try what the deliveries to the host require, without a change."""
        host = str(task_vars.get('inventory_hostname'))
        try:
            view = host_view.of_task(self, task_vars)
            wanted = delivery_run.wanted(view.variables, view.template, selection)
            reports = wanted.failed
            here = [each for each in wanted.deliveries if not delivery_run.is_on_controller(each)]
            self._deliver_on_host(
                here,
                task_vars,
                lambda delivery, _more: {'addresses': preflight.addresses(delivery)},
            )
            reports += [delivery.report() for delivery in here]
        except TokensError as problem:
            reports = [{'delivery': None, 'failed': True, 'msg': str(problem)}]
        journal.write_result(preflight.WHERE, host, [], [_for_journal(one) for one in reports])
        return reports

    def _fill(
        self,
        deliveries: list[Delivery],
        view: HostView,
        selection: Selection,
        journal: Journal | None,
        host: str,
    ) -> None:
        owners = journal.owners(host) if journal and selection.state != 'present' else {}
        replaced = journal.replaced() if journal else ()
        known: dict[str, t.Any] = {}
        for delivery in deliveries:
            credentials = Credentials(
                view.variables, view.template, self._task.check_mode, owners, known, replaced
            )
            delivery.fill(credentials, keep_unowned=selection.sources is None)

    def _deliver_on_host(
        self, deliveries: list[Delivery], task_vars: dict[str, t.Any], item_of: ItemOf | None = None
    ) -> None:
        waiting = [
            delivery
            for delivery in deliveries
            if not delivery_run.is_on_controller(delivery) and delivery.entries
        ]
        for user, group in delivery_run.by_user(waiting).items():
            try:
                with remote_user.become(self, user, task_vars), remote_user.pipelined(
                    self, task_vars
                ):
                    self._send(group, task_vars, item_of or _params)
                    asking = [each for each in group if (each.result or {}).get('needs_token')]
                    if asking:
                        self._send(asking, task_vars, item_of or _params, deferred=True)
            except AnsibleConnectionFailure as problem:
                for delivery in waiting:
                    if delivery.result is None:
                        delivery.failed(connection_failure(problem), unreachable=True)
                return
            except TokensError as problem:
                for delivery in group:
                    delivery.failed(str(problem))
        for delivery in waiting:
            if delivery.result is not None:
                delivery.result.pop('needs_token', None)

    def _send(
        self,
        group: list[Delivery],
        task_vars: dict[str, t.Any],
        item_of: ItemOf,
        deferred: bool = False,
    ) -> None:
        payload = [{'type': each.kind.NAME, **item_of(each, deferred)} for each in group]
        result = self.module({'payload': json.dumps(payload)}, task_vars)
        results = result.get('deliveries')
        if not isinstance(results, list) or len(results) != len(group):
            for delivery in group:
                delivery.failed(str(result.get('msg') or 'the host did not report a result.'))
            return
        for delivery, one in zip(group, results):
            delivery.take(one)

    # Deliveries to servers

    def _deliver_on_controller(self, deliveries: list[Delivery], view: HostView) -> None:
        task = self._task
        server_deliveries.make(
            deliveries, server_deliveries.ServerDelivery(view, task.check_mode, task.diff)
        )

    def _deliver_to_servers(
        self, journal: Journal, selection: Selection, task_vars: dict[str, t.Any]
    ) -> list[Result]:
        """Make the deliveries to servers that the plan contains, each once for all hosts."""
        reports: list[Result] = []
        done: set[str] = set()
        for host, origins in journal.server_deliveries().items():
            of_host: list[Result] = []
            without: list[str] = []
            try:
                view = host_view.of_host(self, task_vars, host)
                only = dataclasses.replace(selection, types=origins)
                wanted = delivery_run.wanted(view.variables, view.template, only)
                of_host, without = wanted.failed, wanted.without
                there = [each for each in wanted.deliveries if delivery_run.is_on_controller(each)]
                self._fill(there, view, selection, journal, host)
                due = [each for each in there if delivery_run.is_first(each, done)]
                without += [each.origin for each in there if each not in due]
                self._deliver_on_controller(due, view)
                of_host = [*of_host, *(delivery.report() for delivery in due)]
            except TokensError as problem:
                of_host = [*of_host, {'delivery': None, 'failed': True, 'msg': str(problem)}]
            journal.write_result('servers', host, without, [_for_journal(one) for one in of_host])
            reports += of_host
        return reports


def _params(delivery: Delivery, deferred: bool) -> dict[str, t.Any]:
    params = delivery.params(deferred)
    register_parameters(delivery.kind.specification()[0], params)  # a host may repeat them
    return {'params': params}


def _for_journal(report: Result) -> Result:
    """Return what the summary needs, without what a host repeats of its secrets.

    The process of the summary does not know them.
    """
    kind = delivery_types.all_types().get(report.get('type') or '')
    places = report.get(kind.ENTRIES) if kind and kind.ENTRIES else None
    kept = (
        'delivery',
        'changed',
        'failed',
        'unreachable',
        'msg',
        'tokens',
        'verification',
        'notes',
    )
    summary = {name: report[name] for name in kept if name in report}
    if isinstance(places, list) and kind is not None:
        summary['changed_places'] = [
            place.get(kind.ENTRY_NAME)
            for place in places
            if isinstance(place, dict) and place.get('changed')
        ]
    return t.cast(Result, outgoing(summary))
