# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which credential git finds for a URL, worked out from its settings and stores without running it.

The rules are those of credential.c (credential_apply_config, credential_fill) and of
builtin/credential-store.c (lookup_credential) of git 2.27 to 2.55.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    Credential,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.helpers import parse_helper
from ansible_collections.buildops.tokens.plugins.module_utils._git.url_match import (
    Matcher,
    Question,
)

_NUMBER = re.compile(rb'[ \t\r\n\v\f]*[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)([kKmMgG]?)\Z')


class Setting(t.NamedTuple):
    """One C(credential) variable. C(pattern) is the subsection, C(origin) the file."""

    pattern: bytes | None
    key: bytes
    value: bytes | None
    origin: str


class Effective(t.NamedTuple):
    """The settings that apply to one URL.

    C(helpers) are in the order in which git asks them. C(problem) is set where git refuses its
    configuration.
    """

    helpers: list[Setting]
    use_http_path: bool
    username: bytes | None
    username_origin: str | None
    problem: str | None = None


class Answer(t.NamedTuple):
    """What git finds: a credential and the file it is in, or the reason why it is not known.

    C(obstacle) is the helper whose answer cannot be foreseen.
    """

    username: bytes | None = None
    password: bytes | None = None
    source: str | None = None
    obstacle: Setting | None = None
    problem: str | None = None

    def __repr__(self) -> str:
        return 'Answer(%s, redacted)' % (self.source or self.obstacle or self.problem,)


def parse_bool(value: bytes) -> bool | None:
    """A boolean as git reads it, None for what is not one."""
    word = value.lower()
    if word in (b'true', b'yes', b'on'):
        return True
    if word in (b'false', b'no', b'off', b''):
        return False
    number = _NUMBER.match(value)
    if number is None:
        return None
    digits = number.group(1)
    base = 16 if digits[:2].lower() == b'0x' else 8 if digits.startswith(b'0') else 10
    try:
        amount = int(digits, base)
    except ValueError:
        return None
    factor = {b'': 0, b'k': 10, b'm': 20, b'g': 30}[number.group(2).lower()]
    return amount != 0 if amount << factor <= 0x7FFFFFFF else None


def effective(settings: t.Iterable[Setting], question: Question) -> Effective:
    """Apply settings to a URL, in the order in which git reads them.

    :param question: the URL; its user name is the one in the URL itself.
    """
    matcher = Matcher(question)
    helpers: list[Setting] = []
    use_http_path, username, username_origin = False, question.username, None
    for setting in settings:
        if not matcher.applies(setting.pattern, username):
            continue
        if setting.value is None:
            return Effective([], False, None, None, _refusal(setting))
        if setting.key == b'helper':
            helpers = helpers + [setting] if setting.value else []
        elif setting.key == b'username' and not question.username:
            username, username_origin = setting.value, setting.origin
        elif setting.key == b'usehttppath':
            flag = parse_bool(setting.value)
            if flag is None:
                return Effective([], False, None, None, _refusal(setting))
            use_http_path = flag
    return Effective(helpers, use_http_path, username, username_origin)


def _refusal(setting: Setting) -> str:
    return 'git refuses the value of credential.%s in %s' % (
        setting.key.decode('ascii'),
        setting.origin,
    )


class Stores:
    """The credential stores that helpers read."""

    def __init__(
        self, read: t.Callable[[str], list[Credential]], defaults: t.Sequence[str], home: str
    ) -> None:
        """
        :param read: from the path of a store to its credentials; an empty list for no file.
        :param defaults: where git looks without C(--file), in its order.
        :param home: the home folder, for C(~) in helpers.
        """
        self.read = read
        self.defaults = defaults
        self.home = home

    def lookup(self, file: str | None, question: Question) -> tuple[Credential | None, str | None]:
        """The first credential that fits, and the file that it is in."""
        for path in self.defaults if file is None else [file]:
            for line in self.read(path):
                if _fits(line, question):
                    return line, path
        return None, None


def _fits(line: Credential, question: Question) -> bool:
    return (
        line.protocol == question.protocol
        and line.host == question.host
        and (question.path is None or (line.path or None) == question.path)
        and (question.username is None or line.username == question.username)
    )


def predict(settings: t.Iterable[Setting], question: Question, stores: Stores) -> Answer:
    """What C(git credential fill) answers.

    :returns: an Answer without anything where git finds nothing.
    """
    applied = effective(settings, question)
    if applied.problem is not None:
        return Answer(problem=applied.problem)
    asked = question._replace(
        username=applied.username, path=question.path if applied.use_http_path else None
    )
    for setting in applied.helpers:
        helper = parse_helper(setting.value or b'', stores.home)
        if helper is None:
            return Answer(obstacle=setting)
        path = asked.path if helper.path is None else helper.path or None
        line, source = stores.lookup(helper.file, asked._replace(path=path))
        if line is not None:
            return Answer(line.username, line.password, source)
    return Answer()
