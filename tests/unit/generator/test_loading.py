"""A catalog file becomes a Catalog, or all of its problems with their places: through the public door only."""

from __future__ import annotations

import json
import os
import string
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.catalog import (
    AzureOpenAIEntry,
    BedrockEntry,
    BedrockSettings,
    Catalog,
    Defaults,
    ExistingEndpointEntry,
    HuggingFaceSource,
    Instances,
    OpenAIEntry,
    OwnImage,
    S3Source,
    SageMakerEntry,
    Schedule,
    ThirdPartyEntry,
    TokenSecret,
)
from generator.errors import CatalogError, CatalogProblem
from generator.loading import load_catalog

CATALOGS = Path(__file__).parent / "catalogs"
INVALID = sorted((CATALOGS / "invalid").glob("*.yaml"))
HEAD = "version: 1\ndeployment: demo\nregion: us-east-1\n"
SMALLEST = HEAD + "models:\n  - {id: gpt, provider: openai, model: gpt-4o}\n"
SECRETS = (
    "sk-proj-abcdefghijklmnop1234",
    "sk-ant-api03-abcdefghijkl",
    "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
)


def problems_of(path: Path) -> tuple[CatalogProblem, ...]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(path)
    return caught.value.problems


def problems_in(folder: Path, content: str | bytes) -> list[str]:
    """The problems of a catalog with this content, a line each, without the path."""
    path = folder / "catalog.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [str(problem).removeprefix(f"{path}:").removeprefix(" ") for problem in problems_of(path)]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_bad_catalog_is_refused_with_these_words(path: Path) -> None:
    """catalogs/invalid/NAME.yaml is refused with the lines of NAME.txt, which is what the user reads after the path."""
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()

    assert [str(problem).removeprefix(f"{path}:") for problem in problems_of(path)] == expected


def test_every_invalid_catalog_has_its_words() -> None:
    assert INVALID
    assert {path.stem for path in INVALID} == {path.stem for path in (CATALOGS / "invalid").glob("*.txt")}


def test_smallest_catalog_gets_every_default() -> None:
    assert load_catalog(CATALOGS / "valid" / "smallest.yaml") == Catalog(
        version=1,
        deployment="demo",
        region="us-east-1",
        models=(OpenAIEntry(id="gpt", provider="openai", model="gpt-4o"),),
    )


def test_design_example_loads() -> None:
    """One entry of each kind, with every key that the design's own example has."""
    endpoint = "ml.g5.2xlarge"
    assert load_catalog(CATALOGS / "valid" / "design.yaml") == Catalog(
        version=1,
        deployment="demo",
        region="us-east-1",
        tags={"team": "ml"},
        huggingface=TokenSecret(
            token_secret="arn:aws:secretsmanager:us-east-1:123456789012:secret:huggingface-token-a1b2c3"
        ),
        bedrock=BedrockSettings(region="us-west-2"),
        defaults=Defaults(temperature=0.6, top_p=0.9, max_tokens=512),
        models=(
            SageMakerEntry(
                id="mistral-7b",
                provider="sagemaker",
                source=HuggingFaceSource(huggingface="mistralai/Mistral-7B-Instruct-v0.3", revision="main"),
                container="vllm",
                instance_type=endpoint,
                instances=Instances(min=1, max=2, target_concurrency=8),
                environment={"SM_VLLM_MAX_MODEL_LEN": "8192"},
                startup_timeout_s=1800,
            ),
            SageMakerEntry(
                id="office-hours",
                provider="sagemaker",
                source=S3Source(s3="s3://my-bucket/mistral-7b/"),
                container=OwnImage(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/llm:1.0", wire="generate"),
                instance_type=endpoint,
                schedule=Schedule(start="0 8 ? * MON-FRI *", stop="0 18 ? * MON-FRI *", timezone="Asia/Ho_Chi_Minh"),
            ),
            ExistingEndpointEntry(id="in-house", provider="sagemaker", endpoint="name-of-an-endpoint-that-exists"),
            BedrockEntry(id="nova-micro", provider="bedrock", model="us.amazon.nova-micro-v1:0"),
            OpenAIEntry(id="gpt", provider="openai", model="gpt-4o"),
            OpenAIEntry(
                id="own-server",
                provider="openai",
                model="llama-3",
                base_url="https://llm.example.com/v1",
                key_name=None,
            ),
            ThirdPartyEntry(id="command-r", provider="cohere", model="command-r-plus"),
            AzureOpenAIEntry(id="Model1", provider="azure_openai"),
        ),
    )


def test_text_keeps_every_character_that_was_written() -> None:
    catalog = load_catalog(CATALOGS / "valid" / "as-written.yaml")
    entry = catalog.models[0]

    assert catalog.tags == {
        "release": "1.10",
        "ticket": "010",
        "time": "12:30:45",
        "date": "2024-10-21",
        "public": "no",
        "answer": "yes",
        "exponent": "1e3",
        "hex": "0x1F",
        "not-a-number": ".nan",
        "empty": "",
        "quoted null": "null",
        "interpolation": "${path.root} %{if true}x%{endif} $${x} {{ x }}",
        "quotes": 'it\'s "quoted" and \\back',
        "lines": "one\ntwo",
        "block": "three\nfour\n",
        "nhóm": "Đội ngũ tiếng Việt",
        "emoji 🚀": "👩‍💻 done",
    }
    assert isinstance(entry, SageMakerEntry)
    assert entry.source == HuggingFaceSource(huggingface="org/name", revision="1.10")
    assert entry.environment == {
        "LENGTH": "8192",
        "SHARE": "0.90",
        "EAGER": "true",
        "PREFIX_CACHING": "False",
        "GREETING": 'Xin chào ${USER} %{x} "bạn" 🚀\n',
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + SMALLEST.encode(), id="byte order mark"),
        pytest.param(SMALLEST.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(("%YAML 1.2\n---\n" + SMALLEST + "...\n").encode(), id="YAML directive and markers"),
        pytest.param((SMALLEST + "bedrock: {region: null}\n").encode(), id="null where None is the default"),
    ],
)
def test_harmless_variations_load(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_bytes(content)

    assert load_catalog(path) == load_catalog(CATALOGS / "valid" / "smallest.yaml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "version: 1\nré: x\n".encode("latin-1"), "2:2: byte 0xE9 is not UTF-8; save the file as UTF-8", id="Latin-1"
        ),
        pytest.param(SMALLEST.encode("utf-16"), "1:1: the file is UTF-16; save it as UTF-8", id="UTF-16 with mark"),
        pytest.param(SMALLEST.encode("utf-16-le"), "1:1: the file is UTF-16; save it as UTF-8", id="UTF-16-LE"),
        pytest.param(SMALLEST.encode("utf-16-be"), "1:1: the file is UTF-16; save it as UTF-8", id="UTF-16-BE"),
        pytest.param(
            b"version: 1\ntags: {a: b\x00}\n",
            "2:12: control character (U+0000) cannot stand in a catalog; remove it",
            id="NUL",
        ),
        pytest.param(
            "tags: {a: b\u2028}\n".encode(),
            "1:12: LINE SEPARATOR (U+2028) cannot stand in a catalog; remove it",
            id="line separator",
        ),
        pytest.param(
            b"version: 1\rregion: x\r",
            "1:11: a carriage return without a line feed (U+000D); save the file with LF or CRLF line ends",
            id="lone CR",
        ),
        pytest.param(b"#" * 5_000_001, "larger than 5,000,000 bytes; split the catalog", id="too large"),
        pytest.param(
            b"[" + b"a," * 200_001 + b"]",
            "1:400000: [199999]: more than 200,000 keys and values; split the catalog",
            id="too many values",
        ),
    ],
)
def test_file_that_is_no_catalog_text_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    assert problems_in(tmp_path, content) == [expected]


def test_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    for name in ("prod.yml", "dev.yaml", "notes.txt"):
        (tmp_path / name).touch()
    path = tmp_path / "catalog.yaml"

    assert problems_of(path) == (
        CatalogProblem(
            str(path),
            0,
            0,
            "",
            "no such file; there is 'dev.yaml', 'prod.yml'; give the catalog's file with --catalog FILE",
        ),
    )


def test_missing_file_without_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"

    assert problems_of(path) == (
        CatalogProblem(str(path), 0, 0, "", "no such file; give the catalog's file with --catalog FILE"),
    )


def test_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "catalog.yaml"

    assert [problem.message for problem in problems_of(path)] == [
        f"no such file, nor a folder {str(path.parent)!r}; give the catalog's file with --catalog FILE"
    ]


def test_directory_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == (
        CatalogProblem(
            str(tmp_path), 0, 0, "", "this is a directory, not a file; give the catalog's file with --catalog FILE"
        ),
    )


@pytest.mark.timeout(10)
def test_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    os.mkfifo(path)

    assert [problem.message for problem in problems_of(path)] == [
        "this is a named pipe, not a file; give the catalog's file with --catalog FILE"
    ]


def test_unreadable_path_is_reported_in_the_systems_words(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.symlink_to(path)

    assert [problem.message for problem in problems_of(path)] == ["cannot be read: Too many levels of symbolic links"]


def test_more_than_fifty_problems_are_counted(tmp_path: Path) -> None:
    entries = "".join(f"  - {{id: m{index}, provider: openai, modle: x}}\n" for index in range(500))

    problems = problems_in(tmp_path, HEAD + "models:\n" + entries)

    assert problems[:3] == [
        "5:5: models[0]: missing key 'model': the provider's name of the model, e.g. model: gpt-4o",
        "5:32: models[0].modle: unknown key 'modle'; did you mean 'model'?",
        "6:5: models[1]: missing key 'model': the provider's name of the model, e.g. model: gpt-4o",
    ]
    assert problems[50:] == ["30:5: and 950 more problems from here on; they are shown once these are mended"]


@pytest.mark.timeout(20)
def test_brackets_without_end_do_not_exhaust_the_stack(tmp_path: Path) -> None:
    assert len(problems_in(tmp_path, "[" * 4_000_000)) == 1


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "template",
    [
        "deployment: {}\n",
        "region: {}\n",
        "version: {}\n",
        "{}: x\n",
        "tags: {{{}: x}}\n",
        "tags: {{a: {}}}\n",
        "tags: {{a: [{}]}}\n",
        "tags: {{a: *{}}}\n",
        "tags: {{a: !{} x}}\n",
        "tags: &{} {{}}\n",
        "handler: {{memory_mib: '{}'}}\n",
        "handler: {}\n",
        "models: {}\n",
        "models: [{}]\n",
        "models: [{{id: {0}, provider: {0}, model: {0}}}]\n",
        "models: [{{id: {0}, provider: openai, model: a}}, {{id: {0}., provider: openai, model: a}}]\n",
        "models: [{{{0}: {0}, id: a, provider: openai, {0}: b}}]\n",
        "defaults: {{temperature: {}}}\n",
        "huggingface: {}\n",
        "huggingface: {{{}: x}}\n",
        "huggingface: {{token_secret: {0}, {0}: {0}}}\n",
        "models: [{{id: a, provider: sagemaker, source: {{{0}: {0}}}, container: {0}, endpoint: {0}}}]\n",
        "models: [{{provider: sagemaker, container: {{image: {0}}}, schedule: {{start: {0}, timezone: {0}}}}}]\n",
        "models: [{{id: a, provider: ollama, model: {0}, base_url: 'https://x:{0}@y/{0}', key_name: {0}}}]\n",
        "tags: {{a: '{}}}\n",
        "tags: {{a: @{}}}\n",
    ],
)
def test_secret_is_refused_and_never_repeated(tmp_path: Path, template: str, secret: str) -> None:
    problems = problems_in(tmp_path, template.format(secret))

    assert problems
    assert not [problem for problem in problems if secret in problem or secret.lower() in problem.lower()]


def check_outcome(path: Path) -> None:
    """A file loads, or is refused with places inside it and in words of our own."""
    try:
        load_catalog(path)
    except CatalogError as error:
        num_lines = path.read_bytes().count(b"\n") + 1
        assert error.problems
        for problem in error.problems:
            assert 1 <= problem.line <= num_lines
            assert problem.column >= 1
            assert "Input should" not in problem.message
        assert list(error.problems) == sorted(error.problems, key=lambda problem: (problem.line, problem.column))


@pytest.fixture(scope="module")
def any_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "catalog.yaml"


@given(content=st.binary(max_size=200))
def test_any_bytes_load_or_are_refused(any_path: Path, content: bytes) -> None:
    any_path.write_bytes(content)

    check_outcome(any_path)


@given(content=st.text(alphabet=string.ascii_lowercase[:4] + " \n\t:-[]{},'\"#&*!|>%@`?~\\\u00a0é🚀", max_size=60))
def test_any_text_loads_or_is_refused(any_path: Path, content: str) -> None:
    any_path.write_text(content, encoding="utf-8")

    check_outcome(any_path)


KEYS = st.sampled_from(
    (
        *("version", "deployment", "region", "tags", "bedrock", "handler", "defaults", "models", "id", "provider"),
        *("model", "source", "huggingface", "revision", "container", "instance_type", "instances", "min"),
        *("environment", "startup_timeout_s", "memory_mib", "temperature", "a", "<<", "endpoint", "image", "s3"),
        *("jumpstart", "schedule", "start", "token_secret", "create_secret", "guardrail", "base_url", "backend"),
    )
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(("demo", "us-east-1", "openai", "sagemaker", "bedrock", "gpt-4o", "org/name", "ml.g5.xlarge")),
    st.sampled_from(("cohere", "ollama", "azure_openai", "ibm", "third party", "sagemaker endpoint", "vllm", "true")),
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(root=st.dictionaries(KEYS, TREES), entries=st.lists(st.dictionaries(KEYS, TREES, max_size=6), max_size=3))
def test_any_structure_of_known_keys_loads_or_is_refused(
    any_path: Path, root: dict[str, object], entries: list[object]
) -> None:
    document = {"version": 1, "deployment": "demo", "region": "us-east-1", "models": entries} | root
    any_path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    check_outcome(any_path)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), max_size=40)


@given(tags=st.dictionaries(TEXTS.map(lambda text: f"k{text}"), TEXTS, max_size=5))
def test_any_text_in_tags_survives(any_path: Path, tags: dict[str, str]) -> None:
    any_path.write_text(f"{SMALLEST}tags: {json.dumps(tags, ensure_ascii=False)}\n", encoding="utf-8")

    assert load_catalog(any_path).tags == tags
