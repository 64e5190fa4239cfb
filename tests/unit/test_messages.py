# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that describe messages, and the messages of the code."""

from __future__ import annotations

import re

from tests.tools import message_page
from tests.tools.scratch import ROOT

SOURCE = '''
"""A module. It has a docstring."""
EXAMPLES = """This is documentation."""
def work(name):
    "Do something with it."
    if not name:
        raise BadInput('The name %s is '
                       'not right (%04o). Check it.' % (name, 1))
    fail(f'{name} does not exist here.', code='not_a_sentence')
_MESSAGES = {404: 'The server has no %(what)s.%(hint)s'}
'''


def test_all_sentences_of_the_code_are_found_and_no_documentation() -> None:
    assert sorted(message_page.sentences(SOURCE)) == [
        '... does not exist here.',
        'The name ... is not right (...). Check it.',
        'The server has no ...',
    ]


def test_what_troubleshooting_quotes_is_a_message() -> None:
    guide = (ROOT / 'docs/docsite/rst/troubleshooting.rst').read_text(encoding='utf-8')
    messages = ' '.join(message_page.PAGE.read_text(encoding='utf-8').split())
    first_cells = re.findall(r'^   \* - (\*.*)$', guide, re.MULTILINE)
    quoted = [text for cell in first_cells for text in re.findall(r'\*([^*]+)\*', cell)]
    assert len(quoted) > 5
    assert [text for text in quoted if text not in messages] == []
