#!/bin/sh
# tmux, in which a test drives the terminal screen as a person does. Nothing else needs it.
set -eu
command -v tmux >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "==> Installing tmux (for the test of the terminal screen) ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends tmux >/dev/null
else
    echo "tmux is not installed: the test that drives the screen fails (on Debian, as root: apt-get install tmux)."
fi
