# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A result contains what its module documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_types import all_types
from ansible_collections.buildops.tokens.plugins.plugin_utils.module_result import (
    COMMON,
    LONGEST_OUTPUT,
    RETURNED,
    known_output,
    known_part,
    returned_by,
)
from tests.tools.scratch import ROOT

MODULES = ROOT / 'plugins/modules'
# Their action plugins never run a module
CONTROLLER_ONLY = {
    'nuxeo_studio_release',
    'token_deliveries_info',
    'token_source',
    'token_source_info',
    'token_sources',
    'token_summary',
}
# Not documented, since the action plugin of the module takes it away
INTERNAL = {'nuxeo_registration': {'needs_token'}, 'token_deliveries': {'deliveries'}}
# Documented, and added on the controller: a host does not report it
ADDED = {'token_deliveries': {'parts'}}


def documented(path: Path) -> set[str]:
    text = path.read_text(encoding='utf-8').split('RETURN = r"""', 1)[1].split('"""', 1)[0]
    return set(yaml.safe_load(text) or {})


ON_HOSTS = {path.stem for path in MODULES.glob('*.py')} - {'__init__'} - CONTROLLER_ONLY


def test_S1_every_key_is_of_a_module_that_runs_on_a_host() -> None:
    assert set(RETURNED) <= ON_HOSTS
    assert not set(RETURNED) & {kind.MODULE for kind in all_types().values()}


@pytest.mark.parametrize('name', sorted(ON_HOSTS))
def test_S1_the_keys_are_those_of_the_documentation(name: str) -> None:
    keys = documented(MODULES / (name + '.py')) | INTERNAL.get(name, set())
    assert keys - COMMON - ADDED.get(name, set()) == returned_by(name)


def test_S1_nothing_else_is_taken() -> None:
    answer = {'changed': True, 'path': 'x', 'ansible_facts': {}, 'add_host': {}, '_ansible_x': 1}
    assert known_part('buildops.tokens.maven_server', answer) == {'changed': True, 'path': 'x'}


@pytest.mark.parametrize('key', ['changed', 'failed', 'msg', 'rc', 'skipped', 'warnings'])
def test_S1_a_value_of_another_type_is_left_out(key: str) -> None:
    assert known_part('maven_server', {key: {'a': 'secret'}}) == {}


def test_S1_a_place_that_is_not_a_text_is_left_out() -> None:
    """A summary of all hosts compares them."""
    attempts = [{'name': ['a'], 'accepted': 'yes', 'message': {}}, {'accepted': None}]
    answer = {'path': {}, 'entries': [{'url': [], 'changed': ['x']}], 'verification': attempts}
    assert known_part('git_credential', answer) == {
        'entries': [{'changed': ['x']}],
        'verification': [{}, {'accepted': None}],
    }


def test_S1_warnings_are_taken_out_in_every_form_of_ansible_core() -> None:
    answer = {
        'path': 'x',
        'deprecations': [{'msg': 'no'}],
        'warnings': [
            'text',
            {'__ansible_type': 'WarningSummary', 'event': {'msg': 'event'}},
            {'__ansible_type': 'WarningSummary', 'details': [{'msg': 'detail'}]},
            {'event': 'no'},
            7,
        ],
    }
    known, warnings = known_output('maven_server', 'Welcome\n%s\nBye' % json.dumps(answer))
    assert json.loads(known) == {'path': 'x'}
    assert warnings == ['text', 'event', 'detail']


@pytest.mark.parametrize('printed', ['', 'Welcome', '{ Welcome', '[1]', '{}{}', '{"a": ' * 100_000])
def test_S1_what_is_not_a_result_is_not_parsed(printed: str) -> None:
    assert known_output('maven_server', printed) == ('', [])


def test_S8_marks_of_ansible_core_and_halves_of_characters_are_no_part_of_a_value() -> None:
    mark = {'__ansible_type': 'Deprecated', 'msg': 'secret', 'version': '9'}
    tagged = {'__ansible_type': '_AnsibleTaggedStr', 'value': 'x', 'tags': [mark]}
    answer = {'servers': [{'tag': tagged, 'a\ud800': '\udc00\U0001f600', 'b': float('nan')}]}
    known = json.loads(known_output('maven_server', json.dumps(answer))[0])
    plain = {'value': 'x', 'tags': [{'msg': 'secret', 'version': '9'}]}
    assert known['servers'] == [{'tag': plain, 'a\ufffd': '\ufffd\U0001f600', 'b': None}]


def test_S8_a_host_cannot_occupy_the_controller() -> None:
    deep: object = 'x'
    for _level in range(500):
        deep = [deep]
    known = known_output('maven_server', json.dumps({'servers': deep}))[0]
    assert 10 < known.count('[') < 50
    for printed in ('x\n' * 500_000 + '{"path": "x"}', '{"path": "x"}' + '\nx' * 500_000):
        assert json.loads(known_output('maven_server', printed)[0]) == {'path': 'x'}
    assert known_output('maven_server', json.dumps({'path': 'x' * LONGEST_OUTPUT})) == ('', [])
