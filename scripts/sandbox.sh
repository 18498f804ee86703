#!/bin/sh
# Makes the place where untrusted code runs: git, a Docker engine, the sandbox image "python".
# Installs what is missing from Debian's packages when run as root. Quick when all is there.
set -eu
cd "$(dirname "$0")/.."
log=/var/log/patchwright-dockerd.log

say() { echo "==> $*"; }
fail() { echo "$*" >&2; exit 1; }
answers() { .venv/bin/python scripts/image.py --engine; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# The names of the packages that are missing, each preceded by a space.
missing() {
    command -v git >/dev/null || printf ' git'
    answers || command -v dockerd >/dev/null || printf ' docker.io'
    [ "$(id -u)" != 0 ] || command -v debootstrap >/dev/null || printf ' debootstrap'
}

install() {
    may_install || fail "Missing:$1. Install it as root (on Debian: apt-get install$1), or run this as root."
    say "Installing$1 from Debian's packages ..."
    apt-get update -qq
    # shellcheck disable=SC2086  # one word for each package
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get install -qq -y $1 >/dev/null
}

start_engine() {
    [ "$(id -u)" = 0 ] ||
        fail "No Docker engine answers to you: start it as root (service docker start) and join the group docker, or run this as root."
    say "Starting the Docker engine ..."
    if [ -d /run/systemd/system ]; then
        systemctl start docker
    else
        ! command -v cgroupfs-mount >/dev/null || mountpoint -q /sys/fs/cgroup || cgroupfs-mount
        nohup setsid dockerd >>"$log" 2>&1 </dev/null &
    fi
    tries=0
    until answers; do
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || fail "The Docker engine did not start within a minute: see $log or journalctl -u docker."
        sleep 1
    done
}

if command -v git >/dev/null && .venv/bin/python scripts/image.py --present; then
    exit 0
fi
wanted=$(missing)
[ -z "$wanted" ] || install "$wanted"
answers || start_engine
.venv/bin/python scripts/image.py
say "The sandbox is ready."
