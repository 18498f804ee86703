#!/bin/sh
# Installs PostgreSQL's programs, with which the tests start servers of their own. Quick when they are there.
set -eu
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "==> Installing PostgreSQL from Debian's packages (no server is started) ..."
    apt-get update -qq
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null
else
    echo "PostgreSQL is not installed: the tests that need it are skipped (on Debian, as root: apt-get install postgresql)."
fi
