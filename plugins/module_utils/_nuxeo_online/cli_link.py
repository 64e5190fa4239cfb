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

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import json_members
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    edit_private,
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
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
    :param git: a function of a folder and arguments that runs git and returns its exit code, or None where there is no git.
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
    if present and repository and git(folder, ['ls-files', '--error-unmatch', '--', FILE]) == 0:
        warnings.append(
            '%s is tracked by git, so that the token in it can be committed. Take it out with: git rm --cached %s'
            % (path, FILE)
        )
    if with_diff:
        result['diff'] = _diff(result, present)
    return result, warnings


def git_runner(module):
    """Return the function by which C(deliver) runs git. :param module: AnsibleModule."""
    program = module.get_bin_path('git')

    def git(folder, arguments):
        if not program:
            return None
        return module.run_command([program, '-C', folder, '-c', 'core.fsmonitor=false'] + arguments)[0]

    return git


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
            common = read_private(os.path.join(real, 'commondir')).content
            real = os.path.join(real, os.fsdecode(common.strip())) if common else real
            return top, os.path.join(os.path.normpath(real), 'info', 'exclude')
        if top == os.path.dirname(top):
            return None
        top = os.path.dirname(top)


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
