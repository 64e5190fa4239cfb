# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sonatype's generated client goes through the administrator's user-token API; its models validate
every answer. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import sys

from nexus_api_client import ApiClient, ApiException, Configuration
from nexus_api_client.api.security_management_user_tokens_api import SecurityManagementUserTokensApi
from nexus_api_client.api.security_management_users_api import SecurityManagementUsersApi
from nexus_api_client.models.user_token_xo import UserTokenXO
from nexus_api_client.models.user_tokens_api_model import UserTokensApiModel

url, ca_path = sys.argv[1:]


def refused(action, *args):
    try:
        action(*args)
    except ApiException as problem:
        return problem.status
    return None


with ApiClient(
    Configuration(
        host=url + '/service/rest', username='admin', password='admin123', ssl_ca_cert=ca_path
    )
) as client:
    users, tokens = SecurityManagementUsersApi(client), SecurityManagementUserTokensApi(client)
    who = ('sam@example.org', 'SAML')
    seen = {'before': refused(users.get_security_users_user_token, *who)}
    made = users.create_security_users_user_token(*who)
    seen.update(
        name_code=made.name_code,
        pass_code=made.pass_code,
        again=refused(users.create_security_users_user_token, *who),
    )
    found = users.get_security_users_user_token(*who)
    seen.update(
        found=found.name_code,
        hidden=found.pass_code,
        owner=found.user_id,
        expired=found.is_expired,
        created=found.created.isoformat(),
    )
    listed = tokens.list_security_user_tokens_tokens(user_id=who[0]).actual_instance
    seen['listed'] = [
        item.name_code for item in (listed.tokens if hasattr(listed, 'tokens') else listed.items)
    ]
    # The client itself cannot choose between its two models for this answer: every object fits the
    # one for lists
    raw = tokens.list_security_user_tokens_tokens_without_preload_content(name_code=made.name_code)
    seen['looked_up'] = UserTokenXO.from_json(raw.read().decode()).user_id
    seen['unknown'] = refused(lambda: tokens.list_security_user_tokens_tokens(name_code='nobodys'))
    settings = tokens.list_security_user_tokens()
    seen['enabled'] = settings.enabled
    changed = tokens.update_security_user_tokens(
        UserTokensApiModel(
            enabled=True, expiration_enabled=True, expiration_days=30, protect_content=False
        )
    )
    seen['expiration_days'] = changed.expiration_days
    users.delete_security_users_user_token(*who)
    seen['after'] = refused(users.get_security_users_user_token, *who)
print(json.dumps(seen))
