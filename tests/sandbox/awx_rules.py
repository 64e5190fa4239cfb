# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX 24.6.1 refuses in credential types, credentials, schedules and notifications."""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlsplit

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

FIELD_KEYS = {
    'id',
    'label',
    'type',
    'format',
    'choices',
    'help_text',
    'multiline',
    'secret',
    'ask_at_runtime',
    'default',
}
STRING_ONLY = ('choices', 'multiline', 'format', 'secret')
RESERVED_ENV = {
    'VIRTUAL_ENV',
    'PATH',
    'PYTHONPATH',
    'JOB_ID',
    'INVENTORY_ID',
    'INVENTORY_SOURCE_ID',
    'INVENTORY_UPDATE_ID',
    'AD_HOC_COMMAND_ID',
    'REST_API_URL',
    'REST_API_TOKEN',
    'MAX_EVENT_RES',
    'CALLBACK_QUEUE',
    'CALLBACK_CONNECTION',
    'CACHE',
    'JOB_CALLBACK_DEBUG',
    'INVENTORY_HOSTVARS',
    'AWX_HOST',
    'PROJECT_REVISION',
    'SUPERVISOR_CONFIG_PATH',
}
NAME = re.compile(r'[a-zA-Z_]+[a-zA-Z0-9_]*')
FILE_KEY = re.compile(r'template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?')


def type_problems(definition: dict) -> list[str]:
    """What AWX would refuse in a credential type that a person makes: C(name), C(kind), C(inputs),
    C(injectors).
    """
    problems = []
    if definition.get('kind') not in ('cloud', 'net'):
        problems.append('kind must be cloud or net')
    inputs, injectors = definition.get('inputs', {}), definition.get('injectors', {})
    problems += [f'inputs cannot have {key}' for key in set(inputs) - {'fields', 'required'}]
    problems += [
        f'injectors cannot have {key}' for key in set(injectors) - {'env', 'file', 'extra_vars'}
    ]
    fields = inputs.get('fields', [])
    names = [field.get('id') for field in fields]
    problems += [f'{name} is there twice' for name in set(names) if names.count(name) > 1]
    for field in fields:
        problems += _field_problems(field)
    problems += [
        f'{name} is required and is not a field'
        for name in inputs.get('required', [])
        if name not in names
    ]

    files = injectors.get('file', {})
    problems += [f'file {key}: wrong name' for key in files if not FILE_KEY.fullmatch(key)]
    if 'template' in files and len(files) > 1:
        problems.append('template cannot be beside other files')
    filename = (
        'EXAMPLE' if 'template' in files else {key.partition('.')[2]: 'EXAMPLE' for key in files}
    )
    known = {**dict.fromkeys(names, 'EXAMPLE'), 'tower': {'filename': filename}}
    for name, template in injectors.get('env', {}).items():
        if not NAME.fullmatch(name) or name.startswith('ANSIBLE_') or name in RESERVED_ENV:
            problems.append(f'env {name}: this name is not allowed')
        if not isinstance(template, str) or not template.isascii():
            problems.append(f'env {name}: its value must be a str of ASCII')
    for kind in ('env', 'file', 'extra_vars'):
        for name, template in _leaves(injectors.get(kind, {})):
            if not isinstance(template, str):
                problems.append(f'{kind} {name}: its value must be a str')
                continue
            try:
                ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(
                    template
                ).render(known)
            except TemplateError as problem:
                problems.append(f'{kind} {name}: {problem}')
    return problems


def _field_problems(field: dict) -> list[str]:
    name, kind = field.get('id'), field.get('type', 'string')
    problems = [f'{name} cannot have {key}' for key in set(field) - FIELD_KEYS]
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == 'tower':
        problems.append(f'{name} is not a name for a field')
    if not isinstance(field.get('label'), str):
        problems.append(f'{name} needs a label')
    if kind not in ('string', 'boolean'):
        problems.append(f'{name} cannot be of type {kind}')
    elif (
        'default' in field
        and field['default'].__class__ is not {'string': str, 'boolean': bool}[kind]
    ):
        problems.append(f'{name}: the default is not of its type')
    problems += [
        f'{name}: {key} is for strings' for key in STRING_ONLY if key in field and kind != 'string'
    ]
    if field.get('format', 'url') not in ('url', 'ssh_private_key'):
        problems.append(f'{name}: there is no format {field["format"]}')
    problems += [
        f'{name}: {key} must be true or false'
        for key in ('multiline', 'secret', 'ask_at_runtime')
        if not isinstance(field.get(key, True), bool)
    ]
    if 'help_text' in field and not isinstance(field['help_text'], str):
        problems.append(f'{name}: help_text must be a str')
    return problems


def _leaves(node, name=''):
    if isinstance(node, dict):
        return itertools.chain.from_iterable(
            _leaves(value, f'{name}.{key}'.strip('.')) for key, value in node.items()
        )
    if isinstance(node, list):
        return itertools.chain.from_iterable(
            _leaves(value, f'{name}[{index}]') for index, value in enumerate(node)
        )
    return [(name, node)]


def credential_problems(definition: dict, inputs: dict) -> list[str]:
    """What AWX would refuse in a credential. It does not ask for required fields here."""
    problems = []
    fields = {field['id']: field for field in definition['inputs']['fields']}
    for name, value in inputs.items():
        field = fields.get(name)
        if field is None:
            problems.append(f'there is no field {name}')
        elif value.__class__ is not {'string': str, 'boolean': bool}[field.get('type', 'string')]:
            problems.append(f'{name} must be a {field["type"]}')
        elif field.get('format') == 'url' and not all(urlsplit(value)[:2]):
            problems.append(f'{name}: Invalid URL')
        elif 'choices' in field and value not in field['choices']:
            problems.append(f'{name}: not among the choices')
    return problems


def rrule_problems(rrule: str) -> list[str]:
    """What AWX would refuse in the rule of a schedule."""
    problems = []
    starts = re.findall(r'DTSTART(?:;[^:]+)?:[0-9]+T[0-9]+Z?', rrule)
    rules = re.findall(r'(RRULE):(\S*)', rrule)
    if len(starts) != 1:
        problems.append('one DTSTART is needed')
    if re.search(r'DTSTART:[0-9]+T[0-9]+ ', rrule):
        problems.append('DTSTART must be in UTC or have a TZID')
    if not rules:
        problems.append('a RRULE is needed')
    problems += [
        f'{word} is not allowed' for word in ('EXDATE', 'RDATE') if word + ':' in rrule.upper()
    ]
    for _name, rule in rules:
        parts = dict(part.split('=', 1) for part in rule.split(';') if '=' in part)
        if 'INTERVAL' not in parts:
            problems.append('INTERVAL is needed')
        if parts.get('FREQ') not in ('MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'):
            problems.append('FREQ is wrong')
        if int(parts.get('COUNT', 0)) > 999 or 'COUNT' in parts and 'UNTIL' in parts:
            problems.append('COUNT goes to 999, and not with UNTIL')
        if re.search('[0-9]', parts.get('BYDAY', '')):
            problems.append('BYDAY cannot have a number')
    return problems


NOTIFICATIONS = {
    'email': ('host', 'port', 'sender', 'recipients', 'use_tls', 'use_ssl'),
    'slack': ('channels', 'token'),
    'webhook': ('url', 'http_method', 'headers'),
    'mattermost': ('mattermost_url',),
    'rocketchat': ('rocketchat_url',),
    'pagerduty': ('token', 'service_key', 'subdomain', 'client_name'),
}
NOTIFICATION_SECRETS = ('password', 'token')
# What AWX renders a message with before it takes it: a job without artifacts
JOB = {
    'job': {'id': 42, 'name': 'Stub JobTemplate', 'status': 'running', 'artifacts': {}},
    'job_friendly_name': 'Job',
    'url': 'https://towerhost/#/jobs/playbook/1010',
    'job_metadata': '{}',
}


def notification_problems(item: dict) -> list[str]:
    """What AWX would refuse in a notification template."""
    kind, given = item.get('notification_type'), item.get('notification_configuration', {})
    if kind not in NOTIFICATIONS:
        return [f'"{kind}" is not a valid choice.']
    problems = [
        f'Missing required fields for Notification Configuration: {name}.'
        for name in NOTIFICATIONS[kind]
        if name not in given
    ]
    for event, texts in (item.get('messages') or {}).items():
        if event not in ('started', 'success', 'error', 'workflow_approval'):
            problems.append(f"Event '{event}' invalid")
            continue
        for name, text in (texts or {}).items():
            if name not in ('message', 'body'):
                problems.append(f"Message type '{name}' invalid")
            elif text is not None:
                problems += message_problems(event, name, text)
    return problems


def message_problems(event, name, text):
    if name == 'message' and '\n' in text:
        yield f'Newlines are not allowed in {name} of {event}'
    try:
        rendered(text, JOB, undefined=StrictUndefined)
    except TemplateError as problem:
        yield f"Unable to render message '{text}': {problem}"


def rendered(text: str, context: dict, **options) -> str:
    """A message as AWX sends it."""
    return ImmutableSandboxedEnvironment(**options).from_string(text).render(context)
