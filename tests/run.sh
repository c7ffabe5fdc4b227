#!/usr/bin/env bash
# make test: lint, then every test on both databases and in a real browser.
# BROWSER=0 or POSTGRES=0 leave a part out on purpose; otherwise a missing browser or server fails the run.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin

find_browser() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    command -v "$name" && return 0
  done
  return 1
}

if [ "${BROWSER:-1}" != 0 ] && ! find_browser > /dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "installing chromium-headless-shell"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium-headless-shell > /dev/null
  else
    echo "A browser is needed: apt-get install chromium-headless-shell   (or BROWSER=0 make test)" >&2
    exit 1
  fi
fi

tests/lint.sh
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
echo "rules, with the coverage of every branch"
$bin/python -m pytest -n "$jobs" --junitxml="$reports/rules.xml" tests/rules --cov=app --cov-branch --cov-report=
$bin/coverage report --include='app/*/rules.py,app/*/rules/*' --fail-under=100 --skip-covered
echo "the other tests, $jobs at a time"
$bin/python -m pytest -n "$jobs" --junitxml="$reports/others.xml" --ignore=tests/rules "$@"
tests=0
for count in $(sed -n 's/.*<testsuite [^>]*tests="\([0-9]*\)".*/\1/p' "$reports"/*.xml); do
  tests=$((tests + count))
done
echo "$tests tests and every other check, in $((SECONDS / 60)) min $((SECONDS % 60)) s"
