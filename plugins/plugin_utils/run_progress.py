# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows how far a long run is, at the verbosity of ansible-playbook by default."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import printable
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal

HOSTS = 'hosts'
# A run for fewer hosts ends soon
FEWEST = 20
LINES = 10
display = Display()


def asking(name: str, kind: str, number: int, total: int) -> None:
    """Show which source is asked by a run that works on one after the other."""
    display.display(printable('Asking %s (%s), %d of %d' % (name, kind, number, total)))


def getting(journal: Journal) -> t.Callable[[str, str], None]:
    """Return a function that shows a source the first time that a host of the run uses it."""

    def show(name: str, kind: str) -> None:
        if journal.count('source %s' % name) == 1:
            display.display(printable('Getting a token: %s (%s)' % (name, kind)))

    return show


def done(journal: Journal) -> None:
    """Note that a host has its deliveries, and show a tenth of the hosts in one line."""
    try:
        total = journal.read(HOSTS) or 0
    except FileProblem:  # the result of the host matters more
        return
    if total >= FEWEST:
        count = journal.count('done')
        if count and (count == total or count % (total // LINES) == 0):
            display.display('%d of %d hosts are done' % (count, total))
