# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks are for, and what each refuses before any request."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_nothing import is_slice
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import Plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Selection

PROVISION, ROTATE, REVOKE, REPORT = 'provision', 'rotate', 'revoke', 'report'
VARIABLES = {name: '%s_tokens_sources' % name for name in (ROTATE, REVOKE, REPORT)}
POSSIBLE = dict.fromkeys((REVOKE, REPORT), 'Possible are')
POSSIBLE[ROTATE] = 'Their tokens can be replaced from here'


def names_in(value: t.Any, variable: str) -> list[str] | None:
    """Return names that the user wrote as a list, or as a text with commas.

    :param value: null and an empty text stand for None. :param variable: that it is from.
    :raises BadInput: it is something else.
    """
    if sources.is_unset(value):  # ansible-core 2.18 and older render null as an empty text
        return None
    if isinstance(value, str) and not value.lstrip().startswith(('[', '{')):
        value = [name.strip() for name in value.split(',')]
    if isinstance(value, list) and value and all(isinstance(each, str) and each for each in value):
        return [sources.plain(name) for name in value]
    raise BadInput(
        'Set %s to a list of names, or to names with commas between them: -e %s=first,second'
        % (variable, variable)
    )


def selection_for(
    purpose: str, names: list[str] | None, only: list[str] | None = None
) -> Selection:
    """Return the entries that a run is about.

    :param names: of sources to rotate, revoke or report, or None.
    :param only: names of sources and delivery types, or None.
    :raises BadInput: this playbook does not select by C(only).
    """
    if only is not None and purpose != PROVISION:
        raise BadInput(
            'tokens_only is for provision_tokens. To %s the tokens of some sources only, set %s.'
            % (purpose, VARIABLES[purpose])
        )
    if purpose == REVOKE:
        return Selection('absent', names or [])
    if purpose != PROVISION or only is None:
        return Selection()
    known = delivery_types.with_variable()
    types = [name for name in only if name in known]
    of_sources = [name for name in only if name not in known]
    return Selection('present', of_sources or None, types or None)


def check_selection(selection: Selection, plan: Plan) -> None:
    """Refuse a selection that leaves nothing, or that names a source that no delivery uses.

    :raises BadInput: with the names that are possible.
    """
    if selection.state != 'present' or (selection.sources is None and selection.types is None):
        return
    possible = [*plan.sources, *delivery_types.with_variable()]
    for name in selection.sources or []:
        if name not in plan.sources:
            raise BadInput(
                'tokens_only: no delivery uses a source %s, and it is not a delivery type.%s '
                'Possible are: %s.' % (name, sources.nearest(name, possible), ', '.join(possible))
            )
    if not plan.on_host and not plan.servers:
        raise BadInput('tokens_only leaves nothing: no host has such a delivery of such a source.')


def check_hosts(
    purpose: str, limited: bool, hosts: t.Sequence[str], variables: t.Mapping[str, t.Any]
) -> None:
    """Refuse a rotation that would leave hosts without the new tokens.

    :param limited: the user allows a limit.
    :param hosts: of the play, those in the inventory. :param variables: of the task.
    :raises BadInput: with what to do instead.
    """
    if purpose != ROTATE:
        return
    if not limited and len(hosts) != len(variables['groups']['all']):
        raise BadInput(
            'With a limit, the hosts outside it would keep tokens that no longer work. Rotate '
            'without a limit, or set rotate_tokens_limited to true where no other host uses these '
            'tokens.'
        )
    if variables.get('awx_job_launch_type') == 'relaunch' and not limited:
        # AWX relaunches a slice alone, with the hosts of the slice, and outside of any workflow
        raise BadInput(
            'This job was relaunched, and a relaunched job may have a part of the hosts only. '
            'Start the rotation from its template. To deliver what a rotation did not deliver, '
            'run provision_tokens.'
        )
    if is_slice(variables):
        raise BadInput(
            'This job is a slice, and each slice would end the tokens that the one before it has '
            'delivered. Set the slices of the job template to 1. If it has one slice, give the '
            'workflow that it is part of another name than the template.'
        )


def check_names(purpose: str, names: list[str] | None, plan: Plan) -> None:
    """Refuse names of sources that do not exist, or with which nothing can be done.

    :param names: of sources, or None.
    :raises BadInput: with those that are possible.
    """
    if purpose == PROVISION:
        return
    variable = VARIABLES[purpose]
    possible = [
        name for name, source in plan.declared.items() if purpose != ROTATE or source['rotatable']
    ]
    among = '%s: %s.' % (POSSIBLE[purpose], ', '.join(possible) or 'none')
    if purpose == REVOKE and not names:
        raise BadInput('Set %s to names of sources. %s' % (variable, among))
    for name in names or []:
        if name not in plan.declared:
            hint = sources.nearest(name, possible)
            raise BadInput('%s: there is no source %s.%s %s' % (variable, name, hint, among))
        if name not in possible:
            raise BadInput(
                '%s: people make the token of %s and put it into the source. %s'
                % (variable, name, among)
            )


def notes(purpose: str, names: list[str] | None, plan: Plan) -> list[str]:
    """Return sentences about what stays as it is."""
    fixed = [name for name, source in plan.sources.items() if not source['rotatable']]
    if purpose == ROTATE and names is None and fixed:
        return [
            'Not replaced, since people make these tokens and put them into the source: %s.'
            % ', '.join(fixed)
        ]
    return []


def names_for(purpose: str, names: list[str] | None, plan: Plan) -> list[str]:
    """Return the sources whose tokens the run replaces, revokes or reports, in the plan's order."""
    if purpose == PROVISION:
        return []
    return [
        name
        for name, source in plan.sources.items()
        if (names is None or name in names) and (purpose != ROTATE or source['rotatable'])
    ]
