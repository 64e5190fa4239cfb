# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The link of a project folder to a Studio project, as Nuxeo CLI reads it from C(.yo-rc.json): from the module's options to its result.

Measured on Nuxeo CLI 3.0.5 with generator-nuxeo 4.0.7: three keys are enough, the address must not end with a slash, and a file that is no valid
JSON crashes it. It keeps the mode of the file, and writes JSON with two blanks and a line feed at the end.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import json_members
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    edit_private,
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    environment_of,
    run,
    user_of,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
    check_project,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url

FILE = '.yo-rc.json'
SECTION = 'generator-nuxeo'
URL, TOKEN, NAME = 'connect:url', 'connect:token', 'studio:symbolicname'
CREDENTIALS = {
    'token': {'type': 'str', 'no_log': False},
    'username': {'type': 'str'},
    'password': {'type': 'str', 'no_log': True},
}
ARGUMENTS = dict(
    {
        'path': {'type': 'path', 'required': True},
        'project': {'type': 'str'},
        'cli_token': {'type': 'raw', 'no_log': True},
    },
    git_ignore={'type': 'bool', 'default': True},
    revoke={'type': 'bool', 'default': False},
    state={'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
    **dict(CONNECTION, url={'type': 'str', 'default': SERVICE}, **CREDENTIALS),
)
CONSTRAINTS = {
    'required_if': [('state', 'present', ('project',))],
    'mutually_exclusive': [
        ('token', 'password'),
        ('cli_token', 'token'),
        ('cli_token', 'password'),
    ],
}


def deliver(params, check_mode, with_diff, git):
    """Do what the module is for.

    :param params: options as in C(ARGUMENTS); O(cli_token) may be missing in check mode.
    :param git: path of git, or None where there is no git.
    :returns: (result of the module, warnings).
    :raises TokensError: with what to do; nothing was changed.
    """
    present = params['state'] == 'present'
    if not os.path.isabs(params['path']):
        raise BadInput('path must be an absolute path, or start with ~.')
    folder = params['path'].rstrip('/') or '/'
    path = os.path.join(folder, FILE)
    values = {URL: None, TOKEN: None, NAME: None}
    if present:
        if params['token'] or params['password']:
            raise BadInput(
                'token was not exchanged: that is done by the action plugin of this module. '
                'Call it by its full name, buildops.tokens.nuxeo_cli_link.'
            )
        values = {
            URL: normalize_url(params['url'], params['allow_http']),
            NAME: check_project(params['project']),
        }
        if params['cli_token'] is not None:
            values[TOKEN] = check_secret('cli_token', params['cli_token'])
            register(values[TOKEN])
        elif not check_mode:
            raise BadInput(
                'Linking needs the name of a source as token, or username and password (a token of Nuxeo Online Services).'
            )
        if not os.path.isdir(folder):
            raise BadInput(
                'There is no folder %s. Check the project out first, or correct path.' % folder
            )
    values = {name: values[name] for name in (URL, TOKEN, NAME) if name in values}

    def edit(content):
        wanted = values
        if TOKEN not in values and not _has_token(content, path):  # check mode, which asks for none
            wanted = dict(values, **{TOKEN: 'not known before the exchange'})
        return json_members.edit(content, SECTION, wanted, path)

    repository = _repository(folder) if params['git_ignore'] else None
    exclude = _exclude(repository, folder, present) if repository else None
    if exclude and present:  # first, so that at no time the token can be committed by accident
        ignored = edit_private(exclude[0], exclude[1], dry_run=check_mode, mode_policy='keep')[3]
    before, new, changed, rewritten = edit_private(
        path, edit, dry_run=check_mode, mode_policy='narrow' if present else 'keep'
    )
    if exclude and not present:
        ignored = edit_private(exclude[0], exclude[1], dry_run=check_mode, mode_policy='keep')[3]
    changes = (
        changed
        + (['mode'] if rewritten and present and before.wide else [])
        + (['git_ignore'] if exclude and ignored else [])
    )
    result = {
        'changed': bool(changes),
        'path': path,
        'project': params['project'],
        'changes': changes,
        'git_ignored': bool(exclude) and present,
    }
    warnings = []
    if present and repository and git:
        warnings += _tracking_warnings(git, folder, os.path.dirname(os.path.dirname(repository[1])))
    if with_diff:
        result['diff'] = _diff(result, present)
    return result, warnings


def _tracking_warnings(git: str, folder: str, git_folder: str) -> t.List[str]:
    """Ask git whether the file is tracked, for root as the owner of folder and repository.

    :param git: path of the program.
    :param git_folder: folder of the repository, whose configuration git reads.
    """
    path = os.path.join(folder, FILE)
    try:
        user = user_of(folder, os.path.join(git_folder, 'config'))
        arguments = ['-C', folder, '-c', 'core.fsmonitor=false', 'ls-files', '--error-unmatch']
        code = run([git] + arguments + ['--', FILE], user, environment_of(user)).code
    except FileProblem as problem:
        return ['It was not checked whether %s is tracked by git: %s' % (path, problem)]
    if code != 0:
        return []
    return [
        '%s is tracked by git, so that the token in it can be committed. Take it out with: '
        'git rm --cached %s' % (path, FILE)
    ]


def _has_token(content, path):
    section = json_members.read(content, path).get(SECTION)
    return isinstance(section, dict) and bool(section.get(TOKEN))


def _diff(result, present):
    """What changed, in words: values are never shown, not even old ones."""
    before = ''.join(
        '%s: %s\n' % (name, 'not as it should be' if present else 'present')
        for name in result['changes']
    )
    after = ''.join(
        '%s: %s\n' % (name, 'set' if present else 'absent') for name in result['changes']
    )
    return {
        'before_header': result['path'],
        'after_header': result['path'],
        'before': before,
        'after': after,
    }


def _repository(folder):
    """:returns: (top folder, C(info/exclude)) of the git repository that holds the folder, or None. git need not be installed."""
    top = os.path.realpath(folder)
    while True:
        dot_git = os.path.join(top, '.git')
        if os.path.isdir(dot_git):
            return top, os.path.join(dot_git, 'info', 'exclude')
        if os.path.isfile(dot_git):  # a linked work tree, or a submodule
            match = re.match(rb'gitdir: ([^\r\n]+)', read_private(dot_git).content or b'')
            if not match:
                raise FileProblem(
                    '%s is not what git makes. Correct it, or set git_ignore to false.' % dot_git
                )
            real = os.path.join(top, os.fsdecode(match.group(1)))
            pointers = [dot_git]
            common = read_private(os.path.join(real, 'commondir')).content
            if common:
                pointers.append(os.path.join(real, 'commondir'))
                real = os.path.join(real, os.fsdecode(common.strip()))
            _check_pointers(pointers, os.path.normpath(real))
            return top, os.path.join(os.path.normpath(real), 'info', 'exclude')
        if top == os.path.dirname(top):
            return None
        top = os.path.dirname(top)


def _check_pointers(pointers: t.Sequence[str], git_folder: str) -> None:
    """Have root follow a pointer only to a repository of the user who wrote the pointer.

    :param pointers: files C(.git) and C(commondir).
    :raises FileProblem: one belongs to a user other than root and the owner of the repository.
    """
    if os.geteuid() != 0:
        return
    try:
        owner = os.stat(git_folder).st_uid
        writers = {os.lstat(pointer).st_uid for pointer in pointers}
    except OSError as problem:
        raise FileProblem(
            'Cannot read %s: %s. Correct %s, or set git_ignore to false.'
            % (git_folder, os.strerror(problem.errno or 0), pointers[0])
        ) from None
    if writers - {0, owner}:
        raise FileProblem(
            '%s leads to %s, which belongs to another user. Run the task as the user who owns the '
            'project folder (become_user), or set git_ignore to false.' % (pointers[0], git_folder)
        )


def _exclude(repository, folder, present):
    """:returns: (path of the file, a function that edits it): the exclusions of this clone, which are never committed."""
    top, path = repository
    place = os.path.join(os.path.relpath(os.path.realpath(folder), top), FILE)
    # gitignore(5): a backslash takes the meaning of a character away
    line = b'/' + re.sub(rb'([\\*?\[])', rb'\\\1', os.fsencode(os.path.normpath(place)))

    def edit(content):
        lines = (content or b'').splitlines(True)
        there = [one for one in lines if one.rstrip(b'\r\n') == line]
        if bool(there) == present:
            return content, None
        if present:
            end = b'\n' if lines and not lines[-1].endswith(b'\n') else b''
            return (content or b'') + end + line + b'\n', None
        return b''.join(one for one in lines if one not in there), None

    return path, edit
