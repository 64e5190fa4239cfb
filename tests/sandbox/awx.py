# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the parts of AWX's REST API that awx.awx sets up, with AWX's rules for credential
types, credentials and schedules.

The rules are those that AWX 24.6.1 was seen to enforce. Secrets are kept, and shown as
C($encrypted$).
"""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlsplit

from flask import Flask, jsonify, request
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

ENCRYPTED = '$encrypted$'
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


class Refused(Exception):
    """AWX answers 400 with this."""


class State:
    """What the AWX knows: C(items[kind][id]), and C(links[kind, id, what]), lists of ids.

    C(changes) counts what was changed.

    :ivar repository: what git has, when a project is fetched: C(revision), C(playbooks), and
        whether it C(fails).
    """

    def __init__(self, playbooks=()):
        self.repository = {'revision': 'a' * 40, 'playbooks': playbooks, 'fails': False}
        self.items: dict[str, dict[int, dict]] = {}
        self.links: dict[tuple, list[int]] = {}
        self.numbers = itertools.count(1)
        self.changes = 0

    def add(self, kind: str, item: dict) -> dict:
        item = {**item, 'id': next(self.numbers)}
        self.items.setdefault(kind, {})[item['id']] = item
        return item

    def fetch(self, project: dict) -> dict:
        """:returns: the update of the project, which is over."""
        if not self.repository['fails']:
            project.update(
                scm_revision=self.repository['revision'], playbooks=self.repository['playbooks']
            )
        return self.add(
            'project_updates',
            {
                'name': project['name'],
                'status': 'failed' if self.repository['fails'] else 'successful',
                'finished': True,
                'failed': self.repository['fails'],
                'scm_revision': project['scm_revision'],
            },
        )

    def named(self, kind: str, name: str) -> dict:
        return next(item for item in self.items[kind].values() if item['name'] == name)


KINDS = {
    'organizations': 'organization',
    'execution_environments': 'execution_environment',
    'credential_types': 'credential_type',
    'credentials': 'credential',
    'projects': 'project',
    'inventories': 'inventory',
    'inventory_sources': 'inventory_source',
    'job_templates': 'job_template',
    'schedules': 'schedule',
    'tokens': 'token',
    'project_updates': 'project_update',
    'instance_groups': 'instance_group',
}
DEFAULTS = {
    'inventories': {'kind': '', 'host_filter': None},
    'projects': {'scm_revision': '', 'playbooks': ()},
}


class Api:
    """The REST interface, as far as the collection uses it.

    :param state: what it shows and changes.
    :param password: of the user, who may do everything.
    """

    def __init__(self, state: State, user: str, password: str) -> None:
        self.state = state
        self.user = user
        self.password = password

    def shown(self, kind, item):
        """Return an item as the interface shows it: with links, and without secrets."""
        item = {
            **item,
            'type': KINDS[kind],
            'url': f'/api/v2/{kind}/{item["id"]}/',
            'related': {},
            'summary_fields': {},
        }
        if kind == 'projects':
            item['related'] = {'update': f'{item["url"]}update/'}
        if kind == 'credentials':
            credential_type = self.state.items['credential_types'][item['credential_type']]
            fields = credential_type['inputs']['fields']
            secret = {field['id'] for field in fields if field.get('secret')}
            item['inputs'] = {
                name: ENCRYPTED if name in secret and value else value
                for name, value in item['inputs'].items()
            }
        return item

    def listed(self, kind, items):
        results = [self.shown(kind, item) for item in items]
        return jsonify({'count': len(results), 'next': None, 'results': results})

    def check(self, kind, item, before):
        """Refuse an item that AWX would refuse.

        :param before: the item that it replaces, or None.
        """
        check = getattr(self, f'{KINDS[kind]}_problems', None)
        problems = check(item, before) if check else []
        if problems:
            raise Refused('; '.join(problems))

    def credential_type_problems(self, item, before):
        problems = type_problems(item)
        used = any(
            credential['credential_type'] == item.get('id')
            for credential in self.state.items.get('credentials', {}).values()
        )
        if before and before['inputs'] != item['inputs'] and used:
            problems.append('inputs cannot be changed: credentials use the type')
        return problems

    def credential_problems(self, item, _before):
        item.setdefault('inputs', {})
        credential_type = self.state.items['credential_types'][item['credential_type']]
        return credential_problems(credential_type, item['inputs'])

    def schedule_problems(self, item, _before):
        return rrule_problems(item['rrule'])

    def job_template_problems(self, item, _before):
        if item['playbook'] in self.state.items['projects'][item['project']]['playbooks']:
            return []
        return [f'Playbook {item["playbook"]} not found for project.']

    def authorize(self):
        given = request.authorization
        tokens = [item['token'] for item in self.state.items.get('tokens', {}).values()]
        if given is not None and given.type == 'bearer' and given.token in tokens:
            return None
        credentials = (self.user, self.password)
        if given is not None and given.type == 'basic':
            if (given.username, given.password) == credentials:
                return None
        return jsonify({'detail': 'Authentication credentials were not provided.'}), 401

    def found(self, kind):
        ignored = ('page_size', 'organization' if kind == 'job_templates' else '')
        wanted = {
            name.removeprefix('or__'): value
            for name, value in request.args.items()
            if name not in ignored
        }
        return self.listed(
            kind,
            [
                item
                for item in self.state.items.get(kind, {}).values()
                if all(str(item.get(name, '')) == value for name, value in wanted.items())
            ],
        )

    def templates(self):
        return self.found('job_templates')

    def one(self, kind, key):
        item = self.state.items.get(kind, {}).get(int(key)) if key.isdigit() else None
        return jsonify(self.shown(kind, item)) if item else (jsonify({'detail': 'Not found.'}), 404)

    def create(self, kind):
        item = {**DEFAULTS.get(kind, {}), **request.get_json()}
        if kind == 'tokens':
            item['token'] = f'awx-token-{next(self.state.numbers)}'
        else:
            self.check(kind, item, None)
            self.state.changes += 1
        item = self.state.add(kind, item)
        response = self.shown(kind, item)
        if kind == 'projects':  # which AWX fetches at once
            response['summary_fields'] = {'current_update': {'id': self.state.fetch(item)['id']}}
        return jsonify(response), 201

    def update(self, number):
        fetched = self.state.fetch(self.state.items['projects'][number])
        return jsonify(self.shown('project_updates', fetched)), 202

    def change(self, kind, number):
        before = self.state.items[kind][number]
        item = {**before, **request.get_json()}
        self.check(kind, item, before)
        self.state.items[kind][number] = item
        self.state.changes += 1
        return jsonify(self.shown(kind, item))

    def remove(self, kind, number):
        del self.state.items[kind][number]
        return '', 204

    def linked(self, kind, number, what):
        links = self.state.links.get((kind, number, what), [])
        return self.listed(what, [self.state.items[what][each] for each in links])

    def link(self, kind, number, what):
        asked, links = request.get_json(), self.state.links.setdefault((kind, number, what), [])
        if asked.get('disassociate'):
            links.remove(asked['id'])
        else:
            items = self.state.items[what]
            types = [items[each].get('credential_type') for each in links]
            if what == 'credentials' and items[asked['id']].get('credential_type') in types:
                raise Refused('Cannot assign multiple credentials of one type.')
            links.append(asked['id'])
        self.state.changes += 1
        return '', 204


def _refused(problem):
    return jsonify({'detail': str(problem)}), 400


def _add_product(answer):
    answer.headers.update({'X-API-Product-Name': 'AWX', 'X-API-Product-Version': '24.6.1'})
    return answer


def create_app(user: str = 'admin', password: str = 'awx-s3cret', playbooks: tuple = ()) -> Flask:
    """Return the Flask app; C(app.state) is its C(State).

    :param playbooks: what git has. A job template with one that its project has not fetched is
        refused.
    """
    app = Flask(__name__)
    app.state = State(playbooks)
    api = Api(app.state, user, password)
    app.register_error_handler(Refused, _refused)
    app.before_request(api.authorize)
    app.after_request(_add_product)
    app.get('/api/v2/unified_job_templates/')(api.templates)
    app.get('/api/v2/<kind>/')(api.found)
    app.get('/api/v2/<kind>/<key>/')(api.one)
    app.post('/api/v2/<kind>/')(api.create)
    app.post('/api/v2/projects/<int:number>/update/')(api.update)
    app.patch('/api/v2/<kind>/<int:number>/')(api.change)
    app.delete('/api/v2/<kind>/<int:number>/')(api.remove)
    app.get('/api/v2/<kind>/<int:number>/<what>/')(api.linked)
    app.post('/api/v2/<kind>/<int:number>/<what>/')(api.link)
    return app
