# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Whether the real git gets into a repository with a stored credential, without ever asking a person or changing the store."""

from __future__ import annotations

import os
import shlex

from ansible_collections.buildops.tokens.plugins.module_utils._command import limited

# What git says (LC_ALL=C) and what it means. The first that fits counts.
_MESSAGES = (
    ('Authentication failed', 'the server refuses the credential'),
    ('could not read Username', 'the server refuses the credential'),
    ('could not read Password', 'the server refuses the credential'),
    ('error: 403', 'the server knows the credential, but it may not read this repository (403)'),
    ('error: 401', 'the server refuses the credential'),
    ('not found', 'the server has no such repository, or hides it from this user (404)'),
    ('error: 404', 'the server has no such repository, or hides it from this user (404)'),
    ('Could not resolve', 'the name of the server cannot be resolved'),
    ('Failed to connect', 'the server cannot be reached'),
    ("Couldn't connect", 'the server cannot be reached'),
    ('certificate', 'the certificate of the server is not trusted: see ca_path'),
    ('timed out', 'the server does not answer in time'),
    ('not valid: is this a git repository', 'there is no git repository at this address'),
)


# What makes git talk about secrets, ask, or look at another repository
_UNWANTED = ('GIT_TRACE', 'GIT_CURL', 'GIT_DIR', 'GIT_WORK_TREE', 'GIT_ASKPASS', 'SSH_ASKPASS')


def runner(module):
    """Make this process one in which git cannot ask anybody, and answer with a function that runs it.

    :param module: AnsibleModule. :returns: see L(limited_command.limited).
    """
    for name in [name for name in os.environ if name.startswith(_UNWANTED)]:
        del os.environ[name]
    return limited(module)


def _environment(ca_path, config_path):
    environment = {
        'LC_ALL': 'C',
        'LANGUAGE': 'C',
        'GIT_TERMINAL_PROMPT': '0',
        'GIT_ASKPASS': '',
        'GCM_INTERACTIVE': 'never',
    }
    if ca_path:
        environment['GIT_SSL_CAINFO'] = ca_path
    if config_path:
        environment['GIT_CONFIG_GLOBAL'] = (
            config_path  # git 2.32; an older one looks where it always does
        )
    return environment


def verify(wanted, repository, path, params, git, run):
    """Ask git which credential it finds, then have it list the references of a repository with the one in the store.

    :param wanted: git_credentials.Wanted that is present.
    :param repository: URL of a repository, or None.
    :param path: of the credential store.
    :param params: the module's options O(helper), O(ca_path), O(config_path), O(verify_timeout).
    :param git: path of the program, or None.
    :param run: from L(runner).
    :returns: (True, False or None for not tried, a reason).
    """
    if git is None:
        return None, 'git not found'
    if repository is None:
        return None, 'no verify_url'
    environment = _environment(params['ca_path'], params['config_path'])
    if params['helper'] == 'store':
        code, out, errors = run(
            [git, 'credential', 'fill'],
            environment,
            ('url=%s\n\n' % repository).encode('utf-8'),
            params['verify_timeout'],
        )
        found = dict(line.split('=', 1) for line in out.split('\n') if '=' in line)
        if code != 0 or 'password' not in found:
            return (
                False,
                'git finds no credential for it: is the entry for its host, and no later helper setting in the way?',
            )
        if (found.get('username'), found['password']) != (wanted.username, wanted.password):
            return (
                False,
                'git finds another credential first: look at its other helpers, and at other entries for this host',
            )
    # A helper that only reads: after a refusal git would erase the entry from the store
    reader = '!f() { test "$1" = get && git credential-store --file %s get; }; f' % shlex.quote(
        path
    )
    code, out, errors = run(
        [
            git,
            '-c',
            'credential.helper=',
            '-c',
            'credential.helper=' + reader,
            '-c',
            'http.proactiveAuth=basic',
            'ls-remote',
            '--quiet',
            repository,
            'HEAD',
        ],
        environment,
        None,
        params['verify_timeout'],
    )
    if code is None:
        return False, 'the server does not answer in %d seconds' % params['verify_timeout']
    if code == 0:
        return True, 'accepted'
    return False, next(
        (meaning for saying, meaning in _MESSAGES if saying in errors),
        'git ended with exit code %d' % code,
    )
