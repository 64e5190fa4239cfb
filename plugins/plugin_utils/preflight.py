# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tries all that a run is about to use, without a change: sources, servers, hosts and addresses."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import describe
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    delivery_run,
    server_deliveries,
    sources,
    token_service,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import (
    Credentials,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_purpose import REVOKE
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import (
    NO_RESULT,
    MessageOf,
    Summary,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import (
    Delivery,
    Selection,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView

WHERE = 'preflight'
ViewOf = t.Callable[[str], HostView]


def addresses(delivery: Delivery) -> list[dict[str, t.Any]]:
    """Return the addresses at which a host will verify what is delivered, each with its options."""
    specification, _constraints = delivery.kind.specification()

    def option(name: str) -> t.Any:
        value = delivery.options.get(name)
        return specification.get(name, {}).get('default') if value is None else value

    if not boolean(option('verify') or False, strict=False):
        return []
    found = [
        delivery.kind.verified_at(entry)
        for entry in delivery.entries
        if entry.get('state') != 'absent'
    ]
    return [
        {
            'url': url,
            'ca_path': option('ca_path'),
            'validate_certs': boolean(option('validate_certs') is not False, strict=False),
            'timeout': int(option('verify_timeout') or 30),
        }
        for url in dict.fromkeys(found)
        if isinstance(url, str) and url.lower().startswith(('https://', 'http://'))
    ]


class Preflight:
    """What is tried on the controller. The hosts have written what they found to the journal.

    :param view_of: returns the view of a host.
    :param message_of: returns what Ansible reports of a host without a result.
    """

    def __init__(self, journal: Journal, view_of: ViewOf, message_of: MessageOf) -> None:
        self._journal = journal
        self._plan = journal.plan()
        self._view_of = view_of
        self._message_of = message_of
        self._failed: set[str] = set()

    def problems(self) -> list[str]:
        """Return what would fail, one sentence each."""
        summary = Summary()
        of_sources = list(dict.fromkeys(self._of_sources()))
        self._try_servers(summary)
        self._add_hosts(summary)
        return [*of_sources, *summary.sentences()]

    def _of_sources(self) -> t.Iterator[str]:
        names = self._plan['asked' if self._plan['purpose'] == REVOKE else 'in_use']
        for name in dict.fromkeys([*names, *self._plan['asked']]):
            for host in self._plan['sources'][name]['requested_by']:
                try:
                    view = self._view_of(host)
                    self._try_source(sources.named(name, view.variables, view.template))
                except TokensError as problem:
                    self._failed.add(name)
                    yield str(problem.about('source %s' % name))
                except Exception as problem:  # its text could contain a secret
                    self._failed.add(name)
                    yield 'source %s: %s' % (name, unexpected(problem))

    def _try_source(self, source: sources.Source) -> None:
        if self._plan['purpose'] == REVOKE and not source.provider.HAS_STATE:
            return  # it is not asked
        if source.provider.STATELESS and sources.issues(source.provider):
            token_service.get_token(source, check_mode=True, once_per_run=True)
            return
        about, _warnings = describe(source.provider(source.options))
        if not sources.issues(source.provider) and about.get('exists') is False:
            page = source.provider.REVOKED_AT
            raise Refused(
                'the server does not accept the user name or the token.%s'
                % (' Tokens are created at %s.' % page if page else '')
            )
        if about.get('project_accessible') is False:
            raise Refused(
                'the token gives no access to the project %s.' % source.options['project']
            )

    def _try_servers(self, summary: Summary) -> None:
        """Predict the deliveries to servers, as if no token existed yet."""
        selection = Selection(**self._journal.selection())
        placeholders = list(self._plan['sources'])
        done: set[str] = set()
        for host, origins in self._journal.server_deliveries().items():
            view = self._view_of(host)
            only = dataclasses.replace(selection, types=origins)
            try:
                wanted = delivery_run.wanted(view.variables, view.template, only)
                reports = wanted.failed
                due = [one for one in wanted.deliveries if delivery_run.is_on_controller(one)]
                # They would fail for the same reason as their source
                due = [one for one in due if not (one.kind.SOURCE_TYPE and self._fails(one))]
                for delivery in due:
                    delivery.fill(
                        Credentials(view.variables, view.template, True, replaced=placeholders)
                    )
                due = [one for one in due if delivery_run.is_first(one, done)]
                server_deliveries.make(due, server_deliveries.ServerDelivery(view, check_mode=True))
                reports += [one.report() for one in due]
            except TokensError as problem:
                reports = [{'delivery': None, 'failed': True, 'msg': str(problem)}]
            for report in reports:
                kept = {name: report.get(name) for name in ('delivery', 'failed', 'msg')}
                summary.add(host, kept, origins)

    def _fails(self, delivery: Delivery) -> bool:
        return any(entry.get('token') in self._failed for entry in delivery.entries)

    def _add_hosts(self, summary: Summary) -> None:
        for host, types in self._plan['on_host'].items():
            result = self._journal.result(WHERE, host)
            if result is None:
                for name in types:
                    summary.problem(name, host, self._message_of(host) or NO_RESULT)
            for part in result['parts'] if result else ():
                summary.add(host, part, types)
