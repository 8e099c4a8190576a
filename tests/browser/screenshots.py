"""Makes the pictures of the pages in docs/screenshots: `make screenshots`, or `python -m tests.browser.screenshots`.

In: the page against a fake handler with made-up models and conversations. Out: one PNG a page and look (desktop, phone,
dark, Vietnamese), of few colours so that each is small. What is shown is fixed but for what tells the time.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from frontend.history.comparisons import Comparison, ComparisonStore, Pane
from frontend.history.records import TurnRecord
from frontend.history.table import Table
from frontend.history.usage import UsageBook
from frontend.wire import Usage
from tests.browser.chromium import find_chromium
from tests.browser.conftest import RESTS, serving
from tests.browser.fake_handler import FakeHandler
from tests.browser.stack import OWNER, REGION, Stack, running_stack, turn

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
MODELS: Mapping[str, Mapping[str, Any]] = {
    "claude-sonnet": {"provider": "bedrock", "price": {"input": 3, "output": 15}, "context_tokens": 200_000},
    "gpt-mini": {
        "provider": "openai",
        "region": None,
        "price": {"input": 0.25, "output": 2},
        "context_tokens": 400_000,
    },
    "qwen-7b": {"provider": "sagemaker", "price": None, "context_tokens": 32_768},
    "mistral-night": {
        "provider": "sagemaker",
        "status": "stopped",
        "reason": "It is out of its hours.",
        "fallback": ["claude-sonnet"],
        "startable": True,
    },
    "gemini-flash": {
        "provider": "google_genai",
        "region": None,
        "status": "missing_key",
        "reason": "The secret has no GOOGLE_API_KEY.",
        "context_tokens": 1_000_000,
    },
}
QUESTIONS = {
    "en": "Which AWS service should keep the state of a small Terraform project?",
    "vi": "Dự án Terraform nhỏ nên lưu state ở dịch vụ AWS nào?",
}
ANSWERS = {
    "en": """Keep it in **Amazon S3**, in a bucket of its own with versioning, and let S3 lock it:

```hcl
terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "chat/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
```

| | S3 | local file |
|---|---|---|
| Several people | yes | no |
| Old versions | yes | no |
| Cost | cents a month | none |
""",
    "vi": """Hãy lưu trong **Amazon S3**, ở một bucket riêng có bật versioning, và để S3 khóa state:

```hcl
terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "chat/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}
```

| | S3 | tệp trên máy |
|---|---|---|
| Nhiều người dùng | có | không |
| Phiên bản cũ | có | không |
| Chi phí | vài xu mỗi tháng | không |
""",
}
SHORTER = {
    "en": "Amazon S3 with versioning and `use_lockfile = true`. It costs cents, and nobody overwrites anybody.",
    "vi": "Amazon S3 có bật versioning và `use_lockfile = true`. Chi phí vài xu và không ai ghi đè của ai.",
}
TITLES = {
    "en": ("Plan for the release notes", "Palindromes in Python", "Names for a coffee roastery"),
    "vi": ("Kế hoạch phát hành phiên bản", "Từ đối xứng trong Python", "Tên cho xưởng rang cà phê"),
}


@dataclass(frozen=True)
class Look:
    """How a page is looked at; `name` ends the picture's."""

    name: str
    width: int = 1280
    height: int = 960
    language: str = "en"
    scheme: Any = "light"


LOOKS = (
    Look("desktop"),
    Look("phone", width=390, height=844),
    Look("dark", scheme="dark"),
    Look("vietnamese", language="vi"),
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    handler = FakeHandler(models=tuple(MODELS), told={name: dict(told) for name, told in MODELS.items()})
    with running_stack(handler, deployment="team-chat") as stack, tempfile.TemporaryDirectory() as folder:
        os.environ.update(stack.environment)
        with serving(stack, Path(folder)) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=["--no-sandbox"])
            for look in LOOKS:
                forget(stack)
                for name, address in fill(stack, look.language):
                    target = FOLDER / f"{name}-{look.name}.png"
                    target.write_bytes(small(shot(browser, url + address, look)))
                    print(f"{target.name}: {target.stat().st_size // 1000} kB", file=sys.stderr)


def fill(stack: Stack, language: str) -> Iterator[tuple[str, str]]:
    """Put a life into the table that is told in `language`; yields each page's name and address."""
    table = Table(stack.table, REGION)
    question, answer = QUESTIONS[language], ANSWERS[language]
    answered = replace(
        turn(1, question, answer, "claude-sonnet", usage=Usage(24, 187), cost_usd=Decimal("0.002877")),
        first_token_ms=640,
        elapsed_ms=4300,
    )
    for days, title in enumerate(TITLES[language]):
        ago = datetime.now(UTC) - timedelta(days=2 * days + 1)
        stack.keep([turn(1, title, "…")], title=title, pinned=days == 0, created_at=ago, updated_at=ago)
    chat = stack.keep([answered], updated_at=datetime.now(UTC))
    yield "chat", f"?lang={language}&model=claude-sonnet&chat={chat}"
    yield "compare", f"compare?lang={language}&run={compare(stack, table, answered, SHORTER[language])}"
    yield "models", f"models?lang={language}"
    use(table, answered)
    yield "usage", f"usage?lang={language}"
    yield "settings", f"settings?lang={language}"


def compare(stack: Stack, table: Table, answered: TurnRecord, shorter: str) -> str:
    """A comparison of two models; returns its id."""
    other = replace(
        answered,
        model="gpt-mini",
        answer=shorter,
        usage=Usage(22, 31),
        cost_usd=Decimal("0.0000675"),
        first_token_ms=410,
        elapsed_ms=1200,
    )
    panes = tuple(Pane(each.model, stack.keep([each], kind="compare")) for each in (answered, other))
    made = Comparison("c" * 22, answered.question, answered.started_at, panes, rounds=((1, 1),))
    ComparisonStore(table).put(OWNER, made)
    return made.id


def use(table: Table, answered: TurnRecord) -> None:
    """Two weeks of questions to three models."""
    book = UsageBook(table)
    for day in range(14):
        for model, share in (("claude-sonnet", 5), ("gpt-mini", 3), ("qwen-7b", 2)):
            tokens = share * (1000 + 977 * (day * share % 7))
            book.add(
                OWNER,
                replace(
                    answered,
                    model=model,
                    started_at=answered.started_at - timedelta(days=day),
                    usage=Usage(tokens, tokens // 3),
                    cost_usd=None if model == "qwen-7b" else Decimal(tokens * share) / 1_000_000,
                    estimated=model == "qwen-7b",
                ),
            )


def forget(stack: Stack) -> None:
    stack.drop_table()
    stack.deploy()


def shot(browser: Browser, url: str, look: Look) -> bytes:
    size: Any = {"width": look.width, "height": look.height}
    with browser.new_context(viewport=size, color_scheme=look.scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(url)
        settle(page)
        page.get_by_role("main").evaluate("main => main.scrollTo(0, 0)")
        return page.screenshot(animations="disabled", caret="hide")


def settle(page: Page) -> None:
    page.locator(RESTS).wait_for()
    expect(page.locator("[data-stale=true], [data-testid=stSkeleton]")).to_have_count(0)
    page.wait_for_load_state("networkidle")


def small(png: bytes) -> bytes:
    """The same picture in at most 128 colours."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
