# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returned on a managed host, without what that host may not decide.

ansible-core takes some keys of a result as instructions: facts for the host, statistics, hosts to
add. A managed host answers with what it likes, so a result contains the documented keys of its
module and nothing else.
"""

from __future__ import annotations

import json
import math
import typing as t
from collections.abc import Mapping

from ansible_collections.buildops.tokens.plugins.module_utils._http.response import short_integer
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources

LONGEST_OUTPUT = 2 * 1024 * 1024  # characters, of which diffs are the most
DEEPEST = 20
# The keys that every module may return. ansible-core shows other types than these in warnings.
_TYPES: dict[str, type] = {
    'changed': bool,
    'diff': dict,
    'failed': bool,
    'msg': str,
    'rc': int,
    'skipped': bool,
    'warnings': list,
}
COMMON = frozenset(_TYPES)
# What reports compare and sort: where something was delivered, and whether it was accepted
_PLACES: dict[str, type] = {
    'accepted': bool,
    'id': str,
    'message': str,
    'name': str,
    'path': str,
    'secret': str,
    'url': str,
}
_TOKEN = frozenset(('token', 'server'))
_INFO = frozenset(('exists', 'expired', 'expires_at', 'server'))
# By module that is neither of a source type nor of a delivery type: the keys of its documented
# return values, and those that its action plugin takes away
RETURNED: dict[str, frozenset[str]] = {
    'token_deliveries': frozenset(('deliveries',)),
    'nuxeo_oauth2_client': frozenset(('client', 'client_secret', 'revoked_tokens')),
}


def returned_by(module: str) -> frozenset[str]:
    """Return the keys of the results of a module, besides C(COMMON).

    :raises KeyError: there is no such module that runs on hosts.
    """
    known = sources.types()
    if module in known:
        return _TOKEN
    if module.endswith('_info') and module[: -len('_info')] in known:
        return _INFO.union(sources.provider_class(module[: -len('_info')]).DESCRIBED)
    for kind in delivery_types.all_types().values():
        if kind.MODULE == module:
            return frozenset(kind.RETURNED)
    return RETURNED[module]


def known_part(module: str, result: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the part of a result that a module may return.

    :param module: its name, with or without that of its collection.
    :raises KeyError: there is no such module that runs on hosts.
    """
    known = COMMON | returned_by(module.rsplit('.', 1)[-1])
    return {
        key: [_typed(item) for item in value] if isinstance(value, list) else value
        for key, value in _typed(result).items()
        if key in known and isinstance(value, _TYPES.get(key, object))
    }


def _typed(value: t.Any) -> t.Any:
    """Return a mapping without places of a wrong type, which would end a report of all hosts."""
    if not isinstance(value, Mapping):
        return value
    return {
        key: item
        for key, item in value.items()
        if item is None or isinstance(item, _PLACES.get(key, object))
    }


def known_output(module: str, printed: str) -> tuple[str, list[str]]:
    """Return what ansible-core may parse of the output of a module, and the module's warnings.

    ansible-core 2.21 and later output warnings, and values of other types, while they parse.

    :param printed: what came from the host. A login may have printed lines before the result.
    :returns: (a JSON object, or an empty text where the output is not a result; texts).
    :raises KeyError: as L(known_part).
    """
    if len(printed) > LONGEST_OUTPUT:
        return '', []
    lines = printed.splitlines()
    first = next((at for at, line in enumerate(lines) if line.lstrip().startswith('{')), 0)
    last = next((at for at in reversed(range(len(lines))) if lines[at].rstrip().endswith('}')), -1)
    try:
        answer = json.loads('\n'.join(lines[first : last + 1]), parse_int=short_integer)
    except (ValueError, RecursionError):
        return '', []
    if not isinstance(answer, dict):
        return '', []
    known = known_part(module, answer)
    warnings = texts(known.pop('warnings', ()))
    return json.dumps(_plain(known)), warnings


def _plain(value: t.Any, depth: int = 0) -> t.Any:
    """Return JSON that means the same to every ansible-core.

    ansible-core 2.19 and later read an object with C(__ansible_type) as a value with marks, one of
    which makes it output a text of the host. They refuse halves of characters.
    """
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {
            _whole(key): _plain(item, depth + 1)
            for key, item in value.items()
            if not key.startswith('__ansible')
        }
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    return text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')


def texts(warnings: t.Iterable[t.Any]) -> list[str]:
    """Return the texts of warnings of a module, without those that have none."""
    return [text for text in map(_text, warnings) if text]


def _text(warning: t.Any) -> str:
    """Return the text of a warning of a module. Since ansible-core 2.19 it can be an object.

    It contains an event (2.20 and later) or a list of details with C(msg).
    """
    if isinstance(warning, dict):
        inner = warning.get('event') or warning.get('details') or {}
        inner = inner[0] if isinstance(inner, list) else inner
        warning = inner.get('msg') if isinstance(inner, dict) else None
    return warning if isinstance(warning, str) else ''
