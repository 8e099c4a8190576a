"""One key of a catalog file is changed, and every other byte of it stays: through the public door, on real files."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.catalog import Catalog, SageMakerEntry
from generator.catalog_draft import Value
from generator.editing import create, read, remove_key, restore, set_key, set_stopped, write
from generator.errors import CatalogError
from generator.loading import load_catalog

HEAD = "version: 1\ndeployment: demo\nregion: us-east-1\n"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf-a1b2c3"
FLOW = "  - {id: llm, provider: sagemaker, source: {huggingface: org/name}, instance_type: ml.g5.xlarge}\n"
BLOCK = """\
  - id: llm  # the model
    provider: sagemaker
    source: {huggingface: org/name}
    instance_type: ml.g5.xlarge
"""
GPT = "  - {id: gpt, provider: openai, model: gpt-4o}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "catalog.yaml"
    path.write_bytes(text.encode())
    return path


def stopped(folder: Path, models: str, *, line_end: str = "\n") -> str:
    """What follows `models:` once `llm` is stopped; starting it again must give the file that was there."""
    head = f"{HEAD}models:\n".replace("\n", line_end)
    before = head + models
    path = written(folder, before)

    assert set_stopped(path, "llm", True) == before
    after = path.read_bytes().decode()
    assert set_stopped(path, "llm", False) == after
    assert path.read_bytes().decode() == before
    return after.removeprefix(head)


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        pytest.param(BLOCK + GPT, BLOCK + "    stopped: true\n" + GPT, id="block"),
        pytest.param(FLOW + GPT, FLOW.replace("}\n", ", stopped: true}\n") + GPT, id="flow"),
        pytest.param(
            FLOW.replace("}\n", ",  }\n"), FLOW.replace("}\n", ", stopped: true,  }\n"), id="flow, comma last"
        ),
        pytest.param(BLOCK.rstrip("\n"), BLOCK + "    stopped: true", id="no line break at the end"),
        pytest.param(
            BLOCK + "    # a last word on llm\n\n  # the next one\n" + GPT,
            BLOCK + "    stopped: true\n    # a last word on llm\n\n  # the next one\n" + GPT,
            id="comments after the entry",
        ),
        pytest.param(
            BLOCK + "    environment:  # its variables\n      A: b  # of one\n\n" + GPT,
            BLOCK + "    environment:  # its variables\n      A: b  # of one\n    stopped: true\n\n" + GPT,
            id="mapping last",
        ),
        pytest.param(
            BLOCK + "    environment:\n      A: |\n        x\n        y\n\n\n" + GPT,
            BLOCK + "    environment:\n      A: |\n        x\n        y\n    stopped: true\n\n\n" + GPT,
            id="text of several lines last",
        ),
        pytest.param(
            BLOCK + "    environment:\n      A: |+\n        x\n\n\n" + GPT,
            BLOCK + "    environment:\n      A: |+\n        x\n\n\n    stopped: true\n" + GPT,
            id="text last that keeps its empty lines",
        ),
        pytest.param(
            BLOCK + '    environment: {A: "x\n      y"}  # folded\n' + GPT,
            BLOCK + '    environment: {A: "x\n      y"}  # folded\n    stopped: true\n' + GPT,
            id="quoted text over two lines last",
        ),
        pytest.param(
            BLOCK + "    defaults:\n" + GPT, BLOCK + "    defaults:\n    stopped: true\n" + GPT, id="nothing last"
        ),
        pytest.param(
            "  - {\n      id: llm,  # the model\n      provider: sagemaker,\n      source: {huggingface: org/name},\n"
            "      instance_type: ml.g5.xlarge  # enough\n    }\n",
            "  - {\n      id: llm,  # the model\n      provider: sagemaker,\n      source: {huggingface: org/name},\n"
            "      instance_type: ml.g5.xlarge, stopped: true  # enough\n    }\n",
            id="flow over several lines",
        ),
        pytest.param(
            BLOCK.replace("  - id", "- id").replace("    ", "  ") + GPT[2:],
            BLOCK.replace("  - id", "- id").replace("    ", "  ") + "  stopped: true\n" + GPT[2:],
            id="list that is not indented",
        ),
        pytest.param(
            BLOCK.replace("  - id", "  -\n      id").replace("    ", "      ").replace("        id", "      id") + GPT,
            BLOCK.replace("  - id", "  -\n      id").replace("    ", "      ").replace("        id", "      id")
            + "      stopped: true\n"
            + GPT,
            id="entry on the line after its hyphen",
        ),
        pytest.param(BLOCK.replace("\n", "\r\n"), (BLOCK + "    stopped: true\n").replace("\n", "\r\n"), id="CRLF"),
        pytest.param("# đầu 🚀\n" + FLOW, "# đầu 🚀\n" + FLOW.replace("}\n", ", stopped: true}\n"), id="beyond ASCII"),
    ],
)
def test_stopping_adds_one_key_and_starting_removes_it(tmp_path: Path, models: str, expected: str) -> None:
    assert stopped(tmp_path, models, line_end="\r\n" if "\r" in models else "\n") == expected


def test_byte_order_mark_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + HEAD + "models:\n" + FLOW)

    set_stopped(path, "llm", True)

    assert path.read_bytes().decode() == "\ufeff" + HEAD + "models:\n" + FLOW.replace("}\n", ", stopped: true}\n")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(BLOCK + "    stopped: true  # until May\n", BLOCK + "    # until May\n", id="its comment stays"),
        pytest.param("  - stopped: true\n" + BLOCK.replace("  - id", "    id"), BLOCK, id="first key of an entry"),
        pytest.param(
            "  - stopped: true  # until May\n" + BLOCK.replace("  - id", "    id"),
            "  - # until May\n" + BLOCK.replace("  - id", "    id"),
            id="first key of an entry, with a comment",
        ),
        pytest.param(FLOW.replace("{id", "{stopped: true, id"), FLOW, id="first of a flow entry"),
        pytest.param(FLOW.replace("provider", "stopped: true, provider"), FLOW, id="middle of a flow entry"),
        pytest.param(
            "  - {id: llm, stopped: true,  # until May\n     provider: sagemaker, source: {huggingface: org/name},\n"
            "     instance_type: ml.g5.xlarge}\n",
            "  - {id: llm,   # until May\n     provider: sagemaker, source: {huggingface: org/name},\n"
            "     instance_type: ml.g5.xlarge}\n",
            id="flow entry with a comment",
        ),
    ],
)
def test_starting_removes_what_a_person_wrote(tmp_path: Path, entry: str, expected: str) -> None:
    path = written(tmp_path, HEAD + "models:\n" + entry + GPT)

    set_stopped(path, "llm", False)

    assert path.read_text(encoding="utf-8") == HEAD + "models:\n" + expected + GPT


def test_false_becomes_true_where_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "models:\n" + BLOCK.replace("    source", "    stopped: false  # no\n    source"))

    set_stopped(path, "llm", True)

    assert "\n    stopped: true  # no\n    source" in path.read_text(encoding="utf-8")


def test_scheduled_entry_is_the_schedules(tmp_path: Path) -> None:
    schedule = ", schedule: {start: 0 8 ? * MON-FRI *, stop: 0 18 ? * MON-FRI *}}\n"
    path = written(tmp_path, HEAD + "models:\n" + FLOW.replace("}\n", schedule))

    with pytest.raises(
        CatalogError, match="the schedule of 'llm' creates and deletes its endpoint; change that instead"
    ):
        set_stopped(path, "llm", True)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_nothing_to_change_leaves_the_file_alone(tmp_path: Path, is_stopped: bool) -> None:
    key = ", stopped: true" if is_stopped else ""
    path = written(tmp_path, HEAD + "models:\n" + FLOW.replace("}\n", key + "}\n"))
    before = path.stat().st_ino, path.read_bytes()

    assert set_stopped(path, "llm", is_stopped) == before[1].decode()
    assert (path.stat().st_ino, path.read_bytes()) == before


@pytest.mark.parametrize(
    ("model_id", "message"),
    [
        ("lm", "{path}: no entry has the id 'lm'; did you mean 'llm'?"),
        ("zzz", "{path}: no entry has the id 'zzz'; known: 'llm', 'gpt'"),
        (
            "gpt",
            "{path}: models[1]: 'gpt' has no endpoint of its own that could be stopped or started",
        ),
    ],
)
def test_entry_that_cannot_be_stopped(tmp_path: Path, model_id: str, message: str) -> None:
    path = written(tmp_path, HEAD + "models:\n" + FLOW + GPT)
    before = path.read_bytes()

    with pytest.raises(CatalogError) as caught:
        set_stopped(path, model_id, True)

    assert caught.value.message == message.format(path=path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_is_no_catalog_is_not_edited(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD)

    with pytest.raises(CatalogError, match="missing key 'models'"):
        set_key(path, ("region",), "eu-west-1")


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        pytest.param("", f"huggingface: {{token_secret: {ARN}}}\n", id="new"),
        pytest.param("huggingface:\n", f"huggingface: {{token_secret: {ARN}}}\n", id="nothing yet"),
        pytest.param(
            f"huggingface:  # the token\n  token_secret: {ARN.replace('hf-', 'former-')}  # old\n",
            f"huggingface:  # the token\n  token_secret: {ARN}  # old\n",
            id="another",
        ),
    ],
)
def test_section_is_written_before_the_models(tmp_path: Path, top: str, expected: str) -> None:
    path = written(tmp_path, HEAD + top + "\n# all models\nmodels:\n" + GPT)

    set_key(path, ("huggingface", "token_secret"), ARN)

    assert path.read_text(encoding="utf-8") == HEAD + expected + "\n# all models\nmodels:\n" + GPT


@pytest.mark.parametrize(
    ("before", "parts", "value", "after"),
    [
        pytest.param(
            "handler:  # small\n  memory_mib: 512\n  timeout_s: 60\n",
            ("handler",),
            {"memory_mib": 2048},
            "handler: {memory_mib: 2048}  # small\n",
            id="mapping on its own lines",
        ),
        pytest.param("tags: {a: b}\n", ("tags", "a"), "no", 'tags: {a: "no"}\n', id="word that is quoted"),
        pytest.param("tags: {a: b}\n", ("tags", "a"), "1.10 # x", 'tags: {a: "1.10 # x"}\n', id="text that is quoted"),
        pytest.param("tags: {}\n", ("tags", "a"), "", 'tags: {a: ""}\n', id="empty mapping"),
        pytest.param("tags: {a: b}\n", ("tags", "c"), "d", "tags: {a: b, c: d}\n", id="second key"),
        pytest.param(
            "bedrock: {region: null}\n", ("bedrock", "region"), "eu-west-1", "bedrock: {region: eu-west-1}\n", id="null"
        ),
        pytest.param(
            "handler: {memory_mib: 512}\n",
            ("handler", "memory_mib"),
            1024,
            "handler: {memory_mib: 1024}\n",
            id="number",
        ),
    ],
)
def test_any_key_can_be_set(
    tmp_path: Path,
    before: str,
    parts: tuple[str, ...],
    value: str | int | dict[str, str | int | bool | None],
    after: str,
) -> None:
    path = written(tmp_path, HEAD + before + "models:\n" + GPT)

    assert set_key(path, parts, value) == HEAD + before + "models:\n" + GPT
    assert path.read_text(encoding="utf-8") == HEAD + after + "models:\n" + GPT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("huggingface: {create_secret: true}\n", ""),
        ("huggingface:\n  create_secret: true\n", ""),
        ("backend:\n  s3:\n    bucket: my-state\n# end\n", "# end\n"),
    ],
)
def test_mapping_without_keys_goes_with_its_last(tmp_path: Path, before: str, after: str) -> None:
    path = written(tmp_path, HEAD + before + "models:\n" + GPT)
    parts = ("backend", "s3", "bucket") if "backend" in before else ("huggingface", "create_secret")

    remove_key(path, parts)

    assert path.read_text(encoding="utf-8") == HEAD + after + "models:\n" + GPT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: remove_key(path, ("tags",)), "tags: there is no place for this change; make it by hand"),
        (lambda path: remove_key(path, ("models",)), "1:1: missing key 'models': the list of models"),
        (lambda path: set_key(path, ("region", "a"), "b"), "region.a: there is no place for this change"),
    ],
    ids=["key that is not there", "key that is needed", "below a text"],
)
def test_change_that_leaves_no_catalog_is_refused(tmp_path: Path, change: Callable[[Path], str], message: str) -> None:
    path = written(tmp_path, HEAD + "models:\n" + GPT)

    with pytest.raises(CatalogError) as caught:
        change(path)

    assert message in caught.value.message
    assert path.read_text(encoding="utf-8") == HEAD + "models:\n" + GPT


def test_mode_and_link_stay(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "models:\n" + FLOW)
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    content = set_stopped(link, "llm", True)

    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    restore(link, content)
    assert path.read_text(encoding="utf-8") == HEAD + "models:\n" + FLOW


def test_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "catalog.yaml"

    with pytest.raises(CatalogError) as caught:
        restore(path, HEAD)

    assert caught.value.message == f"{path}: cannot be written: No such file or directory; nothing was changed"


COMMENTS = st.sampled_from(("", "  # note", "  # {a: b}", '  # "quoted'))
GAPS = st.sampled_from(("", "\n", "  # on the next\n", "\n\n"))
VALUES = st.sampled_from(
    (
        ("startup_timeout_s", "900", None),
        ("update", "blue_green", None),
        ("environment", "{A: b, C: 'd # e'}", "\n      A: b\n      # of C\n      C: 'd # e'"),
        ("environment", '{A: "x\n        y"}', "\n      A: |-\n        x\n\n        y"),
        ("instances", "{min: 2}", "\n      min: 2"),
        ("defaults", "{temperature: 0.5}", "\n\n      temperature: 0.5"),
        ("container", "vllm", None),
    )
)


@st.composite
def entries(draw: st.DrawFn, number: int) -> str:
    """An entry with an endpoint, in one of the ways in which people write them."""
    pairs = [
        ("id", f"m{number}", None),
        ("provider", "sagemaker", None),
        ("source", "{huggingface: org/name}", "\n      huggingface: org/name"),
        ("instance_type", "ml.g5.xlarge", None),
        *draw(st.lists(VALUES, max_size=3, unique_by=lambda pair: pair[0])),
    ]
    pairs = draw(st.permutations(pairs))
    if draw(st.booleans()):
        separator = draw(st.sampled_from((", ", ",\n     ", ",  # note\n     ")))
        last = draw(st.sampled_from(("", ",", " ", "\n    ")))
        return f"  - {{{separator.join(f'{key}: {flow}' for key, flow, _ in pairs)}{last}}}{draw(COMMENTS)}\n"
    lines = []
    for key, flow, block in pairs:
        value = block if block and draw(st.booleans()) else f" {flow}{draw(COMMENTS)}"
        lines.append(f"{key}:{value}\n{draw(GAPS)}")
    return f"  - {'    '.join(lines)}"


@st.composite
def catalogs(draw: st.DrawFn) -> str:
    number = draw(st.integers(1, 3))
    text = HEAD + "models:\n" + "".join(draw(entries(index)) for index in range(number))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text.rstrip("\r\n") if draw(st.booleans()) else text


def but_stopped(catalog: Catalog, index: int) -> Catalog:
    entry = catalog.models[index]
    assert isinstance(entry, SageMakerEntry)
    changed = entry.model_copy(update={"stopped": True})
    return catalog.model_copy(update={"models": (*catalog.models[:index], changed, *catalog.models[index + 1 :])})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("editing")


@given(text=catalogs(), data=st.data())
def test_any_catalog_is_the_same_but_for_the_key(folder: Path, text: str, data: st.DataObject) -> None:
    path = written(folder, text)
    catalog = load_catalog(path)
    index = data.draw(st.integers(0, len(catalog.models) - 1))

    assert set_stopped(path, f"m{index}", True) == text
    assert load_catalog(path) == but_stopped(catalog, index)
    added = len(path.read_bytes()) - len(text.encode())
    assert added <= len("      stopped: true\r\n")
    set_stopped(path, f"m{index}", False)
    assert path.read_bytes().decode() == text


NEW: Mapping[str, Value] = {"id": "nova", "provider": "bedrock", "model": "amazon.nova-micro-v1:0"}
NEW_LINE = "- {id: nova, provider: bedrock, model: amazon.nova-micro-v1:0}\n"
OWN: Mapping[str, Value] = {
    "id": "own",
    "provider": "sagemaker",
    "source": {"huggingface": "org/name"},
    "instance_type": "ml.g5.xlarge",
    "environment": {"A": "no", "B": 8192},
}
OWN_LINES = """\
- id: own
  provider: sagemaker
  source: {huggingface: org/name}
  instance_type: ml.g5.xlarge
  environment: {A: "no", B: 8192}
"""


def appended(folder: Path, models: str, entry: Mapping[str, Value], comments: tuple[str, ...] = ()) -> str:
    """What `models` became once `entry` was appended, with the file's first lines as they were."""
    path = written(folder, HEAD + models)
    before = load_catalog(path)

    write(read(path).with_entry(entry, comments))

    after = load_catalog(path)
    assert after.models[: len(before.models)] == before.models
    assert after.models[-1].id == entry["id"]
    content = path.read_bytes().decode()
    assert content.startswith(HEAD)
    return content.removeprefix(HEAD)


def indented(text: str, columns: int = 2) -> str:
    return "".join(f"{' ' * columns}{line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        pytest.param("models:\n" + GPT, "models:\n" + GPT + indented(NEW_LINE), id="list"),
        pytest.param("models:\n- id: gpt\n  provider: openai\n  model: x\n", None, id="list in column 0"),
        pytest.param("models:  # all\n\n      " + GPT.lstrip(), None, id="list far to the right"),
        pytest.param(
            "models:\n" + GPT.rstrip("\n"), "models:\n" + GPT + indented(NEW_LINE).rstrip("\n"), id="open end"
        ),
        pytest.param(
            "models:\n" + GPT + "  # - {id: former}\n    # a last word on gpt\n\n# the end\n",
            "models:\n" + GPT + "  # - {id: former}\n    # a last word on gpt\n" + indented(NEW_LINE) + "\n# the end\n",
            id="comments of the last one",
        ),
        pytest.param(
            "models:\n" + GPT + "# of the handler\nhandler: {memory_mib: 512}\n",
            "models:\n" + GPT + indented(NEW_LINE) + "# of the handler\nhandler: {memory_mib: 512}\n",
            id="section after the models",
        ),
        pytest.param(
            "models:\n" + NEW_LINE.replace("nova,", "old,") + "# of the handler\nhandler: {memory_mib: 512}\n",
            "models:\n"
            + NEW_LINE.replace("nova,", "old,")
            + NEW_LINE
            + "# of the handler\nhandler: {memory_mib: 512}\n",
            id="section after a list in column 0",
        ),
        pytest.param(
            "models:\n" + GPT + "  # open",
            "models:\n" + GPT + "  # open\n" + indented(NEW_LINE).rstrip("\n"),
            id="open end in a comment",
        ),
        pytest.param(
            "models:\n" + BLOCK + "    environment:\n      A: |\n        # x\n\n",
            "models:\n" + BLOCK + "    environment:\n      A: |\n        # x\n" + indented(NEW_LINE) + "\n",
            id="text of several lines last",
        ),
        pytest.param(
            "models: [{id: gpt, provider: openai, model: x}]\n",
            "models: [{id: gpt, provider: openai, model: x}, " + NEW_LINE[2:-1] + "]\n",
            id="brackets",
        ),
        pytest.param(
            "models: [\n  {id: gpt, provider: openai, model: x},\n  {id: b, provider: openai, model: x}  # last\n]\n",
            "models: [\n  {id: gpt, provider: openai, model: x},\n  {id: b, provider: openai, model: x},\n  "
            + NEW_LINE[2:-1]
            + "  # last\n]\n",
            id="brackets on lines of their own",
        ),
        pytest.param(
            "models: [\n  {id: gpt, provider: openai, model: x},\n]\n",
            "models: [\n  {id: gpt, provider: openai, model: x},\n  " + NEW_LINE[2:-1] + ",\n]\n",
            id="comma last",
        ),
        pytest.param(
            "models: [  # all\n  {id: gpt, provider: openai, model: x}]\n",
            "models: [  # all\n  {id: gpt, provider: openai, model: x}, " + NEW_LINE[2:-1] + "]\n",
            id="brackets with a comment",
        ),
    ],
)
def test_entry_is_appended(tmp_path: Path, models: str, expected: str | None) -> None:
    if expected is None:  # where the list stands, whatever that column is
        expected = models + indented(NEW_LINE, len(models[: models.index("- ")].rpartition("\n")[2]))

    assert appended(tmp_path, models, NEW) == expected


def test_entry_with_mappings_and_comments_stands_on_lines_of_its_own(tmp_path: Path) -> None:
    text = appended(tmp_path, "models:\n" + GPT, OWN, ("what it is", "what it costs"))

    assert text == "models:\n" + GPT + "\n" + indented("# what it is\n# what it costs\n" + OWN_LINES)


def test_entry_that_is_too_long_for_one_line_stands_on_several(tmp_path: Path) -> None:
    model = "m" * 90

    text = appended(tmp_path, "models:\n" + GPT, {"id": "long", "provider": "openai", "model": model})

    assert text.endswith(f"  - id: long\n    provider: openai\n    model: {model}\n")


def test_comments_have_no_place_in_brackets(tmp_path: Path) -> None:
    text = appended(tmp_path, "models: [{id: gpt, provider: openai, model: x}]\n", OWN, ("what it is",))

    assert "#" not in text


def test_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    before = "\ufeff" + (HEAD + "models:\n" + GPT).replace("\n", "\r\n")
    path = written(tmp_path, before)

    write(read(path).with_entry(OWN, ("c",)))

    after = path.read_bytes().decode()
    assert after.startswith(before)
    assert after.count("\n") == after.count("\r\n")


def test_changes_together_need_to_be_a_catalog_only_at_their_end(tmp_path: Path) -> None:
    """The secret is of the region: neither can be changed alone."""
    path = written(tmp_path, HEAD + f"huggingface: {{token_secret: {ARN}}}\nmodels:\n" + GPT)
    moved = ARN.replace("us-east-1", "eu-west-1")
    draft = read(path).with_key(("region",), "eu-west-1")

    with pytest.raises(CatalogError, match="the secret is in 'us-east-1'"):
        write(draft)
    write(draft.with_key(("huggingface", "token_secret"), moved))

    assert load_catalog(path).region == "eu-west-1"


def test_file_that_changed_since_it_was_read_is_left(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "models:\n" + GPT)
    draft = read(path).with_entry(NEW)
    written(tmp_path, HEAD + "models:\n" + GPT + "# more\n")

    with pytest.raises(CatalogError, match="was changed meanwhile, by somebody else; nothing was written"):
        write(draft)

    assert path.read_text(encoding="utf-8").endswith("# more\n")


def test_new_catalog_is_created(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"

    create(path, HEAD + "models:\n" + GPT)

    assert path.read_text(encoding="utf-8") == HEAD + "models:\n" + GPT
    assert list(tmp_path.iterdir()) == [path]


def test_new_catalog_replaces_no_file(tmp_path: Path) -> None:
    path = written(tmp_path, "something else")

    with pytest.raises(CatalogError, match="cannot be written: File exists; nothing was changed"):
        create(path, HEAD + "models:\n" + GPT)

    assert path.read_text(encoding="utf-8") == "something else"


def test_new_catalog_that_is_none_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="missing key 'models'"):
        create(tmp_path / "catalog.yaml", HEAD)

    assert list(tmp_path.iterdir()) == []


def test_new_catalog_in_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be written: No such file or directory"):
        create(tmp_path / "gone/catalog.yaml", HEAD + "models:\n" + GPT)


@given(text=catalogs())
def test_entry_is_appended_to_any_catalog(folder: Path, text: str) -> None:
    path = written(folder, text)
    catalog = load_catalog(path)

    write(read(path).with_entry(NEW, ("new",)))

    assert path.read_bytes().decode().startswith(text.rstrip())
    assert load_catalog(path).models[:-1] == catalog.models
