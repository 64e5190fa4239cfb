#!/bin/sh
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Packs the collection into the folder that is given, from a copy of the files that git tracks. The same commit gives the
# same bytes; SOURCE_DATE_EPOCH replaces its time.

set -eu
target=$1
mkdir -p "$target"
target=$(cd "$target" && pwd)
cd "$(dirname "$0")/.."
galaxy=$PWD/.venv/bin/ansible-galaxy
python=$PWD/.venv/bin/python
repack=$PWD/tools/repack.py
copy=$(mktemp -d)
mkdir "$copy/files" "$copy/built"
trap 'rm -rf "$copy"' EXIT
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || true)}"
git ls-files -z --cached | tar --null --files-from=- --create --file=- --ignore-failed-read | tar --extract --file=- --directory="$copy/files"
"$galaxy" collection build --output-path "$copy/built" "$copy/files" >/dev/null
"$python" -E "$repack" "$copy"/built/*.tar.gz
for archive in "$copy"/built/*.tar.gz; do
    cp "$archive" "$target"
    echo "$target/${archive##*/}"
done
