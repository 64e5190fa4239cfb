# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the lookup's list of options, from what the providers take and what their modules say about it: C(python -m tests.tools.lookup_docs).

Without this, the same words would stand in the lookup and in each module, and soon would not be the same any more.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import yaml

from tests.tools.scratch import BUILD, ROOT

FRAGMENT = ROOT / 'plugins/doc_fragments/lookup.py'
COLLECTION = 'buildops.tokens.'
HEAD = '''# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by python -m tests.tools.lookup_docs from the documentation of the modules and the options of the providers. Change those instead.

from __future__ import annotations


class ModuleDocFragment:
    """The options of all types of sources, for the lookup."""

    DOCUMENTATION = r"""
'''


def module_docs() -> dict[str, dict]:
    """The documented options of each module of the collection, fragments included, by the module's name."""
    names = [COLLECTION + path.stem for path in sorted((ROOT / 'plugins/modules').glob('*.py'))]
    done = subprocess.run(
        [sys.executable, '-m', 'ansible', 'doc', '--json', '--type', 'module', *names],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            'ANSIBLE_COLLECTIONS_PATH': os.environ.get(
                'ANSIBLE_COLLECTIONS_PATH', str(BUILD / 'collections')
            ),
        },
    )
    return {
        name[len(COLLECTION) :]: entry['doc']['options']
        for name, entry in json.loads(done.stdout).items()
    }


def options(documented: dict[str, dict]) -> dict[str, dict]:
    """The options of the lookup, as they are documented."""
    from ansible_collections.buildops.tokens.plugins.module_utils._options import arguments
    from ansible_collections.buildops.tokens.plugins.plugin_utils import sources

    providers = [sources.provider_class(name) for name in sources.types()]
    specs = {provider.TYPE: arguments(provider) for provider in providers}
    prefixes = {provider.TYPE: provider.PREFIX for provider in providers}
    found: dict[str, dict] = {}
    names = {name for spec in specs.values() for name in spec}
    for name in sorted(names):
        entries = {type_name: spec[name] for type_name, spec in specs.items() if name in spec}
        [kind] = {(entry.get('type', 'str'), entry.get('elements')) for entry in entries.values()}
        lines = _description(name, entries, documented, len(specs))
        option = {
            'description': [_without_references(line, names) for line in lines],
            'type': kind[0],
        }
        if kind[1]:
            option['elements'] = kind[1]
        choices = list(
            dict.fromkeys(
                choice for entry in entries.values() for choice in entry.get('choices') or ()
            )
        )
        if choices:
            option['choices'] = choices
        defaults = [entry.get('default') for entry in entries.values()]
        if defaults[0] is not None and all(default == defaults[0] for default in defaults):
            option['default'] = defaults[0]
        keys = ['%s_%s' % (prefixes[type_name], name) for type_name in entries]
        option['env'] = [{'name': 'BUILDOPS_TOKENS_' + key.upper()} for key in keys]
        option['ini'] = [{'section': 'buildops_tokens', 'key': key} for key in keys]
        option['vars'] = [{'name': 'buildops_tokens_' + key} for key in keys]
        found[name] = option
    return found


def _description(name, entries, documented, all_types):
    texts: dict[tuple, list] = {}
    for type_name in entries:
        module = next(
            (
                module
                for module in (type_name, type_name + '_info')
                if name in documented.get(module, {})
            ),
            None,
        )
        if module is not None:
            texts.setdefault(tuple(documented[module][name]['description']), []).append(type_name)
    if not texts:
        raise SystemExit(f'no module documents {name}')
    lines = []
    if len(entries) < all_types and len(texts) == 1:
        lines.append('Of %s.' % _types(entries))
    for text, types in texts.items():
        if len(texts) == 1:
            lines += text
        else:
            lines += ['For %s. %s' % (_types(types), text[0]), *text[1:]]
    needed = [type_name for type_name, entry in entries.items() if entry.get('required')]
    if needed:
        lines.append('Must be set for %s.' % _types(needed))
    defaults = {type_name: entry.get('default') for type_name, entry in entries.items()}
    if len({repr(default) for default in defaults.values()}) > 1:
        lines += [
            'The default for %s is V(%s).' % (_types([type_name]), json.dumps(default).strip('"'))
            for type_name, default in defaults.items()
            if default is not None
        ]
    return lines


def _without_references(line, names):
    """Options that modules have and the lookup does not, such as C(state), are mentioned but not linked."""
    return re.sub(
        r'O\((\w+)([^)]*)\)',
        lambda match: match[0] if match[1] in names else 'C(%s%s)' % match.groups(),
        line,
    )


def _types(names):
    words = ['V(%s)' % name for name in names]
    return words[0] if len(words) == 1 else ', '.join(words[:-1]) + ' and ' + words[-1]


class _Dumper(yaml.SafeDumper):
    """Lists indented below their keys, as everywhere in the collection."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def text(documented: dict[str, dict]) -> str:
    """What the file of the fragment should hold."""
    return (
        HEAD
        + yaml.dump(
            {'options': options(documented)},
            Dumper=_Dumper,
            sort_keys=False,
            width=150,
            allow_unicode=True,
        )
        + '"""\n'
    )


def main() -> int:
    subprocess.run([ROOT / 'tools/link.sh'], check=True)
    sys.path.insert(0, str(BUILD / 'collections'))
    FRAGMENT.write_text(text(module_docs()), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
