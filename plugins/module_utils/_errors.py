# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The errors of the collection: each is a sentence with cause and remedy, and without a secret.

Ansible-core 2.19 and newer print exception texts, their causes and warnings even under C(no_log).
So every error that leaves this collection is one of these and is raised C(from None). Its text
is redacted, and freed from control characters, by the constructor.
"""

from __future__ import annotations

import typing as t


def _printable(text: str) -> str:
    # Here, since most processes raise nothing, and redaction itself raises these errors
    from ansible_collections.buildops.tokens.plugins.module_utils._redaction import printable

    return printable(text)


class TokensError(Exception):
    """Base class. C(str(error)) is the sentence that the user sees."""

    def __init__(self, message: str = '') -> None:
        super().__init__(_printable(message))

    def about(self, whose: str) -> TokensError:
        """Begin the sentence with what it is about, unless it does so. :returns: itself."""
        if not str(self).startswith(whose):
            self.args = (_printable('%s: %s' % (whose, self)),)
        return self


class BadInput(TokensError):
    """An option, or a combination of options, that cannot be right. Nothing was changed."""


class FileProblem(TokensError):
    """A file that cannot be read, understood or written. It is unchanged."""


class ServerProblem(TokensError):
    """A server that could not be reached, or that sent an unusable response.

    :ivar status: the HTTP status, or None without a response.
    :ivar code: the server's own error code (for example C(invalid_grant)), or None.
    """

    def __init__(
        self, message: str, status: t.Optional[int] = None, code: t.Optional[str] = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = _printable(code) if code else code


class Unreachable(ServerProblem):
    """No usable response: refused, timed out, cut off, or not to be trusted (TLS).

    :ivar sent: the server may have received the request. :ivar worth_another_try: it may help.
    """

    sent = True
    worth_another_try = True


class Refused(ServerProblem):
    """The server understood and refused: credentials, rights, a feature that is off."""


def wrong_credentials(
    label: str, detail: str, status: t.Optional[int] = 401, hint: str = ''
) -> Refused:
    """:param label: the server or request. :param detail: how it refused, in brackets.

    :param hint: a further remedy. :returns: the error for a wrong user name or password."""
    return Refused(
        '%s does not accept the user name and password (%s). Check username and password%s.'
        % (label, detail, '; ' + hint if hint else ''),
        status,
    )


def place_of(problem: BaseException) -> str:
    """Name an unforeseen error without its text, which could contain anything.

    :returns: its class, and where it was raised, as C(KeyError in http.py, line 12)."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(problem).__name__
    return '%s in %s, line %d' % (
        type(problem).__name__,
        trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1],
        trace.tb_lineno,
    )


def unexpected(problem: BaseException) -> str:
    """:returns: the sentence for an error that is not a C(TokensError), without its text."""
    return 'This should not have happened: %s. Please report it.' % place_of(problem)
