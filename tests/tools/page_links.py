# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds links in pages of HTML that lead nowhere: to a file, or to a place in a file.

C(python -m tests.tools.page_links FOLDER) prints them, and exits with 1 if there is one. Links to
other servers are not followed.
"""

from __future__ import annotations

import sys
import typing as t
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The places of a page, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = {''}
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.places |= {found.get('id') or '', found.get('name') or ''}
        link = found.get('href') if tag in ('a', 'link') else found.get('src')
        if link:
            self.links.append(link)


def broken(folder: Path) -> list[str]:
    """Return the links that lead nowhere, each with its page."""
    pages = {
        path.resolve(): _Page(path.read_text(encoding='utf-8'))
        for path in sorted(folder.rglob('*.html'))
    }
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            known = target not in pages or place in pages[target].places
            if not target.is_file() or not known:
                found.append(f'{path.relative_to(folder.resolve())}: {link}')
    return found


def main(arguments: t.Sequence[str]) -> int:
    found = broken(Path(arguments[0]))
    print('\n'.join(found))
    return int(bool(found))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
