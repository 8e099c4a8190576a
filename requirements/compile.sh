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
compile requirements/checkov.txt requirements/checkov.in
compile requirements/run.txt pyproject.toml requirements/model.in requirements/build.in
compile requirements/page.txt requirements/page.in --constraint requirements/run.txt
# A handler's zip holds base.txt and one file for each provider that its catalog has. All are compiled together first,
# so that any choice of them agrees on every version.
handler=lambda/requirements
compile $handler/constraints.txt $handler/*.in --constraint requirements/run.txt
for set in $handler/*.in; do
  compile "${set%.in}.txt" "$set" --constraint $handler/constraints.txt
done
compile requirements/dev.txt pyproject.toml requirements/model.in requirements/build.in $handler/*.in --group dev \
  --constraint requirements/run.txt --constraint $handler/constraints.txt
