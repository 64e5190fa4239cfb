# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What Maven accepts in a settings file: its fields, and what its validator requires.

Maven reads a file once strictly and, where that fails, once more leniently, with a warning
(C(DefaultSettingsBuilder)). So these are the rules of the lenient reading: unknown elements are
skipped and stray text is accepted except in lists, but a field must not come twice, and a text
must not contain an element (C(SettingsXpp3Reader); C(DefaultSettingsValidator) for the rest).
"""

from __future__ import annotations

import re
import typing as t

CLASS, LIST, TEXT, PROPERTIES, ANYTHING, SKIPPED = range(6)


class Kind(t.NamedTuple):
    """How Maven reads an element.

    :ivar form: one of the constants above.
    :ivar fields: for CLASS: kinds by name; for LIST: the one of its items.
    :ivar required: for CLASS: fields that must not be empty, with the value of a missing one.
    :ivar newer: for CLASS: kinds of the fields that only Maven 4 knows, by name.
    """

    form: int
    fields: t.Mapping[str, t.Any] = {}
    required: t.Mapping[str, str] = {}
    newer: t.Mapping[str, t.Any] = {}


_TEXT = Kind(TEXT)
IGNORED = Kind(SKIPPED)
DEFAULT_ID = 'default'  # of a server without an id, and of a mirror


def _fields(names: str, **others: Kind) -> t.Dict[str, Kind]:
    return dict(dict.fromkeys(names.split(), _TEXT), **others)


def _list(item: str, kind: Kind) -> Kind:
    return Kind(LIST, {item: kind})


_POLICY = Kind(CLASS, _fields('enabled updatePolicy checksumPolicy'))
_REPOSITORY = Kind(
    CLASS,
    _fields('id name url layout', releases=_POLICY, snapshots=_POLICY),
    {'id': '', 'url': ''},
)
_ACTIVATION = Kind(
    CLASS,
    _fields(
        'activeByDefault jdk',
        os=Kind(CLASS, _fields('name family arch version')),
        property=Kind(CLASS, _fields('name value')),
        file=Kind(CLASS, _fields('missing exists')),
    ),
    newer=_fields('packaging condition'),
)
_PROFILE = Kind(
    CLASS,
    _fields(
        'id',
        activation=_ACTIVATION,
        properties=Kind(PROPERTIES),
        repositories=_list('repository', _REPOSITORY),
        pluginRepositories=_list('pluginRepository', _REPOSITORY),
    ),
)
_PROXY = Kind(
    CLASS,
    _fields('id active protocol username password port host nonProxyHosts'),
    {'host': ''},
)
_MIRROR = Kind(
    CLASS,
    _fields('id mirrorOf name url layout mirrorOfLayouts blocked'),
    {'id': DEFAULT_ID, 'url': '', 'mirrorOf': ''},
)
SERVER = Kind(
    CLASS,
    _fields(
        'id username password privateKey passphrase filePermissions directoryPermissions',
        configuration=Kind(ANYTHING),
    ),
    {'id': DEFAULT_ID},
    newer={'aliases': _list('alias', _TEXT)},
)
PLUGIN_GROUP = Kind(TEXT)
SETTINGS = Kind(
    CLASS,
    _fields(
        'localRepository interactiveMode usePluginRegistry offline',
        proxies=_list('proxy', _PROXY),
        servers=_list('server', SERVER),
        mirrors=_list('mirror', _MIRROR),
        profiles=_list('profile', _PROFILE),
        activeProfiles=_list('activeProfile', _TEXT),
        pluginGroups=_list('pluginGroup', PLUGIN_GROUP),
    ),
    newer={
        'repositories': _list('repository', _REPOSITORY),
        'pluginRepositories': _list('pluginRepository', _REPOSITORY),
    },
)
_GROUP = re.compile(r'[A-Za-z0-9_.-]+\Z')


def is_group(text: str) -> bool:
    """Whether Maven accepts a plugin group. One with a variable is not known."""
    return '${' in text or _GROUP.match(text) is not None
