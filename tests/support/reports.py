# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports for tests: a small one with each state, one with hostile names, and large ones."""

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    BY_AGE,
    BY_SERVER,
    DAY,
    NOT_DELIVERED,
    NOT_TRIED,
    REFUSED,
    VERIFIED,
    Delivery,
    Report,
    Result,
    Source,
    Thresholds,
)

NOW = 1795996800  # Mon 2026-11-30 00:00 UTC
THURSDAY = NOW + 3 * DAY + 9 * 3600
# What must stay text in every form
HOSTILE = (
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'it\'s "quoted", and; more',
    'a\nb\r\nEND:VCALENDAR',
    '\u202egnp.exe\u2066\u200f',
    '=HYPERLINK("https://evil.example")',
    '+1',
    '-1',
    '@SUM(A1)',
    '\uff1d1',
    'x"} 1\nbuildops_token_verified{source="forged',
    'back\\slash',
    '{{ 7 * 7 }}{% raw %}',
    ']]>&amp;&#10;\ufffe',
)


def small() -> Report:
    """A run with each state and each result."""
    sources = (
        Source(
            'studio',
            'nuxeo_online_token',
            ('agent1', 'agent2'),
            '0123456789ab',
            state='unknown',
            deliveries=(
                Delivery(
                    'git_credentials',
                    'https://git.example.com',
                    (
                        Result('agent2', REFUSED, True, 'git.example.com answered 401.'),
                        Result('agent1', VERIFIED),
                    ),
                ),
            ),
        ),
        Source(
            'gone',
            'nexus_user_token',
            ('agent3',),
            state='failed',
            state_level='failure',
            message='POST nexus.example.com answered 401.',
            deliveries=(
                Delivery('maven_settings', 'snapshots', (Result('agent3', NOT_DELIVERED),)),
            ),
        ),
        Source(
            'company',
            'nexus_user_token',
            ('agent1', 'agent2', 'agent3', 'agent4'),
            'ba9876543210',
            created_at=NOW - 87 * DAY,
            expires_at=THURSDAY,
            renew_at=THURSDAY - DAY,
            end_at=THURSDAY,
            end_by=BY_SERVER,
            state='ends_soon',
            state_level='warning',
            deliveries=(
                Delivery(
                    'maven_settings',
                    'releases',
                    (Result('agent4', NOT_TRIED), Result('agent1', VERIFIED, True)),
                ),
            ),
        ),
        Source(
            'aged',
            'nexus_user_token',
            ('agent1',),
            'aaaaaaaaaaaa',
            created_at=NOW - 30 * DAY,
            renew_at=NOW + 60 * DAY,
            end_at=NOW + 60 * DAY,
            end_by=BY_AGE,
            state='valid',
        ),
    )
    return Report(
        purpose='provision',
        generated_at=NOW,
        sources=sources,
        thresholds=Thresholds(14, None, None),
        problems=('git_credentials (agent2): git.example.com answered 401.',),
        notes=('A note.',),
        job={'id': '7'},
    )


def hostile() -> Report:
    """A report in which every text is one that another program could take for its own syntax."""
    sources = tuple(
        Source(
            text,
            'type' + text,
            (text,),
            text,
            expires_at=253402300799,
            renew_at=0,
            end_at=253402300799 + number * 10**12,
            end_by=BY_SERVER,
            state='ends_soon',
            state_level='warning',
            message=text,
            deliveries=(
                Delivery(text, text, (Result(text, REFUSED, True, text), Result('b', VERIFIED))),
            ),
        )
        for number, text in enumerate(HOSTILE)
    )
    return Report('report', NOW, sources, Thresholds(), HOSTILE, HOSTILE, {'id': HOSTILE[0]})


def large(hosts: int, deliveries: int = 6) -> Report:
    """As many hosts and deliveries; some fail."""
    names = tuple('agent%05d.example.com' % number for number in range(hosts))
    places = tuple(
        Delivery(
            'maven_settings',
            'releases-%d' % place,
            tuple(
                Result(name, REFUSED if number % 500 == 0 else VERIFIED, number % 2 == 0)
                for number, name in enumerate(names)
            ),
        )
        for place in range(deliveries)
    )
    half = deliveries // 2
    sources = tuple(
        Source(
            name,
            'nexus_user_token',
            names,
            'ba9876543210',
            expires_at=THURSDAY + number * 40 * DAY,
            end_at=THURSDAY + number * 40 * DAY,
            renew_at=THURSDAY,
            end_by=BY_SERVER,
            state='valid',
            deliveries=part,
        )
        for number, (name, part) in enumerate(
            (('company', places[:half]), ('mirror', places[half:]))
        )
    )
    return Report('provision', NOW, sources)
