# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: the exact requests for every generation, and how a version is recognised.

N and H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from tests.support.nexus_user_tokens import (
    LOCAL,
    MIDDLE,
    OLD,
    OLDEST,
    SIESTA,
    TOKEN,
    USER,
    look,
    missed,
    run,
    step1,
    step2,
)
from tests.support.scripted import answer, page

GENERATIONS = [
    ('3.97.0', [step1(version='3.97.0'), look(), step2()]),
    ('3.69.0-02', [step1(version='3.69.0-02'), look(), step2()]),
    ('3.68.1', [step1(version='3.68.1'), step2()]),
    ('3.24.0-01', [step1(version='3.24.0-01'), step2()]),
    ('3.23.0-03', [step1(version='3.23.0-03'), step2(MIDDLE)]),
    ('3.8.0', [step1(version='3.8.0'), step2(MIDDLE)]),
    ('3.7.1', [step1(gives=missed('3.7.1', html=True, status=405)), step1(SIESTA), step2(OLD)]),
    ('3.0.2', [step1(gives=missed('3.0.2', html=True)), step1(SIESTA), step2(OLD)]),
    (
        '2.15.2',
        [step1(gives=answer(404, headers={'Server': 'Nexus/2.15.2'})), step1(SIESTA), step2(OLD)],
    ),
    (
        '2.8.1',
        [
            step1(
                gives=answer(
                    405,
                    headers={'Server': 'Nexus/2.8.1 Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V8'},
                )
            ),
            step1(SIESTA),
            step2(OLD),
        ],
    ),
    (
        '2.7.0',
        [
            step1(gives=page(405, '<html><link href="x/Sonatype-content.css?2.7.0">Nexus')),
            step1(SIESTA),
            step2(OLD),
        ],
    ),
    (
        '2.6.2-01',
        [
            step1(gives=page(404, '<html><link href="x/Sonatype-content.css?2.6.2-01">Nexus')),
            step1(LOCAL),
            step2(OLDEST),
        ],
    ),
    (
        '2.2',
        [
            step1(
                gives=page(
                    405, '<html><link href="x/Sonatype-content.css?2.2" type="text/css"> nexus'
                )
            ),
            step1(LOCAL),
            step2(OLDEST),
        ],
    ),
]


@pytest.mark.parametrize(
    'script',
    [script for _version, script in GENERATIONS],
    ids=[version for version, _script in GENERATIONS],
)
def test_N14_every_generation_has_its_own_two_steps(script):
    outcome = run(*script)
    token = outcome.token.as_result()
    assert (token['name_code'], token['pass_code'], token['created']) == (
        '8I034iTW',
        TOKEN['passCode'],
        '2014-01-28T17:17:07Z',
    )
    assert (token['kind'], token['type'], token['user']) == ('basic', 'nexus_user_token', USER)
    assert (token['username'], token['password']) == ('8I034iTW', TOKEN['passCode'])
    assert outcome.changed is False and outcome.warnings == []
    newer = len(script) == 3 and script[1].method == 'GET'
    assert token['expires_at'] == ('2026-03-02T12:00:00Z' if newer else None)


@pytest.mark.parametrize(
    ('version', 'script'),
    GENERATIONS[:6] + GENERATIONS[-1:],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_a_version_that_is_stated_saves_looking_for_it(version, script):
    script = [ask for ask in copy.deepcopy(script) if ask.gives.status == 200]
    for ask in script:
        ask.gives.headers.pop('Server', None)
    assert run(*script, nexus_version=version).server['version'] == version


@pytest.mark.parametrize(
    ('status', 'second'),
    [('3.71.0-06', [look(), step2()]), ('3.30.0', [step2()]), ('3.20.1', [step2(MIDDLE)])],
)
def test_a_stripped_header_costs_one_request(status, second):
    outcome = run(
        step1(),
        look(answer(200, {'edition': 'PRO', 'version': status}), '/service/rest/wonderland/status'),
        *second,
    )
    assert outcome.server == {'version': status, 'edition': 'PRO'}


def test_without_any_word_about_the_version_the_newest_way_is_tried():
    outcome = run(step1(), look(answer(403), '/service/rest/wonderland/status'), step2())
    assert outcome.token.extras['name_code'] == '8I034iTW'
    assert outcome.server == {'version': None, 'edition': None}


def test_two_that_reveal_nothing_and_only_the_path_shows_it():
    run(step1(gives=answer(404)), step1(SIESTA), step2(OLD))
    run(step1(gives=answer(404)), step1(SIESTA, gives=answer(404)), step1(LOCAL), step2(OLDEST))


def test_H23_2_2_answers_403_where_it_has_nothing_for_people_who_are_no_administrators():
    jetty = {'Server': 'Jetty(8.1.3.v20120416)'}
    run(step1(gives=answer(403, headers=jetty)), step1(LOCAL), step2(OLDEST))
    run(step1(gives=answer(403)), step1(SIESTA, gives=answer(403)), step1(LOCAL), step2(OLDEST))


@pytest.mark.parametrize(
    ('text', 'version', 'edition'),
    [
        ('Nexus/3.84.0-03 (COMMUNITY)', '3.84.0-03', 'COMMUNITY'),
        ('Nexus/3.71.0-06 (OSS)', '3.71.0-06', 'OSS'),
        ('Nexus/3.97.0 (PRO-STARTER)', '3.97.0', 'PRO-STARTER'),
        ('Nexus/2.14.9-01 Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V8', '2.14.9-01', None),
        ('Nexus/2.2', '2.2', None),
        ('nginx', None, None),
        ('Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V4', None, None),
        ('Nexus/x', None, None),
        ('Nexus/' + '9' * 5000, None, None),
        (None, None, None),
    ],
)
def test_what_the_server_header_shows(text, version, edition):
    product = Product()
    product.learn(answer(200, headers={'Server': text} if text else {}))
    assert (product.version, product.edition) == (version, edition)


def test_the_page_of_another_product_reports_nothing():
    product = Product()
    assert not product.learn(page(404, '<html><link href="wiki.css?8.5.0">A wiki</html>'))


@given(st.text())
def test_no_header_is_a_crash(text):
    product = Product()
    product.learn(answer(200, headers={'Server': text}))
    product.learn(page(200, '<html>' + text))
    assert product.generation is None or product.version
