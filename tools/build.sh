#!/bin/sh
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Packs the collection into the folder that is given, from a copy of the files that git tracks.

set -eu
target=$1
mkdir -p "$target"
target=$(cd "$target" && pwd)
cd "$(dirname "$0")/.."
galaxy=$PWD/.venv/bin/ansible-galaxy
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached | tar --null --files-from=- --create --file=- --ignore-failed-read | tar --extract --file=- --directory="$copy"
"$galaxy" collection build --force --output-path "$target" "$copy"
