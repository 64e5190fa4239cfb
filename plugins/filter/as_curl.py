# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: as_curl
short_description: Convert a token source to the curl commands that fetch the same token
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - For a person who debugs. Paste the commands into C(bash), or save them to a file and run that.
  - They contain no secret. They read each from a variable of the shell, which is named like
    V(NEXUS_PASSWORD), V(NUVY_CLIENT_SECRET), V(NUXEO_REFRESH_TOKEN) or V(NOS_TOKEN), and report it
    if it is not set. All other values are quoted for the shell.
  - They need C(curl), C(base64) and C(python3).
positional: _input
options:
  _input:
    description:
      - The source, as in C(token_sources), a mapping with C(type) and that type's options.
    type: dict
    required: true
  nexus_version:
    description:
      - Version of a Nexus Repository, which decides about the addresses and where the ticket is
        sent, for a source that does not give it.
      - Without it, the commands are those for 3.24 and newer.
    type: str
requirements:
  - ansible-core 2.16 or newer with Python 3.10 or newer on the controller.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show how to fetch the token of the source "company" manually
  ansible.builtin.debug:
    msg: "{{ token_sources.company | buildops.tokens.as_curl(nexus_version='2.14.9') }}"

- name: Save the commands to a file
  ansible.builtin.copy:
    content: "{{ token_sources.nuvy | buildops.tokens.as_curl }}"
    dest: ./nuvy-token.sh
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The commands.
  type: str
  sample: |
    # A token of the Nuvy App Client build. For bash. Set NUVY_CLIENT_SECRET first.
    (
    set -eu
    : "${NUVY_CLIENT_SECRET:?is not set}"
    ...
    )
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from jinja2 import UndefinedError, pass_context
from jinja2.runtime import Context

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError, unexpected
from ansible_collections.buildops.tokens.plugins.module_utils._options import arguments
from ansible_collections.buildops.tokens.plugins.plugin_utils import curl, sources


@pass_context
def as_curl(context: Context, source: t.Any, nexus_version: str | None = None) -> str:
    """See DOCUMENTATION."""
    try:
        if not isinstance(source, Mapping) or not isinstance(source.get('type'), str):
            raise AnsibleFilterError(
                'as_curl needs a source: a mapping with a type. Types are: %s.'
                % ', '.join(sources.types())
            )
        given = sources.plain(source)
        provider = sources.provider_class(given.pop('type'))
        names = [sources.variable_name(provider.PREFIX, option) for option in arguments(provider)]
        variables = {name: context[name] for name in names if name in context}
        return curl.commands(
            sources.resolve(provider.TYPE, given, variables),
            nexus_version and ''.join(nexus_version),
        )
    except TokensError as problem:
        raise AnsibleFilterError('as_curl: %s' % problem) from None
    except AnsibleFilterError:
        raise
    except UndefinedError:  # ansible-core names the variable
        raise
    except Exception as problem:  # its text could contain a secret
        raise AnsibleFilterError(unexpected(problem)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {'as_curl': as_curl}
