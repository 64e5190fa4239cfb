# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources as curl commands for use by hand. The source types write them with a C(Script).

The commands contain no secret: they read it from a variable of the shell, and pass it to curl
through pipes, so that it is not in the list of processes. All other values are quoted.
"""

from __future__ import annotations

import typing as t
from shlex import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils.sources import Source

FUNCTIONS = {
    'b64': "b64() { base64 | tr -d '\\n'; }",
    'basic': """basic() {
printf 'Authorization: Basic %s' "$(printf '%s:%s' "$1" "$2" | b64)"; }""",
    'field': """field() { python3 -c 'import json, sys
text = sys.stdin.read()
try: print(json.loads(text)[sys.argv[1]])
except (ValueError, KeyError, TypeError): sys.exit("Response: " + ascii(text))' "$1"; }""",
    'code': """code() { python3 -c 'import sys, urllib.parse as u
text = sys.stdin.read()
lines = [line for line in text.splitlines() if line.lower().startswith("location:")]
try: print(u.parse_qs(u.urlsplit(lines[-1].split(":", 1)[1].strip()).query)["code"][0])
except (IndexError, KeyError): sys.exit("Response: " + ascii(text))'; }""",
    'setting': r"""setting() {
local value=${2//\\/\\\\}; printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"; }""",
    'form': """form() { python3 -c 'import sys, urllib.parse
print(urllib.parse.quote_plus(sys.stdin.read()), end="")'; }""",
    'challenge': """challenge() { python3 -c 'import base64, hashlib, sys
digest = hashlib.sha256(sys.stdin.buffer.read()).digest()
print(base64.urlsafe_b64encode(digest).rstrip(b"=").decode())'; }""",
    'jwt': """jwt() { python3 -c 'import base64, hashlib, hmac, json, sys, time
def b64(data): return base64.urlsafe_b64encode(data).rstrip(b"=")
head = {"alg": "HS512", "typ": "JWT"}
claims = {"iss": sys.argv[1], "sub": sys.argv[2], "exp": int(time.time()) + 600}
text = b".".join(b64(json.dumps(part).encode()) for part in (head, claims))
digest = hmac.new(sys.stdin.buffer.read(), text, hashlib.sha512).digest()
print((text + b"." + b64(digest)).decode())' "$1" "$2"; }""",
}


class Script:
    """A script for bash; see C(_sources.base.Script).

    :param version: of the server, if the user gives one.
    :ivar secrets: the variables that must be set."""

    def __init__(self, source: Source, version: str | None = None) -> None:
        self.options = source.options
        self.version = version
        self.prefix = source.provider.PREFIX.upper()
        self.secrets: list[str] = []
        self.functions: list[str] = []
        self.lines: list[str] = []

    def uses(self, *names: str) -> None:
        """Add functions of C(FUNCTIONS)."""
        self.functions += [name for name in names if name not in self.functions]

    def secret(self, option: str) -> str:
        """:returns: the variable that contains the value of a secret option."""
        name = '%s_%s' % (self.prefix, option.upper())
        if name not in self.secrets:
            self.secrets.append(name)
        return '"$%s"' % name

    def literal(self, text: str) -> str:
        """:returns: a value, quoted for the shell."""
        return quote(text)

    def note(self, text: str) -> None:
        """Add a comment."""
        self.lines += ['', '# ' + text]

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)

    def login(self, user: str, secret: str, encode: bool = False) -> str:
        """:returns: the arguments of curl for HTTP Basic authentication.

        :param user, secret: as they appear in the shell. :param encode: form-encode both."""
        self.uses('b64', 'basic')
        if encode:
            self.uses('form')
            user, secret = ('"$(printf %%s %s | form)"' % value for value in (user, secret))
        return '-H @<(basic %s %s)' % (user, secret)

    def field(self, name: str, value: str) -> str:
        """:returns: the arguments of curl for a secret field of a form.

        :param value: as it appears in the shell."""
        return '--data-urlencode %s@<(printf %%s %s)' % (name, value)

    def data(self, name: str, value: str) -> str:
        """:returns: the arguments of curl for a field of a form that is not secret."""
        return '--data-urlencode ' + quote('%s=%s' % (name, value))

    def client(self) -> list[str]:
        """:returns: the arguments of curl that identify an OAuth2 client."""
        options = self.options
        secret = None
        if options.get('client_secret') is not None:
            secret = self.secret('client_secret')
        if options['client_auth'] == 'basic':
            encode = options.get('form_encode_credentials', False)
            return [self.login(quote(options['client_id']), secret or "''", encode=encode)]
        fields = [self.data('client_id', options['client_id'])]
        return fields + ([self.field('client_secret', secret)] if secret else [])

    def request(self, url: str, arguments: t.Sequence[str]) -> None:
        """Add a request."""
        self.add(' \\\n  '.join(["ask -H 'Accept: application/json'", *arguments, quote(url)]))

    def text(self, title: str) -> str:
        """:returns: the script. :param title: what it does, for a comment."""
        connection = ' '.join(self._connection())
        needs = ['Set %s first.' % ' and '.join(self.secrets)] if self.secrets else []
        head = ['# ' + ' '.join([_one_line(title), 'For bash.', *needs]), '(', 'set -eu']
        head += [': "${%s:?is not set}"' % name for name in self.secrets]
        head += [FUNCTIONS[name] for name in self.functions]
        head += ['ask() { curl -q -g -sS %s "$@"; }' % connection]
        return '\n'.join([*head, *self.lines, ')', ''])

    def _connection(self) -> list[str]:
        options = self.options
        arguments = ['--max-time %d' % options['timeout']]
        if options.get('validate_certs') is False:
            arguments.append('--insecure')
        for option, name in (
            ('ca_path', '--cacert'),
            ('client_cert', '--cert'),
            ('client_key', '--key'),
        ):
            if options.get(option):
                path = options[option]
                if option == 'client_cert':  # curl reads a password behind a colon
                    path = path.replace('\\', '\\\\').replace(':', '\\:')
                arguments.append('%s %s' % (name, quote(path)))
        return arguments + self._proxy()

    def _proxy(self) -> list[str]:
        proxy = self.options.get('proxy')
        if not proxy:
            return ["--noproxy '*'"]
        if '@' not in proxy:
            return ['--proxy ' + quote(proxy)]
        self.uses('setting')
        return ['-K <(setting proxy %s)' % self.secret('proxy')]


def commands(source: Source, version: str | None = None) -> str:
    """Return the curl commands of a source.

    :param version: of the server, if it makes a difference and the source does not give it.
    :raises BadInput: there are none for this source."""
    try:
        return source.provider.write_curl(source.options, Script(source, version))
    except BadInput as problem:
        raise BadInput('%s: %s' % (source.label, problem)) from None


def _one_line(text: str) -> str:
    """A line feed in a comment must not begin a command."""
    return ''.join(character if character.isprintable() else '?' for character in text)
