# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Finds C(nuxeoctl) and runs it with a token on its standard input.

Measured with the launchers of 10.10 and 2023: all messages go to standard output, exit codes 1 and
2 have many meanings, and it waits for a silent server without a limit. 10.10 reads all of its
standard input, 2023 one line: a token without a line feed suits both. A token on the command line
would appear in its log.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import read_private
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import real_path
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    Outcome,
    User,
    check_trusted,
    environment_of,
    run,
    user_of,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
)

UMASK = 0o077  # nuxeoctl itself makes instance.clid readable for everybody
_PROPERTY = re.compile(
    r'^[ \t\f]*(org\.nuxeo\.connect\.url|nuxeo\.data\.dir)[ \t\f]*[=:][ \t\f]*(.*?)[ \t\f]*$',
    re.MULTILINE,
)
# What nuxeoctl runs or reads code and settings from, below the folder of the server
_DECIDING = ('bin', 'lib', 'nxserver', 'nxserver/lib', 'nxserver/bundles', 'templates')
# Of these, everything in them; nxserver contains the data of the server as well
_WHOLE = ('bin', 'lib', 'nxserver/lib', 'nxserver/bundles', 'templates')


class Home(t.NamedTuple):
    """Where a Nuxeo server is.

    :ivar path: its folder.
    :ivar program: nuxeoctl.
    :ivar conf: nuxeo.conf.
    :ivar data: its data folder.
    :ivar connect_url: where it registers (C(org.nuxeo.connect.url)).
    :ivar data_owner: number of the user whose configuration names the data folder, or None.
    :ivar effective: whether nuxeoctl uses this data folder; None if that is not known.
    :ivar shadowed_by: why it uses another one, or why that is not known.
    """

    path: str
    program: str
    conf: str
    data: str
    connect_url: str
    data_owner: t.Optional[int]
    effective: t.Optional[bool] = True
    shadowed_by: str = ''


def locate(params: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> Home:
    """Find the parts of a Nuxeo server.

    :param params: options O(nuxeo_home), O(nuxeoctl), O(conf_path), O(data_dir): paths or None.
    :param environment: variables C(NUXEO_HOME) and C(NUXEO_CONF).
    :raises BadInput: what cannot be found, and how to name it.
    """
    path = _home_folder(params, environment)
    conf = (
        params['conf_path']
        or environment.get('NUXEO_CONF')
        or os.path.join(path, 'bin', 'nuxeo.conf')
    )
    state = read_private(conf)
    content = state.content
    if content is None and params['conf_path']:
        raise BadInput('There is no file %s. Correct conf_path.' % conf)
    settings = dict(
        _PROPERTY.findall((content or b'').decode('utf-8', 'replace').replace('\r\n', '\n'))
    )
    data = params['data_dir'] or settings.get('nuxeo.data.dir') or os.path.join('nxserver', 'data')
    named = not params['data_dir'] and 'nuxeo.data.dir' in settings
    data = os.path.join(path, data)
    if '$' in data and not params['data_dir']:
        raise BadInput(
            'nuxeo.data.dir in %s refers to a variable. Set data_dir to the folder that it means.'
            % conf
        )
    return Home(
        path,
        params['nuxeoctl'] or os.path.join(path, 'bin', 'nuxeoctl'),
        conf,
        data,
        settings.get('org.nuxeo.connect.url') or SERVICE + '/site/',
        state.info.st_uid if named and state.info else None,
        *_effective(data, settings.get('nuxeo.data.dir'), path, conf),
    )


def _effective(
    data: str, configured: t.Optional[str], path: str, conf: str
) -> t.Tuple[t.Optional[bool], str]:
    """:returns: whether nuxeoctl uses a data folder, and why not."""
    used = os.path.join(path, configured or os.path.join('nxserver', 'data'))
    if real_path(used) == real_path(data):
        return True, ''
    if configured is None:  # a template of the server may set it
        return None, '%s does not set nuxeo.data.dir to %s' % (conf, data)
    if '$' in configured:
        return None, 'nuxeo.data.dir in %s refers to a variable' % conf
    return False, 'nuxeo.data.dir in %s names %s' % (conf, used)


def _home_folder(params: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> str:
    path: t.Optional[str] = params['nuxeo_home'] or environment.get('NUXEO_HOME')
    if not path and params['nuxeoctl']:
        path = os.path.dirname(os.path.dirname(real_path(params['nuxeoctl'])))
    if not path:
        raise BadInput('Where is Nuxeo? Set nuxeo_home to the folder that contains bin/nuxeoctl.')
    for option in ('nuxeo_home', 'nuxeoctl', 'conf_path', 'data_dir'):
        if params[option] and not os.path.isabs(params[option]):
            raise BadInput('%s must be an absolute path.' % option)
    if not os.path.isdir(path):
        raise BadInput(
            'There is no folder %s. Set nuxeo_home to the folder that contains bin/nuxeoctl.' % path
        )
    return path


def call(
    home: Home, arguments: t.Sequence[str], given: t.Optional[str], timeout: int
) -> t.Tuple[t.Optional[int], str]:
    """Run nuxeoctl, for root as the user to whom the server belongs.

    :param arguments: without any secret.
    :param given: its standard input, ASCII, or None.
    :param timeout: seconds after which it is stopped with all its children.
    :returns: (exit code, or None after that time; what it printed).
    :raises FileProblem: it cannot be started, or root must not run it.
    """
    if not os.path.isfile(home.program) or not os.access(home.program, os.X_OK):
        raise FileProblem(
            'There is no program %s that this user may run. Correct nuxeo_home or nuxeoctl.'
            % home.program
        )
    user = runner_of(home)
    done: Outcome = run(
        [home.program] + list(arguments),
        user,
        dict(environment_of(user), NUXEO_HOME=home.path, NUXEO_CONF=home.conf),
        None if given is None else given.encode('ascii'),
        timeout,
        UMASK,
    )
    return done.code, '%s\n%s' % (done.out, done.err)


def runner_of(home: Home) -> User:
    """Find the user as whom nuxeoctl has to run.

    :raises FileProblem: root must not run it: parts of the server belong to several users, or
        others can change the program or what it reads.
    """
    user = user_of(home.path, home.conf, home.data)
    if os.geteuid() != 0:
        return user
    for part in [*_deciding(home.path), home.program]:
        check_trusted(part, user)
    if user.uid != _owner(home.data):
        raise FileProblem(
            '%s does not belong to user %s like the rest of the Nuxeo server, so nuxeoctl could '
            'not write there. Correct its owner, or run the task as its owner (become_user).'
            % (home.data, user.name)
        )
    return user


def _deciding(path: str) -> t.Iterator[str]:
    """Yield what a nuxeoctl runs, or reads code and settings from. :param path: of the server."""
    for part in _DECIDING:
        top = os.path.join(path, part)
        yield top
        if part in _WHOLE and os.path.isdir(top):
            for folder, folders, names in os.walk(real_path(top)):
                yield from (os.path.join(folder, name) for name in sorted(folders + names))


def _owner(path: str) -> int:
    """:returns: the owner of a folder, or of the nearest one above that exists."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return os.stat(path).st_uid
