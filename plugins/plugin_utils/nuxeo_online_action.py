# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of actions for the tools of Nuxeo Online Services."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register_parameters
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    NuxeoOnlineToken,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import (
    ControllerAction,
    Result,
    Variables,
)

CREDENTIALS = ('token', 'username', 'password')


class NuxeoOnlineAction(ControllerAction):
    """An action that needs a token of Nuxeo Online Services. A subclass implements C(use).

    :cvar DESTINATION: the member of the result that says where the token is delivered to.
    :cvar SPEC: the module's argument spec.
    :cvar CONSTRAINTS: the constraints of the argument spec.
    :ivar tokens: about each token that came from a source, without secrets.
    """

    DESTINATION = 'path'
    SPEC: t.ClassVar[t.Mapping[str, t.Any]] = {}
    CONSTRAINTS: t.ClassVar[t.Mapping[str, t.Any]] = {}

    def work(self, task_vars: Variables) -> Result:
        """Check the arguments, before any request, and add C(tokens) to what C(use) returns."""
        arguments = {
            name: value
            for name, value in sources.plain(self._task.args).items()
            if not sources.is_unset(value)
        }
        validator = ArgumentSpecValidator(self.SPEC, **self.CONSTRAINTS)
        problems = validator.validate(arguments).error_messages
        if problems:
            raise BadInput('%s.' % '; '.join(problems).rstrip('.'))
        register_parameters(self.SPEC, arguments)  # a host may repeat them in its result
        self.tokens: list[dict[str, t.Any]] = []
        result = self.use(arguments, task_vars)
        destination = result.get(self.DESTINATION)
        result['tokens'] = [dict(token, to=destination) for token in self.tokens]
        return result

    def use(self, arguments: Variables, task_vars: Variables) -> Result:
        """Return the result of the module.

        :param arguments: what the task sets, in plain types.
        :raises TokensError: with cause and remedy.
        """
        raise NotImplementedError

    def source(self, arguments: Variables, task_vars: Variables) -> sources.Source:
        """Return the source of the token: the one that O(token) names, or one that is defined by
        O(username), O(password) and the options of the connection.

        :raises BadInput: there is none, it is of another type, or it is given twice.
        """
        given = [name for name in CREDENTIALS[1:] + tuple(CONNECTION) if name in arguments]
        if 'token' not in arguments:
            inline = {name: arguments[name] for name in given if name != 'password'}
            inline['token'] = arguments.get('password')
            return sources.resolve(NuxeoOnlineToken.TYPE, inline, task_vars, self.template)
        if given:
            raise BadInput(
                'token and %s exclude each other: the source contains them.' % ', '.join(given)
            )
        source = sources.named(arguments['token'], task_vars, self.template)
        if source.provider is not NuxeoOnlineToken:
            raise BadInput(
                '%s is of type %s, but what is needed here is a token of Nuxeo Online Services, of '
                'a source of type %s.' % (source.label, source.provider.TYPE, NuxeoOnlineToken.TYPE)
            )
        token = token_service.get_token(source, check_mode=self._task.check_mode).token
        about = token.about() if token is not None else {}
        self.tokens.append(
            dict(about, source=source.name, type=source.provider.TYPE, changed=False)
        )
        return source
