# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests: C(python -m tests.tools.run all), or parts of them that C(--help) names.

Each step writes a log in .build/logs, and the log of a step that failed is shown. The end is a
table and the line C(N passed, N failed).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, update_wrapper
from pathlib import Path
from xml.etree import ElementTree

from tests.support import clients
from tests.tools import faults, page_links, tree
from tests.tools.scratch import BUILD, ROOT, environment, proxies

HOME = BUILD / 'home'
LOGS = BUILD / 'logs'
BIN = Path(sys.executable).parent
REPOSITORY = 'https://github.com/buildops/tokens'
PLUGINS = 'ansible_collections.buildops.tokens.plugins'
# What pip says while ansible-test installs things is of no interest in a report.
_PIP = re.compile(
    r'^(Collecting |  Downloading |  Using cached |     ━|Installing |Successfully '
    r'installed|Looking in links|Using cached pip|\n)',
    re.MULTILINE,
)
PYTHON = f'{sys.version_info[0]}.{sys.version_info[1]}'
# Seconds without output after which a step is ended. It must exceed the limit of one test.
SILENCE = 3600
# Set by --short: one line for each step.
SHORT = False


@dataclass
class Outcome:
    """What a step found. C(notes) are what a person should read even when all is well."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)


def run(
    name: str, command: list, cwd: Path = ROOT, show: bool = False, **env: str
) -> tuple[int, str]:
    """Run a command with its log in C(.build/logs).

    :param show: show the output while it runs. In short mode, only the percentages of pytest.
    :returns: the exit status and the log. The log ends with the reason if the command was ended.
    """
    log = LOGS / f'{name}.log'
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment(HOME), **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    silence = _Silence(process, SILENCE + 60 * float(os.environ.get('FUZZ_MINUTES') or 0))
    try:
        with log.open('wb') as stream:
            for part in iter(partial(os.read, process.stdout.fileno(), 65536), b''):
                silence.broken()
                stream.write(part)
                stream.flush()
                if show:
                    _show(part)
            if silence.ended:
                stream.write(f'\nEnded: no output for {silence.seconds:.0f} s.\n'.encode())
        return process.wait(), log.read_text(encoding='utf-8', errors='replace')
    finally:
        silence.stop()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """After Ctrl-C the program ends by itself, unless the signal has not reached it."""
    for act in (process.terminate, process.kill):
        try:
            process.wait(10)
            return
        except subprocess.TimeoutExpired:
            act()
    process.wait()


def _show(part: bytes) -> None:
    if SHORT:
        for percentage in re.findall(rb'\[ *(\d+%)\]', part):
            print(percentage.decode(), end=' ', flush=True)
    else:
        sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()


class _Silence:
    """Ends a process that prints nothing for so long."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.seconds, self.ended = seconds, False
        self._process = process
        self._start()

    def _start(self) -> None:
        self._timer = threading.Timer(self.seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def broken(self) -> None:
        self._timer.cancel()
        self._start()

    def stop(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.ended = True
        self._process.kill()


def check(name: str, *command, cwd: Path | None = None) -> t.Callable[[], Outcome]:
    """A step that passes when its command does.

    It runs in the copy of the collection unless C(cwd) says otherwise.
    """

    def step():
        status, _log = run(
            name,
            list(command),
            cwd or tree.COPY,
            ANSIBLE_COLLECTIONS_PATH=str(tree.COPY.parents[2]),
        )
        return Outcome(passed=int(status == 0), failed=int(status != 0))

    step.__name__ = name
    return step


def _skipped(suite: ElementTree.Element) -> list[str]:
    """Each reason once, with the number of tests; a missing client with what it would add."""
    reasons = Counter(element.get('message', '') for element in suite.iter('skipped'))
    return [
        clients.explain(reason[len(clients.MISSING) :], count)
        if reason.startswith(clients.MISSING)
        else f'{count} skipped: {reason}'
        for reason, count in sorted(reasons.items())
    ]


def _pytest(name: str, *paths: str) -> Outcome:
    report = LOGS / f'{name}.xml'
    report.unlink(missing_ok=True)
    # Three on two cores, since tests often wait for servers and other processes
    status, log = run(
        name,
        [sys.executable, '-m', 'pytest', '-n', '3', '-q', '-rs', f'--junit-xml={report}', *paths],
        show=True,
    )
    if not report.exists():
        return Outcome(failed=1, notes=log.splitlines()[-20:])
    suite = ElementTree.parse(report).getroot().find('testsuite')
    assert suite is not None
    total, failed, skipped = (
        sum(int(suite.get(key, 0)) for key in keys)
        for keys in (('tests',), ('failures', 'errors'), ('skipped',))
    )
    counted = re.findall('^counted: (.*)', log, re.MULTILINE)
    return Outcome(
        total - failed - skipped,
        failed or int(status != 0),
        skipped,
        counted + _skipped(suite),
    )


def units(*paths: str) -> Outcome:
    return _pytest('units', *(paths or ['tests/unit']))


def quick() -> Outcome:
    """The tests that need no ansible-playbook and no client that is slow to start."""
    outcome = _pytest('quick', '-m', 'not slow', 'tests/unit', 'tests/hostile')
    if SHORT:
        outcome.notes.append('left out: slow tests and those with more programs: make test-all')
        outcome.notes += clients.missing_later()
    return outcome


def slow() -> Outcome:
    """The tests of the code that C(quick) leaves out."""
    return _pytest('slow', '-m', 'slow', 'tests/unit', 'tests/hostile')


def leaks() -> Outcome:
    """Whether secrets are seen anywhere."""
    return _pytest('leaks', 'tests/leaks')


def losses() -> Outcome:
    """Whether a file or a token can be lost, whatever kills or fails the one who writes it."""
    return _pytest('losses', 'tests/losses')


def hostile() -> Outcome:
    """Whether any answer of a server makes more of it than a sentence."""
    return _pytest('hostile', 'tests/hostile')


def catalogue() -> Outcome:
    """Whether each fault of the catalogue has its test, or its explanation."""
    line, wrong = faults.summary()
    return Outcome(len(faults.catalogue()) - len(wrong), len(wrong), 0, [line, *wrong])


def _ansible_test(name: str, command: list, started: str, failures: str, show: bool) -> Outcome:
    """Runs ansible-test and counts its tests: C(started) finds one in the log, C(failures) the
    number of those that failed.
    """
    changes = tree.prepare_ansible_test(HOME)
    status, log = run(
        name, [BIN / 'ansible-test', *command, '--color', 'no'], tree.COPY, show, **changes
    )
    ran = len(re.findall(started, log, re.MULTILINE))
    counted = re.search(failures, log)
    failed = int(counted[1]) if counted else int(status != 0)
    notes = sorted(set(re.findall(r'^WARNING: (Skipping .*?)\.?$', log, re.MULTILINE)))
    return Outcome(max(ran - failed, 0), failed, 0, notes)


def sanity() -> Outcome:
    """All of ansible-test sanity; import and compile for every Python on the machine that this
    ansible-core knows.
    """
    return _ansible_test(
        'sanity',
        ['sanity', '--controller', f'origin:python=venv/{PYTHON}'],
        r'^Running sanity test ',
        r'FATAL: The (\d+) sanity test',
        show=False,
    )


@contextmanager
def sandbox(*args: str) -> t.Iterator[dict]:
    """The sandbox in a separate process.

    Gives what it says about itself: C(ca_path), C(urls) by system, C(servers).
    """
    state = LOGS / 'sandbox.json'
    state.unlink(missing_ok=True)
    with (LOGS / 'sandbox.log').open('wb') as log:
        process = subprocess.Popen(
            [sys.executable, '-m', 'tests.sandbox', *args, '--state', state],
            cwd=ROOT,
            env=environment(HOME),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 30
        while not state.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f'the sandbox did not start, see {LOGS}/sandbox.log')
            time.sleep(0.05)
        yield json.loads(state.read_text(encoding='utf-8'))
    finally:
        process.terminate()
        process.wait(timeout=30)


def integration(*targets: str, host_python: str = '') -> Outcome:
    """The targets of ansible-test integration, which find the sandbox in the variable C(sandbox).

    C(host_python): the version that modules run with.
    """
    hosts = ['--local', '--python', PYTHON]
    if host_python:
        hosts = [
            '--controller',
            f'origin:python={PYTHON}',
            '--target',
            f'controller:python={host_python}',
        ]
    with sandbox('--all', '--nexus', '3.90.1', '--nexus', '3.38.1', '--nexus', '2.15.1') as state:
        config = tree.COPY / 'tests/integration/integration_config.yml'
        config.write_text(
            json.dumps({'sandbox': state, 'stand_ins': str(ROOT / 'tests/stand_ins')}),
            encoding='utf-8',
        )
        return _ansible_test(
            'integration',
            ['integration', *hosts, '--continue-on-error', *targets],
            r'^Running \S+ integration test',
            r'FATAL: The (\d+) integration test',
            show=True,
        )


def molecule() -> Outcome:
    """The scenarios in extensions/molecule: each role in a play, twice, and then the tool that it
    serves.
    """
    folder = tree.COPY / 'extensions'
    status, log = run(
        'molecule',
        [BIN / 'molecule', '-c', 'molecule/config.yml', 'test', '--all'],
        folder,
        ANSIBLE_COLLECTIONS_PATH=str(tree.COPY.parents[2]),
        NO_COLOR='1',
    )
    if status != 0:
        return Outcome(failed=1)
    scenarios = [path.parent.name for path in folder.glob('molecule/*/molecule.yml')]
    return Outcome(passed=sum(f'{name} > verify' in log for name in scenarios))


def docs() -> Outcome:
    """The guides and the reference of all options as HTML in .build/docs/html."""
    texts, html = BUILD / 'docs/rst', BUILD / 'docs/html'
    texts.mkdir(mode=0o700, parents=True, exist_ok=True)
    status, _log = run(
        'docs',
        [
            BIN / 'antsibull-docs',
            'collection',
            '--use-current',
            '--squash-hierarchy',
            '--cleanup',
            'everything',
            '--dest-dir',
            texts,
            'buildops.tokens',
        ],
        ANSIBLE_COLLECTIONS_PATH=str(tree.COPY.parents[2]),
    )
    for image in (tree.COPY / 'docs/docsite/rst').glob('*.svg'):
        shutil.copy(image, texts / 'docsite')
    shutil.rmtree(html, ignore_errors=True)
    if status == 0:
        settings = {
            'project': 'buildops.tokens',
            'extensions': 'sphinx_antsibull_ext,tests.tools.sphinx_extension',
            'html_theme': 'sphinx_ansible_theme',
            'html_show_copyright': '0',
            'html_copy_source': '0',
            'html_theme_options.documentation_home_url': REPOSITORY,
            'pygments_style': 'ansible',
            'antsibull_ext_color_scheme': 'default-autodark',
            'highlight_language': 'YAML+Jinja',
            'default_role': 'any',
        }
        defines = [part for name, value in settings.items() for part in ('-D', f'{name}={value}')]
        status, _log = run(
            'docs',
            [
                sys.executable,
                '-m',
                'sphinx',
                '--isolated',
                '-q',
                '-E',
                '-W',
                '--keep-going',
                '-n',
                '-b',
                'html',
                *defines,
                texts,
                html,
            ],
        )
    links = page_links.broken(html) if status == 0 else []
    failed = int(status != 0) + len(links)
    return Outcome(int(status == 0), failed, notes=[*links, f'{html}/index.html'])


def release() -> Outcome:
    """What a release consists of, which Galaxy's importer must accept without a warning."""
    command = [sys.executable, '-m', 'tests.tools.release']
    status, _log = run('release', command, **proxies())
    return Outcome(passed=int(status == 0), failed=int(status != 0))


def mypy() -> Outcome:
    """Check the types of the plugins, which mypy finds by the name of the collection."""
    subprocess.run([ROOT / 'tools/link.sh'], check=True)
    step = check('mypy', sys.executable, '-m', 'mypy', '-p', PLUGINS, cwd=ROOT)
    return step()


LINT = [
    check('ruff-format', sys.executable, '-m', 'ruff', 'format', '--check', '.', cwd=ROOT),
    check('ruff', sys.executable, '-m', 'ruff', 'check', '.', cwd=ROOT),
    mypy,
    check('words', sys.executable, '-m', 'tests.tools.words', cwd=ROOT),
    check('generate', sys.executable, '-m', 'tests.tools.generate', '--check', cwd=ROOT),
    check('yamllint', sys.executable, '-m', 'yamllint', '--strict', '.'),
    check('shellcheck', BIN / 'shellcheck', '.ci/run'),
    check(
        'docs-lint',
        BIN / 'antsibull-docs',
        'lint-collection-docs',
        '--plugin-docs',
        '--validate-collection-refs=self',
        '.',
    ),
    check('changelog-lint', BIN / 'antsibull-changelog', 'lint'),
    check(
        'ansible-lint', BIN / 'ansible-lint', '--offline', '--profile', 'production', '--nocolor'
    ),
]

PARTS: dict[str, list[t.Callable[[], Outcome]]] = {
    'quick': [quick],
    'slow': [slow],
    'lint': LINT,
    'units': [units],
    'leaks': [leaks],
    'losses': [losses],
    'hostile': [hostile],
    'faults': [catalogue],
    'sanity': [sanity],
    'integration': [integration],
    'molecule': [molecule],
    'docs': [docs],
    'release': [release],
}


# Their output is shown while they run.
SHOWN = ('quick', 'slow', 'units', 'leaks', 'losses', 'hostile', 'integration')


class Table:
    """Runs steps, and remembers what they found and how long they took."""

    def __init__(self):
        self.rows: list[tuple[str, Outcome, float]] = []

    def run(self, step: t.Callable[[], Outcome]) -> None:
        name, start = step.__name__, time.monotonic()
        print(f'{name} ... ' if SHORT else f'... {name}', end='' if SHORT else '\n', flush=True)
        try:
            outcome = step()
        except Exception as error:  # the other steps are still worth running
            outcome = Outcome(failed=1, notes=[f'{type(error).__name__}: {error}'])
        self.rows.append((name, outcome, time.monotonic() - start))
        if SHORT:
            print(f'{time.monotonic() - start:.1f} s', flush=True)
        log = LOGS / f'{name}.log'
        if (
            outcome.failed and log.exists() and (SHORT or name not in SHOWN)
        ):  # those were shown as they ran
            lines = log.read_text(encoding='utf-8', errors='replace').splitlines(keepends=True)
            print(
                f'--- {name} failed ({log}):\n'
                f'{"".join(line for line in lines if not _PIP.match(line))}',
                flush=True,
            )

    def run_together(self, *lanes: list) -> None:
        """Runs lanes of steps at the same time."""

        def follow(lane):
            for step in lane:
                self.run(step)

        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(follow, lanes))

    def show(self) -> bool:
        print()
        for name, outcome, seconds in self.rows:
            counts = f'{outcome.passed} passed, {outcome.failed} failed' + (
                f', {outcome.skipped} skipped' if outcome.skipped else ''
            )
            print(f'{"FAILED" if outcome.failed else "ok":8}{name:16}{counts:36}{seconds:6.1f} s')
            for note in outcome.notes:
                print(f'{"":8}{note}')
        passed, failed, skipped = (
            sum(getattr(outcome, key) for _name, outcome, _seconds in self.rows)
            for key in ('passed', 'failed', 'skipped')
        )
        print(
            f'\n{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''),
            flush=True,
        )
        return failed == 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog='tests.tools.run', description='Runs the tests of the collection.'
    )
    parser.add_argument(
        'parts',
        nargs='+',
        choices=['all', 'rest', *PARTS],
        metavar='PART',
        help='all; rest (all but quick); ' + ', '.join(PARTS),
    )
    parser.add_argument(
        '--name',
        action='append',
        default=[],
        help='for units: a file or folder; for integration: a target',
    )
    parser.add_argument(
        '--host-python',
        default='',
        metavar='VERSION',
        help='for integration: the Python of the managed host, such as 3.8',
    )
    parser.add_argument(
        '--short', action='store_true', help='one line for each step; output of failures only'
    )
    args = parser.parse_args()
    global SHORT
    SHORT = args.short
    for folder in (HOME, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    tree.refresh()
    table = Table()
    if {'all', 'rest'} & set(args.parts):
        if 'all' in args.parts:
            table.run(quick)
        # Tests that look at the clock run alone.
        table.run(slow)
        table.run(leaks)
        table.run(losses)
        table.run(catalogue)
        table.run_together([sanity], LINT)
        table.run(integration)
        table.run(molecule)
    else:
        named = {
            'units': update_wrapper(partial(units, *args.name), units),
            'integration': update_wrapper(
                partial(integration, *args.name, host_python=args.host_python), integration
            ),
        }
        for part in args.parts:
            for step in [named[part]] if part in named else PARTS[part]:
                table.run(step)
    return 0 if table.show() else 1


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print('\nInterrupted.', file=sys.stderr)
        sys.exit(130)
