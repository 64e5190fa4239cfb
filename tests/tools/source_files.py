# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows from the source types and the documentation of their modules.

The documentation of the lookup and the action group are written each time. An action plugin and a
credential type for AWX are written for a type that has none: they may differ from what is usual.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from tests.tools import lookup_docs
from tests.tools.scratch import ROOT

RUNTIME = ROOT / 'meta/runtime.yml'
GROUP = re.compile(r'(?<=^  tokens:\n)(    - \w+\n)*', re.MULTILINE)
LICENCE = """# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""
ACTION = (
    '# -*- coding: utf-8 -*-\n'
    + LICENCE
    + """from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.plugin_utils.%(file)s import %(base)s


class ActionModule(%(base)s):
    TYPE = '%(type)s'
"""
)
# The fields of the connection, which are the same for all types
MODEL = ROOT / 'extensions/awx/credential_types/nuvy_client_token.yml'


def action(file: str, base: str, type_name: str) -> str:
    """Return an action plugin. :param file: of its base class. :param base: the base class."""
    return ACTION % {'file': file, 'base': base, 'type': type_name}


def action_group(docs: t.Mapping[str, t.Any]) -> str:
    """Return the file with the action group, of all modules that have its attribute."""
    members = [
        '    - %s\n' % name
        for name, doc in sorted(docs.items())
        if 'action_group' in doc.get('attributes', {})
    ]
    return GROUP.sub(''.join(members), RUNTIME.read_text(encoding='utf-8'), count=1)


def credential_type(provider: t.Any, doc: t.Mapping[str, t.Any]) -> str:
    """Return a credential type with the options of the example."""
    from ansible_collections.buildops.tokens.plugins.module_utils._options import arguments

    model = MODEL.read_text(encoding='utf-8')
    kind = provider.TYPE.replace('_', ' ')
    spec = arguments(provider)
    fields, variables = [], []
    for name in provider.EXAMPLE:
        fields += [
            '    - id: %s\n' % name,
            '      label: %s\n'
            % (name.upper() if name == 'url' else name.replace('_', ' ').capitalize()),
            '      type: %s\n' % ('boolean' if spec[name].get('type') == 'bool' else 'string'),
            *(['      secret: true\n'] if spec[name].get('no_log') else []),
        ]
        variables.append(
            '    BUILDOPS_TOKENS_%s_%s: "{{ %s }}"\n'
            % (provider.PREFIX.upper(), name.upper(), name)
        )
    required = [name for name, option in spec.items() if option.get('required')]
    shared = model[model.index('    - id: ca_certificates') : model.index('  required:')]
    files = model[model.index('  file:\n') :]
    connection = re.findall(
        '    BUILDOPS_TOKENS_NUVY_(?:CA_PATH|CLIENT_CERT|CLIENT_KEY|PROXY|VALIDATE).*\n', model
    )
    return ''.join(
        [
            model[: model.index('name: ')],
            'name: buildops.tokens %s\n' % (kind[0].upper() + kind[1:]),
            'description: %s.\n' % doc['short_description'],
            'kind: cloud\ninputs:\n  fields:\n',
            *fields,
            shared,
            '  required: [%s]\n' % ', '.join(required),
            'injectors:\n  env:\n',
            *variables,
            *(line.replace('_NUVY_', '_%s_' % provider.PREFIX.upper()) for line in connection),
            files,
        ]
    )


def files(docs: t.Mapping[str, t.Any]) -> dict[Path, str]:
    """Return the desired contents. :param docs: the documentation of all modules."""
    from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

    options = {name: doc['options'] for name, doc in docs.items()}
    found = {
        lookup_docs.FRAGMENT: lookup_docs.text(options),
        RUNTIME: action_group(docs),
    }
    for name in sources.types():
        if name not in docs and name + '_info' not in docs:
            raise SystemExit('plugins/modules/%s.py is missing.' % name)
        for module, base in ((name, 'TokenAction'), (name + '_info', 'InfoAction')):
            plugin = ROOT / ('plugins/action/%s.py' % module)
            if module in docs and not plugin.exists():
                found[plugin] = action('token_action', base, name)
        definition = MODEL.with_name(name + '.yml')
        if not definition.exists():
            provider = sources.provider_class(name)
            found[definition] = credential_type(provider, docs.get(name) or docs[name + '_info'])
    return found
