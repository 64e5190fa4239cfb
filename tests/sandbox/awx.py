# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the parts of AWX's REST API that awx.awx sets up, with AWX's rules for names,
organizations, permissions and the start of jobs.

The rules are those that AWX 24.6.1 was seen to enforce. Secrets are kept, and shown as
C($encrypted$).
"""

from __future__ import annotations

import collections
import itertools

from flask import Flask, g, jsonify, request

from tests.sandbox import awx_jobs, awx_rules

ENCRYPTED = '$encrypted$'
KINDS = {
    'organizations': 'organization',
    'execution_environments': 'execution_environment',
    'credential_types': 'credential_type',
    'credentials': 'credential',
    'projects': 'project',
    'inventories': 'inventory',
    'inventory_sources': 'inventory_source',
    'job_templates': 'job_template',
    'workflow_job_templates': 'workflow_job_template',
    'schedules': 'schedule',
    'notification_templates': 'notification_template',
    'tokens': 'o_auth2_access_token',
    'project_updates': 'project_update',
    'jobs': 'job',
    'instance_groups': 'instance_group',
    'users': 'user',
}
TEMPLATES = ('projects', 'inventory_sources', 'job_templates', 'workflow_job_templates')
# Which fields no two objects have in common
UNIQUE = {
    'organizations': ('name',),
    'execution_environments': ('name',),
    'credential_types': ('name',),
    'credentials': ('organization', 'name', 'credential_type'),
    'inventories': ('organization', 'name'),
    'inventory_sources': ('inventory', 'name'),
    'projects': ('organization', 'name'),
    'job_templates': ('organization', 'name'),
    'schedules': ('unified_job_template', 'name'),
    'notification_templates': ('organization', 'name'),
}
DEFAULTS = {
    'inventories': {'kind': '', 'host_filter': None},
    'projects': {'scm_revision': '', 'playbooks': ()},
    'credential_types': {'managed': False},
    'credentials': {'organization': None, 'inputs': {}},
    'execution_environments': {'organization': None, 'image': ''},
}
# What is linked where its name is not that of its kind
LINKED = {
    'galaxy_credentials': 'credentials',
    'admin_of_organizations': 'organizations',
    **dict.fromkeys(
        [f'notification_templates_{event}' for event in ('started', 'success', 'error')],
        'notification_templates',
    ),
}


class Refused(Exception):
    """AWX answers 400 with this."""


class Forbidden(Exception):
    """AWX answers 403."""


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
        self.numbers: dict[str, itertools.count] = collections.defaultdict(
            lambda: itertools.count(1)
        )
        self.changes = 0

    def add(self, kind: str, item: dict) -> dict:
        table = 'templates' if kind in TEMPLATES else kind
        item = {**DEFAULTS.get(kind, {}), **item, 'id': next(self.numbers[table])}
        self.items.setdefault(kind, {})[item['id']] = item
        return item

    def add_user(self, name: str, password: str, superuser=False, administers=()) -> dict:
        """:param administers: organizations."""
        user = self.add(
            'users', {'username': name, 'password': password, 'is_superuser': superuser}
        )
        self.links['users', user['id'], 'admin_of_organizations'] = [
            organization['id'] for organization in administers
        ]
        return user

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

    def find(self, kind: str, **wanted) -> list[dict]:
        return [
            item
            for item in self.items.get(kind, {}).values()
            if all(item.get(name) == value for name, value in wanted.items())
        ]

    def named(self, kind: str, name: str) -> dict:
        return self.find(kind, name=name)[0]

    def linked(self, kind: str, item: dict, what: str) -> list[dict]:
        of_kind = self.items.get(LINKED.get(what, what), {})
        return [of_kind[number] for number in self.links.get((kind, item['id'], what), [])]

    def organization_of(self, kind: str, item: dict):
        """:returns: its id, or None."""
        if kind == 'inventory_sources':
            return self.items['inventories'][item['inventory']]['organization']
        if kind == 'schedules':
            number = item['unified_job_template']
            return next(
                self.items[each][number]['organization']
                for each in TEMPLATES
                if number in self.items.get(each, {})
            )
        return item['id'] if kind == 'organizations' else item.get('organization')


class Api:
    """The REST interface, as far as the collection uses it. :param state: is shown and changed."""

    def __init__(self, state: State) -> None:
        self.state = state

    # Who may do what

    def authorize(self):
        given = request.authorization
        g.user = None
        if given is not None and given.type == 'bearer':
            for token in self.state.find('tokens', token=given.token):
                g.user = self.state.items['users'][token['user']]
        elif given is not None and given.type == 'basic':
            for user in self.state.find('users', username=given.username):
                g.user = user if user['password'] == given.password else None
        if g.user is None:
            return jsonify({'detail': 'Authentication credentials were not provided.'}), 401
        return None

    def administered(self) -> list[int]:
        return self.state.links['users', g.user['id'], 'admin_of_organizations']

    def visible(self, kind, item):
        if g.user['is_superuser'] or kind in ('credential_types', 'project_updates'):
            return True
        if kind in ('users', 'tokens'):
            return item.get('user', item['id']) == g.user['id']
        organization = self.state.organization_of(kind, item)
        if kind == 'execution_environments' and organization is None:
            return True
        return kind != 'instance_groups' and organization in self.administered()

    def may_change(self, kind, item, before):
        if g.user['is_superuser'] or kind == 'tokens':
            return True
        if kind == 'credential_types' or (kind == 'organizations' and before is None):
            return False
        return self.state.organization_of(kind, before or item) in self.administered()

    # What is shown

    def shown(self, kind, item):
        """Return an item as the interface shows it: with links, and without secrets."""
        item = {
            **{name: value for name, value in item.items() if name != 'password'},
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
            item['inputs'] = hidden(item['inputs'], secret)
        if kind == 'notification_templates':
            item['notification_configuration'] = hidden(
                item['notification_configuration'], awx_rules.NOTIFICATION_SECRETS
            )
        return item

    def listed(self, items):
        results = [self.shown(kind, item) for kind, item in items]
        return jsonify({'count': len(results), 'next': None, 'results': results})

    def found(self, kind):
        kinds = TEMPLATES if kind == 'unified_job_templates' else (kind,)
        asked = {name: value for name, value in request.args.items() if name != 'page_size'}
        either = {
            name.removeprefix('or__'): value
            for name, value in asked.items()
            if name.startswith('or__')
        }
        every = {name: value for name, value in asked.items() if not name.startswith('or__')}

        def matches(each, name, value, item):
            if name == 'organization':
                return str(self.state.organization_of(each, item)) == value
            return str(item.get(name, '')) == value

        return self.listed(
            [
                (each, item)
                for each in kinds
                for item in self.state.items.get(each, {}).values()
                if self.visible(each, item)
                and all(matches(each, name, value, item) for name, value in every.items())
                and (
                    not either
                    or any(matches(each, name, value, item) for name, value in either.items())
                )
            ]
        )

    def me(self):
        return self.listed([('users', g.user)])

    def one(self, kind, key):
        item = self.state.items.get(kind, {}).get(int(key)) if key.isdigit() else None
        if item is None or not self.visible(kind, item):
            return jsonify({'detail': 'Not found.'}), 404
        return jsonify(self.shown(kind, item))

    # What is changed

    def check(self, kind, item, before):
        """Refuse an item that AWX would refuse.

        :param before: the item that it replaces, or None.
        """
        if not self.may_change(kind, item, before):
            raise Forbidden
        check = getattr(self, f'{KINDS[kind]}_problems', None)
        problems = list(check(item, before)) if check else []
        if kind in UNIQUE:
            same = self.state.find(kind, **{name: item.get(name) for name in UNIQUE[kind]})
            if any(other['id'] != item.get('id') for other in same):
                problems.append(f'{KINDS[kind]} with this {" and ".join(UNIQUE[kind])} exists.')
        if problems:
            raise Refused('; '.join(problems))

    def credential_type_problems(self, item, before):
        problems = awx_rules.type_problems(item)
        used = self.state.find('credentials', credential_type=item.get('id'))
        if before and before['inputs'] != item['inputs'] and used:
            problems.append('inputs cannot be changed: credentials use the type')
        return problems

    def credential_problems(self, item, _before):
        credential_type = self.state.items['credential_types'][item['credential_type']]
        return awx_rules.credential_problems(credential_type, item['inputs'])

    def execution_environment_problems(self, item, before):
        if before and before['organization'] != item['organization']:
            yield 'Cannot change the organization of an execution environment.'
        if not item['image']:
            yield 'image: This field may not be null.'

    def schedule_problems(self, item, _before):
        return awx_rules.rrule_problems(item['rrule'])

    def notification_template_problems(self, item, _before):
        return awx_rules.notification_problems(item)

    def job_template_problems(self, item, _before):
        if item['playbook'] in self.state.items['projects'][item['project']]['playbooks']:
            return []
        return [f'Playbook {item["playbook"]} not found for project.']

    def create(self, kind):
        item = {**DEFAULTS.get(kind, {}), **request.get_json()}
        if kind == 'tokens':
            item.update(user=g.user['id'], token=f'awx-token-{next(self.state.numbers["secret"])}')
        else:
            self.check(kind, item, None)
            self.state.changes += 1
        item = self.state.add(kind, item)
        response = self.shown(kind, item)
        if kind == 'projects':  # which AWX fetches at once
            response['summary_fields'] = {'current_update': {'id': self.state.fetch(item)['id']}}
        return jsonify(response), 201

    def launch(self, number):
        template = self.state.items['job_templates'][number]
        if not self.may_change('job_templates', {}, template):
            raise Forbidden
        return jsonify(self.shown('jobs', awx_jobs.launch(self.state, template))), 201

    def relaunch(self, number):
        job = awx_jobs.relaunch(self.state, self.state.items['jobs'][number])
        return jsonify(self.shown('jobs', job)), 201

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
        items = self.state.linked(kind, self.state.items[kind][number], what)
        return self.listed([(LINKED.get(what, what), item) for item in items])

    def link(self, kind, number, what):
        asked, links = request.get_json(), self.state.links.setdefault((kind, number, what), [])
        if not self.may_change(kind, {}, self.state.items[kind][number]):
            raise Forbidden
        if asked.get('disassociate'):
            links.remove(asked['id'])
        else:
            items = self.state.items[LINKED.get(what, what)]
            types = [items[each].get('credential_type') for each in links]
            if what == 'credentials' and items[asked['id']].get('credential_type') in types:
                raise Refused('Cannot assign multiple credentials of one type.')
            links.append(asked['id'])
        self.state.changes += 1
        return '', 204


def hidden(values: dict, secret) -> dict:
    return {
        name: ENCRYPTED if name in secret and value else value for name, value in values.items()
    }


def _refused(problem):
    return jsonify({'detail': str(problem)}), 400


def _forbidden(_problem):
    return jsonify({'detail': 'You do not have permission to perform this action.'}), 403


def _add_product(answer):
    answer.headers.update({'X-API-Product-Name': 'AWX', 'X-API-Product-Version': '24.6.1'})
    return answer


def create_app(user: str = 'admin', password: str = 'awx-s3cret', playbooks: tuple = ()) -> Flask:
    """Return the Flask app; C(app.state) is its C(State).

    :param user: may do everything.
    :param playbooks: what git has. A job template with one that its project has not fetched is
        refused.
    """
    app = Flask(__name__)
    app.state = State(playbooks)
    app.state.add_user(user, password, superuser=True)
    api = Api(app.state)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Forbidden, _forbidden)
    app.before_request(api.authorize)
    app.after_request(_add_product)
    app.get('/api/v2/me/')(api.me)
    app.get('/api/v2/<kind>/')(api.found)
    app.get('/api/v2/<kind>/<key>/')(api.one)
    app.post('/api/v2/<kind>/')(api.create)
    app.post('/api/v2/projects/<int:number>/update/')(api.update)
    app.post('/api/v2/job_templates/<int:number>/launch/')(api.launch)
    app.post('/api/v2/jobs/<int:number>/relaunch/')(api.relaunch)
    app.patch('/api/v2/<kind>/<int:number>/')(api.change)
    app.delete('/api/v2/<kind>/<int:number>/')(api.remove)
    app.get('/api/v2/<kind>/<int:number>/<what>/')(api.linked)
    app.post('/api/v2/<kind>/<int:number>/<what>/')(api.link)
    return app
