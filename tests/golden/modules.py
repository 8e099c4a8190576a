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
    """The module that the generator gives now. `local` is the demo's catalog for the local target."""
    catalog = load_catalog(FOLDER / ("demo" if case == "local" else case) / "catalog.yaml")
    return render(plan_deployment(catalog, ON_AWS, local_endpoint=LOCAL_ENDPOINT if case == "local" else None))


def expected_folder(case: str) -> Path:
    return FOLDER / case / "expected"
