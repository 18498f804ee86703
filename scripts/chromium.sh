# Chromium and its driver, in which the tests use the review page.
set -eu
command -v chromedriver >/dev/null && command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium (for the tests of the review page)."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium chromium-driver >/dev/null
else
    echo "Chromium is not installed: the tests of the review page fail (on Debian, as root: apt-get install chromium-driver)."
fi
