#!/bin/sh
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the clone visible to Ansible as the collection buildops.tokens: ansible.cfg names .build/collections.

set -eu
cd "$(dirname "$0")/.."
link=.build/collections/ansible_collections/buildops/tokens
[ -L "$link" ] || { mkdir -p "${link%/*}" && ln -s ../../../.. "$link"; } || [ -L "$link" ]
