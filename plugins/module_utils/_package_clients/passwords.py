# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""User names and passwords in the files of clients that have nothing else."""

from __future__ import annotations

import base64

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Wanted,
)


def require_username(entry: Wanted, client: str, example: str) -> str:
    """Return the user name. :raises BadInput: there is none, beside an access token."""
    if entry.username is None:
        raise BadInput(
            'The entry for %s has an access token, and %s sends user names and passwords only. '
            'Give the username with which the server accepts it as a password, such as %s.'
            % (entry.name, client, example)
        )
    return entry.username


def require_ascii(entry: Wanted, client: str) -> None:
    """:raises BadInput: a character that the client does not send as others do."""
    if not (str(entry.username) + str(entry.secret)).isascii():
        raise BadInput(
            'The user name or secret for %s has a character outside ASCII. %s sends it in '
            'ISO-8859-1, other clients in UTF-8. Get another one.' % (entry.name, client)
        )


def basic(username: str, password: str) -> str:
    """Return the value of C(Authorization)."""
    login = '%s:%s' % (username, password)
    return 'Basic ' + base64.b64encode(login.encode('utf-8')).decode('ascii')
