"""What the golden modules are made of: each case is a catalog and the module that it must give, byte for byte."""

from __future__ import annotations

from pathlib import Path

from generator.families.lambda_runtime import ON_AWS
from generator.loading import load_catalog
from generator.planning import plan_deployment
from generator.rendering import RenderedFile, render

FOLDER = Path(__file__).parent
CASES = ("minimal", "demo", "hostile", "local")
LOCAL_ENDPOINT = "http://127.0.0.1:4566"


def rendered(case: str) -> tuple[RenderedFile, ...]:
    """The module that the generator gives now.

    `local` is the demo's for the local target, without the files that are the same on AWS.
    """
    if case != "local":
        return _rendered(case, None)
    on_aws = _rendered("demo", None)
    return tuple(file for file in _rendered("demo", LOCAL_ENDPOINT) if file not in on_aws)


def _rendered(case: str, local_endpoint: str | None) -> tuple[RenderedFile, ...]:
    catalog = load_catalog(FOLDER / case / "catalog.yaml")
    return render(plan_deployment(catalog, ON_AWS, local_endpoint=local_endpoint))


def expected_folder(case: str) -> Path:
    return FOLDER / case / "expected"
