#!/bin/sh
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: tools/venv.sh REQUIREMENTS_FILE...
#
# Makes .venv inside the clone and installs what the files list. Done before with the same files: nothing to do.
# The environment variable PYTHON names the Python to use; otherwise the newest that works is taken.

set -eu
cd "$(dirname "$0")/.."
root=$(pwd)

# pip asks rustc for its version. Where that is rustup's, it would write to the home folder.
export RUSTUP_HOME="$root/.build/cache/rustup"

log=.build/logs/venv.log

# One line for a step, with its time at the end. The output goes to the log, and is shown on failure.
step() {
    title=$1
    shift
    mkdir -p .build/logs
    start=$(date +%s)
    printf '%s ... ' "$title"
    if "$@" >"$log" 2>&1; then
        printf '%s s\n' $(($(date +%s) - start))
    else
        printf 'failed after %s s\n' $(($(date +%s) - start))
        tail -n 20 "$log" >&2
        return 1
    fi
}

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# 0: works; 1: is not there, or does not run (a pyenv shim of a Python that is not active); 2: too old; 3: cannot make virtual environments
judge() {
    "$1" -c '' >/dev/null 2>&1 || return 1
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || return 2
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || "$1" -c 'import virtualenv' >/dev/null 2>&1 || return 3
}

# Sets `python`, or says what is missing.
choose() {
    too_old='' no_venv=''
    for python in ${PYTHON:-python3.13 python3.12 python3.11 python3.10 python3}; do
        verdict=0
        judge "$python" || verdict=$?
        case $verdict in
            0) return ;;
            2) too_old="$python is $("$python" -c 'import platform; print(platform.python_version())')" ;;
            3) no_venv=$python ;;
        esac
    done
    [ -z "$no_venv" ] || fail "$no_venv has no 'venv' module. On Debian and Ubuntu: apt-get install python3-venv. Elsewhere: install the package of your system that contains it."
    [ -z "$too_old" ] || fail "Python 3.10 or newer is needed, and $too_old. Install one, or name it: make PYTHON=/path/to/python3.12 ..."
    [ -z "${PYTHON:-}" ] || fail "PYTHON=$PYTHON does not run. Name another one, or leave it out."
    fail "No Python found. Install Python 3.10 or newer, or name it: make PYTHON=/path/to/python3.12 ..."
}

# A virtual environment does not survive a move, and PYTHON may ask for another one than it was made with.
usable() {
    [ "$(cat .venv/made-in 2>/dev/null)" = "$root" ] || return 1
    [ -z "${PYTHON:-}" ] || [ "$(cat .venv/made-with 2>/dev/null)" = "$PYTHON" ] || return 1
    .venv/bin/python -c '' 2>/dev/null
}

if ! usable; then
    choose
    rm -rf .venv
    module=venv
    "$python" -c 'import ensurepip' >/dev/null 2>&1 || module=virtualenv
    what=$("$python" -c 'import platform, sys; print("Python", platform.python_version(), sys.executable)')
    step "Making .venv with $what" "$python" -m "$module" .venv ||
        fail "$python -m $module did not work (see above). Its output: '$root/$log'"
    printf '%s\n' "$root" >.venv/made-in
    printf '%s\n' "$python" >.venv/made-with
fi

# Names only, since a value may contain a password.
proxies=$(env | sed -n -e 's/^\(https*_proxy\)=..*/\1/p' -e 's/^\(HTTPS*_PROXY\)=..*/\1/p' | tr '\n' ' ')
hint='Behind a proxy, set HTTPS_PROXY'
[ -z "$proxies" ] || hint="pip uses the proxy in ${proxies% }"

for file in "$@"; do
    stamp=.venv/installed-$(printf '%s' "$file" | tr / -)
    cat requirements.txt "$file" | cmp -s - "$stamp" && continue
    step "Installing $file" .venv/bin/python -m pip install --disable-pip-version-check \
        --cache-dir .build/cache/pip --requirement "$file" || fail \
        "pip could not install $file (see above). Is this machine online? $hint. With an index of your own, set PIP_INDEX_URL. Its output: '$root/$log'"
    cat requirements.txt "$file" >"$stamp"
done
