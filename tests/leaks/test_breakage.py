# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is shown where something breaks that nobody thought of."""

from __future__ import annotations

import json

from .failing_tasks import FAILURES
from .tasks import FORGIVEN, WORK, chosen, names_of

# By each place that breaks, what fails then; each place on the controller is needed by some of
# these
PLACES = {
    'requests:Session.__init__': ['Get', 'Elsewhere', 'Look up company'],
    'requests:Session.request': [
        'Get',
        'Get for many',
        'By name',
        'Tell',
        'Elsewhere',
        'Look up company',
        'Get until',
        'Get from Nuvy',
        'Get from Nuxeo elsewhere',
        'Register a client',
        'Check the NOS token',
        'Link',
        'Create a proxy',
    ],
    'fcntl:flock': ['Get', 'Look up company', 'Deliver one to Maven'],
    'os:replace': ['Get', 'By name', 'Look up nuvy', 'Deliver one to Maven', 'Change git'],
    'plugin_utils.cache:Cache.read': ['Get', 'Look up company'],
    'plugin_utils.cache:Cache.note': ['Get from Nuvy', 'Look up nuvy'],
    'plugin_utils.sources:resolve': [
        'By name',
        'Look up company',
        'Show how',
        'Register the server',
    ],
    'plugin_utils.token_service:get_token': [
        'Get',
        'Deliver to Maven',
        'Deliver to git',
        'Look up company',
    ],
    'plugin_utils.curl:commands': ['Show how'],
    'plugin_utils.lookup_backend:get_result': ['Look up company', 'Look up what is given in place'],
    'plugin_utils.delivery_credentials:Credentials.filled': [
        'Deliver to Maven',
        'Deliver to git',
    ],
    'module_utils._http.response:Response.json': ['Get from Nuvy', 'Get from Nuvy elsewhere'],
    'module_utils._options:checked': ['Get', 'Tell elsewhere'],
    'module_utils._policy:decide': ['Replace', 'Elsewhere', 'Look up nuvy'],
    'module_utils._lifecycle:ensure': [
        'Get from Nuxeo',
        'Get from Nuxeo elsewhere',
        'Look up platform',
    ],
    'module_utils._oauth2.token_endpoint:token_of': ['Get from Nuxeo', 'Look up nuvy'],
    'module_utils._token_module:describe': ['Tell', 'Tell by name', 'Tell elsewhere'],
    'module_utils._nexus.proxies:apply': ['Create a proxy'],
    'module_utils._nuxeo.client_registry:NuxeoClientRegistry.ensure': [
        'Register a client',
        'Remove the client',
    ],
    'module_utils._nuxeo_online.studio:ensure': ['Release'],
    'module_utils._nuxeo_online.cli_token:NuxeoCliToken.issue': ['Link'],
    'module_utils._nuxeo_online.nuxeoctl:call': ['Register the server'],
    'module_utils._programs:run': ['Register the server', 'Knock for git'],
    'module_utils._maven.verify:verify': ['Knock for Maven'],
    'module_utils._git.verify:verify': ['Knock for git'],
    'module_utils._maven.encryption:encryptor': ['Encrypt with another program'],
    'plugin_utils.delivery_plan:make_plan': ['Plan'],
    'plugin_utils.delivery_run:wanted': ['Deliver all'],
    'module_utils._delivery_host:_delivered': ['Deliver all'],
    'plugin_utils.delivery_journal:Journal.plan': ['Sum up without a plan', 'Work without a plan'],
    'module_utils._redaction:check_secret': ['Deliver to git', 'Link'],
    'module_utils._files.atomic_file:read_private': ['Deliver one to Maven', 'Change git', 'Link'],
    'module_utils._files.maven_settings:edit': [
        'Deliver to Maven',
        'Deliver one to Maven',
        'Deliver a key',
    ],
    'module_utils._files.git_credentials:edit': ['Deliver to git', 'Change git'],
    'module_utils._files.json_members:edit': ['Link'],
}
# Whatever breaks a conversation is told as a broken conversation
REPORTED_AS_RESPONSE = 'the answer could not be read (ValueError)'
UNFORESEEN = 'This should not have happened: ValueError'


def breaking(place, entry):
    """A task during which a place is broken: its conditions are evaluated before the rest."""
    here = "lookup('ansible.builtin.pipe', 'printf %s > ' ~ break_at) == ''" % place
    return dict(entry, name='%s (%s)' % (entry['name'], place), when=here, **FORGIVEN)


def test_A2_errors_that_nobody_thought_of(stage):
    stage.variables['break_at'] = str(stage.folder / 'break')
    tasks = [
        breaking(place, entry)
        for place, names in PLACES.items()
        for entry in chosen(WORK + FAILURES, *names)
    ]
    run, hits = stage.play(tasks, BREAK=' '.join(PLACES))
    assert hits == [], '\n'.join(hits)
    assert {entry['name'] for entry in tasks} - names_of(run, 'failed') == set(), run.output
    reported = {
        event['task']: json.dumps(event['result'])
        for event in run.events
        if event['event'] in ('failed', 'item_failed')
    }
    assert [
        name
        for name, result in reported.items()
        if UNFORESEEN not in result and REPORTED_AS_RESPONSE not in result
    ] == []
