# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by python -m tests.tools.lookup_docs from the documentation of the modules and the options of the providers. Change those instead.

from __future__ import annotations


class ModuleDocFragment:
    """The options of all types of sources, for the lookup."""

    DOCUMENTATION = r"""
options:
  allow_http:
    description:
      - Of V(nexus_user_token), V(nuxeo_oauth2_token) and V(nuxeo_online_token).
      - Whether to send credentials over plain HTTP to a host other than this one.
    type: bool
    default: false
    env:
      - name: BUILDOPS_TOKENS_NEXUS_ALLOW_HTTP
      - name: BUILDOPS_TOKENS_NUXEO_ALLOW_HTTP
      - name: BUILDOPS_TOKENS_NOS_ALLOW_HTTP
    ini:
      - section: buildops_tokens
        key: nexus_allow_http
      - section: buildops_tokens
        key: nuxeo_allow_http
      - section: buildops_tokens
        key: nos_allow_http
    vars:
      - name: buildops_tokens_nexus_allow_http
      - name: buildops_tokens_nuxeo_allow_http
      - name: buildops_tokens_nos_allow_http
  assertion:
    description:
      - Of V(nuxeo_oauth2_token).
      - Signed JWT for O(grant=jwt_bearer). Its C(sub) must name a Nuxeo user, and its C(iss) must be V(nuxeo).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUXEO_ASSERTION
    ini:
      - section: buildops_tokens
        key: nuxeo_assertion
    vars:
      - name: buildops_tokens_nuxeo_assertion
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format, instead of those that come with the Python library C(requests).
      - The environment is not looked at, neither E(REQUESTS_CA_BUNDLE) nor E(SSL_CERT_FILE).
    type: path
    env:
      - name: BUILDOPS_TOKENS_NEXUS_CA_PATH
      - name: BUILDOPS_TOKENS_NUVY_CA_PATH
      - name: BUILDOPS_TOKENS_NUXEO_CA_PATH
      - name: BUILDOPS_TOKENS_NOS_CA_PATH
    ini:
      - section: buildops_tokens
        key: nexus_ca_path
      - section: buildops_tokens
        key: nuvy_ca_path
      - section: buildops_tokens
        key: nuxeo_ca_path
      - section: buildops_tokens
        key: nos_ca_path
    vars:
      - name: buildops_tokens_nexus_ca_path
      - name: buildops_tokens_nuvy_ca_path
      - name: buildops_tokens_nuxeo_ca_path
      - name: buildops_tokens_nos_ca_path
  cache:
    description:
      - V(run) keeps the token for this run of C(ansible-playbook), in its own temporary folder, for all hosts, tasks and forks.
      - V(file) keeps it on this controller for later runs of the same user, in O(cache_path), readable for this user alone.
      - V(none) asks the server every time.
    type: str
    choices:
      - none
      - run
      - file
    default: run
    env:
      - name: BUILDOPS_TOKENS_NEXUS_CACHE
      - name: BUILDOPS_TOKENS_NUVY_CACHE
      - name: BUILDOPS_TOKENS_NUXEO_CACHE
      - name: BUILDOPS_TOKENS_NOS_CACHE
    ini:
      - section: buildops_tokens
        key: nexus_cache
      - section: buildops_tokens
        key: nuvy_cache
      - section: buildops_tokens
        key: nuxeo_cache
      - section: buildops_tokens
        key: nos_cache
    vars:
      - name: buildops_tokens_nexus_cache
      - name: buildops_tokens_nuvy_cache
      - name: buildops_tokens_nuxeo_cache
      - name: buildops_tokens_nos_cache
  cache_path:
    description:
      - Folder of the lasting cache. By default C(buildops.tokens) in E(XDG_CACHE_HOME), or in C(~/.cache).
      - It is created with mode 0700. A folder that is a link, belongs to somebody else, or is open to others is not used.
    type: path
    env:
      - name: BUILDOPS_TOKENS_NEXUS_CACHE_PATH
      - name: BUILDOPS_TOKENS_NUVY_CACHE_PATH
      - name: BUILDOPS_TOKENS_NUXEO_CACHE_PATH
      - name: BUILDOPS_TOKENS_NOS_CACHE_PATH
    ini:
      - section: buildops_tokens
        key: nexus_cache_path
      - section: buildops_tokens
        key: nuvy_cache_path
      - section: buildops_tokens
        key: nuxeo_cache_path
      - section: buildops_tokens
        key: nos_cache_path
    vars:
      - name: buildops_tokens_nexus_cache_path
      - name: buildops_tokens_nuvy_cache_path
      - name: buildops_tokens_nuxeo_cache_path
      - name: buildops_tokens_nos_cache_path
  cache_timeout:
    description:
      - Seconds to wait for another process that is fetching the same token.
    type: int
    default: 120
    env:
      - name: BUILDOPS_TOKENS_NEXUS_CACHE_TIMEOUT
      - name: BUILDOPS_TOKENS_NUVY_CACHE_TIMEOUT
      - name: BUILDOPS_TOKENS_NUXEO_CACHE_TIMEOUT
      - name: BUILDOPS_TOKENS_NOS_CACHE_TIMEOUT
    ini:
      - section: buildops_tokens
        key: nexus_cache_timeout
      - section: buildops_tokens
        key: nuvy_cache_timeout
      - section: buildops_tokens
        key: nuxeo_cache_timeout
      - section: buildops_tokens
        key: nos_cache_timeout
    vars:
      - name: buildops_tokens_nexus_cache_timeout
      - name: buildops_tokens_nuvy_cache_timeout
      - name: buildops_tokens_nuxeo_cache_timeout
      - name: buildops_tokens_nos_cache_timeout
  check_url:
    description:
      - Of V(nuvy_client_token).
      - Address of an API that the token should open, for O(regenerate=if_invalid). An answer of 401 there means that the token is no longer valid.
      - Always HTTPS, and the token is sent to it. Without it, nobody is asked.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUVY_CHECK_URL
    ini:
      - section: buildops_tokens
        key: nuvy_check_url
    vars:
      - name: buildops_tokens_nuvy_check_url
  client_auth:
    description:
      - For V(nuvy_client_token). How to send O(client_id) and O(client_secret).
      - V(basic) is HTTP Basic authentication, which Nuvy prefers. V(body) puts them into the form.
      - For V(nuxeo_oauth2_token). How to send O(client_id) and O(client_secret).
      - V(body) puts them into the form, which all versions understand. V(basic) is HTTP Basic authentication, since 10.10, not form-encoded, as Nuxeo reads
        it.
      - The default for V(nuvy_client_token) is V(basic).
      - The default for V(nuxeo_oauth2_token) is V(body).
    type: str
    choices:
      - basic
      - body
    env:
      - name: BUILDOPS_TOKENS_NUVY_CLIENT_AUTH
      - name: BUILDOPS_TOKENS_NUXEO_CLIENT_AUTH
    ini:
      - section: buildops_tokens
        key: nuvy_client_auth
      - section: buildops_tokens
        key: nuxeo_client_auth
    vars:
      - name: buildops_tokens_nuvy_client_auth
      - name: buildops_tokens_nuxeo_client_auth
  client_cert:
    description:
      - File with the certificate that this client shows, in PEM format; it may hold the key too, without a passphrase.
    type: path
    env:
      - name: BUILDOPS_TOKENS_NEXUS_CLIENT_CERT
      - name: BUILDOPS_TOKENS_NUVY_CLIENT_CERT
      - name: BUILDOPS_TOKENS_NUXEO_CLIENT_CERT
      - name: BUILDOPS_TOKENS_NOS_CLIENT_CERT
    ini:
      - section: buildops_tokens
        key: nexus_client_cert
      - section: buildops_tokens
        key: nuvy_client_cert
      - section: buildops_tokens
        key: nuxeo_client_cert
      - section: buildops_tokens
        key: nos_client_cert
    vars:
      - name: buildops_tokens_nexus_client_cert
      - name: buildops_tokens_nuvy_client_cert
      - name: buildops_tokens_nuxeo_client_cert
      - name: buildops_tokens_nos_client_cert
  client_id:
    description:
      - For V(nuvy_client_token). Identifier of the App Client.
      - For V(nuxeo_oauth2_token). Identifier of the OAuth2 client, as registered on the server.
      - Must be set for V(nuvy_client_token) and V(nuxeo_oauth2_token).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUVY_CLIENT_ID
      - name: BUILDOPS_TOKENS_NUXEO_CLIENT_ID
    ini:
      - section: buildops_tokens
        key: nuvy_client_id
      - section: buildops_tokens
        key: nuxeo_client_id
    vars:
      - name: buildops_tokens_nuvy_client_id
      - name: buildops_tokens_nuxeo_client_id
  client_key:
    description:
      - File with the key of O(client_cert), without a passphrase.
    type: path
    env:
      - name: BUILDOPS_TOKENS_NEXUS_CLIENT_KEY
      - name: BUILDOPS_TOKENS_NUVY_CLIENT_KEY
      - name: BUILDOPS_TOKENS_NUXEO_CLIENT_KEY
      - name: BUILDOPS_TOKENS_NOS_CLIENT_KEY
    ini:
      - section: buildops_tokens
        key: nexus_client_key
      - section: buildops_tokens
        key: nuvy_client_key
      - section: buildops_tokens
        key: nuxeo_client_key
      - section: buildops_tokens
        key: nos_client_key
    vars:
      - name: buildops_tokens_nexus_client_key
      - name: buildops_tokens_nuvy_client_key
      - name: buildops_tokens_nuxeo_client_key
      - name: buildops_tokens_nos_client_key
  client_secret:
    description:
      - For V(nuvy_client_token). Secret that was generated when the App Client was created.
      - For V(nuxeo_oauth2_token). Secret of the client. A client that has none (a public one) needs none.
      - Must be set for V(nuvy_client_token).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUVY_CLIENT_SECRET
      - name: BUILDOPS_TOKENS_NUXEO_CLIENT_SECRET
    ini:
      - section: buildops_tokens
        key: nuvy_client_secret
      - section: buildops_tokens
        key: nuxeo_client_secret
    vars:
      - name: buildops_tokens_nuvy_client_secret
      - name: buildops_tokens_nuxeo_client_secret
  code:
    description:
      - Of V(nuxeo_oauth2_token).
      - Authorization code that a person got in a browser. It works once, within ten minutes.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUXEO_CODE
    ini:
      - section: buildops_tokens
        key: nuxeo_code
    vars:
      - name: buildops_tokens_nuxeo_code
  code_verifier:
    description:
      - Of V(nuxeo_oauth2_token).
      - Verifier that belongs to O(code), where it was asked for with a challenge (PKCE). Codes that this module gets itself always are.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUXEO_CODE_VERIFIER
    ini:
      - section: buildops_tokens
        key: nuxeo_code_verifier
    vars:
      - name: buildops_tokens_nuxeo_code_verifier
  endpoints:
    description:
      - Of V(nuxeo_oauth2_token).
      - V(legacy) uses C(/oauth2/authorization) and C(/oauth2/token) at the root of the server, as Nuxeo 8.10 and older have them, always by POST where
        secrets are sent. They need O(client_secret) and O(redirect_uri), and have no other grants than V(authorization_code) and V(refresh_token).
    type: str
    choices:
      - current
      - legacy
    default: current
    env:
      - name: BUILDOPS_TOKENS_NUXEO_ENDPOINTS
    ini:
      - section: buildops_tokens
        key: nuxeo_endpoints
    vars:
      - name: buildops_tokens_nuxeo_endpoints
  environment:
    description:
      - Of V(nuvy_client_token).
      - Which of Nuvy's environments to ask. Exactly one of this and O(url) is needed.
    type: str
    choices:
      - production
      - qa
    env:
      - name: BUILDOPS_TOKENS_NUVY_ENVIRONMENT
    ini:
      - section: buildops_tokens
        key: nuvy_environment
    vars:
      - name: buildops_tokens_nuvy_environment
  form_encode_credentials:
    description:
      - Of V(nuvy_client_token).
      - Whether to form-encode both before they are sent with O(client_auth=basic), as RFC 6749 section 2.3.1 says.
      - Nuvy shows C(curl -u), which does not. It makes a difference for secrets with characters other than letters, digits and C(-._~).
    type: bool
    default: false
    env:
      - name: BUILDOPS_TOKENS_NUVY_FORM_ENCODE_CREDENTIALS
    ini:
      - section: buildops_tokens
        key: nuvy_form_encode_credentials
    vars:
      - name: buildops_tokens_nuvy_form_encode_credentials
  grant:
    description:
      - Of V(nuxeo_oauth2_token).
      - How to get the token.
      - V(authorization_code) takes a code that a person got in a browser (O(code)), or gets one itself with O(username) and O(password), for any client,
        whether or not its consent page is skipped.
      - V(client_credentials) is for machines. It needs LTS 2023.31, LTS 2025.3 or newer, and a Nuxeo user whose name is O(client_id).
      - V(jwt_bearer) takes a signed assertion that names a user. It needs 10.10 with hot fix 02 or newer, and C(nuxeo.jwt.secret) on the server.
      - V(refresh_token) goes on with a token that somebody else got. The server replaces the refresh token whenever it is used, so this needs O(cache=file).
      - Must be set for V(nuxeo_oauth2_token).
    type: str
    choices:
      - authorization_code
      - refresh_token
      - client_credentials
      - jwt_bearer
    env:
      - name: BUILDOPS_TOKENS_NUXEO_GRANT
    ini:
      - section: buildops_tokens
        key: nuxeo_grant
    vars:
      - name: buildops_tokens_nuxeo_grant
  jwt_secret:
    description:
      - Of V(nuxeo_oauth2_token).
      - The server's C(nuxeo.jwt.secret), with which an assertion for O(username) is made (HS512), good for ten minutes.
      - Who has this secret can be any user of the server. Prefer an O(assertion) that was made elsewhere.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUXEO_JWT_SECRET
    ini:
      - section: buildops_tokens
        key: nuxeo_jwt_secret
    vars:
      - name: buildops_tokens_nuxeo_jwt_secret
  max_age:
    description:
      - Of V(nexus_user_token).
      - Seconds after its creation at which a token counts as expired, for servers that set no end.
      - A token that is replaced for that stops working wherever it is in use.
    type: int
    env:
      - name: BUILDOPS_TOKENS_NEXUS_MAX_AGE
    ini:
      - section: buildops_tokens
        key: nexus_max_age
    vars:
      - name: buildops_tokens_nexus_max_age
  min_remaining:
    description:
      - For V(nexus_user_token). Seconds that a token must still be good for. With V(0) it is replaced once it has expired, not before.
      - A token that is replaced earlier stops working wherever it is in use.
      - For V(nuvy_client_token) and V(nuxeo_oauth2_token). Seconds that a token must still be good for.
      - Where its whole lifetime is not longer than that, a fifth of the lifetime is required instead.
      - The default for V(nexus_user_token) is V(0).
      - The default for V(nuvy_client_token) is V(60).
      - The default for V(nuxeo_oauth2_token) is V(60).
      - The default for V(nuxeo_online_token) is V(0).
    type: int
    env:
      - name: BUILDOPS_TOKENS_NEXUS_MIN_REMAINING
      - name: BUILDOPS_TOKENS_NUVY_MIN_REMAINING
      - name: BUILDOPS_TOKENS_NUXEO_MIN_REMAINING
      - name: BUILDOPS_TOKENS_NOS_MIN_REMAINING
    ini:
      - section: buildops_tokens
        key: nexus_min_remaining
      - section: buildops_tokens
        key: nuvy_min_remaining
      - section: buildops_tokens
        key: nuxeo_min_remaining
      - section: buildops_tokens
        key: nos_min_remaining
    vars:
      - name: buildops_tokens_nexus_min_remaining
      - name: buildops_tokens_nuvy_min_remaining
      - name: buildops_tokens_nuxeo_min_remaining
      - name: buildops_tokens_nos_min_remaining
  nexus_version:
    description:
      - Of V(nexus_user_token).
      - Version of the server, like V(3.71.0) or V(2.14.9). By default the server's answers tell, mostly without a request more.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_NEXUS_VERSION
    ini:
      - section: buildops_tokens
        key: nexus_nexus_version
    vars:
      - name: buildops_tokens_nexus_nexus_version
  password:
    description:
      - For V(nexus_user_token). Password of that user.
      - For V(nuxeo_oauth2_token). Password of O(username). The server must take HTTP Basic authentication, as it does unless its login chain was replaced
        by single sign-on.
      - Must be set for V(nexus_user_token).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_PASSWORD
      - name: BUILDOPS_TOKENS_NUXEO_PASSWORD
    ini:
      - section: buildops_tokens
        key: nexus_password
      - section: buildops_tokens
        key: nuxeo_password
    vars:
      - name: buildops_tokens_nexus_password
      - name: buildops_tokens_nuxeo_password
  project:
    description:
      - Of V(nuxeo_online_token).
      - Symbolic name of a Studio project that the token shall open.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NOS_PROJECT
    ini:
      - section: buildops_tokens
        key: nos_project
    vars:
      - name: buildops_tokens_nos_project
  proxy:
    description:
      - Address of a proxy. None is taken from the environment.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_PROXY
      - name: BUILDOPS_TOKENS_NUVY_PROXY
      - name: BUILDOPS_TOKENS_NUXEO_PROXY
      - name: BUILDOPS_TOKENS_NOS_PROXY
    ini:
      - section: buildops_tokens
        key: nexus_proxy
      - section: buildops_tokens
        key: nuvy_proxy
      - section: buildops_tokens
        key: nuxeo_proxy
      - section: buildops_tokens
        key: nos_proxy
    vars:
      - name: buildops_tokens_nexus_proxy
      - name: buildops_tokens_nuvy_proxy
      - name: buildops_tokens_nuxeo_proxy
      - name: buildops_tokens_nos_proxy
  realm:
    description:
      - Of V(nexus_user_token).
      - Where O(user_id) comes from, as Nexus names a user's source, V(default), V(LDAP), V(SAML) or V(Crowd).
      - V(default) where it is not set.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_REALM
    ini:
      - section: buildops_tokens
        key: nexus_realm
    vars:
      - name: buildops_tokens_nexus_realm
  redirect_uri:
    description:
      - Of V(nuxeo_oauth2_token).
      - One of the redirect URIs of the client, exactly as registered. Nobody connects to it.
      - Without it the first registered one counts. With O(code), it is required if it was sent when the code was asked for.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUXEO_REDIRECT_URI
    ini:
      - section: buildops_tokens
        key: nuxeo_redirect_uri
    vars:
      - name: buildops_tokens_nuxeo_redirect_uri
  refresh_token:
    description:
      - Of V(nuxeo_oauth2_token).
      - Refresh token to begin with, for O(grant=refresh_token). It is used once; its successors are kept in the cache.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NUXEO_REFRESH_TOKEN
    ini:
      - section: buildops_tokens
        key: nuxeo_refresh_token
    vars:
      - name: buildops_tokens_nuxeo_refresh_token
  regenerate:
    description:
      - When an existing token is replaced.
      - V(never) keeps whatever there is.
      - V(if_expired) replaces a token that has expired, ends within O(min_remaining) seconds, or is older than C(max_age), where the type has that option.
      - V(if_invalid) also replaces one that its server refuses; this costs a request to find out.
      - V(always) replaces it every time, which is once for each host of the play. Set C(run_once) where they share it. In a lookup this is refused.
    type: str
    choices:
      - never
      - if_expired
      - if_invalid
      - always
    default: if_expired
    env:
      - name: BUILDOPS_TOKENS_NEXUS_REGENERATE
      - name: BUILDOPS_TOKENS_NUVY_REGENERATE
      - name: BUILDOPS_TOKENS_NUXEO_REGENERATE
      - name: BUILDOPS_TOKENS_NOS_REGENERATE
    ini:
      - section: buildops_tokens
        key: nexus_regenerate
      - section: buildops_tokens
        key: nuvy_regenerate
      - section: buildops_tokens
        key: nuxeo_regenerate
      - section: buildops_tokens
        key: nos_regenerate
    vars:
      - name: buildops_tokens_nexus_regenerate
      - name: buildops_tokens_nuvy_regenerate
      - name: buildops_tokens_nuxeo_regenerate
      - name: buildops_tokens_nos_regenerate
  retries:
    description:
      - How often a request is sent again when the server is busy or unreachable. Requests that use up a ticket, a code or a refresh token are not.
    type: int
    default: 2
    env:
      - name: BUILDOPS_TOKENS_NEXUS_RETRIES
      - name: BUILDOPS_TOKENS_NUVY_RETRIES
      - name: BUILDOPS_TOKENS_NUXEO_RETRIES
      - name: BUILDOPS_TOKENS_NOS_RETRIES
    ini:
      - section: buildops_tokens
        key: nexus_retries
      - section: buildops_tokens
        key: nuvy_retries
      - section: buildops_tokens
        key: nuxeo_retries
      - section: buildops_tokens
        key: nos_retries
    vars:
      - name: buildops_tokens_nexus_retries
      - name: buildops_tokens_nuvy_retries
      - name: buildops_tokens_nuxeo_retries
      - name: buildops_tokens_nos_retries
  scope:
    description:
      - Of V(nuvy_client_token).
      - Scopes to ask for. Without it, those that are the default of the App Client are granted.
    type: list
    elements: str
    env:
      - name: BUILDOPS_TOKENS_NUVY_SCOPE
    ini:
      - section: buildops_tokens
        key: nuvy_scope
    vars:
      - name: buildops_tokens_nuvy_scope
  timeout:
    description:
      - Seconds after which a request is given up, however much of the answer has come.
    type: int
    default: 30
    env:
      - name: BUILDOPS_TOKENS_NEXUS_TIMEOUT
      - name: BUILDOPS_TOKENS_NUVY_TIMEOUT
      - name: BUILDOPS_TOKENS_NUXEO_TIMEOUT
      - name: BUILDOPS_TOKENS_NOS_TIMEOUT
    ini:
      - section: buildops_tokens
        key: nexus_timeout
      - section: buildops_tokens
        key: nuvy_timeout
      - section: buildops_tokens
        key: nuxeo_timeout
      - section: buildops_tokens
        key: nos_timeout
    vars:
      - name: buildops_tokens_nexus_timeout
      - name: buildops_tokens_nuvy_timeout
      - name: buildops_tokens_nuxeo_timeout
      - name: buildops_tokens_nos_timeout
  token:
    description:
      - Of V(nuxeo_online_token).
      - The token. It is shown once, when it is made.
      - Must be set for V(nuxeo_online_token).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NOS_TOKEN
    ini:
      - section: buildops_tokens
        key: nos_token
    vars:
      - name: buildops_tokens_nos_token
  url:
    description:
      - For V(nexus_user_token). Address of the Nexus Repository, ending with its context path. Nexus 2 has V(/nexus) by default, Nexus 3 none.
      - For V(nuvy_client_token). Address of the API, without C(/nexus/oauth2/token), for another environment than Nuvy's own two.
      - Always HTTPS; only on this machine (C(localhost)) may it be HTTP.
      - For V(nuxeo_oauth2_token). Address of the server with its context path, like V(https://nuxeo.example.com/nuxeo).
      - For V(nuxeo_online_token). Address of Nuxeo Online Services.
      - Must be set for V(nexus_user_token) and V(nuxeo_oauth2_token).
      - The default for V(nuxeo_online_token) is V(https://connect.nuxeo.com/nuxeo).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_URL
      - name: BUILDOPS_TOKENS_NUVY_URL
      - name: BUILDOPS_TOKENS_NUXEO_URL
      - name: BUILDOPS_TOKENS_NOS_URL
    ini:
      - section: buildops_tokens
        key: nexus_url
      - section: buildops_tokens
        key: nuvy_url
      - section: buildops_tokens
        key: nuxeo_url
      - section: buildops_tokens
        key: nos_url
    vars:
      - name: buildops_tokens_nexus_url
      - name: buildops_tokens_nuvy_url
      - name: buildops_tokens_nuxeo_url
      - name: buildops_tokens_nos_url
  user_id:
    description:
      - Of V(nexus_user_token).
      - The user who shall have the token, where that is another one than O(username), who then must be an administrator.
      - Needs Nexus Repository 3.90.1 or newer. It is the only way for users of single sign-on, who have no password.
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_USER_ID
    ini:
      - section: buildops_tokens
        key: nexus_user_id
    vars:
      - name: buildops_tokens_nexus_user_id
  username:
    description:
      - For V(nexus_user_token). Name of a user who can log in with a password. It is case-sensitive.
      - For V(nuxeo_oauth2_token). With O(grant=authorization_code), who logs in. With O(jwt_secret), for whom the assertion is made.
      - With C(state=absent), whose token is revoked, where the token does not tell.
      - For V(nuxeo_online_token). User name of Nuxeo Online Services. It is not the e-mail address of the login page.
      - Must be set for V(nexus_user_token) and V(nuxeo_online_token).
    type: str
    env:
      - name: BUILDOPS_TOKENS_NEXUS_USERNAME
      - name: BUILDOPS_TOKENS_NUXEO_USERNAME
      - name: BUILDOPS_TOKENS_NOS_USERNAME
    ini:
      - section: buildops_tokens
        key: nexus_username
      - section: buildops_tokens
        key: nuxeo_username
      - section: buildops_tokens
        key: nos_username
    vars:
      - name: buildops_tokens_nexus_username
      - name: buildops_tokens_nuxeo_username
      - name: buildops_tokens_nos_username
  validate_certs:
    description:
      - Whether to verify the server's certificate. Leave it on; give the file of your own authority as O(ca_path) instead.
      - A warning reminds of it while it is off.
    type: bool
    default: true
    env:
      - name: BUILDOPS_TOKENS_NEXUS_VALIDATE_CERTS
      - name: BUILDOPS_TOKENS_NUVY_VALIDATE_CERTS
      - name: BUILDOPS_TOKENS_NUXEO_VALIDATE_CERTS
      - name: BUILDOPS_TOKENS_NOS_VALIDATE_CERTS
    ini:
      - section: buildops_tokens
        key: nexus_validate_certs
      - section: buildops_tokens
        key: nuvy_validate_certs
      - section: buildops_tokens
        key: nuxeo_validate_certs
      - section: buildops_tokens
        key: nos_validate_certs
    vars:
      - name: buildops_tokens_nexus_validate_certs
      - name: buildops_tokens_nuvy_validate_certs
      - name: buildops_tokens_nuxeo_validate_certs
      - name: buildops_tokens_nos_validate_certs
"""
