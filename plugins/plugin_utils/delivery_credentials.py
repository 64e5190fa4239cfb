# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On the controller, names of sources in the options of a delivery become credentials."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    Credential,
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BASIC,
    Token,
    from_iso8601,
    iso8601,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service

ABSENT = 'absent'
# In check mode, of a token that a run would create. A host compares it with what is there.
NOT_ISSUED = 'not-issued-in-check-mode'
# Instead of a fingerprint, where a server does not return its secret
UNKNOWN = 'unknown'


class SourceCredential(Credential):
    """The token of a source."""

    def __init__(
        self, source: sources.Source, token: t.Any, check_mode: bool, replaced: bool
    ) -> None:
        """:param token: None stands for one that does not exist yet, in check mode."""
        self._source = source
        self.name = source.name
        self.label = source.label
        self.basic = (token.kind if token else source.provider.KIND) == BASIC
        self.username = (token.username if token else NOT_ISSUED) if self.basic else None
        self.secret = token.secret if token else NOT_ISSUED
        expires_at = token.expires_at if token else None
        self.expires_at = None if expires_at is None else iso8601(expires_at)
        self.options = source.options
        self.replaced = replaced
        self.own_username = source.provider.OWN_USERNAME
        self.check_mode = check_mode

    def exchange(self, provider: t.Any, **options: t.Any) -> str:
        outcome = token_service.get_token(self._source.exchange(provider, **options))
        return t.cast(Token, outcome.token).secret


class Credentials:
    """Fills the entries of one host.

    :param owners: by source, the user name of a token that was revoked in this run. It is empty
        for a bearer token.
    :param known: by source, what other entries of this host got.
    :param replaced: the sources whose tokens the run replaces.
    :param getting: called with name and type of a source before it is asked for its token.
    :ivar tokens: which tokens went into which entry, without secrets.
    :ivar problems: what failed, with C(source), C(to) and C(msg).
    :ivar warnings: sentences for the user.
    :ivar unowned: entries to remove of which nobody knows the user name.
    :ivar notes: sentences for the summary, if something was changed.
    :ivar own_usernames: the sources whose user names change together with their secrets.
    """

    def __init__(
        self,
        variables: t.Mapping[str, t.Any],
        template: t.Callable[[t.Any], t.Any],
        check_mode: bool,
        owners: t.Mapping[str, str] | None = None,
        known: dict[str, tuple[sources.Source, t.Any]] | None = None,
        replaced: t.Collection[str] = (),
        getting: t.Callable[[str, str], None] | None = None,
    ) -> None:
        self._getting = getting
        self._variables = variables
        self._template = template
        self._check_mode = check_mode
        self._owners = owners or {}
        self._known = {} if known is None else known
        self._replaced = replaced
        self.tokens: list[dict[str, t.Any]] = []
        self.problems: list[dict[str, t.Any]] = []
        self.warnings: list[str] = []
        self.unowned: list[Entry] = []
        self.notes: list[str] = []
        self.own_usernames: set[str] = set()

    def filled(self, kind: type[DeliveryType], entry: Entry) -> Entry | None:
        """Return the entry with credentials instead of C(token); None if there are none.

        Why there are none is in C(problems). In check mode, text stands for a token that does not
        exist yet.
        """
        entry = dict(entry)
        name = entry.pop('token', None)
        if name is None or name == '':
            return entry
        name = sources.plain(name)
        if entry.get('state') == ABSENT:
            return self._owned(kind, entry, name)
        try:
            clash = [option for option in ('password', 'access_token') if entry.get(option)]
            if clash:
                raise BadInput(
                    '%s: token and %s exclude each other.'
                    % (entry.get(kind.ENTRY_NAME) or 'an entry', ', '.join(clash))
                )
            return self._with_token(kind, entry, name)
        except TokensError as problem:
            text = str(problem)
            if not text.startswith(('source ', 'there is no source ')):
                text = 'source %s: %s' % (name, text)
            self.problems.append({'source': name, 'to': entry.get(kind.ENTRY_NAME), 'msg': text})
            return None

    def delivered(self, kind: type[DeliveryType], result: t.Mapping[str, t.Any]) -> list[Entry]:
        """Return C(tokens) with the fingerprints of those only that are known to be in their place.

        :param result: of a delivery type with a list of entries.
        """
        places = {
            place.get(kind.ENTRY_NAME): place
            for place in result.get(kind.ENTRIES or '') or []
            if isinstance(place, dict)
        }
        tokens = []
        for token in self.tokens:
            place = places.get(token['to'])
            if result.get('failed') and place is None:
                token = {**token, 'fingerprint': None, 'expires_at': None}
            elif place and place.get('secret') == UNKNOWN and not self._is_shown(token):
                token = {**token, 'fingerprint': UNKNOWN}
            tokens.append(token)
        return tokens

    def _is_shown(self, token: Entry) -> bool:
        """Return whether the user name of a place shows which token it has."""
        return token['source'] in self.own_usernames

    def _with_token(self, kind: type[DeliveryType], entry: Entry, name: str) -> Entry | None:
        source = self._source(name, kind)
        refuse_wrong_hosts(entry, source)
        token, changed = self._token(name, source)
        used = {
            'source': name,
            'type': source.provider.TYPE,
            'changed': changed,
            'to': entry.get(kind.ENTRY_NAME),
        }
        self.tokens.append(used)
        if source.provider.OWN_USERNAME:
            self.own_usernames.add(name)
        if token is not None:
            used.update(token.about())
            used.update(times_of(token, source.options))
            self._note_short_life(source)
        elif not self._check_mode:
            raise BadInput(
                'source %s: its token exists, but its value cannot be read again. See regenerate.'
                % name
            )
        else:
            entry.pop('verify_url', None)  # there is nothing to try yet
        replaced = changed or name in self._replaced
        kind.fill(entry, SourceCredential(source, token, self._check_mode, replaced))
        return entry

    def _note_short_life(self, source: sources.Source) -> None:
        """Note that the next run cannot know this token, since its server does not list it."""
        provider = source.provider
        if provider.STATELESS and sources.issues(provider) and source.options['cache'] != 'file':
            note = (
                '%s: each run gets a new token and changes what is delivered of it. To use a token '
                'until it ends, set cache to file in the source.' % source.label
            )
            if note not in self.notes:
                self.notes.append(note)

    def _token(self, name: str, source: sources.Source) -> tuple[t.Any, bool]:
        """Return the token, or None, and whether it is a new one."""
        if self._check_mode and name in self._replaced:
            return None, True
        outcome = self._outcome(name, source)
        return outcome.token, outcome.changed

    def _source(self, name: str, kind: type[DeliveryType]) -> sources.Source:
        known = self._known.get(name)
        source = known[0] if known else sources.named(name, self._variables, self._template)
        if kind.SOURCE_TYPE and source.provider.TYPE != kind.SOURCE_TYPE:
            raise BadInput(
                '%s is of type %s, but this delivery requires a source of type %s.'
                % (source.label, source.provider.TYPE, kind.SOURCE_TYPE)
            )
        return source

    def _outcome(self, name: str, source: sources.Source) -> t.Any:
        known = self._known.get(name)
        if known:
            return known[1]
        if self._getting:
            self._getting(name, source.provider.TYPE)
        outcome = token_service.get_token(source, check_mode=self._check_mode, once_per_run=True)
        self.warnings.extend(outcome.warnings)
        self._known[name] = source, outcome
        return outcome

    def _owned(self, kind: type[DeliveryType], entry: Entry, name: str) -> Entry:
        """Return an entry to remove, with the user name of its token where that is needed."""
        if not kind.REMOVED_BY_OWNER or entry.get('username') or entry.get('exclusive'):
            return entry
        owner = self._owners.get(name)
        if owner is None:
            owner = self._owner_in_source(name)
        owner = kind.BEARER_OWNER if owner == '' else owner
        if owner:
            return dict(entry, username=owner)
        self.unowned.append(entry)
        return entry

    def _owner_in_source(self, name: str) -> str | None:
        """Return the user name beside a token that is in the source itself, or None."""
        try:
            source = sources.named(name, self._variables, self._template)
            if sources.issues(source.provider):
                return None  # it would have to be requested
            token = token_service.get_token(source, check_mode=True).token
            return None if token is None else token.username
        except TokensError:
            return None


def times_of(token: Token, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what a report says about the life of a token: C(created_at) and C(renew_at), from
    when on a run replaces it, in UTC; and C(max_age). Null stands for what is not known.

    :param options: of its source.
    """
    created = from_iso8601(token.extras.get('created'))
    if created is None and token.expires_at is not None:
        created = token.issued_at
    return life_of(created, token.good_until(options['min_remaining']), options)


def life_of(
    created_at: float | None, good_until: float | None, options: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    """Return the same.

    :param good_until: until when it is valid for long enough, seconds since 1970.
    """
    max_age = options.get('max_age')
    by_age = created_at + max_age if created_at is not None and max_age is not None else None
    ends = [end for end in (good_until, by_age) if end is not None]
    return {
        'created_at': iso8601(created_at),
        'renew_at': iso8601(min(ends, default=None)),
        'max_age': max_age,
    }


def refuse_wrong_hosts(entry: Entry, source: sources.Source) -> None:
    """Refuse an address in an entry of a server that does not accept tokens of this type.

    :raises BadInput: with the reason.
    """
    for value in entry.values():
        if isinstance(value, dict):
            refuse_wrong_hosts(value, source)
        elif isinstance(value, str) and '://' in value:
            try:
                host = urlsplit(value).hostname or ''
            except ValueError:  # the module reports what is wrong with it
                continue
            reason = source.provider.refusal_for(host.lower())
            if reason:
                raise BadInput('%s: %s' % (source.label, reason))
