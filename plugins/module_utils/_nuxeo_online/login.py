# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""How the interfaces of Nuxeo Online Services refuse a token."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    LOGIN_ADVICE,
    TOKENS_PAGE,
)


def check_login(response: Response, refusals: t.Sequence[int] = (401,)) -> None:
    """Check that the service accepted the user name and the token.

    :param refusals: the statuses with which it refuses them. It also redirects to a login page.
    :raises Refused: it did not; the message has cause and remedy.
    """
    if response.status in refusals:
        raise Refused(
            '%s: the service does not know the user name or the token (%d). Tokens are created '
            'at %s.' % (response.request_label, response.status, TOKENS_PAGE),
            response.status,
        )
    refuse_redirect(response, LOGIN_ADVICE)
