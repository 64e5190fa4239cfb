# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random homes for git: configurations, stores and a question, and what the real git answers."""

from __future__ import annotations

import os
import random
import subprocess
import typing as t

HOSTS = [
    'ex.com', 'git.ex.com', 'Git.Ex.com', 'git_x.ex.com', 'ex.com:8443', 'ex.com:443',
    'ex.com:0443', '[::1]:8443', 'other.org',
]  # fmt: skip
PATHS = [
    '', '/', '/team', '/team/', '/team/a.git', '/team/b.git', '/te', '/team/a%20b.git', '/team/c++',
    '/team/c%2b%2b', '/team/./a.git', '/x/../team/a.git', '/team//a.git', '/te%61m/a.git', '/..',
    '/team/a:b', '/team/a%3ab', '/team/a.git?x=1', '/%zz', '/team/d\u00e9',
]  # fmt: skip
USERS = ['ci', 'me', 'a@b.c', 'x:y', '']
SILENT = '!f() { :; }; f'


class Case:
    """A home folder made from a seed, with the address that git is asked for."""

    def __init__(self, seed: int, home: str) -> None:
        self.random = random.Random(seed)
        self.home = home
        self.url = self._url(0.15)
        self.files: dict[str, bytes] = {}
        self._make()

    def _pick(self, *choices: t.Any) -> t.Any:
        return self.random.choice(choices)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _url(self, with_user: float) -> str:
        user = ''
        if self._chance(with_user):
            user = self._pick('ci@', 'me@', 'ci:pw@', '@', 'a%40b.c@')
        host = self._pick(*HOSTS[:4]) if self._chance(0.7) else self._pick(*HOSTS)
        path = self._pick(*PATHS[:7]) if self._chance(0.7) else self._pick(*PATHS)
        return self._pick('https://', 'https://', 'https://', 'http://') + user + host + path

    def _pattern(self) -> str:
        if self._chance(0.3):
            return self._like_the_question()
        text = self._url(0.1)
        change = self.random.random()
        if change < 0.15:
            text = text.replace('ex.com', self._pick('*.com', '*', 'ex.*'))
        elif change < 0.3:
            text = text.partition('://')[2]
        elif change < 0.35:
            text = self._pick('https://', 'ex.com', '/team/a.git', '', 'ci@', 'HTTPS://EX.COM/')
        elif change < 0.4:
            text = text.replace('_', '%5f').replace('e', '%65', 1)
        return text

    def _like_the_question(self) -> str:
        scheme, _separator, rest = self.url.partition('://')
        authority, slash, path = rest.partition('/')
        parts = path.split('/')
        kept = '/'.join(parts[: self.random.randrange(len(parts) + 1)])
        return '%s://%s%s' % (scheme, authority.rpartition('@')[2], slash + kept if kept else '')

    def _store_path(self) -> str:
        return self._pick('s1', 's 2', "it's")

    def _helper(self) -> str:
        path = os.path.join(self.home, self._store_path())
        quoted = "'" + path.replace("'", "'\"'\"'") + "'"
        return self._pick(
            'store', 'store', '', '', 'store --file ' + quoted, 'store --file=' + quoted,
            "store --file '%s/s 2'" % self.home, 'store  --file ~/s1', 'store --file $HOME/s1',
            'store --file "${HOME}/s1"', SILENT,
        )  # fmt: skip

    def _quoted(self, value: str) -> str:
        escaped = value.replace('\\', '\\\\').replace('"', '\\"')
        form = self.random.random()
        if value and form < 0.3 or any(c in value for c in ';#') or value != value.strip():
            return '"%s"' % escaped
        if form < 0.35 and len(escaped) > 3 and '\\' not in escaped:
            return escaped[:2] + '\\\n' + escaped[2:]
        if form < 0.4 and '\\' not in escaped:
            return escaped[:1] + '""' + escaped[1:]
        return escaped

    def _variable(self) -> str:
        kind = self.random.random()
        if kind < 0.55:
            name, value = self._pick('helper', 'HELPER', 'Helper'), self._helper()
        elif kind < 0.75:
            name = self._pick('useHttpPath', 'usehttppath')
            value = self._pick('true', 'true', 'false', 'Yes', '0', '1', 'on', '', '"true"', '2k')
            if self._chance(0.02):
                value = 'perhaps'
        elif kind < 0.92:
            name, value = 'username', self._pick(*USERS)
        else:
            name, value = self._pick(('other', 'x'), ('namespace', 'y'))
        if self._chance(0.01):
            return '\t%s\n' % name
        text = value if value == '"true"' else self._quoted(value)
        equals = self._pick(' = ', '=', '  =\t', ' =')
        return (
            self._pick('\t', '', '  ')
            + name
            + equals
            + text
            + self._pick('', '', ' ', ' # x', ';')
            + '\n'
        )

    def _section(self) -> str:
        if self._chance(0.35):
            return self._pick(
                '[credential]', '[CREDENTIAL]', '[credential] ', '[credential "%s"]' % ''
            )
        pattern = self._pattern().replace('\\', '\\\\').replace('"', '\\"')
        return self._pick('[credential "%s"]', '[credential   "%s"]', '[Credential "%s"]') % pattern

    def _config(self, includes: t.Sequence[str]) -> bytes:
        lines = []
        for _number in range(self.random.randrange(1, 5)):
            if includes and self._chance(0.3):
                lines.append(self._include(self._pick(*includes)))
            elif self._chance(0.1):
                lines.append(
                    self._pick('[user]\n\tname = "a b" ; x\n', '# note\n', '\n', '[core]\n')
                )
            else:
                lines.append(self._section() + self._pick('\n', '\n', ' ; x\n'))
                lines += [self._variable() for _number in range(self.random.randrange(0, 4))]
        text = ''.join(lines)
        if self._chance(0.1):
            text = text.replace('\n', '\r\n')
        if self._chance(0.1):
            text = text.rstrip('\n')
        if self._chance(0.01):
            text += self._pick('[', '\tx = "', '?')
        return (b'\xef\xbb\xbf' if self._chance(0.08) else b'') + text.encode()

    def _include(self, name: str) -> str:
        kind = self.random.random()
        if kind < 0.7:
            path = self._pick(name, '~/' + name, '%s/%s' % (self.home, name), './' + name)
            return '[include]\n\tpath = %s\n' % path
        condition = self._pick('gitdir:~/', 'gitdir/i:/', 'onbranch:main', 'nonsense:x')
        return '[includeIf "%s"]\n\tpath = %s\n' % (condition, name)

    def _encoded(self, text: str) -> str:
        return text.replace('%', '%25').replace('@', '%40').replace(':', '%3a').replace('/', '%2f')

    def _line(self) -> bytes:
        scheme, _separator, rest = (
            self._like_the_question() if self._chance(0.6) else self._url(0)
        ).partition('://')
        host, slash, path = rest.partition('/')
        if self._chance(0.6):
            path = slash = ''
        if self._chance(0.6):
            host = host.replace(':', '%3a')
        user, password = self._pick(*USERS), self._pick('p1', 'p2', 'p:3', 'p/4', 'p@5', '')
        line = '%s://%s:%s@%s%s' % (
            scheme, self._encoded(user), self._encoded(password), host, slash + path,
        )  # fmt: skip
        odd = self.random.random()
        if odd < 0.05:
            line += '\r'
        elif odd < 0.1:
            line = self._pick(
                '# note', '', 'https://ci@ex.com', '\ufeff' + line, ' ' + line, line + '\0x'
            )
        elif odd < 0.13:
            line = line.replace('%40', '@')
        return line.encode()

    def _store(self) -> bytes:
        lines = [self._line() for _number in range(self.random.randrange(0, 6))]
        return b'\n'.join(lines) + (b'' if self._chance(0.2) else b'\n')

    def _make(self) -> None:
        if self._chance(0.3):
            self.files['inc2'] = self._config([])
        if self._chance(0.4):
            self.files['inc1'] = self._config(['inc2', 'inc1'] if self._chance(0.05) else ['inc2'])
        self.files['.gitconfig'] = self._config(['inc1', 'inc2'])
        if self._chance(0.3):
            self.files['.config/git/config'] = self._config(['../../inc1'])
        if self._chance(0.3):
            self.files['system'] = self._config([])
        for name in ('.git-credentials', '.config/git/credentials', 's1', 's 2', "it's"):
            if self._chance(0.85 if name == '.git-credentials' else 0.5):
                self.files[name] = self._store()

    @property
    def environment(self) -> dict[str, str]:
        """What git sees; the same variables must be set for the prediction."""
        return {
            'HOME': self.home,
            'GIT_CONFIG_SYSTEM': os.path.join(self.home, 'system'),
            'GIT_TERMINAL_PROMPT': '0',
            'GIT_ASKPASS': '',
            'LC_ALL': 'C',
            'PATH': os.environ['PATH'],
        }

    def write(self) -> None:
        """Create the files."""
        for name, content in self.files.items():
            path = os.path.join(self.home, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as stream:
                stream.write(content)

    def fill(self, git: str = 'git') -> tuple[bytes, bytes] | None:
        """User name and password that git finds, None for nothing."""
        environment = dict(self.environment)
        if os.path.isabs(git):
            folder = os.path.dirname(git)
            environment.update(GIT_EXEC_PATH=folder, PATH=folder + ':' + environment['PATH'])
        done = subprocess.run(
            [git, 'credential', 'fill'],
            input=b'url=%s\n\n' % self.url.encode(),
            capture_output=True,
            env=environment,
            cwd='/',
            check=False,
        )
        pairs = dict(line.split(b'=', 1) for line in done.stdout.splitlines() if b'=' in line)
        if done.returncode or b'password' not in pairs:
            return None
        return pairs[b'username'], pairs[b'password']
