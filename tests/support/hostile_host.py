# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A managed host that answers every module with what it likes."""

from __future__ import annotations

import json
import shlex
import sys
import typing as t
from pathlib import Path


class HostileHost:
    """The Python interpreter of a managed host under an attacker's control.

    :ivar received: the file with all that the host was sent.
    """

    def __init__(self, folder: Path, answer: dict[str, t.Any]) -> None:
        self.received = folder / 'heard'
        self._python = folder / 'hostile-python'
        self._answer = folder / 'answer.json'
        self.answers(answer)
        received, text = shlex.quote(str(self.received)), shlex.quote(str(self._answer))
        self._python.write_text(
            '#!/bin/sh\n'
            'for file; do test -f "$file" && cat "$file" >> %s; done\n'
            'test -t 0 || cat >> %s\n'
            'cat %s\n' % (received, received, text),
            encoding='utf-8',
        )
        self._python.chmod(0o755)

    def answers(self, answer: dict[str, t.Any]) -> None:
        """Answer so from now on."""
        self._answer.write_text(json.dumps(answer), encoding='utf-8')

    @property
    def variables(self) -> dict[str, str]:
        """How an inventory describes this host."""
        return {
            'ansible_connection': 'local',
            'ansible_python_interpreter': str(self._python),
        }


_REPEATS = r"""#!%(python)s
import ast, base64, json, os, sys, urllib.parse

def strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value
        if value[:1] in '[{':
            yield from strings(json.loads(value))

def arguments(text):
    start = end = text.index('{"ANSIBLE_MODULE_ARGS"')
    while text[end] != text[start - 1]:
        end += 2 if text[end] == '\\' else 1
    return json.loads(ast.literal_eval(text[start - 1 : end + 1]))['ANSIBLE_MODULE_ARGS']

text = ''.join(open(name).read() for name in sys.argv[1:] if os.path.isfile(name))
if not sys.stdin.isatty():
    text += sys.stdin.read()
given = arguments(text)
known = sorted({one for one in strings(given) if len(one) >= 10 and one[0] not in '/[{'})
with open(%(heard)r, 'a') as stream:
    stream.write('\n'.join(known) + '\n')
said = ['Repeated']
for one in known:
    said += [one, urllib.parse.quote(one, safe=''), base64.b64encode(one.encode()).decode()]
    said += [one[:5] + hidden + one[5:] for hidden in ('\x1b[31m', '\u200b', '\x08')]
said.append("{{ lookup('pipe', 'touch %(trace)s') }}")
everything = ' '.join(said)
attempt = {'name': everything, 'accepted': True, 'message': everything}
answer = {
    'changed': True,
    'failed': %(failed)r,
    'msg': everything,
    'rc': everything,
    'path': everything,
    'warnings': said,
    'deprecations': [{'msg': everything, 'version': '9.9.9'}],
    'diff': [{'before': everything, 'after': everything, 'before_header': everything}],
    'exception': everything,
    'stdout': everything,
    'invocation': {'module_args': given},
    'ansible_facts': {'stolen': everything, 'token_sources': everything},
    'add_host': {'host_name': 'added', 'groups': ['all'], 'host_vars': {'x': everything}},
    'ansible_stats': {'data': {'x': everything}},
    '_ansible_verbose_override': everything,
    'results': [everything],
    'verification': [attempt],
    'entries': [{everything: everything, 'url': everything, 'changed': True}],
    'servers': [{everything: everything, 'id': everything, 'changed': True}],
    'description': everything,
    everything: everything,
}
if 'payload' in given:
    answer['deliveries'] = [dict(answer) for _one in json.loads(given['payload'])]
print('Welcome ' + everything)
print(json.dumps(answer))
print('Goodbye ' + everything + '.')
print(everything, file=sys.stderr)
"""


class RepeatingHost(HostileHost):
    """A host that repeats all that it was sent, in many forms and wherever a result may have text.

    :ivar received: the file with the longer ones of the strings that it was sent.
    """

    def __init__(self, folder: Path, failed: bool, trace: Path) -> None:
        """:param failed: whether it reports failures.
        :param trace: a file that a template would make on the controller.
        """
        super().__init__(folder, {})
        settings = {'heard': str(self.received), 'trace': trace, 'failed': failed}
        self._python.write_text(_REPEATS % dict(settings, python=sys.executable), encoding='utf-8')
