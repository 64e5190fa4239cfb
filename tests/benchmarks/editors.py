# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an edit of the file of a package client costs, against a plain read by a parser of its
family: C(python -m tests.benchmarks editors).

Each file has entries of others, 10 000 of them in about 1 MB. One entry is added.
"""

from __future__ import annotations

import configparser
import functools
import gc
import json
import netrc
import os
import tempfile
import typing as t
import xml.etree.ElementTree

import yaml

from tests.benchmarks.maven_server import seconds

MOST_TIMES_THE_PARSER = 3.0
# Of the time per entry, from a tenth of the entries to all: 1 is linear, 10 is quadratic
MOST_GROWTH = 2.5
SECRET = 'dXNlcjpwYXNzd29yZC1wYXNzd29yZA'


def _json(section: str, value: t.Callable[[int], t.Any]) -> t.Callable[[int], str]:
    return lambda count: json.dumps(
        {section: {'host-%d.example.com:8443' % n: value(n) for n in range(count)}}, indent=2
    )


def _lines(head: str, line: str) -> t.Callable[[int], str]:
    return lambda count: head + ''.join(line.format(n=n, secret=SECRET) for n in range(count))


def _ini(text: str) -> None:
    configparser.RawConfigParser().read_string(text)


def _netrc(text: str) -> None:
    with tempfile.NamedTemporaryFile('w', suffix='.netrc') as file:
        file.write(text)
        file.flush()
        netrc.netrc(file.name)


def _toml(text: str) -> None:
    import tomllib  # Python 3.11

    tomllib.loads(text)


def _yaml(text: str) -> None:
    yaml.load(text, Loader=getattr(yaml, 'CBaseLoader', yaml.BaseLoader))


def _xml(text: str) -> None:
    xml.etree.ElementTree.fromstring(text)


def _nuget(count: int) -> str:
    items = ''.join(
        '    <S{n}>\n      <add key="Username" value="user-{n}" />\n'
        '      <add key="ClearTextPassword" value="{secret}" />\n    </S{n}>\n'.format(
            n=n, secret=SECRET
        )
        for n in range(count)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<configuration>\n  <packageSourceCredentials>\n'
        '%s  </packageSourceCredentials>\n</configuration>\n' % items
    )


Family = t.Tuple[t.Callable[[int], str], t.Optional[t.Callable[[str], t.Any]]]
# By delivery type: a file with so many entries, and a parser of its family, or None
FAMILIES: dict[str, Family] = {
    'docker_credentials': (_json('auths', lambda n: {'auth': SECRET + str(n)}), json.loads),
    'composer_credentials': (
        _json('http-basic', lambda n: {'username': 'user', 'password': SECRET + str(n)}),
        json.loads,
    ),
    'pypirc_credentials': (
        _lines(
            '[distutils]\nindex-servers =\n    pypi\n\n',
            '[server-{n}]\nrepository = https://host-{n}.example.com/\nusername = u\n'
            'password = {secret}{n}\n\n',
        ),
        _ini,
    ),
    'pip_credentials': (
        _lines('[global]\n', 'option-{n} = https://host-{n}.example.com/a/long/path/{secret}\n'),
        _ini,
    ),
    'netrc_credentials': (
        _lines('', 'machine host-{n}.example.com\n  login user-{n}\n  password {secret}{n}\n'),
        _netrc,
    ),
    'cargo_credentials': (
        _lines('# mine\n', '[registries.company-{n}]\ntoken = "Basic {secret}{n}"\n\n'),
        _toml,
    ),
    'poetry_credentials': (
        _lines('', '[http-basic.source-{n}]\nusername = "u-{n}"\npassword = "{secret}"\n\n'),
        _toml,
    ),
    'uv_credentials': (
        _lines(
            '',
            '[[credential]]\nservice = "https://host-{n}.example.com/"\nusername = "u"\n'
            'scheme = "basic"\npassword = "{secret}"\n\n',
        ),
        _toml,
    ),
    'bundler_credentials': (
        _lines('---\n', 'BUNDLE_HOST{n}__EXAMPLE__COM: "user-{n}:{secret}"\n'),
        _yaml,
    ),
    'yarn_credentials': (
        _lines(
            'npmRegistries:\n',
            '  "//host-{n}.example.com/npm":\n    npmAuthIdent: "{secret}"\n'
            '    npmAlwaysAuth: true\n',
        ),
        _yaml,
    ),
    'nuget_credentials': (_nuget, _xml),
    'npm_credentials': (_lines('', '//host-{n}.example.com/npm/:_authToken={secret}-{n}\n'), None),
    'gradle_credentials': (
        _lines('', 'name{n}Username=user-{n}\nname{n}Password={secret}\n'),
        None,
    ),
}
# By delivery type: options of the entry, and of the module
OPTIONS: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    'pip_credentials': ({'set_index': 'extra'}, {'via': 'url'}),
}


def _edit(name: str, content: bytes, path: str) -> t.Callable[[], t.Any]:
    """Return a function that adds an entry to the file of a client, as its module does."""
    from ansible_collections.buildops.tokens.plugins.module_utils._files import json_members
    from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import delivery
    from tests.support.package_clients import KINDS, params

    kind = KINDS[name]
    of_entry, of_module = OPTIONS.get(name, ({}, {}))
    entry = {'username': 'ci', 'password': 'plain-enough-for-all', **kind.EXAMPLE, **of_entry}
    options = params(kind, [entry], path=path, **of_module)
    client = kind.client()(options)
    client.wanted = delivery._all_wanted(kind, client, options)

    def edit() -> t.Any:
        json_members.parse.cache_clear()
        edited = client.edit(content)
        assert edited.content != content
        return edited

    return edit


def rows(quick: bool) -> t.Iterator[tuple[str, float, float | None, bool]]:
    """Yield (name, measured ratio, target, whether it is met)."""
    gc.freeze()  # a module has not the objects of this program
    for name, (make, parse) in FAMILIES.items():
        text, small = make(10000), make(1000)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'file')
            read = seconds(
                functools.partial(parse or str, text),
                _edit(name, text.encode(), path),
                _edit(name, small.encode(), path),
                rounds=3 if quick else 9,
            )
        plain, whole, tenth = read
        what = 'edit of %s, %.1f MB' % (name, len(text) / 1e6)
        if parse:
            ratio = whole / plain
            yield (
                what + ', against its parser',
                ratio,
                MOST_TIMES_THE_PARSER,
                (ratio <= MOST_TIMES_THE_PARSER),
            )
        growth = whole / tenth / 10
        yield what + ', growth', growth, MOST_GROWTH, growth <= MOST_GROWTH
