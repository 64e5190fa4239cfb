# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running one module on a host as several of its users, in one task."""

from __future__ import annotations

import re
import shlex
import typing as t
from contextlib import contextmanager

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import become_loader

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    register,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

# With an identifier, before what a program printed
_PROMPT = re.compile(r'\[sudo via ansible, key=\w+\] password:|BECOME-SUCCESS-\w+')
_STREAM = re.compile(r'\s*>>> Standard (?:Error|Output)\s*')
_DUPLICATE_PROMPT = 'Duplicate become password prompt'
_PASSWORD_MATTERS = re.compile(
    r'(?i)\b(missing|incorrect) \w+ password|password is (wrong|required)|Authentication failure'
)
LONGEST_REASON = 300
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
        with explained(action, user):
            connection.set_become_plugin(_plugin(action, user, variables))
            limits.become, limits.become_user = True, user
            yield
    finally:
        _forget_folder(action)
        connection.set_become_plugin(before)
        limits.become, limits.become_user = kept


@contextmanager
def explained(action: ActionBase, user: str | None = None) -> t.Iterator[None]:
    """Put failures of privilege escalation into words.

    :param user: of the host that is become; None for the one that the connection becomes.
    :raises CannotBecome: with the reason of ansible-core, and with what programs printed.
    """
    try:
        yield
    except AnsibleConnectionFailure:
        raise
    except AnsibleError as problem:
        user = user or become_user(action)
        if user is None:
            raise
        reason = reason_of(problem)
        if not _exists(action, user):
            reason = 'the host has no such user. ' + reason
        raise CannotBecome(cannot_become(user, reason)) from None


def become_user(action: ActionBase) -> str | None:
    """Return the user that the connection becomes, or None."""
    plugin = action._connection.become
    if plugin is None:
        return None
    return str(plugin.get_option('become_user', playcontext=action._play_context))


def cannot_become(user: str, reason: str) -> str:
    """Return a message, with what to set if a password is missing or wrong."""
    remedy = ''
    if _PASSWORD_MATTERS.search(reason):
        remedy = ' Set ansible_become_password, or use --ask-become-pass.'
    return 'Ansible cannot become %s: %s%s' % (user, reason, remedy)


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
    """Return what ansible-core reports, and what a program for privilege escalation printed."""
    text = _PROMPT.sub('', str(getattr(problem, 'message', problem)))
    head, *printed = _STREAM.split(text)
    if head.startswith(_DUPLICATE_PROMPT):
        head = 'the password is wrong.'
    reason = sanitize(head, limit=LONGEST_REASON).rstrip('.') + '.'
    shown = sanitize('; '.join(filter(None, printed)), limit=LONGEST_REASON)
    return '%s It printed: %s.' % (reason, shown.rstrip('.')) if shown else reason


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
        register(str(keys['become_pass']))
    # Variables of the plugin such as ansible_sudo_user must not win over the user of the delivery
    plugin.set_options(task_keys=keys, var_options=options, direct={'become_user': user})
    return plugin


def _exists(action: ActionBase, user: str) -> bool:
    """Return whether a host has a user, as far as its C(id) reports that."""
    connection, limits = action._connection, action._play_context
    kept = connection.become, limits.become
    try:
        connection.set_become_plugin(None)
        limits.become = False
        found = action._low_level_execute_command('LC_ALL=C id -u %s' % shlex.quote(user))
    except AnsibleError:
        return True
    finally:
        connection.set_become_plugin(kept[0])
        limits.become = kept[1]
    return 'no such user' not in '%s%s' % (found.get('stderr'), found.get('stdout'))


def _forget_folder(action: ActionBase) -> None:
    """Remove the temporary folder of the user so far, which the next one could not use."""
    if action._connection._shell.tmpdir is not None:
        action.cleanup(force=True)
        action._connection._shell.tmpdir = None
