# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection reads and writes, as somebody else reads and writes it: kernels, shells,
browsers' JSON, other libraries.

Formats with tests of their own (settings.xml, git's files, JSON files, secrets) have their
properties there.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import re
import shutil
import subprocess
import time
from configparser import ConfigParser, Error
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import jmespath
import pytest
import requests
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response
from hypothesis import assume, example, given
from hypothesis import strategies as st
from packaging.version import Version
from requests.structures import CaseInsensitiveDict
from urllib3.util import parse_url
from werkzeug.datastructures import Authorization
from werkzeug.http import dump_cookie

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import instance_clid
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import Place
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._http.retry import retry_after
from ansible_collections.buildops.tokens.plugins.module_utils._nexus import proxies as nexus_proxies
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo import server as nuxeo_server
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    nuxeoctl_output,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import pkce as codes
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    Token,
    basic_authorization,
    from_iso8601,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of, normalize_url
from ansible_collections.buildops.tokens.plugins.plugin_utils import curl, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_backend import query_result

words = st.text(st.characters(exclude_categories=['Cs']), max_size=30)
ascii_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


def answer(body=b'', **headers):
    return Response(
        'GET server.test/x',
        200,
        CaseInsensitiveDict({name.replace('_', '-'): value for name, value in headers.items()}),
        body,
    )


# Addresses


@given(
    st.text(st.sampled_from('ab/.%?#;\\ +é&=:@'), min_size=1).filter(
        lambda name: name not in ('.', '..')
    ),
    st.sampled_from(
        [nexus_proxies.RestProxies, nexus_proxies.ExtDirectProxies, nexus_proxies.Nexus2Proxies]
    ),
)
def test_the_name_of_a_repository_is_one_part_of_a_path(name, proxies):
    """As C(requests) sends it, and as a server reads it."""
    sent = (
        requests.Request('GET', 'https://nexus.test' + proxies.url_of(name) + 'x')
        .prepare()
        .path_url
    )
    _root, _folder, *parts, last = urlsplit(sent).path.split('/')
    assert (unquote(parts[-1]), last, len(parts)) == (
        name,
        'x',
        1 if parts[0] != 'repositories' else 2,
    )


@given(
    st.lists(
        st.sampled_from(
            [
                'https://',
                'HTTP://',
                'http://',
                '//',
                '/',
                '\\',
                '@',
                ':',
                '[',
                ']',
                '::1',
                '?',
                '#',
                '%2f',
                '%40',
                '.',
                '..',
                'a.test',
                'b.test',
                '127.0.0.1',
                'localhost',
                '443',
                '8443',
                'é',
                '\u3002',
                '\uff0f',
                ' ',
                '\t',
                ';',
                'user:pw@',
                '\u2100',
            ]
        ),
        max_size=8,
    ).map(''.join)
)
def test_I13_H30_an_address_leads_where_it_points(text):
    """The checked host is the one that gets the request: the library has its own parser."""
    for candidate in (text, 'https://a.test' + text, 'https://' + text):
        try:
            normal = normalize_url(candidate, allow_http=True)
            asked = parse_url(requests.Request('GET', normal + '/path').prepare().url)
        except (BadInput, requests.exceptions.InvalidURL):  # either way nothing is sent
            continue
        assert asked.auth is None and asked.query is None and asked.fragment is None
        assert (asked.scheme, asked.netloc) == (normal.split(':')[0], normal.split('/')[2])
        assert host_of(normal).split('//')[1].replace('[', '').replace(
            ']', ''
        ) == asked.netloc.replace('[', '').replace(']', '')


@given(st.from_regex('[A-Za-z0-9]{6,12}', fullmatch=True))
def test_H16_a_location_shows_no_more_than_its_host(secret):
    for location in (
        'https://idp.test/%s',
        'https://idp.test/?code=%s',
        'https://idp.test/#%s',
        'https://u:%s@idp.test/',
        'https://idp.test:443/x;%s',
    ):
        assert host_of(location % secret) in ('https://idp.test', 'https://idp.test:443')


# Dates


@given(
    st.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(9000, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.booleans(),
    st.booleans(),
)
def test_dates_as_others_write_them(moment, offset, colon, fraction):
    moment = moment.replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=offset)))
    text = moment.isoformat(timespec='milliseconds' if fraction else 'seconds')
    text = text if colon else text[:-3] + text[-2:]
    assert from_iso8601(text) == pytest.approx(moment.timestamp(), abs=1)
    assert (
        from_iso8601(text)
        == moment.replace(
            microsecond=moment.microsecond // 1000 * 1000 if fraction else 0
        ).timestamp()
    )


@given(st.text(max_size=40) | json_values)
def test_what_is_no_date_is_none(value):
    assert from_iso8601(value) is None or isinstance(from_iso8601(value), float)


@given(
    st.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(9000, 1, 1)),
    st.integers(0, 4_000_000_000),
)
def test_H21_dates_of_headers_as_others_write_them(moment, now):
    moment = moment.replace(tzinfo=datetime.timezone.utc, microsecond=0)
    text = format_datetime(moment, usegmt=True)
    assert answer(Date=text).date == moment.timestamp()
    assert retry_after(text, now) == max(0.0, moment.timestamp() - now)
    assert (
        retry_after(time.strftime('%A, %d-%b-%y %H:%M:%S GMT', moment.timetuple()), now) is not None
        or moment.year > 2068
    )


# JSON

NODE = r"""
const lines = require('fs').readFileSync(0, 'latin1').split('\n');
const decoder = new TextDecoder('utf-8', {fatal: true});
console.log(JSON.stringify(lines.map(line => {
    try { return [JSON.parse(decoder.decode(Buffer.from(line, 'hex')))] }
    catch (error) { return null }
})));
"""


def mutations(seed, count):
    """JSON, and what becomes of it when bytes are lost, added and changed."""
    chance = random.Random(seed)
    start = [
        b'{"access_token": "a.b-c", "expires_in": 3600, "scope": null, "list": [1, -2.5e3, true, '
        b'{"deep": "\\u00e9\\n"}]}',
        b'[]',
        b'{"a": "\xc3\xa9"}',
        b'\xef\xbb\xbf{"a": 1}',
        b' {"a" : [ ] } \r\n',
        b'"x"',
        b'-0',
        b'{"a": 1, "b": {"a": 2}}',
    ]
    pieces = [
        b'{',
        b'}',
        b'[',
        b']',
        b'"',
        b',',
        b':',
        b'\\',
        b'0',
        b'1e5',
        b'-',
        b'.',
        b'null',
        b'NaN',
        b'Infinity',
        b'\x00',
        b'\xff',
        b'\xc3',
        b'\xed\xa0\x80',
        b'\n',
        b'\t',
        b'\x0b',
        b' ',
        b'\\u',
        b'\\ud800',
        b'//',
        b"'",
        b'1e999',
        b'\xc2\xa0',
        b'tru',
        b'01',
        b'\x7f',
    ]
    for _number in range(count):
        body = bytearray(chance.choice(start))
        for _change in range(chance.randint(0, 3)):
            at = chance.randrange(len(body) + 1)
            body[at : at + chance.choice([0, 0, 1, 1, 5])] = chance.choice(pieces)
        yield bytes(body)


@pytest.mark.needs_client('node')
def test_H7_H12_H26_json_is_what_other_readers_take_for_json():
    bodies = list(mutations(7, 3000))
    done = subprocess.run(
        ['node', '-e', NODE],
        input='\n'.join(body.hex() for body in bodies).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    taken = 0
    for body, theirs in zip(bodies, json.loads(done.stdout)):
        try:
            ours = [answer(body, Content_Type='application/json').json()]
        except ServerProblem:
            ours = None
        if (
            ours is None and theirs is not None
        ):  # they take the last of two members, and numbers without end
            assert (
                re.search(rb'"(\w*)".*"\1"\s*:', body, re.DOTALL)
                or b'1e999' in body
                or re.search(rb'\d1e5|e5\d|e3\d|e\d{3}', body)
            ), body
        elif ours is not None:
            taken += 1
            assert (
                theirs == ours
                or body.startswith(b'\xef\xbb\xbf')
                or re.search(rb'\d{16}|ud800|-0', body)
            ), (body, ours, theirs)
    assert taken > 500


@given(json_values, st.sampled_from(['utf-8', 'utf-8-sig']), st.booleans())
def test_H11_json_comes_back_as_it_was(value, encoding, ascii_only):
    assert answer(json.dumps(value, ensure_ascii=ascii_only).encode(encoding)).json() == value


# OAuth2


@given(
    st.sampled_from(
        [
            'https://client.test/cb',
            'https://client.test/cb?a=b',
            'http://localhost:8080/',
            'nuxeo://cb',
        ]
    ),
    words.filter(bool),
    words,
    words,
)
def test_O_a_code_comes_out_of_a_redirect_as_it_went_in(redirect_uri, code, state, more):
    location = add_params_to_uri(redirect_uri, [('code', code), ('state', state), ('more', more)])
    assert codes.leads_to(location, redirect_uri)
    assert (
        codes.code_of('GET x', location, state)
        == code
        == parse_authorization_code_response(location, state or None)['code']
    )
    with pytest.raises(Refused):
        codes.code_of('GET x', location, state + 'x')


@given(
    st.text(max_size=60),
    st.sampled_from(['', 'https://client.test/cb?', 'https://client.test/cb#', 'https://[']),
)
def test_O_any_location_is_a_code_a_refusal_or_nothing(text, start):
    try:
        code = codes.code_of('GET x', start + text, 'state')
    except Refused as problem:
        assert str(problem).isprintable()
    else:
        assert code is None or 'state=state' in text
    assert isinstance(nuxeo_server.path_of(start + text), str)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                'access_token',
                'token_type',
                'expires_in',
                'refresh_token',
                'scope',
                'id_token',
                'error',
            ]
        ),
        json_values | ascii_words,
    )
)
def test_O6_O7_O8_any_answer_is_a_token_that_is_one_or_refused(data):
    warnings = []
    try:
        token = oauth2.token_of(answer(), data, 'some_type', 1000.0, ['a'], warnings)
    except TokensError as problem:
        assert (
            not isinstance(data.get('access_token'), str)
            or data['access_token'] not in str(problem)
            or len(data['access_token']) < 4
        )
        return
    assert token.secret == data['access_token'] and re.fullmatch('[!-~]+', token.secret)
    assert str(data.get('token_type') or 'bearer').lower() == 'bearer'
    assert Token.load(json.loads(json.dumps(token.dump()))).as_result() == token.as_result()


@given(words.filter(lambda text: ':' not in text), words)
def test_N10_O15_credentials_as_servers_read_them(username, password):
    read = Authorization.from_header(basic_authorization(username, password))
    assert (read.username, read.password) == (username, password)


@given(st.text(max_size=5))
def test_scopes_have_the_letters_of_the_rfc(scope):
    allowed = {0x21, *range(0x23, 0x5C), *range(0x5D, 0x7F)}
    try:
        oauth2.check_scope([scope])
    except BadInput:
        assert not scope or not set(map(ord, scope)) <= allowed
    else:
        assert scope and set(map(ord, scope)) <= allowed


# Servers

numbers = st.lists(st.integers(0, 9999), min_size=2, max_size=3)


@given(numbers, numbers, st.sampled_from(['', '-01', '-06', ' (PRO)']))
def test_versions_compare_as_versions(one, other, end):
    texts = ['.'.join(map(str, numbers)) for numbers in (one, other)]
    assert Product(texts[0] + end).at_least(tuple(other)) == (
        Version(texts[0]) >= Version(texts[1])
    )
    product = Product()
    product.learn(answer(Server='Nexus/%s%s' % (texts[0], end)))
    assert product.numbers == tuple((one + [0])[:3])


@given(
    st.from_regex('[A-Za-z0-9._~-]{1,40}', fullmatch=True),
    st.lists(st.sampled_from(['a', 'SERVERID', 'XJSESSIONID']), max_size=3),
)
def test_the_session_is_found_among_other_cookies(value, others):
    cookies = [dump_cookie(name, 'x', path='/nuxeo', httponly=True) for name in others]
    cookies.insert(len(cookies) // 2, dump_cookie('JSESSIONID', value, path='/nuxeo', secure=True))
    assert (
        nuxeo_server.session_cookie(answer(Set_Cookie=', '.join(cookies))) == 'JSESSIONID=' + value
    )


@given(st.text(max_size=300), ascii_words.map('s3cret-{}'.format), st.none() | st.integers(0, 255))
def test_whatever_nuxeoctl_prints_becomes_a_line_without_the_token(text_shown, secret, code):
    for text in (
        text_shown,
        text_shown + secret,
        'Cannot execute command. %s %s\n\tat x' % (secret, text_shown),
        'Unhandled response code: 500\n' + text_shown,
    ):
        reported = nuxeoctl_output.explain(code, text, 5, secret)
        assert secret not in reported and '\n' not in reported and reported.endswith(('.', '?')), (
            reported
        )
        assert isinstance(nuxeoctl_output.verdict(code, text, 5)[0], bool)


# Files


@given(
    st.binary(max_size=80)
    | st.text(st.sampled_from('ab1.-\r\n \u00e9'), max_size=40).map(str.encode)
)
def test_a_registration_is_read_or_refused_without_a_word_of_it(content):
    try:
        clid, _description, as_nuxeo = instance_clid.read(content, '/data/instance.clid')
    except FileProblem as problem:
        assert str(problem).startswith(
            '/data/instance.clid contains something else than a registration'
        )
        return
    if clid is not None and as_nuxeo:  # lines as Java's readers take them
        assert re.split(b'\r\n|\r|\n', content)[:2] == [clid.first.encode(), clid.second.encode()]


@given(
    st.lists(
        st.tuples(
            st.sampled_from('abcd'),
            st.sampled_from(['a', 'b', 'c/x', '../a', './d', '..', '/nowhere', 'c', 'b/../d', '']),
        )
    ),
    st.sampled_from(['a', 'b/x', 'c/../d', 'd/./x', 'a/b/../../c/x', '../x/a']),
)
def test_T3_links_lead_where_the_kernel_goes(tmp_path_factory, links, path):
    folder = os.path.realpath(tmp_path_factory.mktemp('links'))
    os.makedirs(folder + '/x/c')
    for name, target in dict(links).items():
        if target:
            if name == 'c':
                os.rmdir(folder + '/x/c')
            os.symlink(target, '%s/x/%s' % (folder, name))
        elif name != 'c':
            os.mkdir('%s/x/%s' % (folder, name))
    try:
        with Place('%s/x/%s' % (folder, path)) as place:
            found = place.target
    except OSError:
        with pytest.raises(OSError):
            os.stat('%s/x/%s' % (folder, path))
    else:
        try:
            os.stat('%s/x/%s' % (folder, path))
        except OSError:
            pass
        else:
            assert found == os.path.realpath('%s/x/%s' % (folder, path))
    finally:
        shutil.rmtree(folder)


entries = st.fixed_dictionaries(
    {'schema': st.just(1), 'name': st.just('k')},
    optional={
        'token': json_values | st.dictionaries(st.sampled_from(Token.__slots__), json_values),
        'server': json_values,
        'failure': json_values,
        'id': json_values,
    },
)


@given(
    st.binary(max_size=60) | (json_values | entries).map(lambda value: json.dumps(value).encode())
)
def test_C5_any_entry_of_the_cache_is_a_token_or_a_miss(tmp_path_factory, content):
    cache = Cache(str(tmp_path_factory.getbasetemp() / 'entries'))
    with open(cache.path('k'), 'wb') as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
    entry = cache.read('k', 1000)
    assert entry.token is None or isinstance(entry.token, Token)
    assert isinstance(entry.server, dict) and (
        entry.failure is None or isinstance(entry.failure, ServerProblem)
    )


@given(json_values | st.dictionaries(st.sampled_from(Token.__slots__), json_values))
def test_C5_no_other_data_are_taken_for_a_token(data):
    try:
        token = Token.load(data)
    except ValueError:
        return
    assert token.as_result() and set(data) == set(Token.__slots__)


lines = st.lists(
    st.sampled_from(
        [
            '[buildops_tokens]',
            '[defaults]',
            'nexus_url = https://a.test ; comment',
            'nexus_url: %(x)s',
            'nexus_password=a=b#c;d',
            ' more',
            '# x',
            '; y',
            '',
            'nexus_username',
            'NEXUS_REALM = x',
            'nexus_url=',
            '[broken',
            '\tz = 1',
        ]
    ),
    max_size=8,
)


@given(lines)
def test_settings_are_read_as_ansible_reads_its_own(tmp_path_factory, given_lines):
    path = str(tmp_path_factory.getbasetemp() / 'ansible.cfg')
    text = '\n'.join(['[defaults]'] * ('[defaults]' not in given_lines) + given_lines)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    parser = ConfigParser(inline_comment_prefixes=(';',))
    try:
        parser.read_string(text)
    except Error:
        parser = None
    sources._ini_cache.clear()
    sources.C.CONFIG_FILE, kept = path, sources.C.CONFIG_FILE
    try:
        ours = sources.ini()
    except BadInput:
        assert parser is None
    else:
        for name in ('nexus_url', 'nexus_password', 'nexus_username', 'nexus_realm'):
            theirs = (
                parser.get('buildops_tokens', name, raw=True, fallback=None) if parser else None
            )
            assert ours.get(name) == theirs or '[buildops_tokens]' not in text
    finally:
        sources.C.CONFIG_FILE = kept
        sources._ini_cache.clear()


# What people write


@given(
    st.text(max_size=20)
    | st.lists(
        st.sampled_from(
            [
                'extras',
                'password',
                '.',
                '[0]',
                '[*]',
                '|',
                '`1`',
                "'x'",
                '&',
                '@',
                '{a: b}',
                '(',
                ')',
                'length(@)',
                'to_number(',
            ]
        ),
        max_size=5,
    ).map(''.join)
)
@example('&@')
@example('[&@]')
@example('pasword')
@example(' "pasword"')
def test_a_query_is_what_jmespath_answers_or_refused(query):
    token = {'password': 's3cret', 'extras': {'a': [1]}, 'expires_at': None}
    try:
        found = query_result(token, query)
    except BadInput as problem:
        if str(problem).startswith(
            'the token has no '
        ):  # a name and nothing else, which is missing
            assert jmespath.search(query, token) is None
            return
        assert str(problem) == 'query is not a JMESPath expression.'
        with pytest.raises((jmespath.exceptions.JMESPathError, TypeError)):
            json.dumps(jmespath.search(query, token))
    else:
        assert found == (
            token.get(query, token)
            if not query or query in token
            else jmespath.search(query, token)
        )


@pytest.mark.needs_client('bash')
@given(
    st.text(
        st.characters(exclude_categories=['Cs', 'Cc'])
        | st.sampled_from('\'"`$\\!*?~#&;|<>(){}[]= %'),
        min_size=1,
        max_size=12,
    ).map(str.strip)
)
def test_bash_gives_curl_what_was_in_the_source(text):
    assume(text)
    options = {
        'url': 'https://nos.test',
        'username': 'ci',
        'token': 'a-c4nary-of-a-token',
        'ca_path': '/' + text,
    }
    source = sources.resolve('nuxeo_online_token', options, {})
    script = (
        'curl() { printf "%s\\0" "$@"; cat "${@:$#-1:1}" 2>/dev/null; }\nb64() { cat; }\n'
        + curl.commands(source)
    )
    done = subprocess.run(
        ['bash', '-c', script],
        env={'NOS_TOKEN': 'a-c4nary-of-a-token', 'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8'},
        capture_output=True,
        check=False,
    )
    assert ('/' + text).encode() in done.stdout.split(b'\0'), (script, done)
