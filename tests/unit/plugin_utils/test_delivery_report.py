# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the summary says of hosts on which something failed."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import (
    rows_of,
    table_of,
)

PLAN = {'hosts': {'nuxeo_online': ['one', 'two']}}
FAILED = {'failed': True, 'changed': False, 'msg': 'POST connect.nuxeo.com answered 401.'}


@pytest.mark.parametrize(
    'result, failed, said',
    [
        ({'parts': [{'changed': True}, FAILED, FAILED]}, 'One or more items failed', FAILED['msg']),
        (
            {'parts': [{'changed': True}]},
            'The loop cannot be rendered.',
            'The loop cannot be rendered.',
        ),
        ({'parts': []}, '', 'it failed, and does not say why.'),
        (FAILED, FAILED['msg'], FAILED['msg']),
        (
            {'parts': [{'changed': True}, {'unreachable': True, 'msg': 'ssh says much'}]},
            None,
            'the host cannot be reached.',
        ),
        ({'unreachable': True, 'changed': False}, None, 'the host cannot be reached.'),
        (None, None, 'the host was not reached, or the play ended before its turn.'),
        (None, 'no luck', 'no luck'),
    ],
)
def test_a_failure_is_told_by_its_reason_once_for_all_hosts(result, failed, said):
    variables = {
        'nuxeo_online_result': result,
        'deliver_to_failed': {} if failed is None else {'nuxeo_online': failed},
    }
    rows, problems = rows_of(PLAN, {'one': variables, 'two': variables})
    assert (rows, problems) == ([], ['nuxeo_online (one, two): ' + said])
    assert table_of(rows, problems) == [] and table_of([], [])[0].startswith(
        'Nothing was asked for'
    )


def test_what_failed_with_sources_comes_first():
    fine = {'nuxeo_online_result': {'parts': []}}
    problems = rows_of(
        PLAN, {'one': dict(fine, tokens_failed=['a was not replaced: no.']), 'two': dict(fine)}
    )[1]
    assert problems == ['a was not replaced: no.']
