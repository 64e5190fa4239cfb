# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Base classes of the action plugins.

Token modules run in the process of ansible-core on the controller, and their results are hidden.
"""

from __future__ import annotations

import os
import time
import typing as t
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ansible import constants as C
from ansible import context, template
from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import SPECS
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    info_arguments,
    module_arguments,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import outgoing
from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import (
    SECRET_RESULTS,
    describe,
    result_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    loop_items,
    module_failure,
    remote_user,
    sources,
    token_service,
    tokens_of_run,
    trusted_variables,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.module_result import (
    known_output,
    known_part,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.trusted_arguments import (
    trusted_arguments,
)

Result = dict[str, t.Any]
Variables = dict[str, t.Any]

display = Display()
# ansible-core 2.18 and older hide the warnings of a hidden result, too
HIDES_WARNINGS = not hasattr(template, 'is_trusted_as_template')
ATTEMPTS = '_buildops_tokens_attempts'


def _urls(arguments: Variables) -> Iterator[str]:
    """Yield the URLs among the options of a module, and among those of its entries."""
    for name, value in arguments.items():
        if isinstance(value, str) and (name == 'url' or name.endswith('_url')):
            yield value
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict):
                    yield from _urls(entry)


# If ssh has not quite ended yet, ansible-core reports this without what ssh has printed
NOT_SENT = 'Data could not be sent to remote host'
NO_MACHINE_CREDENTIAL = (
    'This job of AWX has no Machine credential with an SSH key or a password. Add one to its '
    'template, or set how to log in in the inventory.'
)


def connection_failure(problem: AnsibleConnectionFailure, variables: Variables) -> str:
    """Return a message. Its last line is the reason. Above it, ssh reports what it did.

    :param variables: of the task.
    """
    reason = (str(problem).strip().splitlines() or ['no reason is known'])[-1]
    # Of a module that is sent by standard input
    sure = 'Make sure this host can be reached over ssh: '
    if sure in reason:
        reason = 'Failed to connect to the host via ssh: %s' % reason.split(sure, 1)[1]
    message = 'The host cannot be reached: %s' % reason
    if 'Permission denied' in reason and _lacks_machine_credential(variables):
        message = '%s. %s' % (message.rstrip('.'), NO_MACHINE_CREDENTIAL)
    return message


def _lacks_machine_credential(variables: Variables) -> bool:
    """Return whether this is a job of AWX without a key and a password for its hosts.

    AWX gives the key of a Machine credential to an agent, and has Ansible ask for a password.
    """
    return bool(
        variables.get('awx_job_id')
        and not os.environ.get('SSH_AUTH_SOCK')
        and not context.CLIARGS.get('ask_pass')
        and not context.CLIARGS.get('connection_password_file')
    )


class ControllerAction(ActionBase):
    """An action that works on the controller.

    It never raises, since ansible-core prints what is raised, and its messages contain no secret.
    Its arguments and variables are without facts of the host. A subclass implements C(work).
    """

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    _variables: Variables | None = None
    _warnings: t.Sequence[str] = ()

    def run(self, tmp: t.Any = None, task_vars: Variables | None = None) -> Result:
        task_vars = task_vars or {}
        result: Result = super().run(tmp, task_vars)
        token_service.begin_attempt(task_vars, self._attempt_number())
        try:
            self._variables = trusted_variables.of_task(task_vars, self._task)
            self._task.args = trusted_arguments(
                self._task, task_vars, self._variables, self._template_with
            )
            result.update(self.work(self._variables))
        except TokensError as problem:
            result.update(failed=True, changed=False, msg=str(problem))
        except AnsibleConnectionFailure as problem:
            result.update(
                unreachable=True, changed=False, msg=connection_failure(problem, task_vars)
            )
        except Exception as problem:  # its text could contain a secret
            result.update(failed=True, changed=False, msg=unexpected(problem))
        result = outgoing(result, self.secret_results())
        if loop_items.has_secret(task_vars):
            result = self._without_item(result)
        if HIDES_WARNINGS and result.get('_ansible_no_log'):
            for warning in result.get('warnings') or []:
                display.warning(warning)
        return result

    def _attempt_number(self) -> int:
        """Return the number of this attempt. C(until) makes a new action for the same task."""
        number: int = getattr(self._task, ATTEMPTS, 0) + 1
        setattr(self._task, ATTEMPTS, number)
        return number

    def _without_item(self, result: Result) -> Result:
        """Hide a result to which ansible-core adds a loop item with a secret.

        Why the task failed is shown nevertheless, unless its author hides it.
        """
        if (result.get('failed') or result.get('unreachable')) and not self._task.no_log:
            display.error('%s: %s' % (self._task.get_name(), result.get('msg')))
        return self.hide(result)

    def elsewhere(self) -> bool:
        """Return whether C(delegate_to) names a host that is not this controller."""
        host = self._task.delegate_to
        here = host in C.LOCALHOST and self._connection.transport == 'local'
        return bool(host) and not here

    def secret_results(self) -> t.Sequence[str]:
        """:returns: the members of the result that are declared to contain secrets."""
        return ()

    def work(self, task_vars: Variables) -> Result:
        """Return what to add to the result.

        :param task_vars: the variables of the task, without facts.
        :raises TokensError: the task fails with its text.
        """
        raise NotImplementedError

    def hide(self, result: Result) -> Result:
        """Keep a result with secrets out of all output; the registered variable stays complete.

        Failures are not hidden: they contain no secret, and people need to read them.
        """
        # Callbacks of ansible-core 2.18 and older show the items of a loop by the first
        self._task.no_log = True
        result['_ansible_no_log'] = True
        return result

    def arguments(self, name: str) -> Variables:
        """Return the checked arguments in plain types.

        :param name: of a module of C(_controller_only).
        :raises BadInput: with what is wrong.
        """
        result = ArgumentSpecValidator(SPECS[name]).validate(sources.plain(self._task.args))
        if result.error_messages:
            raise BadInput('%s: %s.' % (name, '; '.join(result.error_messages).rstrip('.')))
        arguments: Variables = result.validated_parameters
        return arguments

    def completed_arguments(self, source: sources.Source, options: Iterable[str]) -> Variables:
        """Return what a module needs that runs elsewhere.

        The options were checked, and completed from variables and environment, here.

        :param options: the names of the options that the module has.
        """
        # Paths are those of that host, so what was given goes there as it is
        return dict(
            {
                name: source.options[name]
                for name in options
                if source.options.get(name) is not None
            },
            **self._task.args,
        )

    def module(self, arguments: Variables, task_vars: Variables) -> Result:
        """Run the module of this action on the host.

        :returns: its result, with the keys that it documents.
        """
        with remote_user.explained(self), self._not_logged(arguments):
            try:
                answer: Result = self._execute_module(module_args=arguments, task_vars=task_vars)
            except AnsibleConnectionFailure as problem:
                if NOT_SENT in str(problem):
                    self._low_level_execute_command(':')  # fails with the reason that ssh gives
                raise
        if 'module_stdout' in answer:
            message = module_failure.explain(self, answer, self._interpreter(task_vars))
            result: Result = {'failed': True, 'rc': answer.get('rc'), 'msg': message}
        else:
            result = known_part(self._task.action, answer)
            if result.get('failed') and result.get('msg'):
                result['msg'] = module_failure.translated(
                    result['msg'], self._interpreter(task_vars)
                )
            if self._warnings:
                result['warnings'] = [*result.get('warnings', ()), *self._warnings]
        # ansible-core found this out itself, while it made the module ready
        key = getattr(self, '_discovered_interpreter_key', None)
        if key:
            result['ansible_facts'] = {key: self._discovered_interpreter}
        return result

    def _interpreter(self, task_vars: Variables) -> str | None:
        """Return the Python of the host that is configured or was found, or None."""
        found = getattr(self, '_discovered_interpreter', None)
        given = task_vars.get('ansible_python_interpreter')
        try:
            given = sources.plain(self.template(given)) if given else None
        except Exception:  # a template that ansible-core has refused
            given = None
        if isinstance(given, str) and given and not given.startswith('auto'):
            return given
        return str(found) if found else None

    def _parse_returned_data(self, res: Result, *more: t.Any) -> t.Any:
        """Parse the output of the module, without what ansible-core would show in warnings.

        These are output after the result, its warnings, and keys that only ansible-core may set. A
        host could put a secret into each.
        """
        printed = res.get('stdout') or ''
        if tokens_of_run.has_words(printed):
            tokens_of_run.register_all()
        known, self._warnings = known_output(self._task.action, printed)
        data = super()._parse_returned_data({**res, 'stdout': known}, *more)
        if isinstance(data, dict):
            if not data.get('_ansible_parsed'):
                data['module_stdout'] = printed
        elif not data.ansible_parsed:  # a record, since ansible-core 2.21
            data.module_stdout = printed
        return data

    @contextmanager
    def _not_logged(self, arguments: Variables) -> Iterator[None]:
        """Keep the arguments of a module out of the system log of the host, and its output out of
        what ssh shows with -vvv."""
        context = self._connection._play_context
        before = self._task.no_log, context.no_log
        if max(display.verbosity, getattr(display, 'log_verbosity', 0)) > 2:
            # The reason why a host cannot be reached would be hidden, too
            self._low_level_execute_command(':')
            context.no_log = True
        # The module refuses such a URL, but it is in the system log by then; no version of
        # ansible-core hides a part of it there
        self._task.no_log = before[0] or any('@' in url or '?' in url for url in _urls(arguments))
        try:
            yield
        finally:
            self._task.no_log, context.no_log = before

    def delegated_module(self, task_vars: Variables, arguments: Variables) -> Result:
        """Run as an ordinary module, on the host that C(delegate_to) names."""
        before = self._task.no_log
        self._task.no_log = True  # keeps the arguments out of the system log of that host
        result = self.module(arguments, task_vars)
        if result.get('failed'):
            self._task.no_log = before
            return result
        return self.hide(result)

    def template(self, value: t.Any) -> t.Any:
        """Render a value with the variables of the task, without facts."""
        return self._template_with(value, self._variables)

    def _template_with(self, value: t.Any, variables: Variables | None) -> t.Any:
        templar = self._templar
        if variables is None:
            return templar.template(value)
        before = templar.available_variables
        templar.available_variables = variables
        try:
            return templar.template(value)
        finally:
            templar.available_variables = before


class TokenAction(ControllerAction):
    """Runs the module of a source type. A subclass sets C(TYPE)."""

    TYPE = ''

    def secret_results(self) -> t.Sequence[str]:
        return SECRET_RESULTS

    def work(self, task_vars: Variables) -> Result:
        keep = ('state',) if sources.provider_class(self.TYPE).HAS_STATE else ()
        source = sources.resolve(
            self.TYPE, dict(self._task.args), task_vars, self.template, keep=keep
        )
        if self.elsewhere():
            result = self.delegated_module(
                task_vars, self.completed_arguments(source, module_arguments(source.provider))
            )
            if result.get('changed') and not self._task.check_mode:
                token_service.forget(source)
            return result
        return self.obtained(source)

    def obtained(self, source: sources.Source, **changes: t.Any) -> Result:
        """Return the result of the module for this source.

        :param changes: of the C(DesiredState).
        """
        outcome = token_service.get_token(
            source, token_service.desired_of(source.options, **changes), self._task.check_mode
        )
        result: Result = result_of(outcome, self._task.diff)
        if outcome.warnings:
            result['warnings'] = outcome.warnings
        return self.hide(result) if outcome.token is not None else result


class InfoAction(ControllerAction):
    """Runs the info module of a source type. A subclass sets C(TYPE)."""

    TYPE = ''

    def work(self, task_vars: Variables) -> Result:
        given = dict(self._task.args)
        sources.check_names(
            given, sources.provider_class(self.TYPE), self.TYPE + '_info', info=True
        )
        source = sources.resolve(self.TYPE, given, task_vars, self.template)
        if self.elsewhere():
            return self.module(
                self.completed_arguments(source, info_arguments(source.provider)), task_vars
            )
        return described(source)


class ManagerAction(ControllerAction):
    """Runs a module that manages something else than tokens.

    A subclass sets C(MANAGER), a class that has C(ensure).
    """

    MANAGER: t.Any = None

    def secret_results(self) -> t.Sequence[str]:
        return self.MANAGER.SECRET_RESULTS

    def work(self, task_vars: Variables) -> Result:
        keep = ('state',) if self.MANAGER.HAS_STATE else ()
        source = sources.resolve(
            self.MANAGER, dict(self._task.args), task_vars, self.template, keep=keep
        )
        if self.elsewhere():
            return self.delegated_module(
                task_vars, self.completed_arguments(source, module_arguments(self.MANAGER))
            )

        def managed() -> Result:
            manager = self.MANAGER(source.options)
            result: Result = manager.ensure(self._task.check_mode)
            return {**result, 'warnings': manager.warnings} if manager.warnings else result

        result = token_service.once_for_all_hosts(
            source,
            [str(self._task._uuid), bool(self._task.check_mode)],
            str(task_vars.get('inventory_hostname')),
            managed,
        )
        return self.hide(result) if self.MANAGER.reveals(result) else result


class SourceAction(TokenAction):
    """Runs on a source that is named in C(token_sources)."""

    def work(self, task_vars: Variables) -> Result:
        given = self.arguments('token_source')
        source = sources.named(given.pop('name'), task_vars, self.template)
        if given['state'] == 'absent' and not source.provider.HAS_STATE:
            page = source.provider.REVOKED_AT
            raise BadInput(
                '%s: a %s cannot be revoked from here.%s'
                % (source.label, source.provider.TYPE, ' Revoke it at %s.' % page if page else '')
            )
        changes = {name: value for name, value in given.items() if value is not None}
        try:
            source.provider.check(dict(source.options, **changes))
        except BadInput as problem:
            raise problem.about(source.label) from None
        return self.obtained(source, **changes)


class SourceInfoAction(ControllerAction):
    """Reports on the token of a source that is named in C(token_sources)."""

    def work(self, task_vars: Variables) -> Result:
        name = self.arguments('token_source_info')['name']
        source = sources.named(name, task_vars, self.template)
        try:
            return described(source)
        except TokensError as problem:
            raise problem.about(source.label) from None


def described(source: sources.Source) -> Result:
    """Return what an info module returns.

    That is what the server reports, and the end of a token that the lasting cache contains.

    :raises TokensError: with cause and remedy.
    """
    about, noted = describe(source.provider(source.options))
    result, warnings = dict(about), list(noted)
    if result['exists'] is not False and result['expires_at'] is None:
        token = token_service.kept_token(source, warnings)
        if token is not None and token.expires_at is not None:
            expired = token.expires_at <= time.time()
            result.update(expires_at=iso8601(token.expires_at), expired=expired)
    return {**result, 'warnings': warnings} if warnings else result
