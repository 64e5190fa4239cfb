# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The settings by which git finds delivered entries: the smallest change that is predicted to work.

Each candidate is tried in memory. It is taken when git then finds the entry, and when the settings
that other people made for other URLs still have their effect.
"""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import (
    GitConfig,
    NewVariable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config_syntax import (
    Variable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import Url
from ansible_collections.buildops.tokens.plugins.module_utils._git.configuration import (
    Configuration,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.effective import (
    Answer,
    Effective,
    Setting,
    Stores,
    effective,
    predict,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.entry import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._git.helpers import (
    is_reader,
    reader_helper,
    store_helper,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.url_match import (
    Matcher,
    Question,
    normalize,
    read_partial,
)

# Stands for any repository: no server has it
_ANY = b'buildops-tokens/any.git'
_WORDS = {b'helper': 'helper', b'usehttppath': 'use_http_path', b'username': 'username'}
_HELPER_NAME = re.compile(rb'[A-Za-z0-9][A-Za-z0-9_-]*(?=\s|\Z)')


class Outcome(t.NamedTuple):
    """The result for an entry: the words for what changed, and whether git finds it.

    C(reason) is set where it does not. C(effective) is None where that is not asked.
    """

    changed: list[str]
    effective: bool | None = None
    reason: str | None = None


class DesiredSettings(t.NamedTuple):
    """Options for the settings. C(file) is the store's path for helpers, None for git's default."""

    file: str | None
    scope: str
    use_http_path: bool
    include_expiry: bool


class _Candidate(t.NamedTuple):
    """What to write: a helper for all URLs, and variables for exactly the URL of the entry."""

    general: bool
    own: list[NewVariable]


def questions_of(entry: Entry, entries: t.Sequence[Entry], use_http_path: bool) -> list[Question]:
    """What git asks when it needs the entry.

    An entry for a path is also for what is below it, as for the repositories of a group. Where an
    earlier entry is for the same URL, git finds this one for addresses with its user name.
    """
    protocol, host, path = entry.url.place
    first = next(one for one in entries if one.present and one.url == entry.url)
    username = None
    if first is not entry and entry.wanted.username is not None:
        username = entry.wanted.username.encode('utf-8')
    if not path:
        return [Question(protocol, host, _ANY, username)]
    questions = [Question(protocol, host, path, username)]
    if use_http_path and normalize(entry.url.section) is not None:
        questions.append(questions[0]._replace(path=path + b'/' + _ANY))
    return questions


def describe_helper(value: bytes | None) -> str:
    """A helper in words. Its value is not shown, since people have put passwords into some."""
    name = _HELPER_NAME.match(value or b'')
    return 'helper %s' % name.group().decode('ascii') if name else 'helper that is a command'


def explain(answer: Answer) -> str:
    """Why an answer is not the delivered credential."""
    if answer.problem is not None:
        return answer.problem
    if answer.obstacle is not None:
        return 'git first asks a %s, set in %s, whose answer is not known' % (
            describe_helper(answer.obstacle.value),
            answer.obstacle.origin,
        )
    if answer.source is not None:
        return 'git finds another credential first, in %s' % answer.source
    return 'git finds no credential for it'


class SettingsPlan:
    """Edits a configuration so that git finds the entries."""

    def __init__(
        self,
        configuration: Configuration,
        entries: t.Sequence[Entry],
        desired: DesiredSettings,
        stores: Stores,
    ) -> None:
        self._configuration = configuration
        self._config: GitConfig = configuration.config
        self._entries = entries
        self._desired = desired
        self._stores = stores

    def apply(self, remaining: t.Callable[[Url], bool]) -> list[Outcome]:
        """Edit the configuration for all entries.

        :param remaining: whether a store still has lines for a URL whose entry was removed.
        :returns: an Outcome for each entry, in their order.
        """
        changed: list[list[str]] = [[] for entry in self._entries]
        # A section for a server must be before those for its paths, since its helper resets theirs
        order = sorted(range(len(self._entries)), key=self._depth)
        for number in order:
            entry = self._entries[number]
            before = self._listed()
            content = self._config.content
            if entry.present:
                self._deliver(entry)
            elif not remaining(entry.url):
                self._clear(entry.url)
            if self._config.content != content:
                changed[number] = self._difference(before)
        return [self._outcome(entry, words) for entry, words in zip(self._entries, changed)]

    def _depth(self, number: int) -> int:
        path = self._entries[number].url.path
        return path.count('/') + 1 if path else 0

    def _outcome(self, entry: Entry, changed: list[str]) -> Outcome:
        if not entry.present:
            return Outcome(changed)
        reason = self._missing(entry)
        return Outcome(changed, reason is None, reason)

    def _questions(self, entry: Entry) -> list[Question]:
        return questions_of(entry, self._entries, self._desired.use_http_path)

    def _missing(self, entry: Entry) -> str | None:
        """Why git does not find an entry, None where it does."""
        settings = self._configuration.settings()
        wanted = tuple(
            (text or '').encode('utf-8') for text in (entry.wanted.username, entry.wanted.password)
        )
        for question in self._questions(entry):
            answer = predict(settings, question, self._stores)
            if (answer.username, answer.password) != wanted:
                return explain(answer)
        return None

    def _deliver(self, entry: Entry) -> None:
        question = self._questions(entry)[0]
        if question.username is not None:
            return  # the earlier entry for the same URL has the settings
        own_needed = self._needs_own(entry)
        if self._is_right(entry, question, own_needed):
            return
        before = self._config.content
        settings_before = self._configuration.settings()
        self._clear(entry.url)
        cleared = self._config.content
        for candidate in self._candidates(entry, question, own_needed):
            for write in self._ways(entry, candidate):
                write()
                if self._missing(entry) is None and self._others_kept(
                    entry, candidate, settings_before
                ):
                    return
                self._config.restore(cleared)
        self._config.restore(before)

    def _expires(self, entry: Entry) -> int | None:
        if entry.expires is None or not self._desired.include_expiry:
            return None
        return int(entry.expires)

    def _needs_own(self, entry: Entry) -> bool:
        """Whether the entry needs a helper that never writes to the store."""
        has_paths = any(
            other.present
            and other.url.path
            and other.url[:2] == entry.url[:2]
            and other.wanted.username == entry.wanted.username
            for other in self._entries
        )
        return self._expires(entry) is not None or (
            self._desired.use_http_path and (bool(entry.url.path) or has_paths)
        )

    def _is_right(self, entry: Entry, question: Question, own_needed: bool) -> bool:
        """Whether nothing has to be changed."""
        applied = effective(self._configuration.settings(), question)
        readers = self._readers(entry, applied)
        own = [
            variable.value
            for variable in self._own_variables(entry.url)
            if variable.key == b'helper' and is_reader(variable.value)
        ]
        if own_needed or own:
            if own != readers or [setting.value for setting in applied.helpers] != readers:
                return False
        if entry.url.path and self._desired.use_http_path and not applied.use_http_path:
            return False
        return self._missing(entry) is None

    def _readers(self, entry: Entry, applied: Effective) -> list[bytes]:
        """The helpers for exactly this URL, of which none writes to the store."""
        file, expires = self._desired.file, self._expires(entry)
        path = entry.url.place[2]
        marked = any(
            variable.key == b'usehttppath' and self._config.is_marked(variable)
            for variable in self._own_variables(entry.url)
        )
        by_path = applied.use_http_path and not marked
        if path and self._desired.use_http_path:
            as_asked = by_path and self._has_lines_below(entry.url)
            last = reader_helper(file, path, expires)
        else:
            as_asked = by_path
            last = reader_helper(file, b'' if by_path else None, expires)
        return [reader_helper(file), last] if as_asked else [last]

    def _has_lines_below(self, url: Url) -> bool:
        protocol, host, path = url.place
        files = self._stores.defaults if self._desired.file is None else [self._desired.file]
        return any(
            line[:2] == (protocol, host) and line.path.startswith(path + b'/')
            for file in files
            for line in self._stores.read(file)
        )

    def _candidates(
        self, entry: Entry, question: Question, own_needed: bool
    ) -> t.Iterator[_Candidate]:
        applied = effective(self._configuration.settings(), question)
        username = (entry.wanted.username or '').encode('utf-8')
        user: list[NewVariable] = []
        if applied.username is not None and applied.username != username:
            user = [NewVariable(b'username', username, True)]
        if not own_needed:
            yield _Candidate(False, user)
            if self._desired.scope == 'url':
                helper = NewVariable(b'helper', store_helper(self._desired.file), True)
                yield _Candidate(False, [helper] + user)
            else:
                yield _Candidate(True, user)
        readers = [NewVariable(b'helper', value) for value in [b''] + self._readers(entry, applied)]
        if entry.url.path and self._desired.use_http_path and not applied.use_http_path:
            readers.append(NewVariable(b'useHttpPath', b'true', True))
        yield _Candidate(False, readers + user)

    def _ways(self, entry: Entry, candidate: _Candidate) -> t.Iterator[t.Callable[[], None]]:
        """The places where a candidate can be written, the least intrusive first."""
        if candidate.general:
            for section in (self._last_section(None), None):
                yield functools.partial(self._write_general, entry, candidate.own, section)
        elif not candidate.own:
            yield lambda: None
        else:
            yield from self._own_ways(entry.url, candidate.own)

    def _write_general(self, entry: Entry, own: list[NewVariable], section: int | None) -> None:
        helper = [NewVariable(b'helper', store_helper(self._desired.file))]
        if section is not None:
            self._config.append_to(section, helper)
        else:
            self._config.add_section(b'credential', None, helper)
        if own:
            for write in self._own_ways(entry.url, own):
                write()
                return

    def _own_ways(self, url: Url, variables: list[NewVariable]) -> t.Iterator[t.Callable[[], None]]:
        own = self._last_section(url)
        if own is not None:
            yield lambda: self._config.append_to(own, variables)
        deeper = self._first_deeper(url)
        if deeper is not None:
            yield lambda: self._config.add_section(b'credential', url.section, variables, deeper)
        yield lambda: self._config.add_section(b'credential', url.section, variables)

    def _is_own(self, subsection: bytes | None, url: Url) -> bool:
        if subsection is None:
            return False
        if subsection == url.section:
            return True
        normal = normalize(subsection, pattern=True)
        return normal is not None and normal == normalize(url.section)

    def _last_section(self, url: Url | None) -> int | None:
        """The last section for exactly this URL, or for all URLs."""
        numbers = [
            number
            for number, name, subsection in self._config.sections()
            if name == b'credential'
            and (subsection is None if url is None else self._is_own(subsection, url))
        ]
        return numbers[-1] if numbers else None

    def _first_deeper(self, url: Url) -> int | None:
        """The first section for a path below the URL."""
        path = b'/' + url.place[2] if url.path else b''
        for number, name, subsection in self._config.sections():
            if name != b'credential' or subsection is None:
                continue
            found = read_partial(subsection)
            if found is None or found.host is None or found.path is None:
                continue
            if found.host.lower() == url.place[1].lower() and (b'/' + found.path).startswith(
                path + b'/'
            ):
                return number
        return None

    def _own_variables(self, url: Url) -> list[Variable]:
        return [
            variable
            for name, subsection, variable in self._config.variables()
            if name == b'credential' and self._is_own(subsection, url)
        ]

    def _clear(self, url: Url) -> None:
        """Remove what the collection set for exactly this URL, and nothing of other people."""
        doomed: list[Variable] = []
        before: Variable | None = None
        for variable in self._own_variables(url):
            reader = variable.key == b'helper' and is_reader(variable.value)
            if reader or (variable.key in _WORDS and self._config.is_marked(variable)):
                reset = before is not None and before.section == variable.section
                if reader and before is not None and reset and before.value == b'':
                    doomed.append(before)
                doomed.append(variable)
            if variable.key == b'helper':
                before = variable
        self._config.remove(doomed)

    def _others_kept(self, entry: Entry, candidate: _Candidate, before: list[Setting]) -> bool:
        """Whether what other sections set for their own URLs still has its effect."""
        after = self._configuration.settings()
        patterns = {one.pattern for one in before if one.pattern is not None}
        protocol, own_host, path = entry.url.place
        matcher = Matcher(Question(protocol, own_host, path or None))
        for pattern in patterns:
            if matcher.applies(pattern, None):
                continue  # it is for this URL, and goes on to apply to others
            found = read_partial(pattern)
            if found is None or found.host is None:
                continue
            host = found.host
            if not candidate.general and host.lower() != own_host.lower():
                continue
            question = Question(
                found.protocol or protocol, host, found.path, found.username or None
            )
            own = [one for one in before if one.pattern == pattern]
            if not _kept(own, effective(before, question), effective(after, question)):
                return False
        return True

    def _listed(self) -> dict[bytes, list[tuple[bytes | None, bytes | None]]]:
        listed: dict[bytes, list[tuple[bytes | None, bytes | None]]] = {}
        for name, subsection, variable in self._config.variables():
            if name == b'credential':
                listed.setdefault(variable.key, []).append((subsection, variable.value))
        return listed

    def _difference(
        self, before: dict[bytes, list[tuple[bytes | None, bytes | None]]]
    ) -> list[str]:
        after = self._listed()
        words = [word for key, word in _WORDS.items() if before.get(key) != after.get(key)]
        return words or ['helper']


def _kept(own: list[Setting], before: Effective, after: Effective) -> bool:
    """Whether the settings of one section have the effect that they had."""
    keys = {setting.key for setting in own}
    if b'usehttppath' in keys and before.use_http_path != after.use_http_path:
        return False
    if b'username' in keys and before.username != after.username:
        return False
    if b'helper' not in keys:
        return True
    values = [setting.value for setting in own if setting.key == b'helper']
    earlier = [setting.value for setting in before.helpers]
    later = [setting.value for setting in after.helpers]
    if b'' in values:
        return earlier == later
    return all(value in later for value in values if value in earlier)
