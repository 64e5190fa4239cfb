# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What real Nexus servers answered, played to the sandbox: status, reason, meaningful headers and the shape of the body agree."""

from __future__ import annotations

import pytest

from tests.sandbox import nexus, recorded

#: Accounts that the recorded servers had besides their administrator.
USERS = {'admin': nexus.User('admin123', admin=True), 'deployment': 'deployment123', 'u1': 'pw1', 'u2': 'pw2'}
#: Where the sandbox departs on purpose: (start of the entry's name, start of the difference) and why.
DEPARTURES: dict[tuple[str, str], str] = {}


class Clock:
    now = 1_790_000_000.0

    def __call__(self):
        return self.now


def play(sandbox, version, *names, **settings):
    clock = Clock()
    users = {name: user for name, user in USERS.items() if name != 'u1' or nexus.version_number(version) >= (3, 17)}
    app = nexus.create_app(version, 'OSS', users=users, clock=clock, **settings)
    server = sandbox.serve(app, tls=False)

    def ticket(user, age):
        made = app.issue_ticket(user)
        app.state.tickets[made].issued -= age
        return made

    player = recorded.Player(f'http://127.0.0.1:{server.port}', version, ticket)
    found = []
    for entry, answer in recorded.of_version(version, *names):
        for difference in recorded.differences(answer, player.play(entry)):
            if not any(entry['name'].startswith(name) and difference.startswith(text) for name, text in DEPARTURES):
                found.append('{} ({} {}): {}'.format(entry['name'], entry['request']['method'], entry['request']['path'], difference))
    assert not server.errors
    return found


@pytest.mark.parametrize('version', recorded.versions('3'))
def test_3_answers_as_recorded(sandbox, version):
    assert play(sandbox, version, '3') == []


@pytest.mark.parametrize('version', recorded.versions('3-anonymous-off'))
def test_3_without_anonymous_access_answers_as_recorded(sandbox, version):
    assert play(sandbox, version, '3-anonymous-off', anonymous=False) == []


@pytest.mark.parametrize('version', recorded.versions('2'))
def test_2_answers_as_recorded(sandbox, version):
    assert play(sandbox, version, '2') == []
