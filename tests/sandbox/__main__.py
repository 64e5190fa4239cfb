# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs stand-ins for people who want to try something, until Ctrl-C or SIGTERM.

For example C(python -m tests.sandbox --nexus 3.90.1 --nexus 2.5.1).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import signal
import sys
import tempfile
import threading

from . import nexus
from .serving import PortTaken, Sandbox

#: Modules beside this one whose C(create_app) needs no argument, and how they are called.
OTHERS = {'nuxeo': 'Nuxeo', 'nuvy': 'Nuvy', 'nuxeo_online': 'Nuxeo Online Services'}


def _password(user) -> str:
    return '(no password)' if user.password is None else user.password


def main(argv=None) -> int:
    options = _parser().parse_args(argv)
    try:
        with Sandbox(verbose=options.verbose) as sandbox:
            return _run(sandbox, options)
    except PortTaken as error:
        print(
            f'sandbox: {error}. Choose another one with --port, or leave it out.', file=sys.stderr
        )
        return 1
    except ValueError as error:
        print(f'sandbox: {error}.', file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m tests.sandbox',
        description='Runs stand-ins for token systems on loopback, until Ctrl-C.',
    )
    parser.add_argument(
        '--nexus',
        action='append',
        metavar='VERSION[:EDITION]',
        default=[],
        help='a Nexus Repository Manager of this version, such as 3.90.1, 2.5.1-01 or '
        '3.84.0-03:COMMUNITY; may be repeated '
        '(default: 3.90.1, unless another system is asked for)',
    )
    for name, title in OTHERS.items():
        if _present(name):
            parser.add_argument(
                '--' + name.replace('_', '-'), action='store_true', help=f'a stand-in for {title}'
            )
    parser.add_argument('--all', action='store_true', help='one of each')
    parser.add_argument(
        '--port',
        type=int,
        default=0,
        help='port of the first server, the next ones follow it (default: any free ones)',
    )
    parser.add_argument(
        '--host', default='127.0.0.1', help='address to listen on (default: %(default)s)'
    )
    parser.add_argument('--http', action='store_true', help='plain HTTP instead of TLS')
    parser.add_argument(
        '--expiration-days',
        type=int,
        metavar='DAYS',
        help='user tokens of Nexus 3.69 and newer expire after so many days',
    )
    parser.add_argument(
        '--state',
        metavar='FILE',
        help='write URLs, CA and process id to this file, as JSON; it is removed at the end',
    )
    parser.add_argument(
        '--verbose', action='store_true', help='print what goes wrong on connections'
    )
    return parser


def _present(name):
    return importlib.util.find_spec(f'{__package__}.{name}') is not None


def _apps(options):
    others = [name for name in OTHERS if _present(name) and (options.all or getattr(options, name))]
    for text in options.nexus or ([] if others and not options.all else ['3.90.1']):
        version, _colon, edition = text.partition(':')
        app = nexus.create_app(
            version, edition.upper() or None, expiration_days=options.expiration_days
        )
        yield 'nexus', f'Nexus Repository Manager {version} {app.edition}', app
    for name in others:
        yield name, OTHERS[name], importlib.import_module(f'{__package__}.{name}').create_app()


def _run(sandbox, options):
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: stop.set())
    described, hints = [], {}
    for offset, (system, title, app) in enumerate(_apps(options)):
        server = sandbox.serve(
            app,
            tls=not options.http,
            port=options.port + offset if options.port else 0,
            host=options.host,
        )
        entry = {'system': system, 'title': title, 'url': server.url}
        if system == 'nexus':
            kind = '/content/repositories/' if app.number < (3,) else '/repository/'
            entry.update(
                version=app.version,
                edition=app.edition,
                repository=server.url + kind + next(iter(app.state.repositories)) + '/',
            )
        described.append(entry)
        hints[title] = getattr(app, 'hints', [])
    _print(sandbox, options, described, hints)
    if options.state:
        _write_state(
            options.state,
            {
                'pid': os.getpid(),
                'ca_path': None if options.http else sandbox.ca_path,
                'servers': described,
                'urls': {entry['system']: entry['url'] for entry in reversed(described)},
            },
        )
    try:
        stop.wait()
    finally:
        if options.state:
            try:
                os.unlink(options.state)
            except FileNotFoundError:
                pass
    return 0


def _print(sandbox, options, described, hints):
    for entry in described:
        print('{}\n    {}'.format(entry['title'], entry['url']))
        if 'repository' in entry:
            print('    {}  (org.example.buildops:hello:1.0.0)'.format(entry['repository']))
        for hint in hints[entry['title']]:
            print(f'    {hint}')
    if any(entry['system'] == 'nexus' for entry in described):
        print('Users of the Nexus servers:')
        for name, user in nexus.USERS.items():
            notes = [
                text
                for text, true in (
                    ('administrator', user.admin),
                    ('may deploy', user.deploy and not user.admin),
                    ('no right to a user token', not user.own_token),
                    ('from ' + user.source, user.source != 'default'),
                )
                if true
            ]
            print(f'    {name:<16} {_password(user):<20} {", ".join(notes)}'.rstrip())
    if not options.http:
        print(f'CA of all servers (curl --cacert):\n    {sandbox.ca_path}')
    print('Stop with Ctrl-C.', flush=True)


def _write_state(path, state):
    """In one step, so that nobody reads half of it."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix='.sandbox-', dir=folder)
    with os.fdopen(handle, 'w', encoding='utf-8') as stream:
        json.dump(state, stream, indent=2)
        stream.write('\n')
    os.replace(temporary, path)


if __name__ == '__main__':
    sys.exit(main())
