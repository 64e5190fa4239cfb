# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The errors of the collection: each is one sentence that a person can act on and that holds no secret.

Ansible-core 2.19 and newer print exception texts, their causes and warnings even under C(no_log).
So every error that leaves this collection is one of these, is raised C(from None), and its text is
built from parts that are safe by nature: option names, host names, paths, status codes.
"""

from __future__ import annotations


class TokensError(Exception):
    """Base class. C(str(error)) is the sentence that the user sees."""

    def about(self, whose):
        """Put before the sentence what it is about, unless it begins with that. :returns: itself."""
        if not str(self).startswith(whose):
            self.args = ('%s: %s' % (whose, self),)
        return self


class BadInput(TokensError):
    """An option, or a combination of options, that cannot be right. Nothing was asked and nothing was changed."""


class FileProblem(TokensError):
    """A file that cannot be read, understood or written. It is as it was."""


class ServerProblem(TokensError):
    """A server that could not be reached, or that answered what it should not.

    :ivar status: the HTTP status, or None when there was no answer.
    :ivar code: the server's own error code (for example C(invalid_grant)), or None.
    """

    def __init__(self, message, status=None, code=None):
        super().__init__(message)
        self.status = status
        self.code = code


class Unreachable(ServerProblem):
    """No usable answer: refused, timed out, cut off, or not to be trusted (TLS)."""


class Refused(ServerProblem):
    """The server understood and said no: credentials, rights, a feature that is off."""


def place_of(problem):
    """Name an unforeseen error without its text, which could hold anything.

    :returns: its class, and where it came up, as C(KeyError in http.py, line 12)."""
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
