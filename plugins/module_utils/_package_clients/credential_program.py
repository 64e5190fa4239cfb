# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The programs C(docker-credential-NAME), which keep credentials in place of C(config.json)."""

from __future__ import annotations

import json
import os
import re
import shutil
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    Outcome,
    environment_of,
    run,
    user_of,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register, sanitize

Login = t.Tuple[str, str]
SECONDS = 30.0
UMASK = 0o077  # of the files that a program makes
NOT_FOUND = 'credentials not found in native keychain'  # as all these programs say it
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,99}')


class Program:
    """One program. Root runs it as the user who owns the file that names it."""

    def __init__(self, name: str, path: str) -> None:
        """:param name: in the file. :param path: of the file.

        :raises FileProblem: there is no such program, or root must not run what is named there.
        """
        if not _NAME.fullmatch(name):
            raise FileProblem(
                'The name of the program in credsStore or credHelpers of %s is not one. Correct it.'
                % path
            )
        self._called = 'docker-credential-' + name
        self._user = user_of(path)
        self._environment = environment_of(self._user)
        found = shutil.which(self._called, path=self._environment.get('PATH'))
        if found is None or not os.path.isabs(found):
            raise FileProblem(
                '%s names %s, which is not in the PATH of this task. Install it, or remove it from '
                'credsStore or credHelpers.' % (path, self._called)
            )
        self._program = found

    def get(self, server: str) -> t.Optional[Login]:
        """Return (user name, secret), or None. :raises FileProblem: it does not say."""
        done = self._run('get', server, server)
        if done.code != 0 and done.out.strip() == NOT_FOUND:
            return None
        if done.code != 0:  # what it prints may be a secret that is not known here
            raise self._failed('get', server, done, '')
        try:
            answer = json.loads(done.out)
            username, secret = answer['Username'], answer['Secret']
        except (ValueError, RecursionError, LookupError, TypeError):
            username = secret = None
        if not isinstance(username, str) or not isinstance(secret, str):
            raise FileProblem(
                '%s answers for %s with something else than the JSON that Docker expects. Correct '
                'or update that program.' % (self._called, server)
            )
        register(secret)
        return username, secret

    def put(self, server: str, login: t.Optional[Login]) -> None:
        """Store a credential, or remove it. :raises FileProblem: the program refuses."""
        if login is None:
            return self._change('erase', server, server)
        given = {'ServerURL': server, 'Username': login[0], 'Secret': login[1]}
        return self._change('store', server, json.dumps(given))

    def read_back(self, server: str, login: t.Optional[Login]) -> t.Optional[Login]:
        """Return what the program has after L(put). :raises FileProblem: it did not remove it."""
        found = self.get(server)
        if login is None and found is not None:
            raise FileProblem(
                '%s still has a credential for %s after "erase". Remove it there.'
                % (self._called, server)
            )
        return found

    def _change(self, action: str, server: str, given: str) -> None:
        done = self._run(action, server, given)
        if done.code != 0:
            raise self._failed(action, server, done, sanitize(done.out or done.err))

    def _run(self, action: str, server: str, given: str) -> Outcome:
        command = [self._program, action]
        done = run(
            command, self._user, self._environment, given.encode('utf-8'), SECONDS, umask=UMASK
        )
        if done.code is None:
            raise FileProblem(
                '%s does not answer to "%s" for %s in %d seconds. Unlock what it keeps credentials '
                'in, so that it asks nobody.' % (self._called, action, server, SECONDS)
            )
        return done

    def _failed(self, action: str, server: str, done: Outcome, printed: str) -> FileProblem:
        return FileProblem(
            '%s refuses "%s" for %s (exit code %s%s). Run it as user %s to see why.'
            % (self._called, action, server, done.code, printed and ': ' + printed, self._user.name)
        )
