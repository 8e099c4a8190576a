"""What the golden modules are made of: each case is a catalog and the module that it must give, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generator.families.jumpstart import parse_model
from generator.families.lambda_runtime import on_aws
from generator.loading import load_catalog
from generator.planning import Form, JumpStartModels, Upload, plan_deployment
from generator.rendering import RenderedFile, render

FOLDER = Path(__file__).parent
LOCAL_ENDPOINT = "http://127.0.0.1:4566"


@dataclass(frozen=True)
class Case:
    """How a module is generated beside its catalog: `catalog` names the folder of another case's."""

    catalog: str | None = None
    form: Form = "root"
    upload: Upload = "direct"
    local_endpoint: str | None = None
    costs: tuple[tuple[str, str], ...] = ()


_COSTS = (("smollm2", "$1.41 an hour, $1,029 a month (AWS price list, 2026-11-22)"),)
_CASES: Mapping[str, Case] = {
    "minimal": Case(),
    "demo": Case(costs=_COSTS),
    "hostile": Case(),
    "local": Case(catalog="demo", local_endpoint=LOCAL_ENDPOINT, costs=_COSTS),
    "sources": Case(),
    "bedrock": Case(),
    "third_party": Case(),
    "azure": Case(),
    "scaling_and_schedule": Case(),
    "huggingface_secret": Case(),
    "huggingface_created": Case(),
    "existing_api_keys": Case(),
    "backend": Case(),
    "always_started": Case(),
    "unmonitored": Case(),
    "hosted": Case(),
    "hosted_internal": Case(),
    "everything": Case(upload="s3"),
    "as_module": Case(catalog="demo", form="module"),
    "hundred": Case(),
}
CASES = tuple(_CASES)


def rendered(case: str) -> tuple[RenderedFile, ...]:
    """The module that the generator gives now; `local` is the demo's without the files that are the same on AWS."""
    on_aws_too = whole_module("demo") if case == "local" else ()
    return tuple(file for file in whole_module(case) if file not in on_aws_too)


def whole_module(case: str) -> tuple[RenderedFile, ...]:
    """All files of a case."""
    return module_of(_CASES[case], case)


@cache
def module_of(settings: Case, folder: str) -> tuple[RenderedFile, ...]:
    """What a catalog becomes in other circumstances than its own case's."""
    catalog = load_catalog(FOLDER / (settings.catalog or folder) / "catalog.yaml")
    plan = plan_deployment(
        catalog,
        on_aws(catalog.handler.architecture),
        local_endpoint=settings.local_endpoint,
        form=settings.form,
        upload=settings.upload,
        jumpstart=_jumpstart(),
    )
    return render(plan, dict(settings.costs))


@cache
def _jumpstart() -> JumpStartModels:
    """The models of JumpStart that the cases name, as AWS's documents describe them."""
    return {
        (model_id, version): parse_model(model_id, version, document)
        for model_id, versions in json.loads((FOLDER / "jumpstart.json").read_text(encoding="utf-8")).items()
        for version, document in versions.items()
    }


def expected_folder(case: str) -> Path:
    return FOLDER / case / "expected"
