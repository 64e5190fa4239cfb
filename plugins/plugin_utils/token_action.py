# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Token modules run here, in Ansible's own process on the controller, and hide what they return."""

from __future__ import annotations

from contextlib import contextmanager

from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import SPECS
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    info_arguments,
    module_arguments,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import (
    describe,
    place_of,
    result_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.remote_user import reason_in

display = Display()


def _urls(arguments):
    """The addresses in options of a module, and in those of its entries."""
    for name, value in arguments.items():
        if isinstance(value, str) and (name == 'url' or name.endswith('_url')):
            yield value
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict):
                    yield from _urls(entry)


def _unreadable(code):
    """:param code: of the process that should have been the module. :returns: what to say instead of what it printed, which could hold a secret."""
    if code in (126, 127):
        return (
            'Python does not start on the host (exit code %d). Set ansible_python_interpreter to one that is there.'
            % code
        )
    return (
        'What the host printed is not the answer of the module alone (exit code %s), and is not shown, since it could hold a secret. '
        'See that its shell, sudo and Python print nothing by themselves.' % code
    )


def connection_failure(problem):
    """Return a message. :param problem: AnsibleConnectionFailure. Its last line has the reason."""
    reason = (str(problem).strip().splitlines() or ['no reason is known'])[-1]
    return 'The host cannot be reached: %s' % reason


class ControllerAction(ActionBase):
    """An action that works on the controller: it never raises, since ansible-core prints what is raised, and its messages hold no secret.

    A subclass implements C(work)."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        try:
            result.update(self.work(task_vars))
        except TokensError as problem:
            result.update(failed=True, changed=False, msg=str(problem))
        except AnsibleConnectionFailure as problem:
            result.update(unreachable=True, changed=False, msg=connection_failure(problem))
        except Exception as problem:  # its text could hold a secret
            result.update(
                failed=True,
                changed=False,
                msg='This should not have happened: %s. Please report it.' % place_of(problem),
            )
        return result

    def work(self, task_vars):
        """:returns: what to add to the result. :raises TokensError: the task fails with its text."""
        raise NotImplementedError

    def hide(self, result):
        """Keep a result that holds secrets out of all output; the registered variable stays whole.

        Failures are not hidden: they hold no secret, and people need to read them."""
        # Both are needed: callbacks of ansible-core 2.18 and older show the items of a loop by the first
        self._task.no_log = True
        result['_ansible_no_log'] = True
        return result

    def arguments(self, name):
        """:param name: of a module of C(controller_only). :returns: its checked arguments in plain types. :raises BadInput: with what is wrong."""
        result = ArgumentSpecValidator(SPECS[name]).validate(sources.plain(self._task.args))
        if result.error_messages:
            raise BadInput('%s: %s.' % (name, '; '.join(result.error_messages).rstrip('.')))
        return result.validated_parameters

    def completed_arguments(self, source, options):
        """What a module needs that runs elsewhere: what was checked, and completed from variables and environment, here.

        :param source: C(sources.Source). :param options: the names of the options that the module has."""
        # Paths are those of that host, so what was given goes there as it is
        return dict(
            {
                name: source.options[name]
                for name in options
                if source.options.get(name) is not None
            },
            **self._task.args,
        )

    def module(self, arguments, task_vars):
        """:returns: the result of the module, on the host."""
        with self._unheard(arguments):
            result = self._execute_module(module_args=arguments, task_vars=task_vars)
        if 'module_stdout' in result:
            refusal = reason_in('%s\n%s' % (result.get('module_stderr'), result['module_stdout']))
            if refusal:
                return {'failed': True, 'msg': 'Ansible cannot become another user: %s' % refusal}
            return {'failed': True, 'rc': result.get('rc'), 'msg': _unreadable(result.get('rc'))}
        # With -vvv, ansible-core 2.20 and older show what a module was given, and so a secret in a misspelt option
        result.pop('invocation', None)
        return result

    @contextmanager
    def _unheard(self, arguments):
        """While a module runs, what it was given stays out of the host's system log, and what it prints out of what ssh shows with -vvv."""
        heard = self._connection._play_context
        before = self._task.no_log, heard.no_log
        if max(display.verbosity, getattr(display, 'log_verbosity', 0)) > 2:
            self._low_level_execute_command(
                ':'
            )  # why a host cannot be reached would be hidden, too
            heard.no_log = True
        # The module refuses such an address, but has told the system log by then; ansible-core 2.22 hides no part of it there
        self._task.no_log = before[0] or any('@' in url or '?' in url for url in _urls(arguments))
        try:
            yield
        finally:
            self._task.no_log, heard.no_log = before

    def delegated_module(self, task_vars, arguments):
        """Run as an ordinary module, on the host that C(delegate_to) names."""
        before, self._task.no_log = (
            self._task.no_log,
            True,
        )  # keeps the arguments out of that host's system log
        result = self.module(arguments, task_vars)
        if result.get('failed'):
            self._task.no_log = before
            return result
        return self.hide(result)

    def template(self, value):
        return self._templar.template(value)


class TokenAction(ControllerAction):
    """Runs the module of a source type. A subclass sets C(TYPE)."""

    TYPE = ''

    def work(self, task_vars):
        keep = ('state',) if sources.provider_class(self.TYPE).HAS_STATE else ()
        source = sources.resolve(
            self.TYPE, dict(self._task.args), task_vars, self.template, keep=keep
        )
        if self._task.delegate_to:
            return self.delegated_module(
                task_vars, self.completed_arguments(source, module_arguments(source.provider))
            )
        return self.obtained(source)

    def obtained(self, source, **changes):
        """:returns: the result of the module for this source. :param changes: of the C(DesiredState)."""
        outcome = token_service.obtain(
            source, token_service.desired_of(source.options, **changes), self._task.check_mode
        )
        result = result_of(outcome, self._task.diff)
        if outcome.warnings:
            result['warnings'] = outcome.warnings
        return self.hide(result) if outcome.token is not None else result


class InfoAction(ControllerAction):
    """Runs the info module of a source type. A subclass sets C(TYPE)."""

    TYPE = ''

    def work(self, task_vars):
        given = dict(self._task.args)
        sources.check_names(
            given, sources.provider_class(self.TYPE), self.TYPE + '_info', info=True
        )
        source = sources.resolve(self.TYPE, given, task_vars, self.template)
        if self._task.delegate_to:
            return self.module(
                self.completed_arguments(source, info_arguments(source.provider)), task_vars
            )
        result, warnings = describe(source.provider(source.options))
        if warnings:
            result['warnings'] = warnings
        return result


class ManagerAction(ControllerAction):
    """Runs a module that manages something else than tokens. A subclass sets C(MANAGER), a class that has C(ensure)."""

    MANAGER = None

    def work(self, task_vars):
        keep = ('state',) if self.MANAGER.HAS_STATE else ()
        source = sources.resolve(
            self.MANAGER, dict(self._task.args), task_vars, self.template, keep=keep
        )
        if self._task.delegate_to:
            return self.delegated_module(
                task_vars, self.completed_arguments(source, module_arguments(self.MANAGER))
            )
        manager = self.MANAGER(source.options)
        result = manager.ensure(self._task.check_mode)
        if manager.warnings:
            result['warnings'] = manager.warnings
        return self.hide(result) if manager.reveals(result) else result


class SourceAction(TokenAction):
    """Runs on a source that is named in C(token_sources)."""

    def work(self, task_vars):
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
    """Tells about the token of a source that is named in C(token_sources)."""

    def work(self, task_vars):
        source = sources.named(
            self.arguments('token_source_info')['name'], task_vars, self.template
        )
        try:
            result, warnings = describe(source.provider(source.options))
        except TokensError as problem:
            raise problem.about(source.label) from None
        if warnings:
            result['warnings'] = warnings
        return result
