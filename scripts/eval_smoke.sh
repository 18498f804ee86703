#!/bin/sh
# The built-in set with recorded models, in Docker: no model, no network. Reference patches have to resolve every task,
# no patch none, and every recorded run has to end as it did when it was recorded.
set -eu
cd "$(dirname "$0")/.."
patchwright=.venv/bin/patchwright
export PATCHWRIGHT_STATE="$PWD/.eval-smoke/state"

rm -rf .eval-smoke
"$patchwright" eval grade gold builtin --into .eval-smoke --workers 2 --at-least 100
"$patchwright" eval grade empty builtin --into .eval-smoke --workers 2 --at-most 0
"$patchwright" eval run builtin --recorded --into .eval-smoke/run --workers 2 --at-least 100
"$patchwright" eval report .eval-smoke/run --html .eval-smoke/report.html
