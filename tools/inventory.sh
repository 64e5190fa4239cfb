#!/bin/sh
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Refuses an INVENTORY that cannot be read, before anything is installed. A list of hosts contains a comma.

set -eu
inventory=${INVENTORY:-}
case $inventory in
    '' | *,*) exit ;;
esac
if [ ! -e "$inventory" ]; then
    reason='there is no such file or folder'
elif [ ! -r "$inventory" ]; then
    reason='this user cannot read it'
elif [ -f "$inventory" ] && [ ! -s "$inventory" ]; then
    reason='it is an empty file'
else
    exit 0
fi
printf "\nINVENTORY='%s': %s.\n" "$inventory" "$reason" >&2
exit 1
