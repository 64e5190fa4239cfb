# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JUnit XML, which CI systems show as tests: a suite for the tokens, and one for the
deliveries of each source."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_builder import ending
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    FAILURE,
    NOT_DELIVERED,
    NOT_TRIED,
    REFUSED,
    WARNING,
    Report,
    Source,
)

# Characters that XML does not allow
_FORBIDDEN = re.compile('[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
RUN = 'the run without problems'


def render(report: Report) -> str:
    """Return the text of the file."""
    root = ElementTree.Element('testsuites', name='tokens')
    _tokens(root, report)
    for source in report.sources:
        if source.deliveries:
            _deliveries(root, source)
    for suite in root:
        _count(suite, report)
    for name in ('tests', 'failures', 'skipped', 'errors'):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    ElementTree.indent(root, ' ')
    text: str = ElementTree.tostring(root, encoding='unicode')
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _FORBIDDEN.sub('', text) + '\n'


def _tokens(root: ElementTree.Element, report: Report) -> None:
    suite = ElementTree.SubElement(root, 'testsuite', name='tokens')
    for source in report.sources:
        case = _case(suite, 'tokens.' + source.type, source.name)
        sentence = source.message or ending(source, report.generated_at)
        if source.state_level == FAILURE:
            _failure(case, source.state, sentence)
        elif source.state_level == WARNING:
            ElementTree.SubElement(case, 'system-out').text = sentence
    case = _case(suite, 'tokens.run', RUN)
    if report.problems:
        _failure(case, 'problem', '\n'.join(report.problems))


def _deliveries(root: ElementTree.Element, source: Source) -> None:
    suite = ElementTree.SubElement(root, 'testsuite', name=source.name)
    for delivery in source.deliveries:
        for result in delivery.results:
            name = '%s on %s' % (delivery.place or delivery.type, result.host)
            case = _case(suite, '%s.%s' % (source.name, delivery.type), name)
            if result.status in (REFUSED, NOT_DELIVERED):
                message = result.message or 'The credentials were refused.'
                _failure(case, result.status, message)
            elif result.status == NOT_TRIED:
                ElementTree.SubElement(case, 'skipped', message=result.message or 'not tried')


def _case(suite: ElementTree.Element, classname: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, 'testcase', classname=classname, name=name, time='0')


def _failure(case: ElementTree.Element, kind: str, message: str) -> None:
    first_line = message.split('\n', 1)[0]
    ElementTree.SubElement(case, 'failure', type=kind, message=first_line).text = message


def _count(suite: ElementTree.Element, report: Report) -> None:
    suite.set('timestamp', (iso8601(report.generated_at) or '').rstrip('Z'))
    suite.set('hostname', 'controller')
    suite.set('tests', str(len(suite)))
    suite.set('failures', str(len(suite.findall('*/failure'))))
    suite.set('skipped', str(len(suite.findall('*/skipped'))))
    suite.set('errors', '0')
    suite.set('time', '0')
