# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Values of C(credential.helper) that read a credential store: of people, and those written here.

None contains a secret: a helper names a program, the path of a store, and that of a repository.
"""

from __future__ import annotations

import os
import re
import shlex
import typing as t

_READER = re.compile(
    rb'!f\(\) \{ test "\$1" != get \|\| \{ '
    rb'(?P<question>sed /\^path=/d \| |'
    rb'\{ sed /\^path=/d; printf \'path=%s\\n\' (?P<path>.+); \} \| )?'
    rb'git credential-store(?: --file (?P<file>.+))? get;'
    rb'(?: echo password_expiry_utc=(?P<expires>[0-9]+);)? \}; \}; f\Z',
    re.DOTALL,
)
# What a shell would do more with than split it into words
_SHELL = re.compile(rb'[`;&|<>()*?\[\]{}!#\n]|\$(?!HOME\b)')


class StoreHelper(t.NamedTuple):
    """What a helper asks a credential store.

    C(file) is None for the files where git looks by default. C(path) replaces the path in git's
    question: bytes of a path, V(b'') for none, None where the question stays as it is.
    """

    file: str | None
    path: bytes | None = None
    writes: bool = True
    expires: int | None = None


def store_helper(file: str | None = None) -> bytes:
    """The value of C(credential.helper) for git's own credential store.

    :param file: None for the files where git looks by itself.
    """
    return b'store' if file is None else b'store --file ' + os.fsencode(shlex.quote(file))


def reader_helper(file: str | None, path: bytes | None = None, expires: int | None = None) -> bytes:
    """A helper that answers from the store and never writes to it.

    git stores a credential again after each use, at the top of the store: there one for a single
    path would become the answer for the whole server. And git forgets what the store cannot
    contain: when the password expires. git 2.40 and newer never uses an expired one.

    :param file: as for L(store_helper).
    :param path: of the line to look for instead of the path that git asks for; V(b'') for a line
        of the whole server.
    :param expires: seconds since 1970. Older git ignores the additional line.
    """
    question = b''
    if path == b'':
        question = b'sed /^path=/d | '
    elif path is not None:
        quoted = os.fsencode(shlex.quote(os.fsdecode(path)))
        question = b"{ sed /^path=/d; printf 'path=%%s\\n' %s; } | " % quoted
    store = b'' if file is None else b' --file ' + os.fsencode(shlex.quote(file))
    expiry = b'' if expires is None else b' echo password_expiry_utc=%d;' % expires
    return b'!f() { test "$1" != get || { %sgit credential-store%s get;%s }; }; f' % (
        question,
        store,
        expiry,
    )


def is_reader(value: bytes | None) -> bool:
    """Whether L(reader_helper) wrote this value."""
    return value is not None and _READER.match(value) is not None


def parse_helper(value: bytes, home: str) -> StoreHelper | None:
    """What a helper asks a credential store.

    :param value: of C(credential.helper).
    :param home: the home folder, for C(~).
    :returns: None for any other helper, and where a shell would be needed to know.
    """
    reader = _READER.match(value)
    if reader is not None:
        return _parse_reader(reader)
    if value.startswith(b'store --file '):
        written = _written(value)
        if written is not None:
            return StoreHelper(written)
    value = value.replace(b'${HOME}', b'$HOME')
    if _SHELL.search(value) or value[:1].isspace():
        return None
    try:
        words = shlex.split(os.fsdecode(value), posix=True)
    except ValueError:
        return None
    if words[:1] != ['store']:
        return None
    file = _file_option(words[1:], value, home)
    return None if file == '' else StoreHelper(file)


def _written(value: bytes) -> str | None:
    """The file of a value that L(store_helper) wrote."""
    try:
        word = _one_word(value[len(b'store --file ') :])
    except ValueError:
        return None
    return word if word and os.path.isabs(word) and store_helper(word) == value else None


def _parse_reader(reader: t.Match[bytes]) -> StoreHelper | None:
    try:
        file = _one_word(reader.group('file'))
        path = _one_word(reader.group('path'))
    except ValueError:
        return None
    asked = None if path is None else os.fsencode(path)
    if reader.group('question') and asked is None:
        asked = b''
    expires = reader.group('expires')
    return StoreHelper(file, asked, False, None if expires is None else int(expires))


def _one_word(quoted: bytes | None) -> str | None:
    if quoted is None:
        return None
    (word,) = shlex.split(os.fsdecode(quoted), posix=True)
    return word


def _file_option(words: t.Sequence[str], value: bytes, home: str) -> str | None:
    """The file that the options name, None without any; V('') where that cannot be foreseen."""
    if not words:
        return None
    if len(words) == 2 and words[0] == '--file':
        file = words[1]
        # A shell expands it only where it starts an unquoted word
        if file.startswith('~/') and re.search(rb'--file[ \t]+~', value):
            file = home + file[1:]
    elif len(words) == 1 and words[0].startswith('--file='):
        file = words[0][7:]
    else:
        return ''
    if b'$' in value:
        if b"'" in value or b'\\' in value:
            return ''
        file = re.sub(r'\$HOME\b', lambda match: home, file)
    return file if os.path.isabs(file) else ''
