#!/bin/sh
# Makes .venv with Patchwright and its development tools in it. Quick when pyproject.toml has not changed.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

say() { echo "==> $*"; }
fail() { echo "$*" >&2; exit 1; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_venv() {
    may_install || fail "This Python cannot make virtual environments: install python3-venv (on Debian, as root: apt-get install python3-venv)."
    say "Installing python3-venv ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv ca-certificates >/dev/null
}

command -v "$python" >/dev/null || fail "Python is missing: install python3, version 3.11 or later."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old: install Python 3.11 or later, or name one with PYTHON=..."
if ! .venv/bin/python -c '' 2>/dev/null; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv
    say "Making the virtual environment .venv ..."
    "$python" -m venv --clear .venv
fi
say "Installing Patchwright and its development tools into .venv (about a minute) ..."
words=$(.venv/bin/python -m pip install -q --disable-pip-version-check --editable '.[dev]' 2>&1) ||
    fail "Installing Patchwright into .venv failed:
$words"
touch .venv/.ready
