# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivery types are found in their folder, and a wrong one is named with its file."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import HOST
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types
from tests.losses.writers import WRITERS
from tests.tools.matrix import HOST_TARGETS
from tests.tools.scratch import ROOT

HEAD = (
    'from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base '
    'import DeliveryType\n\n\n'
)
GOOD = (
    HEAD
    + """class Toy(DeliveryType):
    NAME = 'toy'
    VARIABLE = 'toy_entries'
    ENTRIES = 'entries'

    @classmethod
    def specification(cls):
        return {}, {}

    @classmethod
    def apply(cls, params, module):
        return {}, []
"""
)


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., None]:
    """A function that declares the delivery types of a folder: by name, the text of the file."""
    package = 'toys_%d' % len(sys.modules)
    folder = tmp_path / package
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(delivery_types, 'FOLDER', str(folder))
    monkeypatch.setattr(delivery_types, 'PACKAGE', package)
    monkeypatch.setattr(delivery_types, '_loaded', {})

    def declare(**files: str) -> None:
        for name, text in files.items():
            (folder / (name + '.py')).write_text(text, encoding='utf-8')

    return declare


def test_a_type_is_its_file(declare: t.Callable[..., None]) -> None:
    declare(toy=GOOD)
    assert [*delivery_types.all_types()] == ['toy']
    assert [*delivery_types.with_variable()] == ['toy']


@pytest.mark.parametrize(
    'files, message',
    [
        ({'toy': 'import nowhere'}, 'toy.py cannot be imported: ModuleNotFoundError in toy.py'),
        ({'toy': 'class :'}, 'toy.py cannot be imported: SyntaxError'),
        ({'toy': HEAD}, 'toy.py must declare one subclass of DeliveryType, but it declares 0.'),
        (
            {'toy': GOOD + GOOD.replace(HEAD, '').replace('Toy', 'Other')},
            'toy.py must declare one subclass of DeliveryType, but it declares 2.',
        ),
        (
            {'toy': GOOD + "    MODULE = 'toy'\n"},
            'toy.py lacks RETURNED.',
        ),
        (
            {'toy': GOOD + "    OPTIONS = ('entries',)\n"},
            'The variable toy_entries is declared twice: in .*toy.py and in .*toy.py',
        ),
        (
            {
                name: GOOD.replace('toy', name) + "    MODULE, RETURNED = 'tool', ('path',)\n"
                for name in ('one', 'two')
            },
            'The module tool is declared twice: in .*one.py and in .*two.py',
        ),
        ({'toy': GOOD.replace("NAME = 'toy'", "NAME = 'tool'")}, "toy.py lacks NAME = 'toy'."),
        ({'toy': GOOD.replace('def apply', 'def aply')}, r'toy.py lacks apply\(\) or parts\(\).'),
        ({'toy': GOOD.replace('def spec', 'def sp')}, r'toy.py lacks specification\(\).'),
        ({'toy': GOOD.replace("ENTRIES = 'entries'", '')}, 'toy.py lacks ENTRIES or PLACE.'),
        (
            {'toy': GOOD, 'other': GOOD.replace("NAME = 'toy'", "NAME = 'other'")},
            'toy_entries is declared twice: in .*other.py and in .*toy.py',
        ),
        (
            {
                name: GOOD.replace('toy', name) + "    ROLE, HAS_USER = 'toys', True\n%s" % shared
                for name, shared in (('one', "    SHARED = ('user',)\n"), ('two', ''))
            }
            | {'two': GOOD.replace('toy', 'two').replace("'two_entries'", "'toys_user'")},
            'The variable toys_user is declared twice: in .*one.py and in .*two.py',
        ),
    ],
)
def test_a_wrong_type_is_named_with_its_file(
    declare: t.Callable[..., None], files: dict[str, str], message: str
) -> None:
    declare(**files)
    with pytest.raises(BadInput, match=message):
        delivery_types.all_types()
    delivery_types.preload()  # which reports nothing, since nobody asked for deliveries


def test_types_of_one_role_have_variables_together(declare: t.Callable[..., None]) -> None:
    both = "    ROLE, SHARED, OPTIONS, HAS_USER = 'toys', ('user',), ('path',), True\n"
    declare(toy=GOOD + both, ball=GOOD.replace('toy', 'ball') + both)
    assert {name: [*kind.variables()] for name, kind in delivery_types.all_types().items()} == {
        'ball': ['ball_entries_path', 'toys_user'],
        'toy': ['toy_entries_path', 'toys_user'],
    }


def described(specification: dict[str, t.Any]) -> dict[str, t.Any]:
    """What a role and a delivery type have in common in the options of their entries."""
    return {
        name: (
            option.get('type', 'str'),
            list(option.get('choices') or []),
            bool(option.get('required')),
            described(option.get('options') or {}),
        )
        for name, option in specification.items()
    }


def test_the_role_of_a_type_without_a_module_has_the_options_of_its_entries() -> None:
    for name, kind in delivery_types.with_variable().items():
        if not kind.MODULE:
            options = _role(name)[kind.VARIABLE or '']['options']
            assert described(options) == described(kind.specification()[0])


def _role(name: str) -> dict[str, t.Any]:
    """Return the options of a role."""
    text = (ROOT / 'roles' / name / 'meta/argument_specs.yml').read_text(encoding='utf-8')
    return dict(yaml.safe_load(text)['argument_specs']['main']['options'])


@pytest.mark.parametrize('name', sorted(delivery_types.with_variable()))
def test_each_type_has_the_options_of_its_role(name: str) -> None:
    """What a role accepts, the playbooks accept, too."""
    role = delivery_types.all_types()[name].role()
    kinds = [kind for kind in delivery_types.with_variable().values() if kind.role() == role]
    declared = {variable for kind in kinds for variable in (*kind.variables(), kind.VARIABLE)}
    assert declared == set(_role(role))


@pytest.mark.parametrize('name', sorted(delivery_types.all_types()))
def test_what_a_type_declares_exists_in_its_options(name: str) -> None:
    kind = delivery_types.all_types()[name]
    specification = kind.specification()[0]
    entry = specification[kind.ENTRIES]['options'] if kind.ENTRIES else specification
    assert kind.ENTRY_NAME in entry and 'token' in entry
    assert not kind.TAKES_EXPIRY or 'expires_at' in entry
    assert set(kind.EXAMPLE) <= set(entry)
    if kind.ENTRIES:
        assert set(kind.OPTIONS) <= set(specification)


ON_HOSTS = {
    name: kind
    for name, kind in delivery_types.all_types().items()
    if kind.MODULE and kind.WHERE == HOST
}


@pytest.mark.parametrize('name', sorted(ON_HOSTS))
def test_each_type_that_writes_files_is_tried_by_the_suites(name: str) -> None:
    kind = ON_HOSTS[name]
    assert name in {writer.TYPE for writer in WRITERS.values()}, 'tests/losses/writers.py'
    targets = [] if kind.ROLE else [kind.MODULE or '']
    targets += ['role_' + kind.role()] if kind.VARIABLE else []
    tasks = 'tests/integration/targets/role_%s/tasks/%s.yml' % (kind.ROLE, kind.MODULE)
    assert not kind.ROLE or (ROOT / tasks).is_file(), tasks
    for target in targets:
        assert target in HOST_TARGETS, 'HOST_TARGETS of tests/tools/matrix.py'
        assert (ROOT / 'tests/integration/targets' / target).is_dir(), target


def test_no_expression_of_a_playbook_or_role_chains_more_than_three_filters() -> None:
    for path in [*(ROOT / 'playbooks').glob('*.yml'), *(ROOT / 'roles').glob('*/tasks/*.yml')]:
        for expression in re.findall(r'{{.*?}}', path.read_text(encoding='utf-8'), re.S):
            assert expression.count('|') <= 3, (path.name, expression)
