# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Sonatype Nexus Repository Manager of any generation, from 2.0 to the newest.

What could be measured on real servers (2.2, 2.3.0, 2.4.0, 2.5.1, 3.16.0, 3.23.0, 3.24.0, 3.30.0,
3.41.1, 3.62.0, 3.71.0, all OSS) is answered as they did; the recorded exchanges are played to it by
C(tests/unit/sandbox). The user-token feature of the Pro edition follows Sonatype support article
213465878, Sonatype's documentation and OpenAPI descriptions; where those leave a choice, the choice
is an option of L(create_app, create_app).
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .maven_repository import MavenRepository
from .nexus2 import Nexus2
from .nexus3 import Nexus3
from .nexus_core import USERS, Nexus, State, Token, User, version_number

HINTS = ['users: alice / wonderland; admin / admin123']
"""As whom a person who starts the sandbox by hand can log in."""

__all__ = ['USERS', 'Nexus', 'State', 'Token', 'User', 'create_app', 'version_number']


def create_app(
    version: str = '3.71.0-06',
    edition: str | None = None,
    users: dict | None = None,
    user_tokens: bool = True,
    expiration_days: int | None = None,
    protect_content: bool = False,
    context: str | None = None,
    strip_server_header: bool | str = False,
    anonymous: bool = True,
    clock: t.Callable[[], float] = time.time,
    repositories: t.Iterable[str] = ('private',),
    ticket_refusal: int | None = None,
    utc_offset: int = 0,
    h2: bool | None = None,
    packages: bool = False,
) -> Nexus:
    """A Nexus as a WSGI application; C(app.state) is a L(State, State).

    :param version: any version of the 2.x and 3.x lines, such as C(2.5.1-01), C(2.2), C(3.90.1).
    :param edition: C(PRO), C(OSS) or C(COMMUNITY); only C(PRO) has user tokens.
    :param users: by name: L(User, User) objects, dicts of their fields, or just a password;
        replaces L(USERS, USERS).
    :param user_tokens: whether an administrator has switched the feature on.
    :param expiration_days: user tokens expire that many days after their creation (3.69 and newer).
    :param context: the context path; by default C(/nexus) on 2.x and none on 3.x.
    :param strip_server_header: True for a proxy that removes the header, a text for one that
        replaces it.
    :param clock: the time in seconds since the epoch, for tickets and tokens.
    :param repositories: names of the protected Maven repositories; the first contains the
        artifacts.
    :param ticket_refusal: status for a bad ticket in step 2, which nobody could measure: 400, 403
        or 500. By default what the open sibling resource of that line answers: 500 on 3.x, 403 on
        2.x.
    :param utc_offset: minutes east of Greenwich in the times that the server writes.
    :param h2: whether a 3.x keeps its configuration in H2, which checks less; by default from 3.71
        on.
    :param packages: whether a 3.x has the repositories of C(package_repositories).
    """
    number = version_number(version)
    accounts = {}
    for name, user in (USERS if users is None else users).items():
        fields = (
            {'password': user}
            if isinstance(user, str)
            else user
            if isinstance(user, dict)
            else dataclasses.asdict(user)
        )
        accounts[name] = User(**fields)
    state = State(accounts, clock)
    state.enabled = user_tokens
    state.expiration_days = expiration_days
    state.protect_content = protect_content
    state.anonymous = anonymous
    for position, name in enumerate(repositories):
        state.repositories[name] = MavenRepository(artifacts=position == 0)
    kind: type[Nexus] = Nexus3 if number >= (3,) else Nexus2
    app = kind(
        version,
        edition or 'PRO',
        state,
        {
            'context': (
                ('' if number >= (3,) else '/nexus') if context is None else context
            ).rstrip('/'),
            'server_header': strip_server_header
            if isinstance(strip_server_header, str)
            else not strip_server_header,
            'ticket_refusal': ticket_refusal or (500 if number >= (3,) else 403),
            'utc_offset': utc_offset,
            'h2': h2,
            'packages': packages,
        },
    )
    app.hints = HINTS if users is None else []
    return app
