# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find secrets in the items of loops, which ansible-core adds to each result.

It shows them with C(-vvv) whatever the label is, and gives them to callback plugins.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._options import secret_names
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import redact
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

_SECRET_NAME = re.compile(
    r'(\A|_)(password|passwd|passphrase|pass_code|secrets?|access_token|refresh_token|assertion)\Z'
)
_NO_SECRETS = ('update_password',)


def has_secret(variables: t.Mapping[str, t.Any]) -> bool:
    """Return whether the item of this task contains a secret.

    :param variables: of the task.
    """
    name = variables.get('ansible_loop_var')
    if not isinstance(name, str) or variables.get(name) is None:
        return False
    try:
        return _is_secret(sources.plain(variables[name]))
    except Exception:  # it cannot be decrypted, for instance
        return True


def _is_secret(value: t.Any) -> bool:
    if isinstance(value, dict):
        own = _secret_options(value)
        return any(
            (name in own or _is_secret_name(str(name))) and _is_given(each)
            for name, each in value.items()
        ) or any(map(_is_secret, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_is_secret, value))
    return isinstance(value, str) and redact(value) != value


def _is_secret_name(name: str) -> bool:
    return name not in _NO_SECRETS and _SECRET_NAME.search(name.lower()) is not None


def _is_given(value: t.Any) -> bool:
    return value not in (None, '') and not isinstance(value, bool)


def _secret_options(source: dict[str, t.Any]) -> t.Collection[str]:
    """Return the names of the secret options of a mapping that is a source."""
    name = source.get('type')
    if not isinstance(name, str) or name not in sources.types():
        return ()
    return secret_names(sources.provider_class(name))
