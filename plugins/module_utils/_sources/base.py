# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What every token system has in common. A new one is a subclass in a file of this folder, named
like its source type."""

from __future__ import annotations

import time

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._policy import CurrentState
from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of, normalize_url


class Provider:
    """One token system.

    :cvar TYPE: the source type: the name of the file, of the class's module, and of the Ansible
        module.
    :cvar PREFIX: what its options' environment variables, ini entries and variables begin with
        (C(BUILDOPS_TOKENS_<PREFIX>_URL)).
    :cvar KIND: V(basic) or V(bearer).
    :cvar EXTRAS: the names of what its tokens have besides what all of their kind have
        (C(Token.extras)).
    :cvar ARGUMENTS: its own options as an argument spec; an entry of a shared option replaces that
        one, None takes it away.
    :cvar ADDRESS: the options that say which server it is, of which one is enough.
    :cvar IDENTITY_BOUND_OPTIONS: by an option that says for whom: the options that are of no use
        for anybody else.
    :cvar CONNECTS: it has the connection options.
    :cvar HAS_STATE: its module has O(state).
    :cvar REVOKED_AT: the web page where people revoke tokens that cannot be revoked from here.
    :cvar STATELESS: getting a token leaves nothing behind on the server that others could notice,
        so check mode may do it
        and it counts as no change.
    :ivar warnings: sentences for the user, without secrets.
    :ivar ended: the token that was there does not work any more, although there may be no new one
        yet.
    :ivar reload: returns the C(Token) that the cache holds by now, or None; set where there is a
        cache.
    :ivar keep: puts a C(Token) into the cache, for one that another request would use up; the last
        one is kept by the caller.
    :ivar persistence_error: gets ready for keeping a token, and returns why it could not be kept
        for later runs, or None.
    """

    TYPE = ''
    PREFIX = ''
    KIND = BEARER
    EXTRAS = ()
    ARGUMENTS = {}
    ADDRESS = ('url',)
    IDENTITY_BOUND_OPTIONS = {'username': ('password',)}
    CONNECTS = True
    HAS_STATE = True
    REVOKED_AT = None
    STATELESS = False
    REQUIRED_TOGETHER = ()
    REQUIRED_ONE_OF = ()
    MUTUALLY_EXCLUSIVE = ()
    REQUIRED_IF = ()
    REQUIRED_BY = {}

    def __init__(self, options, client=None, clock=time.time):
        """:param options: as C(options.checked) returns them. :param client: a C(Client), for
        tests."""
        self.options = options
        self.clock = clock
        self.warnings = []
        self.ended = False
        self.reload = None
        self.keep = lambda token: None
        self.persistence_error = lambda: None
        self.client = client
        if client is None and self.CONNECTS:
            self.client = Client(self.base_url(), clock=clock, **self.client_options())
            if options.get('validate_certs') is False:
                self.warnings.append(
                    'validate_certs is off: whoever stands between here and %s can read what is '
                    'sent. Give the file of your own '
                    'authority as ca_path instead.' % host_of(self.client.url)
                )

    @classmethod
    def check(cls, options):
        """Refuse options that cannot work together, before any request.

        :raises BadInput: with what to change."""

    @classmethod
    def address(cls, options):
        """:param options: as they were written. :returns: the server that they name, in one form,
        or None."""
        url = options.get('url')
        try:
            return normalize_url(url, allow_http=True) if url else None
        except BadInput:  # which is said when it is used
            return str(url)

    @classmethod
    def excluded_options(cls, options, others):
        """:param options: as they were written. :param others: a function that returns the value
        that an option has elsewhere.
        :returns: the names of options that must not come from there."""
        alternatives = {
            name
            for group in cls.MUTUALLY_EXCLUSIVE
            if any(options.get(other) for other in group)
            for name in group
        }
        return alternatives.union(
            *(
                names
                for owner, names in cls.IDENTITY_BOUND_OPTIONS.items()
                if options.get(owner)
                and others(owner)
                and str(options[owner]) != str(others(owner))
            )
        )

    @classmethod
    def refusal_for(cls, host):
        """:param host: where a token is about to be delivered for. :returns: why it cannot work
        there, or None."""
        return None

    def client_options(self):
        """:returns: what the options say of connections, as keyword arguments of C(Client)."""
        return {
            name: self.options[name]
            for name in (
                'validate_certs',
                'ca_path',
                'client_cert',
                'client_key',
                'proxy',
                'timeout',
                'retries',
            )
            if self.options.get(name) is not None
        }

    def base_url(self):
        """:returns: the URL that paths are appended to."""
        return self.options['url']

    def close(self):
        """Close the connections."""
        if self.client is not None:
            self.client.close()

    def server(self):
        """:returns: what was learnt about the server (C(version), C(edition)), for the result;
        empty where there is nothing to tell."""
        return {}

    def inspect(self, desired, known, check_mode):
        """Find out what is there.

        :param desired: C(policy.DesiredState).
        :param known: the C(Token) that the cache holds, or None. The default: that is all one can
            know.
        :param check_mode: nothing may come into being.
        :returns: C(policy.CurrentState).
        :raises TokensError: with what to do."""
        return CurrentState(exists=known is not None, token=known)

    def describe(self):
        """Tell about the token without creating, changing or using up anything, for the info
        modules.

        :returns: a mapping of plain JSON types without secrets; null stands for what nobody can
        tell, as here for all of it.
        :raises TokensError: with what to do."""
        return {'exists': None, 'expired': None, 'expires_at': None}

    def issue(self, found):
        """:returns: a new C(Token), or the live one where the system hands out that. :raises
        TokensError: with what to do."""
        raise NotImplementedError

    def renew(self, found):
        """Replace C(found). :returns: a new C(Token). The default: issue another one."""
        return self.issue(found)

    def revoke(self, found):
        """:returns: True when there was something to revoke. :raises TokensError: with what to
        do."""
        raise NotImplementedError
