# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which file Maven takes a server from: that of the user, or that of the installation.

Maven merges the settings of the user (C(~/.m2/settings.xml), or C(mvn -s)) and those of its
installation (C(conf/settings.xml), or C(mvn -gs)). A server of the user replaces one of the same
id of the installation as a whole (C(MavenSettingsMerger), seen with Maven 3.8, 3.9 and 4).
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import maven_settings
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import real_path
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_scanner import Scan

USER_SETTINGS = '~/.m2/settings.xml'
_FILE = 'settings.xml'
_DEBIAN = '/etc/maven'
_VARIABLE = re.compile(r'\$\{([^{}]*)\}')


class OtherFile(t.NamedTuple):
    """The other file that Maven reads beside the one that is edited.

    :ivar path: its path, for messages.
    :ivar wins: whether its servers replace those of the edited file.
    :ivar content: its bytes.
    """

    path: str
    wins: bool
    content: bytes


def resolve(text: str) -> t.Optional[str]:
    """Replace the variables of a text as Maven does with the environment of this process.

    :returns: None where a variable has no value here.
    """
    values = {'env.' + name: value for name, value in os.environ.items()}
    values['user.home'] = os.path.expanduser('~')
    if any(name not in values for name in _VARIABLE.findall(text)):
        return None
    return _VARIABLE.sub(lambda match: values[match.group(1)], text)


def is_of_installation(path: str, mvn: t.Optional[str]) -> bool:
    """Whether a settings file is the one of a Maven installation, which all users share.

    :param path: the settings file.
    :param mvn: path of Maven, or None.
    """
    real = real_path(os.path.expanduser(path))
    folder, name = os.path.split(real)
    if real == _of_installation(mvn):
        return True
    return name == _FILE and (os.path.basename(folder) == 'conf' or folder == _DEBIAN)


def other_file(path: str, mvn: t.Optional[str]) -> t.Optional[OtherFile]:
    """Read the other file that Maven reads. :returns: None where there is none to be read."""
    wins = is_of_installation(path, mvn)
    other = USER_SETTINGS if wins else _of_installation(mvn)
    if other is None or real_path(os.path.expanduser(other)) == real_path(os.path.expanduser(path)):
        return None
    try:
        content = read_private(other).content
    except FileProblem:
        return None
    if content is None or (wins and maven_settings.is_blank(content)):
        return None
    return OtherFile(other, wins, content)


def _of_installation(mvn: t.Optional[str]) -> t.Optional[str]:
    if mvn is None:
        return None
    home = os.path.dirname(os.path.dirname(real_path(mvn)))
    return real_path(os.path.join(home, 'conf', _FILE))


def shadowed_by(
    other: OtherFile, content: t.Optional[bytes], ids: t.Sequence[str], path: str
) -> t.Dict[str, str]:
    """What keeps Maven from using servers of a file, because of the other file.

    :param content: the edited file.
    :param ids: the servers.
    :param path: the edited file's path, for messages.
    :returns: by id: the reason and the remedy.
    """
    try:
        scan = maven_settings.scan(other.content, ids, other.path)
    except FileProblem as problem:
        reason = 'Maven also reads %s and rejects it. %s' % (other.path, problem)
        return dict.fromkeys(ids, reason)
    if not other.wins:
        return _aliases(scan, other)
    ours = maven_settings.credentials(content, ids, path)
    theirs = maven_settings.credentials(other.content, ids, other.path)
    found = {
        server_id: '%s has a server of this id, which Maven uses instead for this user. Deliver '
        'to that file, or take the server out of it.' % other.path
        for server_id in theirs
        if theirs[server_id] != ours.get(server_id)
    }
    for text, _node in scan.variables:
        resolved = resolve(text)
        if resolved is not None and resolved in ids:
            found[resolved] = (
                '%s has a server with the id %s, which is %s in this environment and which Maven '
                'uses instead. Take it out.' % (other.path, text, resolved)
            )
    return dict(_aliases(scan, other), **found)


def remaining(other: OtherFile, ids: t.Sequence[str]) -> t.List[str]:
    """The removed servers that the other file still has."""
    try:
        return sorted(maven_settings.scan(other.content, ids, other.path).found)
    except FileProblem:
        return []


def _aliases(scan: Scan, other: OtherFile) -> t.Dict[str, str]:
    return {
        alias: '%s has %s as an alias of the server %s, and Maven accepts each id once. Take the '
        'alias out.' % (other.path, alias, server_id)
        for alias, server_id in scan.alias_of.items()
    }
