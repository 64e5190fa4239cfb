# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the playbook awx_setup, compared with what an AWX has."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils import awx_credential_types

Item = t.Mapping[str, t.Any]
EVENTS = ('started', 'success', 'error')
_COMPARED = ('description', 'kind', 'inputs', 'injectors')


def settings_problems(settings: Item) -> t.Iterator[str]:
    """Yield the mistakes in settings that show without an AWX. :param settings: by short name."""
    templates = settings['job_templates']
    names = [template['name'] for template in templates]
    sliced = [
        template['name']
        for template in templates
        if 'rotate' in template['playbook'] and template.get('slices', 1) != 1
    ]
    if sliced:
        yield (
            'The settings slice a rotation (%s), of which each slice would end the tokens of the '
            'others. Remove slices from the job template.' % ', '.join(sliced)
        )
    yield from _credential_problems(settings['credentials'])
    for template in templates:
        if _has_two_of_one_type(template, settings['credentials']):
            yield (
                'The job template %s would have two credentials of one type, which AWX does not '
                'allow. Name those that it needs in its credentials.' % template['name']
            )
        if template['name'] == settings['project']['name']:
            yield (
                'The project and a job template are both named %s, and a schedule finds what it '
                'starts by its name. Rename one.' % template['name']
            )
    started = [item.get('job_template', '(none)') for item in settings['schedules']]
    yield from _unknown('job template', 'awx_setup_schedules', 'job_template', started, names)
    for item in settings['notifications']:
        wanted = item.get('job_templates', [])
        yield from _unknown('job template', item['name'], 'job_templates', wanted, names)
        yield from _unknown('event', item['name'], 'events', item.get('events', []), EVENTS)


def found_problems(settings: Item, found: Item) -> t.Iterator[str]:
    """Yield why this user cannot make these settings true in this AWX.

    :param found: what AWX has, by endpoint: lists. C(administered): the organizations.
    """
    user, organization = found['me'][0], _first(found['organizations'])
    yield from _missing_rights(settings, found)
    yield from _environment_problems(settings, found)
    for name, option in _credential_names(settings):
        candidates = _candidates(name, found)
        if not candidates:
            yield (
                'There is no credential %s (%s), or %s may not use it. Create it in AWX first%s.'
                % (name, option, user['username'], _HINTS.get(option, ''))
            )
        elif len(candidates) > 1:
            yield (
                'The name %s (%s) is the name of several credentials. Set it to the id of one: %s.'
                % (name, option, ', '.join(str(item['id']) for item in candidates))
            )
    groups = [
        group
        for template in settings['job_templates']
        for group in template.get('instance_groups', [])
    ]
    known = [group['name'] for group in found['instance_groups']]
    for group in dict.fromkeys(groups):
        if group not in known:
            yield 'There is no instance group %s, or %s may not use it.' % (group, user['username'])
    started = {item.get('job_template') for item in settings['schedules']}
    for item in found['unified_job_templates'] if organization else ():
        if item['name'] in started and item['type'] != 'job_template':
            yield (
                'A %s of the organization is named %s like a job template, and a schedule finds '
                'what it starts by its name. Rename one.'
                % (item['type'].replace('_', ' '), item['name'])
            )


def ids(settings: Item, found: Item) -> dict[str, t.Any]:
    """Return which objects of AWX the settings mean, once there are no problems.

    C(credentials) and C(instance_groups): ids by name. C(environment): the id of the execution
    environment to use as it is, or None. C(galaxy): the ids of all Galaxy credentials of the
    organization. C(types): the credential types to make. C(notification_templates): names of
    those that the organization has. C(notifications): by job template and event, names.
    """
    organization = _first(found['organizations'])
    organization_has = [item['id'] for item in found['galaxy_credentials']]
    credentials = {
        name: _candidates(name, found)[0]['id'] for name, _option in _credential_names(settings)
    }
    wanted = [credentials[name] for name in settings['galaxy_credentials']]
    return {
        'credentials': credentials,
        'instance_groups': {item['name']: item['id'] for item in found['instance_groups']},
        'environment': _existing_environment(settings, found),
        'galaxy': organization_has + [each for each in wanted if each not in organization_has],
        'types': _types_to_make(settings, found),
        'notification_templates': [
            item['name']
            for item in found['notification_templates']
            if organization and item['organization'] == organization['id']
        ],
        'notifications': {
            template['name']: {
                event: [
                    item['name']
                    for item in settings['notifications']
                    if template['name'] in item.get('job_templates', [template['name']])
                    and event in item.get('events', ['error'])
                ]
                for event in EVENTS
            }
            for template in settings['job_templates']
        },
    }


_HINTS = {
    'awx_setup_more_credentials': (
        ': one of the type Machine contains the key for SSH, without which no host is reached'
    )
}


def _credential_problems(credentials: t.Sequence[Item]) -> t.Iterator[str]:
    known = awx_credential_types.definitions()
    kinds = [item.get('type', '(none)') for item in credentials]
    yield from _unknown('credential type', 'awx_setup_credentials', 'type', kinds, known)


def _unknown(
    what: str, where: str, option: str, names: t.Iterable[str], known: t.Iterable[str]
) -> t.Iterator[str]:
    unknown = [name for name in dict.fromkeys(names) if name not in list(known)]
    if unknown:
        yield (
            'There is no %s %s. In %s, set %s to one of %s.'
            % (what, ', '.join(unknown), where, option, ', '.join(known))
        )


def _has_two_of_one_type(template: Item, credentials: t.Sequence[Item]) -> bool:
    wanted = template.get('credentials', [item['name'] for item in credentials])
    counted = collections.Counter(
        item.get('type') for item in credentials if item['name'] in wanted
    )
    return any(number > 1 for number in counted.values())


def _missing_rights(settings: Item, found: Item) -> t.Iterator[str]:
    user, organization = found['me'][0], _first(found['organizations'])
    if user['is_superuser']:
        return
    name = user['username']
    if organization is None:
        yield (
            'There is no organization %s, or %s does not belong to it. Only a superuser of AWX '
            'can make one, and %s is none: have one make it, with %s as its administrator.'
            % (settings['organization'], name, name, name)
        )
    elif organization['id'] not in [item['id'] for item in found['administered']]:
        yield (
            '%s is not an administrator of the organization %s. Have one make %s its '
            'administrator, or log in as one.' % (name, organization['name'], name)
        )
    changing = [
        awx_credential_types.definitions()[kind]['name']
        for kind in _types_to_make(settings, found)
        if not _is_up_to_date(kind, found)
    ]
    if changing:
        yield (
            'Only a superuser of AWX can make credential types (%s), and %s is none. Have a '
            'superuser run this playbook once, or make them from extensions/awx/credential_types '
            'of this collection.' % (', '.join(changing), name)
        )


def _types_to_make(settings: Item, found: Item) -> list[str]:
    """All for a superuser; otherwise those in use, which must be up to date."""
    if found['me'][0]['is_superuser']:
        return sorted(awx_credential_types.definitions())
    return sorted({item['type'] for item in settings['credentials']})


def _is_up_to_date(kind: str, found: Item) -> bool:
    wanted = awx_credential_types.definitions()[kind]
    return any(
        item['name'] == wanted['name'] and all(item[key] == wanted[key] for key in _COMPARED)
        for item in found['credential_types']
    )


def _environment_problems(settings: Item, found: Item) -> t.Iterator[str]:
    wanted, existing = settings['execution_environment'], _first(found['execution_environments'])
    if not wanted or _existing_environment(settings, found) is not None:
        return
    if existing is None:
        if not wanted.get('image'):
            yield (
                'There is no execution environment %s, or %s may not use it. Set image in '
                'awx_setup_execution_environment to make it.'
                % (wanted['name'], found['me'][0]['username'])
            )
        return
    organization = _first(found['organizations'])
    if existing['organization'] != (organization or {}).get('id', ''):
        yield (
            'The execution environment %s belongs to %s, and AWX does not allow to change that; '
            'its name is unique in all of AWX. Remove image from awx_setup_execution_environment '
            'to use it as it is, or give another name.'
            % (wanted['name'], 'another organization' if existing['organization'] else 'all')
        )


def _existing_environment(settings: Item, found: Item) -> int | None:
    """Return the id of an environment that is to be used as it is."""
    wanted, existing = settings['execution_environment'], _first(found['execution_environments'])
    if wanted and existing and not wanted.get('image'):
        return t.cast(int, existing['id'])
    return None


def _credential_names(settings: Item) -> list[tuple[t.Any, str]]:
    """Return names of credentials that must exist, with the option that has them."""
    own = [item['name'] for item in settings['credentials']]
    named = [(name, 'awx_setup_more_credentials') for name in settings['more_credentials']]
    named += [(name, 'awx_setup_galaxy_credentials') for name in settings['galaxy_credentials']]
    for option in ('project', 'execution_environment'):
        name = (settings[option] or {}).get('credential')
        named += [(name, 'credential of awx_setup_%s' % option)] if name else []
    for template in settings['job_templates']:
        named += [
            (name, 'credentials of %s' % template['name'])
            for name in template.get('credentials', [])
            if name not in own
        ]
    return list({name: (name, option) for name, option in reversed(named)}.values())[::-1]


def _candidates(name: t.Any, found: Item) -> list[Item]:
    """Return the credentials that a name or an id means: in the organization, or else anywhere."""
    organization = _first(found['organizations'])
    meant = [item for item in found['credentials'] if name in (item['name'], item['id'])]
    if organization is None:
        return meant
    return [item for item in meant if item['organization'] == organization['id']] or meant


def _first(items: t.Sequence[Item]) -> Item | None:
    return items[0] if items else None
