# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of these tests leave no module, plugin, playbook or secret option out."""

from __future__ import annotations

import importlib
import json

import pytest
from ansible.module_utils import basic

from tests.tools.scratch import ROOT

from .failing_tasks import FAILURES
from .tasks import JOBS, NAMESPACE, WORK


def secret_options(spec):
    """The options that hold secrets, and those of their entries."""
    for name, option in spec.items():
        if option.get('no_log'):
            yield name
        yield from (name + '.' + inner for inner in secret_options(option.get('options') or {}))


def given_options(arguments):
    """The options of a task that are given by a template, as all secrets are, and those of their
    entries.
    """
    for name, value in arguments.items():
        if '{{' in json.dumps(value):
            yield name
        for entry in value if isinstance(value, list) else ():
            yield from (
                (name + '.' + inner for inner in given_options(entry))
                if isinstance(entry, dict)
                else ()
            )


def test_every_option_that_contains_a_secret_was_given_one(stage, monkeypatch):
    class Spec(Exception):
        """What a module says of its options."""

    def reported(_self, argument_spec, **_more):
        raise Spec(argument_spec)

    monkeypatch.setattr(basic.AnsibleModule, '__init__', reported)
    defaults = stage.plays([])[0]['module_defaults']
    for path in (ROOT / 'plugins/modules').glob('*.py'):
        with pytest.raises(Spec) as caught:
            importlib.import_module(
                'ansible_collections.buildops.tokens.plugins.modules.' + path.stem
            ).main()
        played = [
            entry[NAMESPACE + path.stem]
            for entry in WORK + FAILURES
            if NAMESPACE + path.stem in entry
        ]
        given = {
            name
            for arguments in [*played, defaults.get(NAMESPACE + path.stem, {})]
            for name in given_options(arguments)
        }
        assert set(secret_options(caught.value.args[0])) <= given, path.stem
    stage.counts = False


def test_nothing_that_the_collection_offers_is_missing_above():
    played = json.dumps(WORK + FAILURES)
    plugins = {
        path.stem
        for kind in ('modules', 'lookup', 'filter')
        for path in (ROOT / 'plugins' / kind).glob('*.py')
    }
    watched_elsewhere = {'awx_setup'}  # where there is an AWX: tests/unit/awx
    assert {name for name in plugins if NAMESPACE + name not in played} == watched_elsewhere
    jobs = {
        path.stem for path in (ROOT / 'playbooks').glob('*.yml') if not path.stem.startswith('_')
    }
    assert jobs == {*JOBS, *watched_elsewhere}
