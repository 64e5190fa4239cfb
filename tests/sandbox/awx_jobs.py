# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How AWX starts jobs: alone or in slices, again, or not at all because a field is empty.

A job has the hosts that AWX gives it, and the variables that tell it what it is. Nothing runs it.
"""

from __future__ import annotations

import typing as t

REFUSED = (
    'Job cannot start because Credential {} does not provide one or more required fields ({}).'
)


def launch(state: t.Any, template: dict) -> dict:
    """Return the job, or the workflow of its slices, which are in its C(slices).

    A template is sliced by the hosts that its inventory has at that moment; one host is no slice.
    """
    hosts = list(state.items['inventories'][template['inventory']].get('hosts', ()))
    count = min(template.get('job_slice_count', 1), len(hosts))
    variables = {'awx_job_template_name': template['name'], 'awx_job_launch_type': 'manual'}
    if count < 2:
        return _started(state, template, hosts, variables)
    variables.update(awx_job_launch_type='workflow', awx_workflow_job_name=template['name'])
    slices = [_started(state, template, hosts[number::count], variables) for number in range(count)]
    workflow = state.add('jobs', {'name': template['name'], 'status': 'pending'})
    workflow['slices'] = [job['id'] for job in slices]
    return workflow


def relaunch(state: t.Any, job: dict) -> dict:
    """Return a job with the same hosts, also where these are a slice; it is in no workflow."""
    template = state.items['job_templates'][job['job_template']]
    variables = {
        'awx_job_template_name': template['name'],
        'awx_job_launch_type': 'relaunch',
    }
    return _started(state, template, job['hosts'], variables)


def _started(state: t.Any, template: dict, hosts: list[str], variables: dict) -> dict:
    problems = [
        REFUSED.format(credential['name'], ', '.join(missing))
        for credential in state.linked('job_templates', template, 'credentials')
        if (missing := _missing(state, credential))
    ]
    job = {
        'name': template['name'],
        'job_template': template['id'],
        'playbook': template['playbook'],
        'hosts': hosts,
        'status': 'failed' if problems else 'pending',
        'job_explanation': ' '.join(problems),
        'artifacts': {},
    }
    job = state.add('jobs', job)
    job['extra_vars'] = {'awx_job_id': job['id'], **variables}
    return job


def _missing(state: t.Any, credential: dict) -> list[str]:
    required = state.items['credential_types'][credential['credential_type']]['inputs']
    return [name for name in required.get('required', []) if not credential['inputs'].get(name)]
