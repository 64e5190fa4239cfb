# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Smart HTTP of git by git's own C(git http-backend), behind Basic authentication.

make_repository(folder, 'project', {'README.md': 'hello\\n'}) server =
sandbox.serve(git_http.create_app(folder, lambda user, password: (user, password) == ('jdoe',
'token'))) # git clone <server.url>/project.git
"""

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace

from flask import Flask, Response, request

from . import serving

SECONDS = 60


def environment(**more):
    """An environment for git in which nothing of this machine's or this user's configuration
    counts.
    """
    kept = {name: os.environ[name] for name in ('PATH', 'LANG', 'TMPDIR') if name in os.environ}
    return {
        **kept,
        'HOME': os.devnull,
        'GIT_CONFIG_NOSYSTEM': '1',
        'GIT_CONFIG_GLOBAL': os.devnull,
        'GIT_TERMINAL_PROMPT': '0',
        **more,
    }


def make_repository(folder, name, files=None, branch='master', config=()):
    """Makes the bare repository C(<folder>/<name>.git) with one commit of C(files) (path to text)
    and returns its path.

    config: pairs of a key and a value of git's configuration.
    """
    path = os.path.join(str(folder), f'{name}.git')
    _git('init', '-q', '--bare', f'--initial-branch={branch}', path)
    for key, value in (('http.receivepack', 'true'), *config):
        _git('-C', path, 'config', key, value)
    if files:
        stream = [
            f'commit refs/heads/{branch}\ncommitter sandbox <sandbox@example.org> 1700000000 '
            '+0000\ndata 5\nfirst\n'
        ]
        for file, text in files.items():
            stream.append(f'M 100644 inline {file}\ndata {len(text.encode())}\n{text}\n')
        _git('-C', path, 'fast-import', '--quiet', text=''.join(stream))
    return path


def _git(*arguments, text=None):
    subprocess.run(
        ['git', *arguments],
        input=text,
        env=environment(),
        text=True,
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )


def backend(folder, path, user):
    """The answer of C(git http-backend) to the current request; C(path) is the part of it below the
    folder of repositories.
    """
    body = request.get_data()
    passed = environment(
        GIT_PROJECT_ROOT=str(folder),
        GIT_HTTP_EXPORT_ALL='1',
        PATH_INFO='/' + path.lstrip('/'),
        QUERY_STRING=request.query_string.decode('latin-1'),
        REQUEST_METHOD=request.method,
        CONTENT_TYPE=request.headers.get('Content-Type', ''),
        CONTENT_LENGTH=str(len(body)),
        REMOTE_USER=user,
        REMOTE_ADDR=request.remote_addr or '',
        GIT_PROTOCOL=request.headers.get('Git-Protocol', ''),
        HTTP_CONTENT_ENCODING=request.headers.get('Content-Encoding', ''),
        GIT_COMMITTER_NAME=user,
        GIT_COMMITTER_EMAIL=f'{user}@example.org',
    )
    run = subprocess.run(
        ['git', 'http-backend'],
        input=body,
        env=passed,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    head, dummy, content = run.stdout.partition(b'\r\n\r\n')
    answer = Response(content, status=200 if run.stdout else 500)
    del answer.headers['Content-Type']
    for line in head.decode('latin-1').split('\r\n'):
        name, dummy, value = line.partition(': ')
        if name == 'Status':
            answer.status = value
        elif value:
            answer.headers[name] = value
    return answer


def create_app(repositories_folder, authorize, realm='git'):
    """Return the Flask app that serves every bare repository of a folder.

    authorize: called with user name and password of Basic; true lets them fetch and push. Nobody
    gets in without.
    """
    app = Flask('sandbox.git_http')
    app.state = SimpleNamespace(repositories_folder=str(repositories_folder))

    @app.route('/<path:path>', methods=['GET', 'POST'])
    def repository(path):
        found = serving.basic_credentials(request.headers.get('Authorization'))
        if found is None or not authorize(*found):
            return Response(
                'Unauthorized\n',
                401,
                {'WWW-Authenticate': f'Basic realm="{realm}"'},
                content_type='text/plain',
            )
        return backend(repositories_folder, path, found[0])

    return app
