# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The link of a project folder to a Studio project, as Nuxeo CLI reads it from C(.yo-rc.json).

Measured on Nuxeo CLI 3.0.5 with generator-nuxeo 4.0.7: three keys are enough, the address must not
end with a slash, and a file that is not valid JSON crashes it. It keeps the mode of the file, and
writes JSON with two blanks and a line feed at the end.
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
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import real_path
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    environment_of,
    run,
    user_of,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    doubts,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
    check_project,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url
from ansible_collections.buildops.tokens.plugins.module_utils._validation import refuse_source_name

Params = t.Dict[str, t.Any]
Values = t.Dict[str, t.Optional[str]]
FILE = '.yo-rc.json'
SECTION = 'generator-nuxeo'
URL, TOKEN, NAME = 'connect:url', 'connect:token', 'studio:symbolicname'
_DEEPEST = 3  # below the folder of the project
_PASSED_OVER = frozenset(('.git', 'node_modules', 'target'))
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


class Exclusions(t.NamedTuple):
    """The file of exclusions of a clone, which is never committed.

    :ivar top: folder of the work tree.
    :ivar path: of the file.
    :ivar owner: number of the user whose file names that path, or None.
    """

    top: str
    path: str
    owner: int | None


def deliver(
    params: Params, check_mode: bool, with_diff: bool, git: t.Optional[str]
) -> tuple[dict[str, t.Any], list[str]]:
    """Do what the module is for.

    :param params: options as in C(ARGUMENTS); O(cli_token) may be missing in check mode.
    :param git: path of git, or None where there is no git.
    :returns: (result of the module, warnings).
    :raises TokensError: with cause and remedy; nothing was changed.
    """
    present = params['state'] == 'present'
    if not os.path.isabs(params['path']):
        raise BadInput('path must be an absolute path, or start with ~.')
    folder = params['path'].rstrip('/') or '/'
    path = os.path.join(folder, FILE)
    values: Values = {URL: None, TOKEN: None, NAME: None}
    if present:
        values = _values(params, check_mode, folder)
    exclusions = _exclusions(folder) if params['git_ignore'] else None
    changes = _write(path, values, exclusions, check_mode, present)
    result = {
        'changed': bool(changes),
        'path': path,
        'project': params['project'],
        'changes': changes,
        'git_ignored': exclusions is not None and present,
    }
    warnings = doubts({'cli_token': values.get(TOKEN)})
    if present:
        warnings += _nearer(folder, values)
        if not check_mode:
            result['effective'] = _is_read(path, values)
            if not result['effective']:
                result.update(
                    failed=True, msg='%s was written, but does not have the link any more.' % path
                )
    if present and exclusions and git:
        git_folder = os.path.dirname(os.path.dirname(exclusions.path))
        warnings += _tracking_warnings(git, folder, git_folder)
    if with_diff:
        result['diff'] = _diff(result, present)
    return result, warnings


def _is_read(path: str, values: Values) -> bool:
    """Return whether Nuxeo CLI in this folder gets what was to be written."""
    section = json_members.read(read_private(path).content, path).get(SECTION)
    return isinstance(section, dict) and all(section.get(name) == values[name] for name in values)


def _nearer(folder: str, values: Values) -> list[str]:
    """Warn of files with other values in sub-folders: Nuxeo CLI reads the nearest one."""
    found = []
    for place, folders, files in os.walk(folder):
        depth = 0 if place == folder else os.path.relpath(place, folder).count(os.sep) + 1
        folders[:] = sorted(set(folders) - _PASSED_OVER) if depth < _DEEPEST else []
        path = os.path.join(place, FILE)
        if depth and FILE in files and not _reads_like(path, values):
            found.append(path)
    return (
        [
            'Nuxeo CLI reads the nearest %s, and does not use this link in the folders of: %s.'
            % (FILE, ', '.join(found))
        ]
        if found
        else []
    )


def _reads_like(path: str, values: Values) -> bool:
    try:
        return _is_read(path, values)
    except FileProblem:  # then Nuxeo CLI does not work there at all
        return False


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
    return [_TRACKED % (path, FILE)] if code == 0 else []


_TRACKED = (
    '%s is tracked by git, so that the token in it can be committed. Take it out with: '
    'git rm --cached %s'
)


def _values(params: Params, check_mode: bool, folder: str) -> Values:
    """Return the members that the file shall have. Without the token in check mode."""
    refuse_source_name({'token': params['token'] or params['password']}, 'nuxeo_cli_link')
    values: Values = {URL: normalize_url(params['url'], params['allow_http'])}
    if params['cli_token'] is not None:
        values[TOKEN] = check_secret('cli_token', params['cli_token'])
        register(values[TOKEN])
    elif not check_mode:
        raise BadInput(
            'Linking needs the name of a source as token, or username and password (a token of '
            'Nuxeo Online Services).'
        )
    values[NAME] = check_project(params['project'])
    if not os.path.isdir(folder):
        raise BadInput(
            'There is no folder %s. Check the project out first, or correct path.' % folder
        )
    return values


def _write(
    path: str, values: Values, exclusions: Exclusions | None, check_mode: bool, present: bool
) -> list[str]:
    """Edit both files. :returns: names of what changed, or would change."""

    def edit(content: bytes | None) -> tuple[bytes | None, list[str]]:
        wanted = values
        if TOKEN not in values and not _has_token(content, path):  # check mode, without a token
            wanted = dict(values, **{TOKEN: 'not known before the exchange'})
        return json_members.edit(content, SECTION, wanted, path)

    ignored = False
    if present:  # first, so that at no time the token can be committed by accident
        ignored = _ignore(path, exclusions, check_mode, present)
    before, _content, changed, rewritten = edit_private(
        path, edit, dry_run=check_mode, mode_policy='narrow' if present else 'keep'
    )
    if not present:
        ignored = _ignore(path, exclusions, check_mode, present)
    return (
        changed
        + (['mode'] if rewritten and present and before.wide else [])
        + (['git_ignore'] if ignored else [])
    )


def _has_token(content: bytes | None, path: str) -> bool:
    section = json_members.read(content, path).get(SECTION)
    return isinstance(section, dict) and bool(section.get(TOKEN))


def _diff(result: dict[str, t.Any], present: bool) -> dict[str, str]:
    """Return what changed, in words: values are never shown, not even old ones."""
    before = ''.join(
        '%s: %s\n' % (name, 'different' if present else 'present') for name in result['changes']
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


def _exclusions(folder: str) -> Exclusions | None:
    """Return C(info/exclude) of the repository that contains a folder. git need not be installed.

    :returns: None where there is no repository.
    :raises FileProblem: C(.git) is a file that git did not make.
    """
    top = real_path(folder)
    while True:
        dot_git = os.path.join(top, '.git')
        if os.path.isdir(dot_git):
            return Exclusions(top, os.path.join(dot_git, 'info', 'exclude'), None)
        if os.path.isfile(dot_git):
            return _linked_exclusions(top, dot_git)
        if top == os.path.dirname(top):
            return None
        top = os.path.dirname(top)


def _linked_exclusions(top: str, dot_git: str) -> Exclusions:
    """Return those of a linked work tree, or of a submodule: C(.git) names another folder."""
    state = read_private(dot_git)
    match = re.match(rb'gitdir: ([^\r\n]+)', state.content or b'')
    if not match:
        raise FileProblem(
            '%s is not what git makes. Correct it, or set git_ignore to false.' % dot_git
        )
    owner = state.info.st_uid if state.info else None
    real = os.path.join(top, os.fsdecode(match.group(1)))
    common = read_private(os.path.join(real, 'commondir'), owner=owner).content
    if common:
        real = os.path.join(real, os.fsdecode(common.strip()))
    return Exclusions(top, os.path.join(os.path.normpath(real), 'info', 'exclude'), owner)


def _ignore(path: str, exclusions: Exclusions | None, check_mode: bool, present: bool) -> bool:
    """Add the file to the exclusions, or remove it. :returns: whether they (would) change."""
    if exclusions is None:
        return False
    folder = real_path(os.path.dirname(path))
    place = os.path.normpath(os.path.join(os.path.relpath(folder, exclusions.top), FILE))
    # gitignore(5): a backslash takes the meaning of a character away
    line = b'/' + re.sub(rb'([\\*?\[])', rb'\\\1', os.fsencode(place))

    def edit(content: bytes | None) -> tuple[bytes | None, None]:
        lines = (content or b'').splitlines(True)
        there = [one for one in lines if one.rstrip(b'\r\n') == line]
        if bool(there) == present:
            return content, None
        if present:
            end = b'\n' if lines and not lines[-1].endswith(b'\n') else b''
            return (content or b'') + end + line + b'\n', None
        return b''.join(one for one in lines if one not in there), None

    return edit_private(
        exclusions.path, edit, dry_run=check_mode, mode_policy='keep', owner=exclusions.owner
    )[3]
