# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks are for, and what each refuses before any request."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import Plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Selection

PROVISION, ROTATE, REVOKE, REPORT = 'provision', 'rotate', 'revoke', 'report'
PURPOSES = (PROVISION, ROTATE, REVOKE, REPORT)


def selection_for(purpose: str, names: t.Any, only: t.Any = None) -> Selection:
    """Return the entries that a run is about.

    :param names: of sources to rotate, revoke or report, as the user wrote them, or None.
    :param only: names of sources and delivery types, as the user wrote them, or None.
    :raises BadInput: C(only) is not a list.
    """
    if purpose == REVOKE:
        return Selection('absent', names if isinstance(names, list) else [])
    if purpose != PROVISION or only is None:
        return Selection()
    if not isinstance(only, list) or not only:
        raise BadInput('Set tokens_only to a list of names of sources and delivery types.')
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
    # AWX makes a workflow of the slices of a job, and names it like their template
    workflow = variables.get('awx_workflow_job_name')
    if workflow is not None and workflow == variables.get('awx_job_template_name', ''):
        raise BadInput(
            'This job is a slice, and each slice would end the tokens that the one before it has '
            'delivered. Set the slices of the job template to 1. If it has one slice, give the '
            'workflow that it is part of another name than the template.'
        )


def check_names(purpose: str, names: t.Any, plan: Plan) -> None:
    """Refuse names of sources that no delivery uses, or with which nothing can be done.

    :param names: as the user wrote them, or None.
    :raises BadInput: with those that are possible.
    """
    if purpose == REVOKE and not _are_among(names, plan.sources):
        raise BadInput(
            'Set revoke_tokens_sources to a list of sources that deliveries of this inventory use: '
            '%s.' % ', '.join(plan.sources)
        )
    rotatable = [name for name, source in plan.sources.items() if source['rotatable']]
    if purpose == ROTATE and names is not None and not _are_among(names, rotatable):
        raise BadInput(
            'Set rotate_tokens_sources to a list of sources that deliveries of this inventory use '
            'and whose tokens can be replaced from here: %s.' % ', '.join(rotatable)
        )


def _are_among(names: t.Any, known: t.Container[str]) -> bool:
    return isinstance(names, list) and all(name in known for name in names)


def notes(purpose: str, names: t.Any, plan: Plan) -> list[str]:
    """Return sentences about what stays as it is."""
    fixed = [name for name, source in plan.sources.items() if not source['rotatable']]
    if purpose == ROTATE and names is None and fixed:
        return [
            'Not replaced, since people make these tokens and put them into the source: %s.'
            % ', '.join(fixed)
        ]
    if purpose == REPORT and not plan.sources:
        return [
            'Nothing to report: no host defines maven_settings_servers or another list of '
            'deliveries with a token.'
        ]
    return []


def names_for(purpose: str, names: t.Any, plan: Plan) -> list[str]:
    """Return the sources whose tokens the run replaces, revokes or reports, in the plan's order."""
    if purpose == PROVISION:
        return []
    return [
        name
        for name, source in plan.sources.items()
        if (names is None or name in names) and (purpose != ROTATE or source['rotatable'])
    ]
