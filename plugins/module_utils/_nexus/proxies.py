# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The remote credentials of proxy repositories in Sonatype Nexus Repository, 2.x and 3.x.

Three interfaces differ in how: the REST interface keeps credentials from 3.24 on; before that
(measured on 3.16 and 3.23; 3.20 to 3.23 even lose them by REST) ExtDirect, the interface of the web
pages, is the one that works; Nexus 2 has its own REST interface."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    REST_STATUS,
    STATUS_PATHS,
    Product,
    check_address,
    refuse_host,
    unknown_version,
    wrong_login,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_extdirect import (
    ExtDirectProxies,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_interface import (
    Proxies,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_nexus2 import (
    Nexus2Proxies,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_records import (
    DesiredProxy,
    check,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_rest import (
    RestProxies,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_state import (
    apply,
    verify,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    POLICY,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    doubts,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import (
    Manager,
    Memory,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    basic_authorization,
    from_iso8601,
    iso8601,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
)
from ansible_collections.buildops.tokens.plugins.module_utils._validation import refuse_source_name

REST_KEEPS_CREDENTIALS = (3, 24)
# A token that ends within these seconds is worth a warning: only another run can replace it
SOON = 24 * 3600
SHOWN = ('name', 'state', 'changed', 'secret', 'effective', 'shadowed_by')


def open_proxies(
    client: Client, username: str, password: str, nexus_version: t.Optional[str] = None
) -> Proxies:
    """Find out which server this is, and check the credentials.

    :returns: the interface for it. :raises Refused: wrong credentials, or not a Nexus."""
    authorization, product = basic_authorization(username, password), Product(nexus_version)
    in_place = None
    for path in () if product.numbers else (REST_STATUS, *STATUS_PATHS):
        answer = client.request('GET', path, authorization=authorization)
        refuse_host(answer, client.url)
        if answer.status == 401:
            raise wrong_login(answer)
        in_place = True if answer.status == 200 and not answer.is_html else None
        if in_place:
            product.learn_status(answer.error_object())
        if product.learn(answer):
            break
    if product.generation is None:
        raise unknown_version(client.url)
    kind: t.Type[Proxies] = ExtDirectProxies
    if product.at_least(REST_KEEPS_CREDENTIALS):
        kind = RestProxies
    elif not product.at_least((3, 0)):
        kind = Nexus2Proxies
    proxies = kind(client, authorization, product)
    proxies.in_place = in_place
    return proxies


class NexusProxyCredential(Manager):
    """Applies the remote credentials of proxy repositories. See the module."""

    TYPE = 'nexus_proxy_credential'
    PREFIX = 'nexus'
    HAS_STATE = False
    ARGUMENTS = dict(
        dict.fromkeys(POLICY),
        **{
            'url': {'type': 'str', 'required': True},
            'username': {'type': 'str', 'required': True},
            'password': {'type': 'str', 'required': True, 'no_log': True},
            'nexus_version': {'type': 'str'},
            'repositories': {
                'type': 'list',
                'elements': 'dict',
                'required': True,
                'options': {
                    'name': {'type': 'str', 'required': True},
                    'state': {
                        'type': 'str',
                        'choices': ['present', 'absent'],
                        'default': 'present',
                    },
                    'type': {'type': 'str', 'choices': ['username', 'ntlm', 'bearer']},
                    'token': {'type': 'str', 'no_log': False},
                    'username': {'type': 'str'},
                    # raw, so that a number is refused instead of converted
                    'password': {'type': 'raw', 'no_log': True},
                    'access_token': {'type': 'raw', 'no_log': True},
                    'ntlm_host': {'type': 'str'},
                    'ntlm_domain': {'type': 'str'},
                    'preemptive': {'type': 'bool'},
                    'update_password': {
                        'type': 'str',
                        'choices': ['on_create', 'on_change', 'always'],
                        'default': 'on_change',
                        'no_log': False,
                    },
                    'create': {
                        'type': 'dict',
                        'options': {
                            'remote_url': {'type': 'str', 'required': True},
                            'version_policy': {
                                'type': 'str',
                                'choices': ['release', 'snapshot', 'mixed'],
                            },
                            'layout_policy': {
                                'type': 'str',
                                'choices': ['strict', 'permissive'],
                                'default': 'strict',
                            },
                            'blob_store': {'type': 'str', 'default': 'default'},
                        },
                    },
                    'secrets': {'type': 'dict', 'no_log': True},
                    'verify_path': {'type': 'str'},
                    'expires_at': {'type': 'str'},
                },
            },
        },
    )

    @classmethod
    def check(cls, options: t.Dict[str, t.Any]) -> None:
        check_basic_user(options['username'])
        check_address(options)
        names = [entry['name'] for entry in options['repositories']]
        if len(set(names)) != len(names):
            raise BadInput('repositories names the same repository twice.')
        for entry in options['repositories']:
            refuse_source_name(entry, cls.TYPE)
            check(_desired(entry))

    def ensure(self, check_mode: bool = False) -> t.Dict[str, t.Any]:
        """Apply the desired state to all repositories. One that fails does not stop the others.

        :returns: the module's result. :raises TokensError: nothing could be done at all."""
        try:
            proxies = open_proxies(
                self.client,
                self.options['username'],
                self.options['password'],
                self.options.get('nexus_version'),
            )
            run = _Run(proxies, check_mode, self.memory)
            for entry in self.options['repositories']:
                desired = _desired(entry)
                if run.apply(desired):
                    self._warn(desired)
        finally:
            self.close()
        return run.result()

    def _warn(self, desired: DesiredProxy) -> None:
        if desired.state == 'present':
            name = 'repository %s: %s' % (sanitize(desired.name), desired.secret_name)
            self.warnings += doubts({name: desired.secret})
        ends = desired.expires_at
        if desired.state == 'present' and ends is not None and ends < self.clock() + SOON:
            self.warnings.append(
                'The credentials of the repository %s end at %s. From then on its remote refuses '
                'it. Run this again before that time.' % (sanitize(desired.name), iso8601(ends))
            )


class _Run:
    """Applies entries, and collects their results."""

    def __init__(self, proxies: Proxies, check_mode: bool, memory: Memory) -> None:
        self.proxies = proxies
        self.check_mode = check_mode
        self.memory = memory
        self.results: t.List[t.Dict[str, t.Any]] = []
        self.verification: t.List[t.Dict[str, t.Any]] = []
        self.problems: t.List[str] = []

    def apply(self, desired: DesiredProxy) -> bool:
        """:returns: whether it succeeded. :raises TokensError: it would be the same for all."""
        applied = False
        try:
            self.results.append(apply(self.proxies, desired, self.check_mode, self.memory))
            applied = True
            if desired.verify_path and desired.state == 'present' and not self.check_mode:
                self.verification.append(verify(self.proxies, desired))
        except TokensError as problem:
            if self.proxies.in_place is False or (
                getattr(problem, 'status', None) == 401 and not self.results
            ):
                raise
            self.problems.append(str(problem))
        return applied

    def result(self) -> t.Dict[str, t.Any]:
        """:returns: the result of the module."""
        product, problems = self.proxies.product, list(self.problems)
        result: t.Dict[str, t.Any] = {
            'changed': any(one['changed'] for one in self.results),
            'verification': self.verification,
            'server': {'version': product.version, 'edition': product.edition},
            'diff': {
                state: {one['name']: one[state] for one in self.results}
                for state in ('before', 'after')
            },
            'repositories': [
                {key: one[key] for key in SHOWN if key in one} for one in self.results
            ],
        }
        problems += [
            'The repository %s does not use its credentials: %s'
            % (sanitize(one['name']), one['shadowed_by'])
            for one in self.results
            if one.get('effective') is False
        ]
        refused = [one['message'] for one in self.verification if one['accepted'] is False]
        if refused:
            problems.append(
                'The credentials are set, but were not accepted: %s.' % '; '.join(refused)
            )
        if problems:
            result.update(failed=True, msg=' '.join(problems))
        return result


def _desired(entry: t.Mapping[str, t.Any]) -> DesiredProxy:
    """:param entry: an element of O(repositories)."""
    bearer = entry.get('access_token') not in (None, '')
    return DesiredProxy(
        entry['name'],
        entry['state'],
        entry.get('type') or ('bearer' if bearer else 'username'),
        entry.get('username'),
        entry.get('password'),
        entry.get('access_token'),
        entry.get('ntlm_host'),
        entry.get('ntlm_domain'),
        entry.get('preemptive'),
        entry['update_password'],
        entry.get('create'),
        entry.get('secrets'),
        entry.get('verify_path'),
        from_iso8601(entry.get('expires_at')),
    )
