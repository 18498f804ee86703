#!/bin/sh
# The main job on real input with no model and no account: WebOb 1.7.4 (2018) on today's Python, by recipes.
# demo.sh --model: a free-form bug fix on a small project, with a shipped RECORDING of a model.
# YES=1 asks nothing. Everything is made below .demo/.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
export PATCHWRIGHT_STATE="$PWD/.demo/state"
sha256=8d10af182fda4b92193113ee1edeb687ab9dc44336b37d6804e413f0240d40d9

say() { echo "==> $*"; }

# A checkout of a folder's files, whatever the files say about git.
commit() {
    git -C "$1" -c init.defaultBranch=main init -q
    git -C "$1" add --all --force
    git -C "$1" -c user.name=demo -c user.email=demo@localhost commit -q -m "As published"
}

# run REPOSITORY ISSUE OPTIONS...: asks in a terminal; with YES=1, nothing.
run() {
    repository=$1 issue=$2
    shift 2
    [ "${YES:-}" != 1 ] || set -- "$@" --yes
    say "patchwright run $* $repository \"$issue\""
    patchwright run "$@" "$repository" "$issue"
}

mkdir -p .demo
if [ "${1:-}" = --model ]; then
    say "The model's answers in this demonstration are a RECORDING: no model is asked."
    rm -rf .demo/timetext
    cp -R evals/demo/timetext .demo/timetext
    commit .demo/timetext
    run .demo/timetext @evals/demo/issue.md --recording evals/demo/recording.jsonl
    say "patchwright diff last"
    patchwright diff last
    exit
fi
if [ ! -d .demo/WebOb-1.7.4/.git ]; then
    say "Fetching the source archive of WebOb 1.7.4 from the package index (its setup.py is not run) ..."
    rm -rf .demo/WebOb-1.7.4
    python -m patchwright.evals.sdist WebOb 1.7.4 "$sha256" .demo >/dev/null
    commit .demo/WebOb-1.7.4
fi
run .demo/WebOb-1.7.4 "Make it work on Python 3.11 and later" --no-model
say "patchwright diff last"
patchwright diff last
