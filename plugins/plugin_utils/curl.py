# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A source as the commands that a person would type.

No secret is in them: they take it from a variable of the shell, and hand it to curl through pipes, so that it is not in the list of processes
either. All other values are quoted.
"""

from __future__ import annotations

from shlex import quote
from urllib.parse import quote as url_quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    GENERATIONS,
    QUERY,
    Product,
)

FUNCTIONS = {
    'b64': "b64() { base64 | tr -d '\\n'; }",
    'basic': """basic() { printf 'Authorization: Basic %s' "$(printf '%s:%s' "$1" "$2" | b64)"; }""",
    'field': """field() { python3 -c 'import json, sys
text = sys.stdin.read()
try: print(json.loads(text)[sys.argv[1]])
except (ValueError, KeyError, TypeError): sys.exit("The server says: " + ascii(text))' "$1"; }""",
    'code': """code() { python3 -c 'import sys, urllib.parse as u
text = sys.stdin.read()
found = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.lower().startswith("location:")]
try: print(u.parse_qs(u.urlsplit(found[-1]).query)["code"][0])
except (IndexError, KeyError): sys.exit("The server says: " + ascii(text))'; }""",
    'setting': r"""setting() { local value=${2//\\/\\\\}; printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"; }""",
    'form': """form() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote_plus(sys.stdin.read()), end="")'; }""",
    'challenge': """challenge() { python3 -c 'import base64, hashlib, sys
print(base64.urlsafe_b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).rstrip(b"=").decode())'; }""",
    'jwt': """jwt() { python3 -c 'import base64, hashlib, hmac, json, sys, time
def b64(data): return base64.urlsafe_b64encode(data).rstrip(b"=")
head = {"alg": "HS512", "typ": "JWT"}
text = b".".join(b64(json.dumps(part).encode()) for part in (head, {"iss": "nuxeo", "sub": sys.argv[1], "exp": int(time.time()) + 600}))
print((text + b"." + b64(hmac.new(sys.stdin.buffer.read(), text, hashlib.sha512).digest())).decode())' "$1"; }""",
}


class Script:
    """Lines for bash.

    :param source: C(sources.Source). :ivar secrets: the variables that must be set."""

    def __init__(self, source):
        self.options = source.options
        self.prefix = source.provider.PREFIX.upper()
        self.secrets = []
        self.functions = []
        self.lines = []

    def uses(self, *names):
        self.functions += [name for name in names if name not in self.functions]

    def secret(self, option):
        """:returns: the shell expression for the value of an option."""
        name = '%s_%s' % (self.prefix, option.upper())
        if name not in self.secrets:
            self.secrets.append(name)
        return '"$%s"' % name

    def note(self, text):
        self.lines += ['', '# ' + text]

    def add(self, line):
        self.lines.append(line)

    def login(self, user, secret, encode=False):
        """:returns: the arguments of curl that log in. :param user, secret: as written in the shell."""
        self.uses('b64', 'basic')
        if encode:
            self.uses('form')
            user, secret = ('"$(printf %%s %s | form)"' % value for value in (user, secret))
        return '-H @<(basic %s %s)' % (user, secret)

    def field(self, name, value):
        """:returns: the arguments of curl for a field of a form. :param value: as written in the shell, from a variable."""
        return '--data-urlencode %s@<(printf %%s %s)' % (name, value)

    def text(self, title):
        connection = ' '.join(self._connection())
        needs = ['Set %s first.' % ' and '.join(self.secrets)] if self.secrets else []
        head = ['# ' + ' '.join([title, 'For bash.'] + needs), '(', 'set -eu']
        head += [': "${%s:?is not set}"' % name for name in self.secrets]
        head += [FUNCTIONS[name] for name in self.functions]
        head += ['ask() { curl -q -g -sS %s "$@"; }' % connection]
        return '\n'.join(head + self.lines + [')', ''])

    def _connection(self):
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
                if (
                    option == 'client_cert'
                ):  # behind a colon curl expects the password of the certificate
                    path = path.replace('\\', '\\\\').replace(':', '\\:')
                arguments.append('%s %s' % (name, quote(path)))
        proxy = options.get('proxy')
        if not proxy:
            arguments.append("--noproxy '*'")
        elif '@' in proxy:
            self.uses('setting')
            arguments.append('-K <(setting proxy %s)' % self.secret('proxy'))
        else:
            arguments.append('--proxy ' + quote(proxy))
        return arguments


def commands(source, version=None):
    """:param source: C(sources.Source). :param version: of the server, where that makes a difference and the source does not say it.
    :returns: the commands, as text. :raises BadInput: there are none for this source."""
    write = WRITERS.get(source.provider.TYPE)
    if write is None:
        raise BadInput(
            '%s: there are no curl commands for a %s.' % (source.label, source.provider.TYPE)
        )
    return write(source, Script(source), version)


def _nexus(source, script, version):
    options = source.options
    product = Product(version or options.get('nexus_version'))
    if product.version is not None and product.generation is None:
        raise BadInput('nexus_version must be a version like 3.71.0 or 2.14.9, from 2.0 on.')
    generation = product.generation or GENERATIONS[0]
    user, password = quote(options['username']), script.secret('password')
    login = script.login(user, password)
    if options.get('user_id'):
        path = '/service/rest/v1/security/users/%s/%s/user-token' % tuple(
            url_quote(name, safe='')
            for name in (options['user_id'], options.get('realm') or 'default')
        )
        script.note(
            'Creates the token; 409 where there is one, whose pass code cannot be read again'
        )
        script.add(
            "ask -X POST %s -H 'Accept: application/json' %s"
            % (login, quote(options['url'] + path))
        )
        return script.text(
            'The user token of %s, made by an administrator (Nexus Repository 3.90.1 and newer).'
            % _word(options['user_id'])
        )
    script.uses('field')
    script.note('1. A ticket: it works once, within 20 seconds')
    script.add(
        "ticket=$(ask -X POST %s -H 'Accept: application/json' -H 'Content-Type: application/json' \\"
        % login
    )
    script.add(
        """  --data @<(printf '{"u": "%%s", "p": "%%s"}' "$(printf %%s %s | b64)" "$(printf %%s %s | b64)") \\"""
        % (user, password)
    )
    script.add('  %s | field t)' % quote(options['url'] + generation.step1))
    script.note('2. The token: it is created where there is none')
    if generation.ticket_in == QUERY:
        script.add(
            'ask -G %s -H \'Accept: application/json\' --data-urlencode %s@<(printf %%s "$ticket" | b64) \\'
            % (login, QUERY)
        )
    else:
        script.add(
            "ask %s -H 'Accept: application/json' -H 'Content-Type: application/json' -H @<(printf '%s: %%s' \"$ticket\") \\"
            % (login, generation.ticket_in)
        )
    script.add('  ' + quote(options['url'] + generation.step2))
    known = (
        product.version or '%d.%d and newer; say nexus_version for older ones' % generation.since
    )
    return script.text(
        'The user token of %s (Nexus Repository %s).' % (_word(options['username']), known)
    )


def _client(script, options):
    """:returns: the arguments of curl with which an OAuth2 client names itself."""
    identity = quote('client_id=' + options['client_id'])
    if options['client_auth'] == 'basic':
        secret = (
            script.secret('client_secret') if options.get('client_secret') is not None else "''"
        )
        return [
            script.login(
                quote(options['client_id']),
                secret,
                encode=options.get('form_encode_credentials', False),
            )
        ]
    fields = ['--data-urlencode ' + identity]
    if options.get('client_secret') is not None:
        fields.append(script.field('client_secret', script.secret('client_secret')))
    return fields


def _request(script, url, arguments):
    script.add(' \\\n  '.join(["ask -H 'Accept: application/json'"] + arguments + [quote(url)]))


def _nuvy(source, script, version):
    from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
        GRANT,
        PATH,
    )

    options = source.options
    arguments = _client(script, options) + ['-d grant_type=' + GRANT]
    if options.get('scope'):
        arguments.append('--data-urlencode ' + quote('scope=' + ' '.join(options['scope'])))
    _request(script, source.provider(options).base_url() + PATH, arguments)
    return script.text('A token of the Nuvy App Client %s.' % _word(options['client_id']))


def _nuxeo(source, script, version):
    from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
        nuxeo_oauth2_token as nuxeo,
    )

    options, grant = source.options, source.options['grant']
    legacy = options['endpoints'] == nuxeo.LEGACY
    url = source.provider(options).base_url()
    arguments = _client(script, options)
    redirect = options.get('redirect_uri')
    if redirect and not legacy:
        redirect = redirect.replace('%', '%25').replace('+', '%2B')  # it is decoded twice
    redirect = ['--data-urlencode ' + quote('redirect_uri=' + redirect)] if redirect else []
    if grant == nuxeo.CODE:
        if options.get('code'):
            code, verifier = (
                script.secret('code'),
                script.secret('code_verifier') if options.get('code_verifier') else None,
            )
        elif legacy:
            raise BadInput(
                '%s: to get a code from the legacy endpoints takes a browser. Give code.'
                % source.label
            )
        else:
            script.uses('code', 'challenge')
            script.note('1. A code: it works once, within ten minutes')
            script.add("verifier=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')")
            script.add(
                ' \\\n  '.join(
                    [
                        'code=$(ask -D - -o /dev/null '
                        + script.login(quote(options['username']), script.secret('password')),
                        '-d response_type=code -d code_challenge_method=S256 -d grant_access=1 -d "code_challenge=$(printf %s "$verifier" | challenge)"',
                        ' '.join(
                            ['--data-urlencode ' + quote('client_id=' + options['client_id'])]
                            + redirect
                        ),
                        quote(url + nuxeo.SUBMIT_PATH) + ' | code)',
                    ]
                )
            )
            script.note('2. The token')
            code, verifier = '"$code"', '"$verifier"'
        arguments += ['-d grant_type=authorization_code', script.field('code', code)] + redirect
        if verifier:
            arguments.append(script.field('code_verifier', verifier))
    elif grant == nuxeo.REFRESH:
        script.note(
            'The refresh token works once; the answer has the next one, which the source needs from then on'
        )
        arguments += [
            '-d grant_type=refresh_token',
            script.field('refresh_token', script.secret('refresh_token')),
        ]
    elif grant == nuxeo.CLIENT:
        arguments += ['-d grant_type=client_credentials']
    else:
        if options.get('assertion'):
            assertion = script.secret('assertion')
        else:
            script.uses('jwt')
            script.note('An assertion that names the user, signed with the secret of the server')
            script.add(
                'assertion=$(printf %%s %s | jwt %s)'
                % (script.secret('jwt_secret'), quote(options['username']))
            )
            assertion = '"$assertion"'
        arguments += [
            '--data-urlencode grant_type=' + nuxeo.JWT_GRANT,
            script.field('assertion', assertion),
        ]
    _request(script, url + nuxeo.TOKEN_PATH, arguments)
    return script.text('An OAuth2 token of Nuxeo (grant %s).' % grant)


def _nuxeo_online(source, script, version):
    options = source.options
    script.note('The token is in the source; this shows which Studio projects it opens')
    _request(
        script,
        options['url'] + '/site/connect-gateway/getAvailableProjectsForRegistration',
        [script.login(quote(options['username']), script.secret('token'))],
    )
    return script.text('The token of %s for Nuxeo Online Services.' % _word(options['username']))


def _word(text):
    """:returns: a value in a comment: a line feed in it must not begin a command."""
    return ''.join(character if character.isprintable() else '?' for character in text)


WRITERS = {
    'nexus_user_token': _nexus,
    'nuvy_client_token': _nuvy,
    'nuxeo_oauth2_token': _nuxeo,
    'nuxeo_online_token': _nuxeo_online,
}
