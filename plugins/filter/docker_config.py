# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: docker_config
short_description: Convert credentials of registries to the text of Docker's config.json
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - For a pull secret of Kubernetes, of type C(kubernetes.io/dockerconfigjson).
  - The text contains the credentials. Use C(no_log) where a task shows it.
positional: _input
options:
  _input:
    description:
      - By registry, as V(registry.example.com), a mapping with C(username) and C(password), or with
        C(access_token) and, if it is not V(oauth2), C(username). The lookup
        P(buildops.tokens.token#lookup) returns such mappings.
      - A registry can have a path, as V(registry.example.com/team). V(docker.io) is Docker Hub.
    type: dict
    required: true
seealso:
  - plugin: buildops.tokens.docker_credential
    plugin_type: module
"""

EXAMPLES = r"""
- name: Make a pull secret
  kubernetes.core.k8s:
    definition:
      apiVersion: v1
      kind: Secret
      type: kubernetes.io/dockerconfigjson
      metadata:
        name: company-registry
        namespace: default
      stringData:
        .dockerconfigjson: "{{ registries | buildops.tokens.docker_config }}"
  vars:
    registries:
      registry.example.com: "{{ lookup('buildops.tokens.token', 'company') }}"
  no_log: true
"""

RETURN = r"""
_value:
  description: The text of the file, JSON.
  type: str
"""

import json
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from jinja2 import UndefinedError

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import docker_config as config
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import check_basic_user
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

BEARER_USERNAME = 'oauth2'


def docker_config(registries: t.Any) -> str:
    """See DOCUMENTATION."""
    try:
        if not isinstance(registries, Mapping) or not registries:
            raise BadInput('it needs a mapping from registries to credentials.')
        given = sources.plain(registries)
        auths = {_key(registry): {'auth': _auth(registry, given[registry])} for registry in given}
        return json.dumps({'auths': auths})
    except TokensError as problem:
        raise AnsibleFilterError('docker_config: %s' % problem) from None
    except UndefinedError:  # ansible-core names the variable
        raise
    except Exception as problem:  # its text could contain a secret
        raise AnsibleFilterError(unexpected(problem)) from None


def _key(registry: str) -> str:
    # A kubelet reads paths, and Docker Hub as Docker writes it
    key = config.key_of(registry, containers=True)
    return config.HUB_URL if key == config.HUB else key


def _auth(registry: str, credential: t.Any) -> str:
    if not isinstance(credential, Mapping):
        raise BadInput('%s has no mapping with a credential.' % registry)
    username, password = credential.get('username'), credential.get('password')
    if credential.get('access_token'):
        username = username or BEARER_USERNAME
        password = check_secret('access_token', credential['access_token'])
    elif not username or not password:
        raise BadInput('%s needs username and password, or access_token.' % registry)
    check_basic_user(str(username))
    secret = check_secret('password', password)
    register(secret)
    return config.basic(str(username), secret)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {'docker_config': docker_config}
