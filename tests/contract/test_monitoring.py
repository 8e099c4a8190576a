"""What Terraform gives the handler, and what CloudWatch is told to look at, is what the handler reads and writes.

Neither half imports the other: the reviewed modules of tests/golden stand for the generator.
"""

from __future__ import annotations

import re
from pathlib import Path

from chat_handler import metrics

ROOT = Path(__file__).parents[2]
EVERYTHING = ROOT / "tests/golden/everything/expected"
MONITORING = (EVERYTHING / "monitoring.tf").read_text(encoding="utf-8")


def test_graphs_are_of_metrics_that_the_handler_counts_for_each_model() -> None:
    shown = re.findall(r'metric = "(\w+)"', MONITORING)

    assert len(shown) == 9
    assert set(shown) <= set(metrics.UNITS)


def test_alarms_are_on_metrics_that_the_handler_counts_for_the_deployment() -> None:
    watched = set(re.findall(r'namespace += "Terrachat"\s+metric_name += "(\w+)"', MONITORING))

    assert watched == set(metrics.OF_DEPLOYMENT)


def test_every_variable_that_terraform_sets_is_read_by_the_handler() -> None:
    handler = (EVERYTHING / "handler.tf").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "lambda/chat_handler").rglob("*.py"))
    given = re.findall(r"^ +(TERRACHAT_\w+|AWS_LWA_SNAPSTART_\w+) +=", handler, re.MULTILINE)

    assert len(given) == 6
    assert [name for name in given if f'"{name}"' not in source] == []
