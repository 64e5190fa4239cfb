# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The configuration files that git reads outside of a repository, in its order, with includes.

The rules are those of config.c (do_git_config_sequence, handle_path_include).
"""

from __future__ import annotations

import os
import stat

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import real_path
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import GitConfig
from ansible_collections.buildops.tokens.plugins.module_utils._git.effective import (
    Setting,
    parse_bool,
)
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    User,
    open_as,
    owner_on,
)

_SYSTEM = '/etc/gitconfig'
_MOST_INCLUDES = 10  # MAX_INCLUDE_DEPTH
_MOST_BYTES = 16 * 1024 * 1024


def home_folder() -> str:
    """The home folder of this user.

    :raises BadInput: it is not known.
    """
    home = os.path.expanduser('~')
    if not os.path.isabs(home):
        raise BadInput('The home folder of this user is not known. Set path and config_path.')
    return home


def xdg_file(name: str) -> str:
    """A file of git in the folder for settings of the user."""
    folder = os.environ.get('XDG_CONFIG_HOME') or os.path.join(home_folder(), '.config')
    return os.path.join(folder, 'git', name)


def global_files() -> list[str]:
    """The configuration files of the user, in the order in which git reads them."""
    named = os.environ.get('GIT_CONFIG_GLOBAL')
    if named is not None:
        return [named] if named else []
    return [xdg_file('config'), os.path.join(home_folder(), '.gitconfig')]


def default_config() -> str:
    """The file that C(git config --global) would write."""
    files = global_files()
    if len(files) < 2:
        return files[0] if files else os.path.join(home_folder(), '.gitconfig')
    shared, own = files
    return shared if os.path.exists(shared) and not os.path.exists(own) else own


def system_files() -> list[str]:
    """The configuration file of the system, or nothing where it is switched off."""
    switch = os.environ.get('GIT_CONFIG_NOSYSTEM')
    if switch is not None and parse_bool(os.fsencode(switch)):
        return []
    return [os.environ.get('GIT_CONFIG_SYSTEM', _SYSTEM)]


class Configuration:
    """The C(credential) settings of all files, with one file as it is in memory.

    :ivar config: the GitConfig that is edited.
    :ivar conditional: how many includes depend on a repository, and are not considered.
    :ivar replaces_global: whether C(config_path) counts only where it is named to git.
    """

    def __init__(self, config: GitConfig, path: str) -> None:
        """
        :param path: of the edited file. Where git does not read it by itself, it takes the place of
            the user's files, as with the variable C(GIT_CONFIG_GLOBAL).
        """
        self.config = config
        self.conditional = 0
        self._real = real_path(path)
        self._parsed: dict[tuple[str, int], GitConfig | None] = {}
        self._found = False
        self._files = system_files() + global_files()
        self.replaces_global = False
        self.settings()
        if not self._found:
            self.replaces_global = True
            self._files = system_files() + [path]

    def settings(self) -> list[Setting]:
        """All settings, in the order in which git reads them.

        :raises FileProblem: git cannot read one of the files either.
        """
        found: list[Setting] = []
        self.conditional = 0
        for path in self._files:
            self._collect(path, 0, found, owner_on(path))
        return found

    def _collect(self, path: str, depth: int, found: list[Setting], user: User) -> None:
        config = self._load(path, depth > 0, user)
        if config is None:
            return
        if depth > _MOST_INCLUDES:
            raise FileProblem(
                '%s is included in more than %d steps, which git refuses. Remove the circle.'
                % (path, _MOST_INCLUDES)
            )
        for name, subsection, variable in config.variables():
            if name == b'credential':
                found.append(Setting(subsection, variable.key, variable.value, path))
            elif name == b'include' and subsection is None and variable.key == b'path':
                self._include(variable.value, path, depth, found, user)
            elif name == b'includeif' and variable.key == b'path':
                self.conditional += 1

    def _include(
        self, value: bytes | None, including: str, depth: int, found: list[Setting], user: User
    ) -> None:
        if value is None:
            raise FileProblem('include.path in %s has no value, which git refuses.' % including)
        path = os.fsdecode(value)
        if path.startswith('%(prefix)/'):
            path = '/usr/' + path[10:]
        own = os.geteuid() != user.uid and path.startswith('~/')
        expanded = user.home + path[1:] if own else os.path.expanduser(path)
        if expanded.startswith('~'):
            raise FileProblem(
                'include.path in %s names an unknown user, which git refuses. Correct it.'
                % including
            )
        path = os.path.join(os.path.dirname(including), expanded)
        self._collect(path, depth + 1, found, user)

    def _load(self, path: str, included: bool, user: User) -> GitConfig | None:
        real = real_path(path)
        if real == self._real:
            self._found = True
            return self.config
        if (real, user.uid) not in self._parsed:
            content = read_named(path, user) if included else _read(path, False, user)
            self._parsed[real, user.uid] = None if content is None else GitConfig(content, path)
        return self._parsed[real, user.uid]


def read_named(path: str, user: User) -> bytes | None:
    """The content of a file that a configuration names, None where there is none.

    A user's file can name any other one, which root must not read for that user.

    :param user: from L(_programs.owner_on), of the configuration.
    :raises FileProblem: it cannot be read.
    """
    return _read(path, True, user)


def _read(path: str, included: bool, user: User) -> bytes | None:
    """The content of a file, None where git goes on without it."""
    try:
        with open(open_as(path, user), 'rb') as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return None
            content = stream.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if isinstance(error, PermissionError) and not included:
            return None
        raise FileProblem(
            'Cannot read %s: %s. git needs it, too: correct that and run the task again.'
            % (path, os.strerror(error.errno or 0))
        ) from None
    if len(content) > _MOST_BYTES:
        raise FileProblem('%s is too large for a git configuration. Check it.' % path)
    return content
