# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a run has nothing to do, and what to change."""

from __future__ import annotations

import os
import typing as t

from ansible import context

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import names_of

COLLECTION = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLAYBOOKS = os.path.join(COLLECTION, 'playbooks')
FQCN = 'buildops.tokens.'
TAG = 'tokens'
SOURCES = 'token_sources'
NOTHING = 'Nothing to do: '
IN_SLICE = 'Nothing to deliver: no host of this slice of the job has deliveries.'
FOLDERS = ('group_vars', 'host_vars')
Variables = t.Mapping[str, t.Any]


def is_slice(variables: Variables) -> bool:
    """Return whether this is one of the slices of a job in AWX.

    AWX makes a workflow of the slices of a job, and names it like their template.

    :param variables: of the task.
    """
    workflow = variables.get('awx_workflow_job_name')
    return workflow is not None and workflow == variables.get('awx_job_template_name', '')


def reason(
    hosts: t.Collection[str], variables: Variables, variables_of: t.Callable[[str], Variables]
) -> str:
    """Return why no host of a run has a delivery.

    :param hosts: of the run. :param variables: of the task.
    :param variables_of: returns the variables of a host of the inventory.
    """
    everything = [str(host) for host in variables['groups']['all']]
    if not everything:
        return (
            NOTHING + 'the inventory%s has no hosts. It does not exist, cannot be parsed, or is '
            'empty. Give the right one with -i.' % _in_brackets(_inventories(variables))
        )
    lists = [kind.VARIABLE or '' for kind in delivery_types.with_variable().values()]
    found = {host: _defined(variables_of(host), lists) for host in everything}
    others = [host for host in everything if host not in hosts and set(found[host]) - {SOURCES}]
    if others:
        return (
            NOTHING + 'the hosts of this run have no deliveries. These hosts have: %s. '
            'Change the limit.' % names_of(others)
        )
    if any(found.values()):
        return NOTHING + 'no host has entries in %s.' % ' or '.join(lists)
    return NOTHING + 'no host defines token_sources or %s. %s' % (
        ' or '.join(lists),
        _where_variables_belong(variables),
    )


def refuse_tags(run_tags: t.Sequence[str], task_tags: t.Iterable[str]) -> bool:
    """Return whether the tags of the run are for other plays than those of this collection.

    The plays have the tag V(always), since a run that skips all of them would succeed.

    :param run_tags: what C(--tags) names. :param task_tags: of the task, with those of its play.
    :raises BadInput: no other play was asked for.
    """
    own = set(task_tags) - {'always'}
    if own.intersection(run_tags) or {'all', 'tagged'}.intersection(run_tags):
        return False
    playbooks = context.CLIARGS.get('args') or ()
    if not playbooks or all(map(_is_ours, playbooks)):
        raise BadInput(
            '%sno play has the tag %s. The plays have the tag %s. To deliver some tokens only, '
            'set tokens_only to names of sources and delivery types.'
            % (NOTHING, ' or '.join(run_tags), TAG)
        )
    return True


def _is_ours(playbook: str) -> bool:
    folder = os.path.dirname(os.path.realpath(playbook))
    return playbook.startswith(FQCN) or folder == os.path.realpath(PLAYBOOKS)


def _defined(variables: Variables, lists: t.Iterable[str]) -> list[str]:
    return [name for name in (SOURCES, *lists) if variables.get(name)]


def _inventories(variables: Variables) -> str:
    return ', '.join(str(each) for each in variables.get('ansible_inventory_sources') or [])


def _in_brackets(text: str) -> str:
    return ' (%s)' % text if text else ''


def _where_variables_belong(variables: Variables) -> str:
    text = (
        'Ansible reads group_vars and host_vars in the folder of the inventory%s, and not beside a '
        'playbook that imports one of this collection.' % _in_brackets(_inventories(variables))
    )
    unread = [
        os.path.join(os.path.dirname(os.path.abspath(playbook)), folder)
        for playbook in context.CLIARGS.get('args') or ()
        if os.path.isfile(playbook) and not _is_ours(playbook)
        for folder in FOLDERS
    ]
    unread = [folder for folder in dict.fromkeys(unread) if os.path.isdir(folder)]
    return text + (' Move %s there.' % ' and '.join(unread) if unread else '')
