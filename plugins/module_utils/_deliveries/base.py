# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What all deliveries have in common. A new one is a subclass in a file of this folder.

The file has the name of the delivery type. It is read on the controller in each run, and on a host
when the host gets such a delivery. So it imports what changes files inside its functions.
"""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils import (
    _compile_once,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

del _compile_once  # it has done its work
HOST, CONTROLLER = 'host', 'controller'
# What a module that writes a file returns
FILE_RESULT = ('path', 'permissions_restricted', 'verification')
Entry = t.Dict[str, t.Any]


class Part(t.NamedTuple):
    """One entry as a module gets it.

    :ivar type: name of a delivery type.
    :ivar entry: the options of the entry, with the name of its source in C(token).
    :ivar options: the options of the module for all its entries.
    :ivar user: the user of the host who gets it, or None for the one that Ansible works as.
    """

    type: str
    entry: Entry
    options: t.Dict[str, t.Any]
    user: t.Optional[str] = None


class Credential:
    """A token of a source, as a delivery type sees it. A subclass on the controller gets it.

    :ivar name: of the source. :ivar label: how messages name it.
    :ivar basic: whether it has a user name and a password.
    :ivar username: of a basic token.
    :ivar secret: the password or the access token.
    :ivar expires_at: RFC 3339, or None.
    :ivar options: the options of the source.
    :ivar replaced: this run has replaced the former one.
    :ivar own_username: the user name changes together with the secret.
    :ivar check_mode: nothing may change.
    """

    name: t.Optional[str] = None
    label = ''
    basic = True
    username: t.Optional[str] = None
    secret = ''
    expires_at: t.Optional[str] = None
    options: t.Mapping[str, t.Any] = {}
    replaced = False
    own_username = False
    check_mode = False

    def exchange(self, provider: t.Any, **options: t.Any) -> str:
        """Return the secret that another token system gives for this token.

        :param provider: a class of a token system. :param options: more options for it.
        """
        raise NotImplementedError


class Controller:
    """What a delivery type that works on the controller gets besides its options."""

    check_mode = False
    with_diff = False

    def connected(self, manager: t.Any, options: Entry) -> t.Any:
        """Return an object of a class such as C(NexusProxyCredential), with checked options."""
        raise NotImplementedError

    def memory(self, warnings: t.List[str]) -> t.Any:
        """Return a C(Memory) of the secrets that servers never return.

        :param warnings: a list that it adds sentences to.
        """
        raise NotImplementedError

    def source(self, name: str) -> t.Any:
        """Return the provider of a source, with C(options), C(client), C(close) and C(warnings)."""
        raise NotImplementedError


class DeliveryType:
    """A kind of place that tokens are delivered to. A subclass sets what differs.

    :cvar NAME: of the file and, if there is a C(VARIABLE), of the role. The variables of its
        options begin with it.
    :cvar ROLE: the role, where several types have one. The variables of its options then begin
        with C(VARIABLE).
    :cvar SHARED: options, with C(user), whose variable is one for all types of C(ROLE).
    :cvar MODULE: the module that makes this delivery alone.
    :cvar VARIABLE: the inventory variable with the list of its entries, or None for one that only
        other types use.
    :cvar OPTIONS: the options of the module that have a variable, named C(<NAME>_<option>).
    :cvar EXAMPLE: an entry as short as it can be, without a credential. Tests deliver it.
    :cvar HAS_USER: there is a variable C(<NAME>_user), the user of the host who gets the entries.
    :cvar WHERE: C(HOST), or C(CONTROLLER) for what is delivered to a server. The latter is done
        once for all hosts with equal entries and options.
    :cvar ENTRIES: the option of the module with a list of entries; None where it has one entry.
    :cvar ENTRY_NAME: the option by which messages name an entry.
    :cvar PLACE: the part of a result that says where a single entry was delivered, or None.
    :cvar TAKES_EXPIRY: entries have an option C(expires_at).
    :cvar BEARER_REFUSAL: what to do instead of delivering a bearer token; None if it accepts one.
    :cvar SOURCE_TYPE: the only type of sources whose tokens it accepts, or None.
    :cvar REMOVED_BY_OWNER: removing an entry requires the user name of its token, unless the entry
        has an option C(username) or C(exclusive).
    :cvar BEARER_OWNER: the user name that it stores beside a bearer token.
    :cvar DEFERRED: options that the host gets only after it reported C(needs_token).
    :cvar UNIQUE: options by which no two entries of a list may be equal.
    :cvar CHECKED_WITH: options of the module that C(check_entry) requires.
    :cvar RETURNED: the members of the module's result, as its documentation has them. A host may
        return no others.
    """

    NAME = ''
    ROLE: t.Optional[str] = None
    SHARED: t.Tuple[str, ...] = ()
    MODULE: t.Optional[str] = None
    VARIABLE: t.Optional[str] = None
    OPTIONS: t.Tuple[str, ...] = ()
    EXAMPLE: t.Mapping[str, t.Any] = {}
    HAS_USER = False
    WHERE = HOST
    ENTRIES: t.Optional[str] = None
    ENTRY_NAME = 'id'
    PLACE: t.Optional[str] = None
    TAKES_EXPIRY = False
    BEARER_REFUSAL: t.Optional[str] = None
    SOURCE_TYPE: t.Optional[str] = None
    REMOVED_BY_OWNER = False
    BEARER_OWNER: t.Optional[str] = None
    DEFERRED: t.Tuple[str, ...] = ()
    UNIQUE: t.Tuple[str, ...] = ()
    CHECKED_WITH: t.Tuple[str, ...] = ()
    RETURNED: t.Tuple[str, ...] = ()

    @classmethod
    def variables(cls) -> t.Dict[str, str]:
        """Return, by variable, the option that it sets. C(user) is one of them."""
        names = cls.OPTIONS + (('user',) if cls.HAS_USER else ())
        return {cls.variable(name): name for name in names}

    @classmethod
    def variable(cls, option: str) -> str:
        """Return the variable that sets an option."""
        if cls.ROLE is None:
            return '%s_%s' % (cls.NAME, option)
        return '%s_%s' % (cls.ROLE if option in cls.SHARED else cls.VARIABLE, option)

    @classmethod
    def role(cls) -> str:
        """Return the name of the role."""
        return cls.ROLE or cls.NAME

    @classmethod
    def parts(cls, entries: t.List[Entry], options: t.Dict[str, t.Any]) -> t.List[Part]:
        """Return what to do for the entries of the inventory.

        :param entries: mappings. Values may be templates: then only what is not one counts.
        :param options: by option, what the variables set.
        :raises BadInput: an entry cannot be right.
        """
        shared = {name: value for name, value in options.items() if name != 'user'}
        user = options.get('user') or None
        return [Part(cls.NAME, dict(entry), shared, user) for entry in entries]

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        """Return the argument spec of the module, and its constraints."""
        raise NotImplementedError

    @classmethod
    def manager(cls) -> t.Any:
        """Return the class whose options are completed like those of a source, or None."""
        return None

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        """Refuse what cannot work on any host. The controller calls it before any request.

        :param entry: the options of an entry that are known without a secret or a host.
        :param options: those of C(CHECKED_WITH).
        :raises BadInput: with the option and the reason.
        """

    @classmethod
    def verified_at(cls, entry: Entry) -> t.Optional[str]:
        """Return the address at which a host verifies the credentials of an entry, or None."""
        return entry.get('verify_url')

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        """Put the token of a source into the options of an entry.

        :raises BadInput: such a token cannot be delivered there.
        """
        if credential.basic:
            # A user name beside a bearer token is the person's choice; a basic token has its own
            entry.update(username=credential.username, password=credential.secret)
        elif cls.BEARER_REFUSAL:
            raise BadInput('%s gives a bearer token. %s' % (credential.label, cls.BEARER_REFUSAL))
        else:
            entry['access_token'] = credential.secret
        if cls.TAKES_EXPIRY and credential.expires_at is not None:
            entry['expires_at'] = credential.expires_at

    @classmethod
    def apply(cls, params: Entry, module: t.Any) -> t.Tuple[Entry, t.List[str]]:
        """Make the changes on the host.

        :param params: checked options of the module. :param module: AnsibleModule.
        :returns: the result, and warnings.
        :raises TokensError: with cause and remedy.
        """
        raise NotImplementedError

    @classmethod
    def complete(cls, result: Entry, entry: Entry) -> None:
        """On the controller, add to the result of a host what the controller knows of the entry."""

    @classmethod
    def deliver(cls, params: Entry, controller: Controller) -> Entry:
        """Make the changes on a server, from the controller.

        :returns: the result. :raises TokensError: with cause and remedy.
        """
        raise NotImplementedError
