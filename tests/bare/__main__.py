# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(python -m tests.bare): runs the commands of the README on bare machines.

Each release: C(make provision) and C(make test), in a clean environment and in a hostile one.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import typing as t

from tests.bare.machine import CLONE, FOLDER, RELEASES, Machine, obstacle

#: A proxy that does not exist, settings of Ansible, a locale that is missing.
HOSTILE = {
    'HOME': '/srv/read-only home',
    'http_proxy': 'http://127.0.0.1:9',
    'https_proxy': 'http://127.0.0.1:9',
    'HTTP_PROXY': 'http://127.0.0.1:9',
    'HTTPS_PROXY': 'http://127.0.0.1:9',
    'ANSIBLE_COLLECTIONS_PATH': '/nowhere',
    'ANSIBLE_STDOUT_CALLBACK': 'no_such_callback',
    'ANSIBLE_VAULT_PASSWORD_FILE': '/nowhere/password',
    'ANSIBLE_CONFIG': '/nowhere/ansible.cfg',
    'ANSIBLE_INVENTORY': '/nowhere/inventory',
    'GIT_CONFIG_GLOBAL': '/nowhere/gitconfig',
    'PYTHONPATH': '/nowhere/python',
    'LANG': 'de_DE.UTF-8',
    'LC_ALL': 'C',
}


class Check(t.NamedTuple):
    """One command, and whether its result is what the README promises."""

    name: str
    passed: bool
    seconds: float
    output: str


def _timed(name: str, judge: t.Callable[[], tuple[bool, str]]) -> Check:
    print(f'    {name} ... ', end='', flush=True)
    start = time.monotonic()
    try:
        passed, output = judge()
    except AssertionError as error:
        passed, output = False, str(error)
    check = Check(name, passed, time.monotonic() - start, output)
    print(f'{"ok" if passed else "FAILED"} {check.seconds:.0f} s', flush=True)
    if not passed:
        print(output, flush=True)
    return check


def _provision(machine: Machine, env: dict[str, str] | None, again: bool) -> tuple[bool, str]:
    code, output = machine.as_user('make provision', env={} if env is None else env)
    accepted, rows = 0, 0
    for line in output.splitlines():
        if re.match(r'(company|studio|nuvy|platform) ', line):
            rows, accepted = rows + 1, accepted + line.rstrip().endswith('accepted')
    good = code == 0 and rows == accepted == 13 and 'refused' not in output
    return good and ('changed=0' in output) is again, output


def _test(machine: Machine, env: dict[str, str] | None) -> tuple[bool, str]:
    code, output = machine.as_user('make test', env={} if env is None else env)
    closing = re.findall(r'^(\d+) passed, 0 failed', output, re.MULTILINE)
    return code == 0 and bool(closing) and int(closing[-1]) > 1000, output


def _without_shm(machine: Machine) -> tuple[bool, str]:
    code, output = machine.as_user('make provision', env=HOSTILE, shm=False)
    return code != 0 and '/dev/shm' in output and 'Traceback' not in output, output


def _refused(machine: Machine) -> tuple[bool, str]:
    code, output = machine.as_user('make provision', env={})
    return code != 0 and 'Python 3.10 or newer is needed' in output, output


def try_release(name: str, tests: bool = True) -> list[Check]:
    """Build a machine and run everything on it."""
    print(name, flush=True)
    made: list[Machine] = []

    def build() -> tuple[bool, str]:
        made.append(Machine(name))
        return True, ''

    checks = [_timed('build the machine', build)]
    if not made:
        return checks
    [machine] = made
    if RELEASES[name].refused:
        return [*checks, _timed('its Python is refused', lambda: _refused(machine))]
    checks.append(_timed('make provision', lambda: _provision(machine, None, False)))
    checks.append(_timed('make provision again', lambda: _provision(machine, None, True)))
    checks.append(_timed('make test', lambda: _test(machine, None)))
    machine.as_root(f'mkdir -m 0555 "{HOSTILE["HOME"]}" && chown root "{HOSTILE["HOME"]}"')
    hostile = 'in a hostile environment'
    if tests:
        checks.append(_timed(f'make test {hostile}', lambda: _test(machine, HOSTILE)))
    machine.as_root(f'rm -rf "{CLONE}/.build/provision"')
    first, second = f'make provision {hostile}', f'make provision {hostile}, again'
    checks.append(_timed(first, lambda: _provision(machine, HOSTILE, False)))
    checks.append(_timed(second, lambda: _provision(machine, HOSTILE, True)))
    checks.append(_timed('no /dev/shm is reported', lambda: _without_shm(machine)))
    return checks


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m tests.bare', description=__doc__)
    parser.add_argument('--release', action='append', choices=list(RELEASES))
    parser.add_argument('--once', action='store_true', help='make test only once')
    parser.add_argument(
        '--possible', action='store_true', help='only print why it is not possible here, if so'
    )
    args = parser.parse_args()
    reason = obstacle(args.release or list(RELEASES))
    if args.possible:
        print(reason)
        return 0
    if reason:
        print(f'Bare machines are left out: {reason}')
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    checks = [
        check
        for name in args.release or list(RELEASES)
        for check in try_release(name, tests=not args.once)
    ]
    failed = sum(not check.passed for check in checks)
    print(f'\n{len(checks) - failed} passed, {failed} failed')
    return int(failed > 0)


if __name__ == '__main__':
    sys.exit(main())
