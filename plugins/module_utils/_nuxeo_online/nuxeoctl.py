# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Runs C(nuxeoctl) with a token on its standard input, and puts what it says into words.

Measured on the launchers of 10.10 and 2023. All messages go to standard output, exit codes 1 and 2 mean many things, and it waits for a silent server for ever.
10.10 reads all of standard input, 2023 a line of it: a token without a line feed suits both. A token on the command line would stand in its log.
"""

from __future__ import annotations

import os
import re
from collections import namedtuple

from ansible_collections.buildops.tokens.plugins.module_utils._command import limited
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import read_private
from ansible_collections.buildops.tokens.plugins.module_utils._files.instance_clid import NAME
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
    TOKENS_PAGE,
)

_PROPERTY = re.compile(
    r'^[ \t\f]*(org\.nuxeo\.connect\.url|nuxeo\.data\.dir)[ \t\f]*[=:][ \t\f]*(.*?)[ \t\f]*$',
    re.MULTILINE,
)
# What its Java says where there is no connection, and what that means. The first that fits counts.
_UNREACHABLE = (
    ('UnknownHostException', 'this host does not know its name'),
    ('NoRouteToHost', 'there is no route to it'),
    ('SSL', 'the TLS connection failed'),
    ('SocketTimeout', 'it did not answer in time'),
    ('ConnectException', 'no connection could be made'),
    ('SocketException', 'the connection broke'),
)
_HEADING = re.compile(
    r'(Nuxeo home: |Nuxeo configuration: |Include template: |ERROR StatusConsoleListener )'
)

Home = namedtuple('Home', 'path program conf data connect_url')
Home.__doc__ = """Where a Nuxeo server is.

:param path: its folder. :param program: nuxeoctl. :param conf: nuxeo.conf. :param data: its data folder.
:param connect_url: what it is set to register with (C(org.nuxeo.connect.url)).
"""


def locate(params, environment):
    """Find the parts of a Nuxeo server.

    :param params: options O(nuxeo_home), O(nuxeoctl), O(conf_path), O(data_dir), each a path or None. :param environment: a mapping.
    :returns: C(Home).
    :raises BadInput: what cannot be found, and how to name it.
    """
    path = params['nuxeo_home'] or environment.get('NUXEO_HOME')
    if not path and params['nuxeoctl']:
        path = os.path.dirname(os.path.dirname(os.path.realpath(params['nuxeoctl'])))
    if not path:
        raise BadInput('Where is Nuxeo? Set nuxeo_home to the folder that holds bin/nuxeoctl.')
    for option in ('nuxeo_home', 'nuxeoctl', 'conf_path', 'data_dir'):
        if params[option] and not os.path.isabs(params[option]):
            raise BadInput('%s must be an absolute path.' % option)
    if not os.path.isdir(path):
        raise BadInput(
            'There is no folder %s. Set nuxeo_home to the folder that holds bin/nuxeoctl.' % path
        )
    conf = (
        params['conf_path']
        or environment.get('NUXEO_CONF')
        or os.path.join(path, 'bin', 'nuxeo.conf')
    )
    content = read_private(conf).content
    if content is None and params['conf_path']:
        raise BadInput('There is no file %s. Correct conf_path.' % conf)
    settings = dict(
        _PROPERTY.findall((content or b'').decode('utf-8', 'replace').replace('\r\n', '\n'))
    )
    data = params['data_dir'] or settings.get('nuxeo.data.dir') or os.path.join('nxserver', 'data')
    if '$' in data:
        raise BadInput(
            'nuxeo.data.dir in %s refers to a variable. Set data_dir to the folder that it means.'
            % conf
        )
    return Home(
        path,
        params['nuxeoctl'] or os.path.join(path, 'bin', 'nuxeoctl'),
        conf,
        os.path.join(path, data),
        settings.get('org.nuxeo.connect.url') or SERVICE + '/site/',
    )


def runner(module):
    """:returns: what C(call) runs nuxeoctl by. What it creates is for its user alone; by itself it makes instance.clid readable for everybody."""
    return limited(module, umask=0o077)


def call(run, home, arguments, given, timeout):
    """Run nuxeoctl.

    :param run: from C(runner). :param home: C(Home). :param arguments: list of str, without any secret.
    :param given: bytes for its standard input, or None. :param timeout: seconds, after which it is ended with all its children.
    :returns: (exit code or None after that time, what it said).
    :raises FileProblem: it cannot be started.
    """
    if not os.path.isfile(home.program) or not os.access(home.program, os.X_OK):
        raise FileProblem(
            'There is no program %s that this user may run. Correct nuxeo_home or nuxeoctl.'
            % home.program
        )
    code, said, errors = run(
        [home.program] + arguments,
        {'NUXEO_HOME': home.path, 'NUXEO_CONF': home.conf},
        given,
        timeout,
    )
    return code, '%s\n%s' % (said, errors)


def explain(code, said, timeout, *secrets):
    """Say in words why a registration failed.

    :param code: exit code, or None when it was ended after C(timeout) seconds. :param said: its output. :param secrets: what must not come back.
    :returns: a sentence or two.
    """
    status = re.search(r'Unhandled response code: (\d{3})', said)
    status = int(status.group(1)) if status else None
    if code is None:
        return (
            'nuxeoctl did not end within %d seconds and was stopped: the service did not answer. It may have made a registration all the same; '
            'look at the instances of the project before you try again.' % timeout
        )
    if 'Wrong login or token' in said:
        if status in (401, 403):
            return (
                'Nuxeo Online Services refuses the user name or the token (%d). Tokens are made at %s.'
                % (status, TOKENS_PAGE)
            )
        if status:
            return (
                'Nuxeo Online Services answered %d. Try again later, and check org.nuxeo.connect.url in nuxeo.conf.'
                % status
            )
        return (
            'Nuxeo Online Services shows no project to this user: the user name or the token is wrong, or the user may not register servers for any '
            'project. Tokens are made at %s.' % TOKENS_PAGE
        )
    if 'Unknown project: ' in said:
        return 'The token does not open this project. Give its symbolic name, as the module nuxeo_online_token_info lists it.'
    if status and 400 <= status < 500:
        return (
            'Nuxeo Online Services refuses to register a server for this project (%d). Does the user have the right to, and the contract room '
            'for one more?' % status
        )
    if status and status >= 500:
        return (
            'Nuxeo Online Services failed while it registered the server (%d). Look at the instances of the project before you try again: it may have '
            'made one all the same.' % status
        )
    if status or 'Instance registration failed' in said:
        return (
            'Nuxeo Online Services answered with something that is not a registration%s. Check org.nuxeo.connect.url in nuxeo.conf, and any proxy on the '
            'way.' % (' (%d)' % status if status else '')
        )
    if re.search(
        r'%s \(|Permission denied|No space left|Read-only file system' % re.escape(NAME), said
    ):
        return (
            'The registration was made, but nuxeoctl could not write it: %s Correct that, remove the instance from the project on the web page, '
            'and run the task again.' % _last_line(said, secrets)
        )
    reason = next((words for name, words in _UNREACHABLE if name in said), None)
    if reason:
        detail = _last_line(said, secrets, 'Cannot execute command. ').rstrip('.')
        return (
            'nuxeoctl cannot reach Nuxeo Online Services: %s%s. Check the network of this host, and the proxy settings (nuxeo.http.proxy.host) in '
            'nuxeo.conf.' % (reason, ' (%s)' % detail if detail else '')
        )
    return 'nuxeoctl ended with exit code %d. It said: %s' % (
        code,
        _last_line(said, secrets) or 'nothing.',
    )


def _last_line(said, secrets, after=''):
    """:returns: the last line that is no part of a stack trace, or the first that holds C(after), as a sentence."""
    lines = [
        line
        for line in said.splitlines()
        if line.strip()
        and not re.match(r'\s+at |java\.|Caused by', line)
        and not _HEADING.match(line)
    ]
    chosen = next(
        (line.partition(after)[2] for line in lines if after and after in line),
        lines[-1] if lines else '',
    )
    text = sanitize(re.sub(r'^Please enter your token: ', '', chosen), *secrets).rstrip('.')
    return text + '.' if text else ''


def verdict(code, said, timeout):
    """Judge C(nuxeoctl mp-update), which asks the service for its packages with the registration.

    :returns: (whether it got in, a reason in words).
    """
    if code is None:
        return False, 'the service did not answer in %d seconds' % timeout
    refused = re.search(r'Unable to fetch remote packages list: (.*)', said)
    if refused and '401' in refused.group(1):
        return False, 'the service no longer takes this registration (401)'
    if refused:
        return False, 'nuxeoctl cannot get its packages list: %s' % sanitize(refused.group(1))
    if code != 0:
        return False, 'nuxeoctl mp-update ended with exit code %d' % code
    return True, 'accepted'
