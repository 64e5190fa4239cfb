# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivery modules run on managed hosts; before that, here on the controller, the names of sources in their options become credentials."""

from __future__ import annotations

from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._token import BASIC, iso8601
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction


class DeliveryAction(ControllerAction):
    """A subclass sets what differs between the delivery modules.

    :cvar ENTRIES: the option that holds a list of entries, or None where the module takes one entry only.
    :cvar ENTRY_NAME: the option by which messages name an entry.
    :cvar TAKES_EXPIRY: entries have an option O(expires_at).
    :cvar BASIC_ONLY: what the module says of a bearer token; None where it takes one.
    """

    ENTRIES = None
    ENTRY_NAME = 'id'
    TAKES_EXPIRY = False
    BASIC_ONLY = None
    _requires_connection = True

    def work(self, task_vars):
        arguments = dict(self._task.args)
        problems, tokens, warnings, dropped = [], [], [], 0
        if self.ENTRIES and arguments.get(self.ENTRIES):
            entries = []
            for entry in arguments[self.ENTRIES]:
                filled = (
                    self._filled(entry, task_vars, tokens, problems, warnings)
                    if isinstance(entry, dict)
                    else entry
                )
                entries.append(filled)
            dropped = sum(1 for entry in entries if entry is None)
            arguments[self.ENTRIES] = [entry for entry in entries if entry is not None]
            nothing_left = dropped and not arguments[self.ENTRIES]
        else:
            arguments = self._filled(arguments, task_vars, tokens, problems, warnings)
            nothing_left = arguments is None
            dropped = int(nothing_left)
        if nothing_left:
            # Check mode before the first run: there is no token yet that could be compared
            result = {'changed': any(token['changed'] for token in tokens)}
        else:
            result = self.deliver(arguments, task_vars)
            result['changed'] = bool(result.get('changed')) or (
                bool(dropped) and any(token['changed'] for token in tokens)
            )
        result['tokens'] = tokens
        if warnings:
            result['warnings'] = list(dict.fromkeys(list(result.get('warnings') or []) + warnings))
        if problems:
            # The other entries are delivered all the same
            sentences = list(dict.fromkeys(problem['msg'] for problem in problems))
            if result.get('failed') and result.get('msg'):
                sentences.append(str(result['msg']))
            result.update(failed=True, failed_sources=problems, msg=' '.join(sentences))
        return result

    def deliver(self, arguments, task_vars):
        """:param arguments: the module's, with credentials in them. :returns: its result."""
        return self.module(arguments, task_vars)

    def _filled(self, entry, task_vars, tokens, problems, warnings):
        """:returns: the entry with credentials instead of O(token), or None where there are none."""
        entry = dict(entry)
        name = entry.pop('token', None)
        if name is None or name == '' or entry.get('state') == 'absent':
            return entry
        name = sources.plain(name)
        try:
            clash = [option for option in ('password', 'access_token') if entry.get(option)]
            if clash:
                raise BadInput(
                    '%s: token and %s exclude each other.'
                    % (entry.get(self.ENTRY_NAME) or 'an entry', ', '.join(clash))
                )
            source = sources.named(name, task_vars, self.template)
            self._refuse_wrong_hosts(entry, source)
            outcome = token_service.obtain(source, check_mode=self._task.check_mode, once=True)
            warnings.extend(outcome.warnings)
            tokens.append(
                {
                    'source': name,
                    'type': source.provider.TYPE,
                    'changed': outcome.changed,
                    'to': entry.get(self.ENTRY_NAME),
                }
            )
            if outcome.token is None:
                if not self._task.check_mode:
                    raise BadInput(
                        'source %s: its token exists, but its value cannot be read again. See regenerate.'
                        % name
                    )
                return None
            tokens[-1].update(outcome.token.about())
            return self.with_token(entry, outcome.token, name)
        except TokensError as problem:
            text = str(problem)
            if not text.startswith(('source ', 'there is no source ')):
                text = 'source %s: %s' % (name, text)
            problems.append({'source': name, 'to': entry.get(self.ENTRY_NAME), 'msg': text})
            return None

    @staticmethod
    def _refuse_wrong_hosts(entry, source):
        """:raises BadInput: an address in the entry belongs to a server that does not take tokens of this type."""
        for value in entry.values():
            if isinstance(value, dict):
                DeliveryAction._refuse_wrong_hosts(value, source)
            elif isinstance(value, str) and '://' in value:
                try:
                    host = urlsplit(value).hostname or ''
                except ValueError:  # the module says what is wrong with it
                    continue
                reason = source.provider.refusal_for(host.lower())
                if reason:
                    raise BadInput('%s: %s' % (source.label, reason))

    def with_token(self, entry, token, name):
        """:returns: the entry with the token's values in the options of this module. :raises BadInput: it takes no such token."""
        if token.kind == BASIC:
            # a user name beside a bearer token is the person's choice; a basic token has its own
            entry.update(username=token.username, password=token.secret)
        elif self.BASIC_ONLY:
            raise BadInput('source %s gives a bearer token. %s' % (name, self.BASIC_ONLY))
        else:
            entry['access_token'] = token.secret
        if self.TAKES_EXPIRY and token.expires_at is not None:
            entry['expires_at'] = iso8601(token.expires_at)
        return entry
