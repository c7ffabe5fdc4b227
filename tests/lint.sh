#!/usr/bin/env bash
# Everything that is checked without running the product.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
echo "ruff";        $bin/ruff check app tests migrations
echo "format";      $bin/ruff format --check app tests migrations
echo "types";       $bin/mypy app
echo "contracts";   $bin/lint-imports --no-cache | tail -n 3
echo "messages";    $bin/ceasai messages check
echo "dependencies"; $bin/deptry app
echo "templates";   $bin/djlint app --lint --quiet
echo "spelling";    $bin/codespell app tests docs README.md
echo "content";     $bin/ceasai content check
