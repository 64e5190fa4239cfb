# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An extension of Sphinx.

Links to Ansible's own documentation need no request to its server. Any other label that does not
exist stays a warning, which fails C(make docs). In the navigation, plugins have short names. The
theme gets narrow screens and dark colours from C(site.css).
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from docutils import nodes
from pygments.formatters import HtmlFormatter

BASE = 'https://docs.ansible.com/ansible/latest/'
PAGES = {
    'action_plugins': 'plugins/action.html',
    'ansible_configuration_settings': 'reference_appendices/config.html',
    'common_return_values': 'reference_appendices/common_return_values.html',
}
STYLE = 'site.css'
_PLUGIN = re.compile(r'ansible_collections\.ansible\.builtin\.(\w+)_(module|lookup|filter)')


def address(label: str) -> str | None:
    """Return the address of a label of Ansible's documentation."""
    plugin = _PLUGIN.fullmatch(label)
    if plugin:
        return f'{BASE}collections/ansible/builtin/{plugin[1]}_{plugin[2]}.html'
    return BASE + PAGES[label] if label in PAGES else None


def _resolve(_app: t.Any, _env: t.Any, node: t.Any, content: t.Any) -> t.Any:
    found = address(node.get('reftarget', ''))
    if found is None:
        return None
    return nodes.reference('', '', content, internal=False, refuri=found)


def _shorten(_app: t.Any, env: t.Any) -> None:
    for name, title in env.titles.items():
        short = re.match(r'buildops\.tokens\.(\w+ \w+) ', title.astext())
        entry = next(env.tocs[name].findall(nodes.reference), None)
        if short and entry is not None:
            entry.children = [nodes.Text(short[1])]


def _write_style(app: t.Any, failure: Exception | None) -> None:
    if failure is None:
        rules = HtmlFormatter(style='github-dark').get_style_defs('.highlight')
        text = Path(__file__).with_name(STYLE).read_text('utf-8')
        text += '@media screen and (prefers-color-scheme: dark) {\n%s\n}\n' % rules
        (Path(app.outdir) / '_static' / STYLE).write_text(text, 'utf-8')


def setup(app: t.Any) -> dict[str, bool]:
    app.connect('missing-reference', _resolve)
    app.connect('env-updated', _shorten)
    app.connect('build-finished', _write_style)
    app.add_css_file(STYLE, priority=900)  # after those of the theme
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
