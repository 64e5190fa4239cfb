# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is documented is what is taken: modules, lookup and providers cannot drift apart."""

from __future__ import annotations

import ast
import re
from functools import partial

import pytest
import yaml

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import HOST
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    arguments,
    info_arguments,
    module_arguments,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.plugin_utils import curl, delivery_types, sources
from tests.tools import generate, lookup_docs
from tests.tools.scratch import ROOT


@pytest.fixture(scope='module')
def documented():
    return {name: doc['options'] for name, doc in lookup_docs.documentation().items()}


def described(options):
    """What a documentation and an argument spec have in common."""
    return {
        name: (
            option.get('type') or 'str',
            option.get('elements'),
            option.get('default'),
            list(option.get('choices') or []),
            bool(option.get('required')),
        )
        for name, option in options.items()
    }


@pytest.mark.parametrize('name', sources.types())
def test_modules_document_what_their_provider_takes(documented, name):
    provider = sources.provider_class(name)
    modules = {
        module: options
        for module, options in documented.items()
        if module in (name, name + '_info')
    }
    assert modules, f'plugins/modules has neither {name}.py nor {name}_info.py'
    for module, options in modules.items():
        taken = module_arguments(provider) if module == name else info_arguments(provider)
        assert described(options) == described(taken)


@pytest.mark.slow
def test_what_follows_from_declarations_and_documentation_is_current():
    names = [str(path.relative_to(ROOT)) for path in generate.outdated()]
    assert names == [], 'run python -m tests.tools.generate'


def test_the_names_that_are_documented_are_those_that_are_read(documented, monkeypatch):
    for name, option in lookup_docs.options(documented).items():
        for provider in map(sources.provider_class, sources.types()):
            if name not in arguments(provider):
                continue
            key = '%s_%s' % (provider.PREFIX, name)
            variable = 'buildops_tokens_' + key
            assert {'name': variable} in option['vars'] and {'name': variable.upper()} in option[
                'env'
            ]
            assert {'section': 'buildops_tokens', 'key': key} in option['ini']
            for place, environment, ini in (
                ({variable: '/here'}, '', ''),
                ({}, '/here', ''),
                ({}, '', '/here'),
            ):
                with monkeypatch.context() as patch:
                    patch.setenv(variable.upper(), environment)
                    patch.setattr(sources, 'ini', partial(dict, [(key, ini)]))
                    assert sources.completed(provider, {}, place, None)[name] == '/here'


def test_prefixes_belong_to_one_type_each():
    prefixes = [sources.provider_class(name).PREFIX for name in sources.types()]
    assert len(set(prefixes)) == len(prefixes) and all(prefixes)


@pytest.mark.parametrize('name', sources.types())
def test_every_type_writes_its_curl_commands(name):
    provider = sources.provider_class(name)
    assert provider.write_curl.__func__ is not Provider.write_curl.__func__, (
        f'{name} has no write_curl'
    )
    text = curl.commands(sources.resolve(name, dict(provider.EXAMPLE), {}))
    for option in set(shared.secret_names(provider)) & set(provider.EXAMPLE):
        assert provider.EXAMPLE[option] not in text, option


def rows_of(provider):
    """What guides and README contain for a source type: the file, and the text."""
    name, prefix = provider.TYPE, provider.PREFIX
    info_only = (ROOT / f'plugins/modules/{name}_info.py').exists() and not (
        ROOT / f'plugins/modules/{name}.py'
    ).exists()
    module = f'{name}_info' if info_only else name
    return {
        'README.md': [f'| module | `{module}` |'],
        'docs/docsite/rst/user_guide.rst': [
            f'* ``{name}``:',
            f':ansplugin:`buildops.tokens.{module}#module`',
        ],
        'docs/docsite/rst/lookup_guide.rst': [
            f'   * - ``{name}``\n'
            f'     - ``buildops_tokens_{prefix}_<option>``\n'
            f'     - ``BUILDOPS_TOKENS_{prefix.upper()}_<OPTION>``\n'
            f'     - ``{prefix}_<option>``\n'
        ],
        'docs/docsite/rst/awx_guide.rst': [f'``{name}``', f'``BUILDOPS_TOKENS_{prefix.upper()}_``'],
    }


@pytest.mark.parametrize('name', sources.types())
def test_guides_and_README_contain_every_source_type(name):
    missing = [
        f'{path}: {row.strip()}'
        for path, rows in rows_of(sources.provider_class(name)).items()
        for row in rows
        if row not in (ROOT / path).read_text(encoding='utf-8')
    ]
    assert not missing, 'add to\n' + '\n'.join(missing)


@pytest.mark.parametrize('name', sorted(delivery_types.all_types()))
def test_guides_contain_every_delivery_type(name):
    """README is compared with the modules and roles in test_repository."""
    kind = delivery_types.all_types()[name]
    rows = {}
    if kind.VARIABLE:
        rows['docs/docsite/rst/user_guide.rst'] = (
            f'* :ansplugin:`buildops.tokens.{kind.role()}#role`:'
        )
    if kind.MODULE and kind.WHERE == HOST:
        module = f':ansplugin:`buildops.tokens.{kind.MODULE}#module`\n     - '
        rows['docs/docsite/rst/security_guide.rst'] = module
    missing = [
        f'{path}: {row.strip()}'
        for path, row in rows.items()
        if row not in (ROOT / path).read_text(encoding='utf-8')
    ]
    assert not missing, 'add to\n' + '\n'.join(missing)


# Options that contain secrets, and what may be in their place: a template, a reference to the
# environment, the name of a source, and in the code of the contributor guide an argument spec
SECRET = re.compile(
    r"""^[\s#-]*["']?(?:\w+_)?(password|passphrase|secret|token|pass_?code|clid|assertion|code_verifier)["']?\s*[:=]\s*(\S.*)$"""
)
HARMLESS = re.compile(
    r"""["'].*\{\{.*\}\}.*["']|\$\{env\.\w+\}|true|if_missing|unless_encrypted"""
    r"""|\{'type': .*\},|'example secret',"""
    r"""|wonderland"""  # of the sandbox, and of nothing else
)
LIKE_A_SECRET = re.compile(r'(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*[0-9])[A-Za-z0-9+/_=-]{20,}')
SOURCE = re.compile('[a-z]{4,9}')


def test_A29_no_example_and_no_default_contains_what_could_be_a_secret():
    read = 0
    patterns = (
        'plugins/modules/*.py',
        'plugins/doc_fragments/*.py',
        'plugins/lookup/*.py',
        'plugins/filter/*.py',
        'README.md',
        'docs/docsite/rst/*.rst',
        'roles/*/*/*.yml',
        'playbooks/*.yml',
        'playbooks/vars/*.yml',
        'extensions/awx/**/*.yml',
    )
    for path in [path for pattern in patterns for path in ROOT.glob(pattern)]:
        text = path.read_text(encoding='utf-8')
        if path.suffix == '.py':  # its documentation
            text = '\n'.join(
                node.value
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
        for line in text.splitlines():
            found = SECRET.match(line)
            if found:
                read += 1
                value = found[2].partition('  #')[0].strip()
                assert HARMLESS.fullmatch(value) or (
                    found[1] == 'token' and SOURCE.fullmatch(value)
                ), '%s: %s' % (path, line)
            assert not LIKE_A_SECRET.search(line.replace('LICENSES/BSD-2-Clause', '')), '%s: %s' % (
                path,
                line,
            )
    assert read > 30
    for provider in map(sources.provider_class, sources.types()):
        assert not [
            name
            for name, option in arguments(provider).items()
            if option.get('no_log') and option.get('default') is not None
        ]


DESCRIBED = {
    'A6': 'debug',
    'A12': 'set_fact',
    'A14': 'environment:',
    'A15': 'ANSIBLE_DISPLAY_ARGS_TO_STDOUT',
    'A16': 'callbacks that read the arguments',
    'A17': 'in the text of a task',
    'A19': 'items of a loop',
    'A23': 'ANSIBLE_DEBUG',
    'A24': 'ANSIBLE_KEEP_REMOTE_FILES',
    'A31': 'debugger',
}


@pytest.mark.parametrize('fault', DESCRIBED)
def test_the_guide_describes_what_no_collection_can_prevent(fault):
    """The tests of leaks show that it is so, and that the ways around are ones."""
    assert DESCRIBED[fault] in (ROOT / 'docs/docsite/rst/security_guide.rst').read_text(
        encoding='utf-8'
    )


def _tasks(value):
    """Yield the tasks of an example, also those in blocks."""
    for task in value if isinstance(value, list) else []:
        if isinstance(task, dict):
            yield task
            for part in ('tasks', 'block', 'rescue', 'always'):
                yield from _tasks(task.get(part))


def _examples():
    for path in sorted((ROOT / 'plugins').glob('[lm]o*/*.py')):
        text = re.search(r'^EXAMPLES = r"""\n(.*?)"""', path.read_text('utf-8'), re.M | re.S)
        if text:
            yield from ((path.stem, task) for task in _tasks(yaml.safe_load(text.group(1))))


def test_A1_examples_hide_the_tasks_of_others_that_use_a_token():
    shown = []
    for name, task in _examples():
        others = {
            key: value
            for key, value in task.items()
            if key.startswith('ansible.') and isinstance(value, dict)
        }
        uses = re.search(
            r'\.authorization|buildops\.tokens\.token\'|_secret|password', repr(others)
        )
        if uses and task.get('no_log') is not True:
            shown.append('%s: %s' % (name, task.get('name')))
    assert not shown
    assert any(name == 'token' for name, _task in _examples())
