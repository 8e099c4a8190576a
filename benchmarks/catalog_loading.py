"""How long a catalog takes to load with a place for every problem, against PyYAML and pydantic without places.

    .venv/bin/python benchmarks/catalog_loading.py [NUMBER_OF_MODELS]

Prints the medians of interleaved rounds and their ratio; the ratio is what carries over to another machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from generator.catalog import Catalog
from generator.loading import load_catalog

ROUNDS = 7
ENTRY = """\
  - id: model-{number}
    provider: sagemaker
    source: {{huggingface: mistralai/Mistral-7B-Instruct-v0.3, revision: main}}
    container: vllm
    instance_type: ml.g5.2xlarge
    instances: {{min: 1}}
    environment: {{SM_VLLM_MAX_MODEL_LEN: "8192", SM_VLLM_DTYPE: bfloat16}}
    startup_timeout_s: 1800
    defaults: {{temperature: 0.6, top_p: 0.9, max_tokens: 512}}
"""


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    text = "version: 1\ndeployment: demo\nregion: us-east-1\nmodels:\n"
    text += "".join(ENTRY.format(number=index) for index in range(number))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalog.yaml")
        path.write_text(text, encoding="utf-8")
        loaders: dict[str, Callable[[], Catalog]] = {
            "load_catalog": lambda: load_catalog(path),
            "yaml.safe_load + pydantic": lambda: Catalog.model_validate(yaml.safe_load(path.read_bytes())),
            "yaml.CSafeLoader + pydantic": lambda: Catalog.model_validate(
                yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
            ),
        }
        assert len({repr(load()) for load in loaders.values()}) == 1  # noqa: S101 - all must do the same work
        rounds = [{name: _seconds(load) for name, load in loaders.items()} for _ in range(ROUNDS)]
    ours = statistics.median(one["load_catalog"] for one in rounds)
    print(f"{number} models, {len(text):,} bytes, median of {ROUNDS} rounds")
    for name in loaders:
        seconds = statistics.median(one[name] for one in rounds)
        print(f"  {name:30} {seconds * 1000:8.0f} ms   {seconds / ours:5.2f} x load_catalog")


def _seconds(load: Callable[[], Catalog]) -> float:
    start = time.perf_counter()
    load()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
