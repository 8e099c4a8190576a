"""How long the generator takes, in one run with what else one could use and with what cannot be beaten.

    .venv/bin/python -m benchmarks.generator [--models 1 100 1000] [--parts load generate plan] [--rounds 5]

Parts: `load` (read and check a catalog), `generate` (from a catalog to files, process start included, and again with
nothing changed), `plan` (what Terraform makes of the module's shape). docs/performance.md says what came out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from benchmarks import plan_twins
from benchmarks.catalogs import RESOURCES_A_MODEL, catalog_text
from benchmarks.machine import processor_name
from benchmarks.peers import Peer, installed_peers, ruamel_loader, terraforms
from benchmarks.rounds import Contender, measure
from generator.catalog import Catalog
from generator.families.lambda_runtime import on_aws
from generator.loading import load_catalog
from generator.planning import plan_deployment

LOAD_GOAL_S = 0.2
GENERATE_GOAL_S = 1.0
_ROOT = Path(__file__).parents[1]


def main() -> None:
    options = _options()
    print(f"{processor_name()}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}")
    parts: Mapping[str, Callable[[Path, int, int], None]] = {"load": load, "generate": generate, "plan": plan}
    for name in options.parts:
        for number in options.models:
            with tempfile.TemporaryDirectory() as folder:
                parts[name](Path(folder), number, options.rounds)


def load(folder: Path, number: int, rounds: int) -> None:
    """Read and check a catalog. Ours also knows the place of every value; of the others only ruamel does."""
    path = folder / "catalog.yaml"
    path.write_text(catalog_text(number), encoding="utf-8")
    document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    text, ruamel_load = json.dumps(document), ruamel_loader()
    checked: dict[str, Callable[[], Catalog]] = {
        "load_catalog": lambda: load_catalog(path),
        "yaml.safe_load + pydantic": lambda: Catalog.model_validate(yaml.safe_load(path.read_bytes())),
        "yaml.CSafeLoader + pydantic": lambda: Catalog.model_validate(
            yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        ),
        "ruamel.yaml (round trip) + pydantic": lambda: Catalog.model_validate(_plain(ruamel_load(path.read_bytes()))),
    }
    assert len({repr(each()) for each in checked.values()}) == 1  # noqa: S101 - all must do the same work
    contenders = [Contender(name, run) for name, run in checked.items()]
    floors = {
        "yaml.compose with the C parser": lambda: yaml.compose(path.read_bytes(), Loader=yaml.CSafeLoader),
        "json.loads + pydantic": lambda: Catalog.model_validate(json.loads(text)),
    }
    contenders += [Contender(name, run, is_floor=True) for name, run in floors.items()]
    medians = measure(f"Load and check a catalog of {number} models, {path.stat().st_size:,} bytes", contenders, rounds)
    _judge(number, medians["load_catalog"].wall_s, LOAD_GOAL_S)


def generate(folder: Path, number: int, rounds: int) -> None:
    """From a catalog to a module on disk, each in a process of its own; the handler's zip is there already."""
    (folder / "catalog.yaml").write_text(catalog_text(number), encoding="utf-8")
    as_json = folder / "catalog.json"
    as_json.write_text(json.dumps(yaml.load(catalog_text(number), Loader=yaml.CSafeLoader)))
    module, again, output = folder / "module", folder / "again", folder / "output"
    for directory in (module, again):  # builds the zip, and lets Python compile its files
        _terrachat(folder, "generate", "-o", directory.name)
    plan = plan_deployment(load_catalog(folder / "catalog.yaml"), on_aws("x86_64"))
    texts = {path.name: path.read_bytes() for path in module.iterdir() if path.suffix == ".tf"}
    _check_resources(texts, number)
    before = _touched(again)

    def peer(each: Peer) -> Contender:
        return Contender(
            each.name, lambda: each.run(as_json, output), lambda: shutil.rmtree(output, ignore_errors=True)
        )

    contenders = [
        Contender(
            "terrachat generate",
            lambda: _terrachat(folder, "generate", "-o", module.name),
            lambda: shutil.rmtree(module),
        ),
        Contender("terrachat generate, nothing changed", lambda: _terrachat(folder, "generate", "-o", again.name)),
        *map(peer, installed_peers()),
        Contender("start of Python", lambda: _python(folder, "-c", "pass"), is_floor=True),
        Contender("json.dumps of the plan", lambda: json.dumps(asdict(plan), default=str), is_floor=True),
        Contender(
            "write the same files",
            lambda: _write(output, texts),
            lambda: _empty(output),
            is_floor=True,
        ),
    ]
    medians = measure(
        f"Generate {number} models: {RESOURCES_A_MODEL * number:,} resources, {len(texts):,} files", contenders, rounds
    )
    _judge(number, medians["terrachat generate"].wall_s, GENERATE_GOAL_S)
    print(f"  files touched when nothing changed: {len(before.items() ^ _touched(again).items())}")


def plan(folder: Path, number: int, rounds: int) -> None:
    """`terraform plan` of everything as new, on resources of Terraform's own."""
    found = terraforms()
    flat = plan_twins.write_flat(folder / "flat", number)
    modules = plan_twins.write_modules(folder / "modules", number)
    contenders = []
    for version, terraform in found.items():
        for shape, written in (("flat, as ours", flat), ("a module call each", modules)):
            plan_twins.initialise(written, terraform)
            contenders.append(Contender(f"{version}: {shape}", partial(plan_twins.plan, written, terraform)))
    measure(f"terraform plan of {number} models, {RESOURCES_A_MODEL * number:,} resources", contenders, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, nargs="+", default=[1, 100, 1000])
    parser.add_argument(
        "--parts", nargs="+", choices=["load", "generate", "plan"], default=["load", "generate", "plan"]
    )
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _judge(number: int, seconds: float, goal: float) -> None:
    if number == 1000:
        print(f"  goal {goal} s: {'met' if seconds <= goal else 'MISSED'}")


def _plain(value: Any) -> Any:
    """Pydantic is strict about types, and ruamel's texts and numbers are subclasses: as JSON they are plain."""
    return json.loads(json.dumps(value))


def _terrachat(folder: Path, *arguments: str) -> None:
    _python(folder, "-m", "generator", *arguments)


def _python(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def _check_resources(texts: Mapping[str, bytes], number: int) -> None:
    """Nobody is to be compared on fewer or more resources than the peers make."""
    owned = sum(text.count(b'\nresource "') for name, text in texts.items() if name.startswith("sagemaker_"))
    listed = texts["discovery.tf"].count(b'"aws_ssm_parameter" "model_')
    assert owned + listed == RESOURCES_A_MODEL * number, (owned, listed)  # noqa: S101 - a wrong figure is worse


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _touched(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def _write(folder: Path, texts: Mapping[str, bytes]) -> None:
    for name, text in texts.items():
        (folder / name).write_bytes(text)


if __name__ == "__main__":
    main()
