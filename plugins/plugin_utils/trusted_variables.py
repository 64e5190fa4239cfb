# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of a host without what the host itself put there.

ansible-core merges the facts of a host into its variables, above the inventory. A managed host
decides what its facts are, so a host could set the proxy that a password is sent through. Here
a fact is available as C(ansible_facts.NAME) only, and as C(NAME) if the name begins with
C(ansible_) and no variable has it. All other variables come from the inventory, the play, roles,
tasks, C(include_vars), C(set_fact), registered results and extra variables, as in ansible-core.

No attribute that this file uses changed from ansible-core 2.16 to 2.22: C(_variable_manager) of
C(HostVars); C(_fact_cache) and C(get_vars) of C(VariableManager).
"""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Mapping

from ansible import constants as C
from ansible.utils.display import Display
from ansible.vars.clean import clean_facts, namespace_facts
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    FACT_PREFIX,
    FACTS_OF_CORE,
    fact_names,
    facts_of,
    has_earlier_results,
    host_of_process,
    is_same,
    raw_facts,
    task_of_process,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import DELEGATED

Variables = dict[str, t.Any]

_NOTHING = object()
_PREFIXES = (
    'buildops_tokens_',
    'token_',
    'tokens_',
    'deliver_',
    'package_clients_',
    'plan_deliveries_',
    'report_tokens_',
    'revoke_tokens_',
    'rotate_tokens_',
    'awx_setup_',
)
# Magic variables that are lists of the hosts of a play
_HOSTS_OF_PLAY = (
    'ansible_play_hosts_all',
    'ansible_play_hosts',
    'ansible_play_batch',
    'play_hosts',
)
_managers: dict[int, tuple[t.Any, HostVars]] = {}
_known_variables: dict[str, tuple[VariableManager, t.Any, Variables]] = {}
_own_prefixes: list[str] = []


def is_ours(name: str) -> bool:
    """Return whether a variable of this name is an option of this collection."""
    if not _own_prefixes:
        # Here, since a lookup imports this file in each of its processes, and needs this rarely
        from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types

        _own_prefixes.extend([*_PREFIXES, *(kind + '_' for kind in delivery_types.names())])
    return name.startswith(tuple(_own_prefixes))


class _Facts:
    """A fact cache of which a variable manager reads some facts only."""

    def __init__(self, facts: Variables) -> None:
        self._facts = facts

    def get(self, _host: str, _default: t.Any = None) -> Variables:
        return self._facts


class _TrustedManager(VariableManager):
    """The same variables, in the same order, without facts among them."""

    def __init__(self, manager: VariableManager) -> None:
        self.__dict__.update(manager.__dict__)
        self._all_facts = manager._fact_cache
        self._hosts_of_play: tuple[t.Any, Variables, Variables] | None = None

    def get_vars(self, play: t.Any = None, host: t.Any = None, **more: t.Any) -> Variables:
        if play is None or host is None or '_hosts' in more:
            return self._variables(play, host, **more)
        # ansible-core makes lists of all hosts of the play for each host
        known = (play, frozenset(play._removed_hosts))
        if self._hosts_of_play is None or self._hosts_of_play[0] != known:
            variables = self._variables(play, host, **more)
            of_vars = _hosts_in(variables.get('vars'))
            self._hosts_of_play = (known, _hosts_in(variables), of_vars)
            return variables
        one = [host.name]
        variables = self._variables(play, host, _hosts=one, _hosts_all=one, **more)
        variables.update(self._hosts_of_play[1])
        inner: t.Any = variables
        for _level in range(2):  # since ansible-core 2.20, vars is also in itself
            inner = inner.get('vars')
            if not isinstance(inner, dict) or not inner.keys() >= self._hosts_of_play[2].keys():
                break
            inner.update(self._hosts_of_play[2])
        return variables

    def _variables(self, play: t.Any, host: t.Any, **more: t.Any) -> Variables:
        facts = {} if host is None else facts_of(self._all_facts, host.name)
        injected = {
            name: value
            for name, value in facts.items()
            if name.startswith(FACT_PREFIX) and (C.INJECT_FACTS_AS_VARS or name == 'ansible_local')
        }
        self._fact_cache = _Facts({})
        variables: Variables = super().get_vars(play=play, host=host, **more)
        if injected and play is not None and play.get_vars_files():
            # The name of such a file is often made of a fact
            self._fact_cache = _Facts(injected)
            again = super().get_vars(play=play, host=host, **more)
            variables.update(item for item in again.items() if item[0] not in injected)
        if facts:
            variables.update(namespace_facts(facts))
        if injected:
            for name, value in clean_facts(injected).items():
                variables.setdefault(name, value)
        return variables


def _hosts_in(variables: t.Any) -> Variables:
    """Return the variables that are the same for all hosts of a play."""
    if not isinstance(variables, Mapping):
        return {}
    return {name: variables[name] for name in _HOSTS_OF_PLAY if name in variables}


def hostvars_without_facts(hostvars: HostVars) -> HostVars:
    """Return C(hostvars) of which C(raw_get), and a template, give variables without facts.

    :param hostvars: the magic variable.
    """
    manager = getattr(hostvars, '_variable_manager', None)
    if manager is None or isinstance(manager, _TrustedManager):
        return hostvars
    known = _managers.get(id(hostvars))
    if known is None or known[0] is not hostvars:
        trusted = type(hostvars)(hostvars._inventory, _TrustedManager(manager), hostvars._loader)
        known = (hostvars, trusted)
        _managers[id(hostvars)] = known
    return known[1]


def of_host(hostvars: HostVars, host: str, play: t.Any = None) -> Variables:
    """Return the raw variables of a host, without facts, and warn of facts named as our options.

    :param hostvars: the magic variable of a task.
    :param host: its name in the inventory.
    :param play: include the variables of this play, and the defaults of its roles.
    """
    trusted = hostvars_without_facts(hostvars)
    manager = trusted._variable_manager
    found = manager._inventory.get_host(host)
    if found is None:
        raise _problem('There is no host %s in the inventory.' % host)
    _warn(host, filter(is_ours, raw_facts(hostvars, host)))
    variables: Variables = manager.get_vars(play=play, host=found, include_hostvars=False)
    return dict(variables, hostvars=trusted)


def of_task(variables: Variables, task: t.Any = None) -> Variables:
    """Return the variables of a task, or of a lookup, without facts of its host.

    :param variables: as the action or lookup gets them.
    :param task: C(self._task) of an action. A lookup leaves it out: the process of the task knows.
    :raises BadInput: a fact replaced C(hostvars), or the host is not known.
    """
    hostvars = variables.get('hostvars')
    if not isinstance(hostvars, HostVars):
        if hostvars is not None or task_of_process() is not None:
            raise _replaced_by_fact('hostvars')
        names = fact_names(variables) - FACTS_OF_CORE
        return {name: value for name, value in variables.items() if name not in names}
    task = task or task_of_process()
    trusted = hostvars_without_facts(hostvars)
    # A template could ask for the variables of another host, or of this one by its name
    result = dict(variables, hostvars=trusted)
    host = _host(variables)
    names = _suspects(variables, task, host)
    if names:
        _replace(result, names, host, _known(trusted._variable_manager, host, task))
    delegated = result.get(DELEGATED)
    if isinstance(delegated, Mapping):
        result[DELEGATED] = {
            name: _of_delegate(values, name, hostvars) for name, values in delegated.items()
        }
    if 'vars' in result:
        result['vars'] = {name: value for name, value in result.items() if name != 'vars'}
    return result


def _of_delegate(values: Variables, host: str, hostvars: HostVars) -> Variables:
    """Return the variables of the host that a task is delegated to, without its facts."""
    names = {
        name
        for name in raw_facts(hostvars, host)
        if name in values and not name.startswith(FACT_PREFIX) and name not in FACTS_OF_CORE
    }
    if not names:
        return values
    known = of_host(hostvars, host)
    kept = {name: value for name, value in values.items() if name not in names}
    return {**{name: known[name] for name in names if name in known}, **kept}


def _replace(variables: Variables, names: set[str], host: str, known: Variables) -> None:
    """Replace variables by those that are known without facts. What is not known is removed."""
    replaced = [name for name in names if not is_same(variables[name], known.get(name, _NOTHING))]
    _warn(host, filter(is_ours, replaced))
    for name in replaced:
        if name in known:
            variables[name] = known[name]
        else:
            del variables[name]


def _host(variables: Variables) -> str:
    name = host_of_process()
    if name is None and 'inventory_hostname' in fact_names(variables):
        raise _replaced_by_fact('inventory_hostname')
    return name or str(variables.get('inventory_hostname'))


def _suspects(variables: Variables, task: t.Any, host: str) -> set[str]:
    """Return the names of variables whose value a host may have chosen."""
    # Where a variable has the name of a fact, the fact may have replaced it
    names = fact_names(variables).union(raw_facts(variables['hostvars'], host))
    if has_earlier_results(variables, task):
        # ansible-core adds the facts of each result to the variables, and keeps no record of them
        names.update(variables.keys() - _never_facts())
    return (names & variables.keys()) - FACTS_OF_CORE - _of_loop(variables, task)


def _of_loop(variables: Variables, task: t.Any) -> set[str]:
    """Return the names of variables that ansible-core sets for each item of a loop."""
    names = {'hostvars', 'vars'}
    if isinstance(getattr(task, 'register', None), str):
        names.add(task.register)
    control = getattr(task, 'loop_control', None)
    if getattr(task, 'loop', None) is None and not getattr(task, 'loop_with', None):
        return names
    names.update(('ansible_loop_var', 'ansible_index_var', 'ansible_loop'))
    for attribute, variable in (
        ('loop_var', 'ansible_loop_var'),
        ('index_var', 'ansible_index_var'),
    ):
        name = getattr(control, attribute, None) or ('item' if attribute == 'loop_var' else None)
        if isinstance(name, str) and '{' in name:
            name = variables.get(variable)
        if isinstance(name, str) and not is_ours(name):
            names.add(name)
    return names


def _known(manager: VariableManager, host: str, task: t.Any) -> Variables:
    """Return the variables of a host without facts. A process does one task, for one host."""
    known = _known_variables.get(host)
    if known is None or known[0] is not manager or known[1] is not task:
        found = manager._inventory.get_host(host)
        if found is None:
            raise _problem('There is no host %s in the inventory.' % host)
        play = task and task.get_play()
        variables = manager.get_vars(host=found, play=play, task=task)
        known = (manager, task, variables)
        _known_variables[host] = known
    return known[2]


@functools.lru_cache(maxsize=None)
def _never_facts() -> frozenset[str]:
    """Return what ansible-core takes away from facts: how a host is connected to."""
    names = {name for names in C.MAGIC_VARIABLE_MAPPING.values() for name in names}
    return frozenset(names.union(C.COMMON_CONNECTION_VARS))


def _replaced_by_fact(name: str) -> Exception:
    return _problem(
        'This host reports a fact named %s, so its variables are not known. '
        'Clear its facts, and find out what reports it.' % name
    )


def _problem(text: str) -> Exception:
    # A lookup imports this file in each of its processes, and needs this rarely
    from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

    return BadInput(text)


def _warn(host: str, names: t.Iterable[str]) -> None:
    for name in sorted(names):
        shown = ''.join(character if character.isprintable() else '?' for character in name)
        # ansible-core shows a warning of the same text once in a run
        Display().warning(
            'The host %s reports a fact named %s, which is the name of an option of '
            'buildops.tokens. It is not used: options do not come from facts.' % (host, shown[:80])
        )
