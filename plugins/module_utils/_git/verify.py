# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Whether a server accepts the credential that was delivered for git.

git reads the delivered store and nothing else: no configuration, cookies, C(.netrc), proxies,
certificates or helpers from the environment, from files of the user or from a repository. It asks
nobody and does not change the store. Whether git finds the credential in the configuration of the
user is another question, which L(git_delivery) answers.
"""

from __future__ import annotations

import os
import shlex
import typing as t
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credentials import Wanted
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    User,
    clean_environment,
    run,
    user_of,
)

Verdict = t.Tuple[t.Optional[bool], str]

_REFUSED = 'the server refuses the credential'
_MISSING = 'the server has no such repository, or hides it from this user (404)'
_UNREACHABLE = 'the server cannot be reached'
_REDIRECTED = 'the server redirects, and credentials are not sent there: correct verify_url'
# Parts of git's messages (LC_ALL=C) and their meanings. The first match counts.
_MESSAGES = (
    ('Authentication failed', _REFUSED),
    ('could not read Username', _REFUSED),
    ('could not read Password', _REFUSED),
    ('error: 403', 'the server knows the credential, but it may not read this repository (403)'),
    ('error: 401', _REFUSED),
    ('error: 30', _REDIRECTED),
    ('not found', _MISSING),
    ('error: 404', _MISSING),
    ('Could not resolve', 'the name of the server cannot be resolved'),
    ('Failed to connect', _UNREACHABLE),
    ("Couldn't connect", _UNREACHABLE),
    ('certificate', 'the certificate of the server is not trusted: see ca_path'),
    ('timed out', 'the server does not answer in time'),
    ('not valid: is this a git repository', 'there is no git repository at this address'),
)


def verify(
    wanted: Wanted,
    repository: t.Optional[str],
    path: str,
    params: t.Mapping[str, t.Any],
    git: t.Optional[str],
) -> Verdict:
    """Have git list the references of a repository with the credential in the store.

    :param wanted: the entry, which is present.
    :param repository: URL of a repository, or None.
    :param path: of the credential store. Root runs git as the owner of that file.
    :param params: the module's options O(use_http_path), O(ca_path), O(verify_timeout).
    :param git: path of the program, or None.
    :returns: (whether the server accepts it, or None if that was not tried; the reason).
    """
    if git is None:
        return None, 'git not found'
    if repository is None:
        return None, 'no verify_url'
    try:
        return _Attempt(wanted, repository, path, params, git).verdict()
    except FileProblem as problem:
        return False, str(problem).rstrip('.')


class _Attempt:
    """One credential, one repository, and how git is run for them."""

    def __init__(
        self,
        wanted: Wanted,
        repository: str,
        path: str,
        params: t.Mapping[str, t.Any],
        git: str,
    ) -> None:
        """:raises FileProblem: root must not run git for this store."""
        self._wanted = wanted
        self._repository = repository
        self._store = path
        self._timeout: int = params['verify_timeout']
        self._user = user_of(path)
        use_path = bool(wanted.url.path and params['use_http_path'])
        self._command = [git] + [
            part
            for setting in _settings(wanted, repository, path, use_path, params['ca_path'])
            for part in ('-c', setting)
        ]

    def _git(self, *arguments: str, given: t.Optional[bytes] = None) -> t.Any:
        return run(
            self._command + list(arguments),
            self._user,
            _environment(self._user),
            given,
            self._timeout,
        )

    def verdict(self) -> Verdict:
        """:returns: as L(verify)."""
        found = self._git(
            'credential', 'fill', given=('url=%s\n\n' % self._repository).encode('utf-8')
        )
        answer = dict(line.split('=', 1) for line in found.out.split('\n') if '=' in line)
        if (answer.get('username'), answer.get('password')) != (
            self._wanted.username,
            self._wanted.password,
        ):
            return False, (
                'git does not read this credential from %s first: look at its mode, and at other '
                'entries for this host' % self._store
            )
        done = self._git('ls-remote', '--quiet', self._repository, 'HEAD')
        if done.code is None:
            return False, 'the server does not answer in %d seconds' % self._timeout
        if done.code == 0:
            return True, 'accepted'
        return False, next(
            (meaning for part, meaning in _MESSAGES if part in done.err),
            'git ended with exit code %d' % done.code,
        )


def _settings(
    wanted: Wanted, repository: str, path: str, use_path: bool, ca_path: t.Optional[str]
) -> t.List[str]:
    """Make the whole configuration of git: what is not in it has git's own default."""
    # A helper that only reads: after a refusal git would erase the entry from the store
    reader = '!f() { test "$1" = get && git credential-store --file %s get; }; f' % shlex.quote(
        path
    )
    scheme = urlsplit(repository).scheme.lower()
    settings = [
        'credential.helper=',
        'credential.helper=' + reader,
        'credential.useHttpPath=%s' % ('true' if use_path else 'false'),
        'core.askPass=',
        'http.followRedirects=false',
        'http.proactiveAuth=basic',  # git 2.46; a server may show a public repository without it
        'protocol.allow=never',
        'protocol.%s.allow=always' % scheme,
    ]
    if wanted.username:
        settings.append('credential.username=' + wanted.username)
    if ca_path:
        settings.append('http.sslCAInfo=' + ca_path)
    return settings


def _environment(user: User) -> t.Dict[str, str]:
    """Make the environment of git, in which there is no configuration, home or repository."""
    environment = clean_environment(user)
    environment.update(
        LC_ALL='C',
        LANGUAGE='C',
        HOME=os.devnull,  # else libcurl reads .netrc there, and git its configuration
        XDG_CONFIG_HOME=os.devnull,
        GIT_CONFIG_NOSYSTEM='1',
        GIT_CONFIG_SYSTEM=os.devnull,
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_ATTR_NOSYSTEM='1',
        GIT_DIR=os.devnull,  # not the repository that may be around the current folder
        GIT_ASKPASS='',
        SSH_ASKPASS='',
        GIT_TERMINAL_PROMPT='0',
    )
    return environment
