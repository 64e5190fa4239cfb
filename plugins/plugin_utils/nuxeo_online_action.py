# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions of the tools of Nuxeo Online Services have in common: which token, and of which service."""

from __future__ import annotations

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    NuxeoOnlineToken,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction

CREDENTIALS = ('token', 'username', 'password')


class NuxeoOnlineAction(ControllerAction):
    """Answers with the result of its work, and with which token went where.

    :cvar TO: the part of the result that says where. :cvar SPEC: the module's argument spec. :cvar CONSTRAINTS: what goes with it.
    """

    TO = 'path'
    SPEC = {}
    CONSTRAINTS = {}

    def work(self, task_vars):
        arguments = {
            name: value
            for name, value in sources.plain(self._task.args).items()
            if not sources.is_unset(value)
        }
        problems = (
            ArgumentSpecValidator(self.SPEC, **self.CONSTRAINTS).validate(arguments).error_messages
        )
        if problems:  # before anything is asked
            raise BadInput('%s.' % '; '.join(problems).rstrip('.'))
        self.tokens = []
        result = self.use(arguments, task_vars)
        result['tokens'] = [dict(token, to=result.get(self.TO)) for token in self.tokens]
        return result

    def use(self, arguments, task_vars):
        """:param arguments: what the task sets, in plain types. :returns: the result. :raises TokensError: with what to do."""
        raise NotImplementedError

    def source(self, arguments, task_vars):
        """The source of the token to use: a named one, or one made of O(username), O(password) and the options of the connection.

        :returns: C(sources.Source). :raises BadInput: there is none, it is of another type, or it is given twice.
        """
        given = [name for name in CREDENTIALS[1:] + tuple(CONNECTION) if name in arguments]
        if 'token' not in arguments:
            inline = {name: arguments[name] for name in given if name != 'password'}
            source = sources.resolve(
                NuxeoOnlineToken.TYPE,
                dict(inline, token=arguments.get('password')),
                task_vars,
                self.template,
            )
        elif given:
            raise BadInput(
                'token and %s exclude each other: the source says it all.' % ', '.join(given)
            )
        else:
            source = sources.named(arguments['token'], task_vars, self.template)
            if source.provider is not NuxeoOnlineToken:
                raise BadInput(
                    '%s is of type %s, but what is needed here is a token of Nuxeo Online Services, of a source of type %s.'
                    % (source.label, source.provider.TYPE, NuxeoOnlineToken.TYPE)
                )
        if source.name is not None:
            token = token_service.get_token(source, check_mode=self._task.check_mode).token
            self.tokens.append(
                dict(token.about(), source=source.name, type=source.provider.TYPE, changed=False)
            )
        return source
