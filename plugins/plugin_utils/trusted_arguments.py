# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of a task, without what facts put into them.

ansible-core renders the arguments of a task before its action plugin runs, with variables that
facts have replaced. If facts have replaced any, the arguments are rendered here from what the
author wrote.
"""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleError
from ansible.parsing.mod_args import ModuleArgsParser

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import (
    EVERYTHING,
    refers_to_hosts,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import (
    Template,
    is_omitted,
    plain,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.trusted_variables import (
    Variables,
    is_ours,
)

COLLECTION = 'buildops.tokens'
_FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_FREE_FORM = ('_raw_params', '_variable_params')
_KEYS_OF_WITH_DICT = ("'key'", "'value'")
# Of a task, block or play: as whom, and on which host
_KEYWORDS = (
    'become',
    'become_exe',
    'become_flags',
    'become_method',
    'become_user',
    'connection',
    'delegate_to',
    'port',
    'remote_user',
)


def trusted_arguments(
    task: t.Any,
    variables: Variables,
    trusted: Variables,
    template: t.Callable[[t.Any, Variables], t.Any],
) -> dict[str, t.Any]:
    """Return the arguments of a task as they are without facts.

    A task of this collection sees no fact except as C(trusted_variables) has it. In a task of
    somebody else, a fact still is a variable if nothing else has its name and it is not an option
    of this collection.

    :param task: C(self._task) of an action.
    :param variables: the variables that the action got.
    :param trusted: what C(trusted_variables.of_task) made of them.
    :param template: renders a value with the given variables.
    :raises BadInput: it cannot be found out what the arguments are without facts.
    """
    replaced = _replaced(variables, trusted)
    try:
        written = _written_arguments(task)
    except BadInput:
        if replaced:
            raise
        return dict(task.args)
    defaults, keywords = _listed_defaults(task), _keywords(task)
    loop_refers = refers_to_hosts(task.loop, variables)
    if not (replaced or loop_refers or refers_to_hosts([written, defaults, keywords], variables)):
        return dict(task.args)
    seen = trusted
    if not _belongs_to_collection(task):
        others = {
            name: variables[name] for name in replaced if name not in trusted and not is_ours(name)
        }
        seen = dict(others, **trusted)

    def rendered(value: t.Any) -> t.Any:
        return template(value, seen)

    if replaced or loop_refers:
        _check_item(task, variables, rendered)
    for name, value in keywords.items():
        # In a list, since ansible-core refuses to render what is omitted alone
        if plain(rendered([value])) != plain(template([value], variables)):
            raise BadInput(
                'This host reports facts that have the names of variables, and %s of this task is '
                'made of them. It is not used. Clear the facts of this host.' % name
            )
    arguments = _without_omitted(_of_defaults(task, defaults, rendered))
    arguments.update(_without_omitted(rendered(written)))
    return arguments


def _replaced(variables: Variables, trusted: Variables) -> list[str]:
    """Return the names of variables that facts have replaced."""
    return [
        name
        for name, value in variables.items()
        if name not in EVERYTHING and trusted.get(name, EVERYTHING) is not value
    ]


def _keywords(task: t.Any) -> dict[str, str]:
    """Return the templates that say as whom, and on which host, a task runs."""
    written = task.get_ds() or {}
    values = {
        name: written[name] if name in written else getattr(task._parent, name, None)
        for name in _KEYWORDS
    }
    return {
        name: value for name, value in values.items() if isinstance(value, str) and '{' in value
    }


def _listed_defaults(task: t.Any) -> list[dict[str, t.Any]]:
    """Return the C(module_defaults) of the play, blocks and task, as written; later ones win."""
    own = (task.get_ds() or {}).get('module_defaults')
    found = list(getattr(task._parent, 'module_defaults', None) or ())
    if own:
        found.extend(task._load_module_defaults('module_defaults', own) or ())
    return found


def _of_defaults(
    task: t.Any, listed: list[dict[str, t.Any]], rendered: Template
) -> dict[str, t.Any]:
    """Return the arguments of C(module_defaults), as ansible-core chooses them."""
    every = {name: values for defaults in listed for name, values in defaults.items()}
    action = task.resolved_action
    groups = (task._parent._play._action_groups or {}).get(action, ()) if every else ()
    names = [name for name in every if name.startswith('group/') and name[6:] in groups]
    found: dict[str, t.Any] = {}
    for name in [*names, action]:
        found.update(rendered(every.get(name)) or {})
    return found


def _written_arguments(task: t.Any) -> dict[str, t.Any]:
    try:
        parser = ModuleArgsParser(task_ds=task.get_ds(), collection_list=task.collections)
        written = parser.parse(skip_action_validation=True)[1]
    except (AnsibleError, AssertionError, AttributeError, TypeError):
        written = None
    if not isinstance(written, dict) or any(name in written for name in _FREE_FORM):
        raise BadInput(
            'This host reports facts that have the names of variables, and the options of this '
            'task are not written one by one. Write them so, or clear the facts of this host.'
        )
    return written


def _check_item(task: t.Any, variables: Variables, rendered: Template) -> None:
    """Refuse an item of a loop that is not there without facts."""
    loop_name = variables.get('ansible_loop_var')
    if task.loop is None or loop_name is None:
        return
    # ansible-core has put a template into a list by now
    loop = (task.get_ds() or {}).get('loop', task.loop)
    item, listed = plain(variables[loop_name]), plain(rendered(loop))
    if task.loop_with:  # a lookup made the items: of the same parts, in another order
        known = set(_leaves(item)) <= set(_leaves(listed)).union(_KEYS_OF_WITH_DICT)
    else:
        known = isinstance(listed, list) and item in listed
    if not known:
        raise BadInput(
            'A host reports facts that have the names of variables, and an item of the loop is '
            'made of them. It is not used. Clear the facts of that host.'
        )


def _leaves(value: t.Any) -> t.Iterator[str]:
    """Yield the scalars in a value, and the keys of its mappings, with their types."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield repr(key)
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield repr(value)


def _belongs_to_collection(task: t.Any) -> bool:
    role = getattr(task, '_role', None)
    if role is not None and getattr(role, '_role_collection', None) == COLLECTION:
        return True
    path = task.get_path() or ''
    return os.path.realpath(path).startswith(os.path.realpath(_FOLDER) + os.sep)


def _without_omitted(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {
            name: _without_omitted(item) for name, item in value.items() if not is_omitted(item)
        }
    if isinstance(value, list):
        return [_without_omitted(item) for item in value if not is_omitted(item)]
    return value
