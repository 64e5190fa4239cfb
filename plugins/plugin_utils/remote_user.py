# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running one module on a host as several of its users, in one task."""

from __future__ import annotations

import re
import typing as t
from contextlib import contextmanager

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import become_loader

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

# What ansible-core itself says of privilege escalation. Other texts could contain anything.
_OWN_REASONS = re.compile(
    r'((?:Missing|Incorrect) \w+ password|Timeout \(\d+s\) waiting for privilege escalation'
    r'|Premature end of stream waiting for become success|Invalid become method specified'
    r'|Failed to (?:set permissions on|change ownership of) the temporary files'
    r'|[^\n]{0,80} is not a valid become method)[^\n.]{0,200}'
)
_OF_PROGRAM = re.compile(r'(sudo|su|doas|runas|pfexec|dzdo|pbrun|ksu): [^\n]{1,200}')


class CannotBecome(TokensError):
    """Ansible could not work as a user of the host."""


@contextmanager
def become(
    action: ActionBase, user: str | None, variables: t.Mapping[str, t.Any]
) -> t.Iterator[None]:
    """Run modules as another user of the host.

    :param action: an action plugin. :param user: None changes nothing.
    :param variables: of the task. They say how to become another user (C(ansible_become_method)).
    :raises CannotBecome: it failed, with the reason of ansible-core.
    """
    if user is None:
        yield
        return
    connection = action._connection
    before, limits = connection.become, action._play_context
    kept = limits.become, limits.become_user
    _forget_folder(action)
    try:
        connection.set_become_plugin(_plugin(action, user, variables))
        limits.become, limits.become_user = True, user
        yield
    except AnsibleConnectionFailure:
        raise
    except AnsibleError as problem:
        raise CannotBecome('Ansible cannot become %s: %s' % (user, reason_of(problem))) from None
    finally:
        _forget_folder(action)
        connection.set_become_plugin(before)
        limits.become, limits.become_user = kept


@contextmanager
def pipelined(action: ActionBase, variables: t.Mapping[str, t.Any]) -> t.Iterator[None]:
    """Send modules by standard input, so that what they are given is in no file of the host.

    It is left as it is if another user is become, since sudo can be configured to refuse it, and if
    the person has configured C(pipelining).

    :param variables: of the task.
    """
    connection = action._connection
    if connection.become or not connection.has_pipelining or not _is_off(connection, variables):
        yield
        return
    connection.set_option('pipelining', True)
    try:
        yield
    finally:
        connection.set_option('pipelining', False)


def _is_off(connection: t.Any, variables: t.Mapping[str, t.Any]) -> bool:
    """Return whether pipelining is off, and nobody configured that."""
    try:
        if connection.get_option('pipelining'):
            return False
        # ansible-core 2.16 does not look at what the connection has
        origin = connection.get_option_and_origin('pipelining', hostvars=variables)[1]
    except (AttributeError, KeyError, ValueError):
        return False
    return bool(origin == 'default')


def reason_of(problem: AnsibleError) -> str:
    """Return what ansible-core says of privilege escalation, or the class of the error."""
    text = str(getattr(problem, 'message', problem))
    found = _OWN_REASONS.search(text)
    return reason_in(text) or (found.group(0) if found else type(problem).__name__) + '.'


def reason_in(output: str) -> str | None:
    """Return the message of a program for privilege escalation, such as sudo."""
    for line in output.splitlines():
        if _OF_PROGRAM.match(line.strip()):
            return line.strip()[:200].rstrip('.') + '.'
    return None


def _plugin(action: ActionBase, user: str, variables: t.Mapping[str, t.Any]) -> t.Any:
    method = variables.get('ansible_become_method') or action._task.become_method
    method = sources.rendered(method or 'sudo', action._templar.template, 'ansible_become_method')
    plugin = become_loader.get(method)
    if plugin is None:
        raise AnsibleError('%s is not a valid become method' % method)
    options = {
        name: action._templar.template(variables[name])
        for name in C.config.get_plugin_vars('become', plugin._load_name)
        if name in variables and name != 'ansible_become_user'
    }
    keys: dict[str, t.Any] = {'become_user': user, 'become_flags': action._task.become_flags}
    keys['become_exe'] = action._task.become_exe
    if action._play_context.become_pass:
        keys['become_pass'] = action._play_context.become_pass
    # Variables of the plugin such as ansible_sudo_user must not win over the user of the delivery
    plugin.set_options(task_keys=keys, var_options=options, direct={'become_user': user})
    return plugin


def _forget_folder(action: ActionBase) -> None:
    """Remove the temporary folder of the user so far, which the next one could not use."""
    if action._connection._shell.tmpdir is not None:
        action.cleanup(force=True)
        action._connection._shell.tmpdir = None
