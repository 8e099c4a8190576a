#!/usr/bin/env bash
# Compile every requirements file: pinned, hashed, and without the address of any index.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { # OUTPUT INPUT...
  local output=$1; shift
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links --override requirements/overrides.txt "$@" -o "$output"
}
compile requirements/bootstrap.txt requirements/bootstrap.in
compile requirements/terraform.txt requirements/terraform.in
compile requirements/run.txt pyproject.toml requirements/model.in requirements/build.in
compile lambda/requirements.txt lambda/requirements.in --constraint requirements/run.txt
compile requirements/dev.txt pyproject.toml requirements/model.in requirements/build.in lambda/requirements.in --group dev \
  --constraint requirements/run.txt --constraint lambda/requirements.txt
