"""The bad catalogs that must be refused, by their numbers from 1 to 60, each with what is said of it.

A case is a number, a title, the content, and the lines that the user reads after the file's name. Where a number is
about something that a catalog of ours does not have, the case is what its author would write, and what comes back.
Number 51 is no error, and 56 is about paths: test_bad_catalogs.py has both.
"""

# ruff: noqa: E501 (a message is one line, however long)

from __future__ import annotations

from dataclasses import dataclass

HEAD = "version: 1\ndeployment: demo\nregion: us-east-1\n"
GPT = "models:\n  - {id: gpt, provider: openai, model: gpt-4o}\n"
SMALLEST = HEAD + GPT
LLM = "id: a, provider: sagemaker, source: {huggingface: org/name}, instance_type: ml.g5.xlarge"
NOVA = "id: a, provider: bedrock, model: amazon.nova-micro-v1:0"


@dataclass(frozen=True)
class Case:
    """One bad catalog."""

    number: int
    title: str
    content: str | bytes
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """For the test's id."""
        return f"{self.number:02} {self.title}"


def models(*entries: str) -> str:
    """A catalog of these entries, each the inside of a flow mapping."""
    return HEAD + "models:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def top(*lines: str) -> str:
    """A catalog with these lines at its top; they begin on line 4."""
    return HEAD + "".join(f"{line}\n" for line in lines) + GPT


CASES: tuple[Case, ...] = (
    Case(1, "empty file", "", ("1:1: the file is empty; a catalog begins with 'version: 1'",)),
    Case(2, "comment only", "# nothing yet\n", ("1:1: the file has no keys yet; a catalog begins with 'version: 1'",)),
    Case(
        3,
        "scalar root",
        "hello\n",
        (
            "1:1: expected a mapping with keys such as 'version', 'deployment', 'region', 'tags', 'backend', 'huggingface', 'api_keys', 'bedrock', 'handler', 'monitoring', 'history', 'hosting', 'defaults', 'models'; got text 'hello'",
        ),
    ),
    Case(
        3,
        "list root",
        "- a\n",
        (
            "1:1: expected a mapping with keys such as 'version', 'deployment', 'region', 'tags', 'backend', 'huggingface', 'api_keys', 'bedrock', 'handler', 'monitoring', 'history', 'hosting', 'defaults', 'models'; got a list",
        ),
    ),
    Case(
        4,
        "two documents",
        SMALLEST + "---\nversion: 1\n",
        ("6:1: a second document begins here; a catalog is one document: remove this '---'",),
    ),
    Case(5, "tab indent", HEAD + "models:\n\t- id: gpt\n", ("5:1: a tab is used for indentation; YAML wants spaces",)),
    Case(6, "unterminated quote", HEAD + 'tags: {a: "b}\n', ("4:11: the quote that opens here is never closed",)),
    Case(
        7,
        "duplicate key",
        "version: 1\n" + SMALLEST,
        ("2:1: version: duplicate key 'version', already on line 1; remove one of them",),
    ),
    Case(
        8,
        "undefined alias",
        top("tags: *common"),
        ("4:7: tags: aliases ('*common') are not supported; write the value out",),
    ),
    Case(
        9,
        "alias bomb",
        top("tags:", "  a: &a [x, x]", "  b: [*a, *a]"),
        (
            "5:6: tags.a: anchors ('&a') are not supported; remove it",
            "5:6: tags.a: expected text, got a list",
            "6:6: tags.b: expected text, got a list",
            "6:7: tags.b[0]: aliases ('*a') are not supported; write the value out",
            "6:11: tags.b[1]: aliases ('*a') are not supported; write the value out",
        ),
    ),
    Case(
        9,
        "recursive alias",
        top("tags: &t", "  a: *t"),
        (
            "4:7: tags: anchors ('&t') are not supported; remove it",
            "5:6: tags.a: aliases ('*t') are not supported; write the value out",
        ),
    ),
    Case(
        10,
        "python object",
        top("tags: {a: !!python/object/apply:os.system [x]}"),
        (
            "4:11: tags.a: tags ('!!python/object/apply:os.system') are not supported; write the value without one",
            "4:11: tags.a: expected text, got a list",
        ),
    ),
    Case(
        10,
        "any tag",
        top("tags: {a: !secret b}"),
        ("4:11: tags.a: tags ('!secret') are not supported; write the value without one",),
    ),
    Case(
        11,
        "NUL",
        b"version: 1\ntags: {a: b\x00}\n",
        ("2:12: control character (U+0000) cannot stand in a catalog; remove it",),
    ),
    Case(
        11,
        "escaped control character",
        top('tags: {a: "\\x07"}'),
        ("4:11: tags.a: control character (U+0007) cannot be part of a text; remove it",),
    ),
    Case(
        12,
        "not UTF-8",
        "version: 1\nré: x\n".encode("latin-1"),
        ("2:2: byte 0xE9 is not UTF-8; save the file as UTF-8",),
    ),
    Case(12, "UTF-16", SMALLEST.encode("utf-16"), ("1:1: the file is UTF-16; save it as UTF-8",)),
    Case(13, "more than 5 MB", b"#" * 5_000_001, ("larger than 5,000,000 bytes; split the catalog",)),
    Case(
        13,
        "deeper than 32",
        "a: " + "[" * 40 + "]" * 40 + "\n",
        (
            "1:35: a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: nested more than 32 deep; a catalog needs 5",
        ),
    ),
    Case(
        14,
        "missing version",
        SMALLEST.removeprefix("version: 1\n"),
        ("1:1: missing key 'version': the version of the catalog's format, e.g. version: 1",),
    ),
    Case(
        15,
        "future version",
        SMALLEST.replace("version: 1", "version: 9"),
        ("1:10: version: the file is written for version 9; this release reads version 1",),
    ),
    Case(16, "unknown top key", top("tag: {a: b}"), ("4:1: tag: unknown key 'tag'; did you mean 'tags'?",)),
    Case(
        16,
        "unknown top key, nothing near",
        top("colour: red"),
        (
            "4:1: colour: unknown key 'colour'; known keys: 'version', 'deployment', 'region', 'tags', 'backend', 'huggingface', 'api_keys', 'bedrock', 'handler', 'monitoring', 'history', 'hosting', 'defaults', 'models'",
        ),
    ),
    Case(
        17,
        "unknown model key",
        models("id: a, provider: openai, modle: gpt-4o"),
        (
            "5:5: models[0]: missing key 'model': the provider's name of the model, e.g. model: gpt-4o",
            "5:31: models[0].modle: unknown key 'modle'; did you mean 'model'?",
        ),
    ),
    Case(
        17,
        "unknown key in a section",
        models(LLM + ", instances: {minimum: 1}"),
        ("5:108: models[0].instances.minimum: unknown key 'minimum'; did you mean 'min'?",),
    ),
    Case(
        18,
        "missing id",
        models("provider: openai, model: gpt-4o"),
        ("5:5: models[0]: missing key 'id': the name that the model is chosen by, e.g. id: mistral-7b",),
    ),
    Case(
        18,
        "name instead of id",
        models("name: a, provider: openai, model: gpt-4o"),
        (
            "5:5: models[0]: missing key 'id': the name that the model is chosen by, e.g. id: mistral-7b",
            "5:6: models[0].name: unknown key 'name': an entry's name is its 'id'",
        ),
    ),
    Case(
        19,
        "duplicate id",
        models("id: a, provider: openai, model: gpt-4o", "id: a, provider: openai, model: gpt-5"),
        ("6:10: models[1].id: the id 'a' is taken by another entry; ids must differ (see line 5)",),
    ),
    Case(
        20,
        "ids equal on AWS",
        models("id: a_b, provider: openai, model: x", "id: a-b, provider: openai, model: x"),
        ("6:10: models[1].id: the id 'a-b' cannot be told from 'a_b': on AWS both are 'a-b'; rename one (see line 5)",),
    ),
    Case(
        20,
        "ids equal but for case",
        models("id: gpt, provider: openai, model: x", "id: GPT, provider: openai, model: x"),
        ("6:10: models[1].id: the id 'GPT' cannot be told from 'gpt': on AWS both are 'gpt'; rename one (see line 5)",),
    ),
    Case(
        21,
        "id too long",
        models("id: " + "x" * 33 + ", provider: openai, model: x"),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; write 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
        ),
    ),
    Case(
        21,
        "id empty",
        models('id: "", provider: openai, model: x'),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got an empty text",
        ),
    ),
    Case(
        21,
        "id with a hyphen first",
        models("id: -a, provider: openai, model: x"),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got '-a'; write 'a'",
        ),
    ),
    Case(
        21,
        "id with a line break last",
        models('id: "a\\n", provider: openai, model: x'),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'a\\n'; write 'a'",
        ),
    ),
    Case(
        21,
        "id with spaces",
        models("id: my model, provider: openai, model: x"),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'my model'; write 'my-model'",
        ),
    ),
    Case(
        21,
        "id with a homoglyph",
        models("id: gрt, provider: openai, model: x"),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'gрt', where 'р' is CYRILLIC SMALL LETTER ER (U+0440)",
        ),
    ),
    Case(
        22,
        "id that is a path",
        models(
            "id: ../x, provider: openai, model: x",
            "id: /x, provider: openai, model: x",
            "id: C:x, provider: openai, model: x",
        ),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got '../x'; write 'x'",
            "6:10: models[1].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got '/x'; write 'x'",
            "7:10: models[2].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'C:x'; write 'C-x'",
        ),
    ),
    Case(
        22,
        "id that Terraform keeps",
        models(LLM.replace("id: a", "id: my-override")),
        ("5:10: models[0].id: the id of a sagemaker entry must not end in 'override', a name that Terraform keeps",),
    ),
    Case(
        23,
        "id with an interpolation",
        models('id: "${x}", provider: openai, model: x'),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got '${x}'; write 'x'",
        ),
    ),
    Case(
        23,
        "id with quotes",
        models("id: 'a\"b', provider: openai, model: x"),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'a\"b'; write 'a-b'",
        ),
    ),
    Case(
        24,
        "bare no and on",
        models("id: no, provider: openai, model: on"),
        (
            '5:10: models[0].id: no without quotes is a boolean to many YAML readers; write "no"',
            '5:39: models[0].model: on without quotes is a boolean to many YAML readers; write "on"',
        ),
    ),
    Case(
        25,
        "numbers that YAML reads in its own way",
        top("handler: {memory_mib: 010, timeout_s: 12:30}", "defaults: {temperature: 1_0}"),
        (
            "4:23: handler.memory_mib: expected a whole number from 128 to 10240 MiB, got 010, which is octal to some YAML readers; remove the leading 0",
            "4:39: handler.timeout_s: expected a whole number from 30 to 900 seconds, got text '12:30'",
            "5:25: defaults.temperature: expected a number from 0 to 2, got text '1_0'",
        ),
    ),
    Case(
        25,
        "address of Azure's",
        models('id: a, provider: azure_openai, base_url: "https://me.openai.azure.com"'),
        (
            "5:37: models[0].base_url: unknown key 'base_url': what an Azure model needs (key, base, version, type, deployment) is in the API-keys secret",
        ),
    ),
    Case(
        25,
        "date as api_version",
        models("id: a, provider: azure_openai, api_version: 2024-10-21"),
        (
            "5:37: models[0].api_version: unknown key 'api_version': what an Azure model needs (key, base, version, type, deployment) is in the API-keys secret",
        ),
    ),
    Case(
        26,
        "number as id",
        models("id: 7, provider: openai, model: x"),
        (
            "5:10: models[0].id: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got '7'",
        ),
    ),
    Case(
        27,
        "boolean for a number",
        top("handler: {memory_mib: true}"),
        ("4:23: handler.memory_mib: expected a whole number from 128 to 10240 MiB, got text 'true'",),
    ),
    Case(
        27,
        "quoted number",
        top('handler: {memory_mib: "1024"}'),
        (
            '4:23: handler.memory_mib: expected a whole number from 128 to 10240 MiB, got the quoted text "1024"; remove the quotes',
        ),
    ),
    Case(
        28,
        "nothing where a value is due",
        models("id: , provider: openai, model: null"),
        (
            "5:10: models[0].id: expected text, got nothing",
            "5:37: models[0].model: expected text, got nothing",
        ),
    ),
    Case(
        28,
        "empty sections",
        top("handler:", "defaults:"),
        (
            "4:9: handler: expected a mapping with keys such as 'memory_mib', 'timeout_s', 'log_retention_days', 'architecture', 'log_prompts', 'snap_start', 'provisioned_concurrency', 'byte_code'; got nothing; give it a value, or remove the key",
            "5:10: defaults: expected a mapping with keys such as 'temperature', 'top_p', 'max_tokens'; got nothing; give it a value, or remove the key",
        ),
    ),
    Case(
        29,
        "provider misspelt",
        models("id: a, provider: anthropc, model: x"),
        ("5:23: models[0].provider: unknown provider 'anthropc'; did you mean 'anthropic'?",),
    ),
    Case(
        29,
        "provider by another of its names",
        models("id: a, provider: Azure, model: m"),
        ("5:23: models[0].provider: unknown provider 'Azure'; did you mean 'azure_openai'?",),
    ),
    Case(
        29,
        "provider with nothing near",
        models("id: a, provider: skynet, model: x"),
        (
            "5:23: models[0].provider: unknown provider 'skynet'; known: 'sagemaker', 'bedrock', 'openai', 'azure_openai', 'ai21', 'anthropic', 'azure_ai', 'baseten', 'cohere', 'deepseek', 'fireworks', 'google_genai', 'groq', 'huggingface', 'litellm', 'meta', 'mistralai', 'nvidia', 'ollama', 'openrouter', 'perplexity', 'together', 'upstage', 'xai'",
        ),
    ),
    Case(
        29,
        "provider that cannot be packaged",
        models("id: a, provider: google_vertexai, model: x"),
        (
            "5:23: models[0].provider: the provider 'google_vertexai' takes the credentials of a Google Cloud service account and no key, which the handler has no place for; for Gemini write provider: google_genai",
        ),
    ),
    Case(
        30,
        "keys of other providers",
        models("id: a, provider: openai, model: x, instance_type: ml.g5.xlarge, guardrail: {}"),
        (
            "5:41: models[0].instance_type: 'instance_type' is a key of sagemaker entries, and this entry's provider is 'openai'",
            "5:70: models[0].guardrail: 'guardrail' is a key of bedrock entries, and this entry's provider is 'openai'",
        ),
    ),
    Case(
        30,
        "keys of an endpoint that exists",
        models("id: a, provider: sagemaker, endpoint: mine, instance_type: ml.g5.xlarge"),
        (
            "5:50: models[0].instance_type: 'instance_type' describes an endpoint that Terrachat creates, and 'endpoint' names one that exists; remove one of the two",
        ),
    ),
    Case(
        30,
        "keys one mapping too high",
        models(
            "id: a, provider: sagemaker, huggingface: org/name, revision: main, instance_type: ml.g5.xlarge, max: 2"
        ),
        (
            "5:5: models[0]: missing key 'source': where the weights are, e.g. source: {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}",
            "5:34: models[0].huggingface: 'huggingface' belongs under 'source'",
            "5:57: models[0].revision: 'revision' belongs under 'source'",
            "5:102: models[0].max: 'max' belongs under 'instances'",
        ),
    ),
    Case(
        31,
        "instance type without ml.",
        models(LLM.replace("ml.g5", "g5")),
        ("5:82: models[0].instance_type: unknown instance type 'g5.xlarge'; did you mean 'ml.g5.xlarge'?",),
    ),
    Case(
        31,
        "instance type that the provider lacks",
        models(LLM.replace("ml.g5.xlarge", "ml.p5.4xlarge")),
        (
            "5:82: models[0].instance_type: the instance type 'ml.p5.4xlarge' is known to SageMaker, but not to the AWS provider 5.100 that this release uses; one is 'ml.g5.xlarge'",
        ),
    ),
    Case(
        31,
        "instance type that nobody has",
        models(LLM.replace("ml.g5.xlarge", "potato")),
        ("5:82: models[0].instance_type: unknown instance type 'potato'; one is 'ml.g5.xlarge'",),
    ),
    Case(
        32,
        "instance_count",
        models(LLM + ", instance_count: 2"),
        ("5:96: models[0].instance_count: unknown key 'instance_count': write instances: {min: 2} for two instances",),
    ),
    Case(
        32,
        "instances out of bounds",
        models(
            *(
                LLM.replace("id: a", f"id: {name}") + f", instances: {{min: {number}}}"
                for name, number in zip("abcd", ("0", "-1", "1.5", "1000000000"), strict=True)
            )
        ),
        (
            "5:113: models[0].instances.min: expected a whole number from 1 to 100, got 0",
            "6:113: models[1].instances.min: expected a whole number from 1 to 100, got -1",
            "7:113: models[2].instances.min: expected a whole number from 1 to 100, got 1.5",
            "8:113: models[3].instances.min: expected a whole number from 1 to 100, got 1000000000",
        ),
    ),
    Case(
        33,
        "image empty",
        models(LLM + ', container: {image: ""}'),
        (
            "5:115: models[0].container.image: expected the URI of an image in a private ECR repository, with its tag or its digest, got an empty text",
        ),
    ),
    Case(
        33,
        "image too long",
        models(LLM + ", container: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/" + "x" * 210 + ":1}"),
        ("5:115: models[0].container.image: expected at most 255 characters (SageMaker takes no more), got 257",),
    ),
    Case(
        33,
        "image with a space",
        models(LLM + ', container: {image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/llm :1"}'),
        (
            "5:115: models[0].container.image: expected the URI of an image in a private ECR repository, with its tag or its digest, got '123456789012.dkr.ecr.us-east-1.amazonaws.com/llm :1'",
        ),
    ),
    Case(
        33,
        "image without a tag",
        models(LLM + ", container: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/llm}"),
        (
            "5:115: models[0].container.image: expected the URI of an image in a private ECR repository, with its tag or its digest, got '123456789012.dkr.ecr.us-east-1.amazonaws.com/llm'",
        ),
    ),
    Case(
        33,
        "image of a public registry",
        models(LLM + ", container: {image: vllm/vllm-openai:v0.9}"),
        (
            "5:115: models[0].container.image: expected the URI of an image in a private ECR repository, with its tag or its digest, got 'vllm/vllm-openai:v0.9'",
        ),
    ),
    Case(
        33,
        "image of another region",
        models(LLM + ", container: {image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:1}"),
        (
            "5:115: models[0].container.image: the image is in 'eu-west-1', and SageMaker takes it from the endpoint's region, 'us-east-1', only; push it there",
        ),
    ),
    Case(
        33,
        "image in the place of a name",
        models(LLM + ", container: 123456789012.dkr.ecr.us-east-1.amazonaws.com/llm:1"),
        (
            "5:107: models[0].container: expected a container's name, got '123456789012.dkr.ecr.us-east-1.amazonaws.com/llm:1'; for an image write {image: URI}",
        ),
    ),
    Case(
        34,
        "weights that are not in S3",
        models("id: a, provider: sagemaker, source: {s3: /models/mistral}, instance_type: ml.g5.xlarge"),
        (
            "5:47: models[0].source.s3: expected a prefix in S3 that ends in '/', such as 's3://bucket/model/', or one '.tar.gz', got '/models/mistral'",
        ),
    ),
    Case(
        34,
        "weights by their web address",
        models(
            'id: a, provider: sagemaker, source: {s3: "https://bucket.s3.us-east-1.amazonaws.com/mistral"}, instance_type: ml.g5.xlarge'
        ),
        (
            "5:47: models[0].source.s3: expected a prefix in S3 that ends in '/', such as 's3://bucket/model/', or one '.tar.gz', got 'https://bucket.s3.us-east-1.amazonaws.com/mistral'; write 's3://bucket/mistral/'",
        ),
    ),
    Case(
        34,
        "weights that are neither prefix nor archive",
        models("id: a, provider: sagemaker, source: {s3: s3://bucket/mistral}, instance_type: ml.g5.xlarge"),
        (
            "5:47: models[0].source.s3: expected a prefix in S3 that ends in '/', such as 's3://bucket/model/', or one '.tar.gz', got 's3://bucket/mistral'; write 's3://bucket/mistral/'",
        ),
    ),
    Case(
        34,
        "weights in an archive of another kind",
        models("id: a, provider: sagemaker, source: {s3: s3://bucket/mistral.tgz}, instance_type: ml.g5.xlarge"),
        (
            "5:47: models[0].source.s3: expected a prefix in S3 that ends in '/', such as 's3://bucket/model/', or one '.tar.gz', got 's3://bucket/mistral.tgz'",
        ),
    ),
    Case(
        34,
        "one file of the weights",
        models("id: a, provider: sagemaker, source: {s3: s3://bucket/m/a.safetensors}, instance_type: ml.g5.xlarge"),
        (
            "5:47: models[0].source.s3: expected a prefix in S3 that ends in '/', such as 's3://bucket/model/', or one '.tar.gz', got 's3://bucket/m/a.safetensors'; write 's3://bucket/m/'",
        ),
    ),
    Case(
        34,
        "weights in a bucket that cannot be",
        models("id: a, provider: sagemaker, source: {s3: s3://My_Bucket/m/}, instance_type: ml.g5.xlarge"),
        (
            "5:47: models[0].source.s3: expected an S3 URI, got 's3://My_Bucket/m/', whose bucket is not 3 to 63 lower-case letters, digits, '.' or '-'",
        ),
    ),
    Case(
        34,
        "model_data",
        models("id: a, provider: sagemaker, model_data: s3://bucket/model.tar.gz, instance_type: ml.g5.xlarge"),
        (
            "5:5: models[0]: missing key 'source': where the weights are, e.g. source: {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}",
            "5:34: models[0].model_data: unknown key 'model_data': weights in S3 are written source: {s3: s3://BUCKET/PREFIX/}",
        ),
    ),
    Case(
        35,
        "environment names",
        models(LLM + ", environment: {1X: a, A-B: b}"),
        (
            "5:110: models[0].environment['1X']: expected a variable's name: letters, digits and '_', first not a digit, got '1X'",
            "5:117: models[0].environment.A-B: expected a variable's name: letters, digits and '_', first not a digit, got 'A-B'; write 'A_B'",
        ),
    ),
    Case(
        35,
        "environment value too long",
        models(LLM + ", environment: {X: " + "x" * 1025 + "}"),
        ("5:113: models[0].environment.X: expected 0 to 1024 characters, got 1025",),
    ),
    Case(
        35,
        "environment value nested",
        models(LLM + ", environment: {X: {Y: z}}"),
        ("5:113: models[0].environment.X: expected text, got a mapping",),
    ),
    Case(
        36,
        "too many variables",
        models(LLM + ", environment: {" + ", ".join(f"V{i}: x" for i in range(91)) + "}"),
        (
            "5:109: models[0].environment: expected at most 90 variables (SageMaker takes 100, and Terrachat sets some), got 91",
        ),
    ),
    Case(
        36,
        "variables of the handler",
        top("handler: {environment: {X: y}}"),
        (
            "4:11: handler.environment: unknown key 'environment'; known keys: 'memory_mib', 'timeout_s', 'log_retention_days', 'architecture', 'log_prompts', 'snap_start', 'provisioned_concurrency', 'byte_code'",
        ),
    ),
    Case(
        37,
        "timeouts of the handler",
        top("handler: {timeout_s: 0}"),
        ("4:22: handler.timeout_s: expected a whole number from 30 to 900 seconds, got 0",),
    ),
    Case(
        37,
        "timeout too long",
        top("handler: {timeout_s: 901}"),
        ("4:22: handler.timeout_s: expected a whole number from 30 to 900 seconds, got 901",),
    ),
    Case(
        37,
        "timeout with a unit",
        top("handler: {timeout_s: 60s}"),
        ("4:22: handler.timeout_s: expected a whole number from 30 to 900 seconds, got text '60s'",),
    ),
    Case(
        38,
        "memory out of bounds",
        top("handler: {memory_mib: 127}"),
        ("4:23: handler.memory_mib: expected a whole number from 128 to 10240 MiB, got 127",),
    ),
    Case(
        38,
        "memory above the quota",
        top("handler: {memory_mib: 10241}"),
        ("4:23: handler.memory_mib: expected a whole number from 128 to 10240 MiB, got 10241",),
    ),
    Case(
        39,
        "region that does not exist",
        SMALLEST.replace("us-east-1", "us-east-9"),
        ("3:9: region: unknown AWS region 'us-east-9'; did you mean 'us-east-2'?",),
    ),
    Case(
        40,
        "Bedrock id of no form",
        models("id: a, provider: bedrock, model: nova micro"),
        (
            "5:39: models[0].model: expected a Bedrock model, an inference profile or the ARN of a profile or of provisioned throughput, such as 'amazon.nova-micro-v1:0' or 'us.amazon.nova-micro-v1:0', got 'nova micro'",
        ),
    ),
    Case(
        40,
        "profile of another geography",
        models("id: a, provider: bedrock, model: eu.amazon.nova-micro-v1:0"),
        (
            "5:39: models[0].model: the inference profiles 'eu.*' cannot be called from 'us-east-1'; write the profile of that region's geography, or another 'region' for this entry",
        ),
    ),
    Case(
        40,
        "ARN of another region",
        models(
            'id: a, provider: bedrock, model: "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3"'
        ),
        (
            "5:39: models[0].model: the ARN is of 'eu-west-1', and Bedrock is called in 'us-east-1'; write region: eu-west-1 for this entry",
        ),
    ),
    Case(
        40,
        "ARN of a foundation model",
        models('id: a, provider: bedrock, model: "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0"'),
        (
            "5:39: models[0].model: expected a Bedrock model, an inference profile or the ARN of a profile or of provisioned throughput, such as 'amazon.nova-micro-v1:0' or 'us.amazon.nova-micro-v1:0', got 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micr'... (66 characters); write 'amazon.nova-micro-v1:0'",
        ),
    ),
    Case(
        41,
        "Azure endpoint",
        models('id: a, provider: azure_openai, endpoint: "http://me.openai.azure.com/x", deployment: gpt'),
        (
            "5:37: models[0].endpoint: unknown key 'endpoint': what an Azure model needs (key, base, version, type, deployment) is in the API-keys secret",
            "5:79: models[0].deployment: unknown key 'deployment': what an Azure model needs (key, base, version, type, deployment) is in the API-keys secret",
        ),
    ),
    Case(
        41,
        "base_url that is no address",
        models("id: a, provider: openai, model: x, key_name: X_KEY, base_url: llm.example.com/v1/chat/completions"),
        (
            "5:68: models[0].base_url: expected the URL that the API's paths come after, such as 'https://llm.example.com/v1', got 'llm.example.com/v1/chat/completions'; write 'https://llm.example.com/v1'",
        ),
    ),
    Case(
        41,
        "base_url with a password",
        models('id: a, provider: openai, model: x, key_name: X_KEY, base_url: "https://me:pass@llm.example.com/v1"'),
        (
            "5:68: models[0].base_url: a URL must not hold a user name or a password; put the key into the API-keys secret",
        ),
    ),
    Case(
        42,
        "API key",
        models("id: a, provider: openai, model: x, key_name: sk-proj-abcdefghijklmnop1234"),
        (
            "5:51: models[0].key_name: this looks like an OpenAI API key; keys belong in the API-keys secret, not in the catalog",
        ),
    ),
    Case(
        42,
        "AWS key in a tag",
        top("tags: {key: AKIAIOSFODNN7EXAMPLE}"),
        ("4:13: tags.key: this looks like an AWS access key; keys belong in the API-keys secret, not in the catalog",),
    ),
    Case(
        42,
        "token in the environment",
        models(LLM + ", environment: {HF_TOKEN: hf_abcdefghijklmnopqrstuvwxyzABCDEFGH}"),
        (
            "5:120: models[0].environment.HF_TOKEN: this looks like a Hugging Face token; keys belong in the API-keys secret, and the token for gated models in the secret of 'huggingface', not in the catalog",
        ),
    ),
    Case(
        42,
        "token without its prefix",
        models(LLM + ", environment: {HF_TOKEN: abc}"),
        (
            "5:120: models[0].environment.HF_TOKEN: a token in 'HF_TOKEN' could be read in Terraform's plan and state; remove it, and name its secret under 'huggingface'",
        ),
    ),
    Case(
        43,
        "key_name of the wrong form",
        models("id: a, provider: openai, model: x, key_name: my-key"),
        (
            "5:51: models[0].key_name: expected the name that the key has in the API-keys secret: capitals, digits and '_', first a letter, got 'my-key'; write 'MY_KEY'",
        ),
    ),
    Case(
        43,
        "secret without its ARN",
        top("huggingface: {token_secret: huggingface-token}"),
        (
            "4:29: huggingface.token_secret: expected a secret's whole ARN, which ends in '-' and six characters, such as 'arn:aws:secretsmanager:us-east-1:123456789012:secret:my-secret-a1b2c3', got 'huggingface-token'",
        ),
    ),
    Case(
        43,
        "server without the name of its key",
        models("id: a, provider: openai, model: x, base_url: https://llm.example.com/v1"),
        (
            "5:5: models[0]: missing key 'key_name': the name of this server's key in the API-keys secret, or null if it takes none, e.g. key_name: MY_SERVER_API_KEY",
        ),
    ),
    Case(
        43,
        "server without its address",
        models("id: a, provider: ollama, model: llama3, key_name: null"),
        (
            "5:5: models[0]: missing key 'base_url': 'ollama' is a server of your own, e.g. base_url: https://llm.example.com/v1",
        ),
    ),
    Case(
        43,
        "no secret at all",
        top("huggingface: {create_secret: false}"),
        (
            "4:30: huggingface.create_secret: expected true; to use a secret that exists, write token_secret: ARN instead",
        ),
    ),
    Case(
        43,
        "both secrets",
        top("huggingface: {create_secret: true, token_secret: x}"),
        (
            "4:15: huggingface.create_secret: 'create_secret' and 'token_secret' exclude each other; remove one of them",
            "4:50: huggingface.token_secret: expected a secret's whole ARN, which ends in '-' and six characters, such as 'arn:aws:secretsmanager:us-east-1:123456789012:secret:my-secret-a1b2c3', got 'x'",
        ),
    ),
    Case(
        44,
        "secret of another region",
        top('huggingface: {token_secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hf-a1b2c3"}'),
        (
            "4:29: huggingface.token_secret: the secret is in 'eu-west-1', and it is read in the deployment's region, 'us-east-1'; name a secret (or a replica) of that region",
        ),
    ),
    Case(
        44,
        "secret of another partition",
        top('huggingface: {token_secret: "arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:hf-a1b2c3"}'),
        (
            "4:29: huggingface.token_secret: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; nothing is shared between partitions",
        ),
    ),
    Case(
        44,
        "API keys in a secret of another region, with a KMS key of a third",
        top(
            'api_keys: {secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-a1b2c3", '
            'kms_key: "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}'
        ),
        (
            "4:20: api_keys.secret: the secret is in 'eu-west-1', and it is read in the deployment's region, 'us-east-1'; name a secret (or a replica) of that region",
            "4:97: api_keys.kms_key: the key is in 'us-west-2', and the secret in 'us-east-1'; Secrets Manager wants both in one region",
        ),
    ),
    Case(
        44,
        "API keys and their KMS key in another partition",
        top(
            'api_keys: {secret: "arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:keys-a1b2c3", '
            'kms_key: "arn:aws-cn:kms:us-east-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef"}'
        ),
        (
            "4:20: api_keys.secret: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; nothing is shared between partitions",
            "4:100: api_keys.kms_key: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; nothing is shared between partitions",
        ),
    ),
    Case(
        43,
        "an alias of a KMS key",
        top(
            'api_keys: {secret: "arn:aws:secretsmanager:us-east-1:123456789012:secret:keys-a1b2c3", '
            'kms_key: "alias/keys"}'
        ),
        (
            "4:97: api_keys.kms_key: expected a KMS key's ARN and not an alias's, such as 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab', got 'alias/keys'",
        ),
    ),
    Case(
        43,
        "an API key in the catalog",
        top("api_keys: {OPENAI_API_KEY: sk-abcdefghijklmnop}"),
        (
            "4:1: api_keys: missing key 'secret': the ARN of the secret that holds the keys, a JSON object of strings, e.g. secret: arn:aws:secretsmanager:us-east-1:123456789012:secret:api-keys-a1b2c3",
            "4:12: api_keys.OPENAI_API_KEY: unknown key 'OPENAI_API_KEY': keys are never in the catalog: put it into the API-keys secret",
            "4:28: api_keys.OPENAI_API_KEY: this looks like an OpenAI API key; keys belong in the API-keys secret, not in the catalog",
        ),
    ),
    Case(
        43,
        "API keys in an entry",
        models("id: a, provider: openai, model: x, api_keys: {secret: x}"),
        ("5:41: models[0].api_keys: 'api_keys' stands at the top of the catalog, not in an entry",),
    ),
    Case(
        45,
        "fallback that is no list",
        models("id: a, provider: openai, model: x, fallback: b", "id: b, provider: openai, model: x"),
        ("5:51: models[0].fallback: expected a list of ids, got text 'b'; write [b]",),
    ),
    Case(
        45,
        "fallback of another kind",
        models("id: a, provider: openai, model: x, fallback: {b: 1}", "id: b, provider: openai, model: x, fallback: 1"),
        (
            "5:51: models[0].fallback: expected a list of ids such as [other-id], got a mapping",
            "6:51: models[1].fallback: expected a list of ids such as [other-id], got text '1'",
        ),
    ),
    Case(
        45,
        "fallback to unknown, to itself and to one twice",
        models(
            "id: a, provider: openai, model: x, fallback: [gpt5, else]",
            "id: gpt-5, provider: openai, model: x, fallback: [gpt-5, b, b]",
            "id: b, provider: openai, model: x",
        ),
        (
            "5:52: models[0].fallback[0]: no entry has the id 'gpt5'; did you mean 'gpt-5'?",
            "5:58: models[0].fallback[1]: no entry has the id 'else'; known: 'gpt-5', 'b'",
            "6:56: models[1].fallback[0]: an entry cannot answer in its own place; remove it",
            "6:66: models[1].fallback[2]: 'b' stands twice in the list; remove one",
        ),
    ),
    Case(
        45,
        "fallback circles",
        models(
            "id: a, provider: openai, model: x, fallback: [b]",
            "id: b, provider: openai, model: x, fallback: [a, m0]",
            *(f"id: m{n}, provider: openai, model: x, fallback: [m{(n + 1) % 7}]" for n in range(7)),
        ),
        (
            "6:52: models[1].fallback[0]: the fallbacks go round in a circle, 'a' -> 'b' -> 'a'; remove one of these (see line 5)",
            "13:53: models[8].fallback[0]: the fallbacks go round in a circle, 'm0' -> 'm1' -> 'm2' -> ... -> 'm6' -> 'm0'; remove one of these (see line 7)",
        ),
    ),
    Case(
        45,
        "too many fallbacks",
        models(
            "id: a, provider: openai, model: x, fallback: [b, c, d, e, f, g]",
            *(f"id: {name}, provider: openai, model: x" for name in "bcdefg"),
        ),
        ("5:51: models[0].fallback: expected at most 5 ids (somebody waits for all of them), got 6",),
    ),
    Case(
        45,
        "fallback that is no id",
        models("id: a, provider: openai, model: x, fallback: [b/c, [b]]"),
        (
            "5:52: models[0].fallback[0]: expected 1 to 32 letters, digits, '.', '_' and '-', first a letter and last a letter or a digit, got 'b/c'; write 'b-c'",
            "5:57: models[0].fallback[1]: expected text, got a list",
        ),
    ),
    Case(
        45,
        "unsupported parameters",
        models("id: a, provider: openai, model: x, unsupported_parameters: ignore"),
        (
            "5:65: models[0].unsupported_parameters: unknown way with unsupported parameters 'ignore'; known: 'refuse', 'drop'",
        ),
    ),
    Case(
        45,
        "modalities",
        models(
            "id: a, provider: openai, model: x, modalities: image",
            "id: b, provider: openai, model: x, modalities: [image]",
            "id: c, provider: openai, model: x, modalities: [text, text]",
            "id: d, provider: openai, model: x, modalities: [text, video]",
        ),
        (
            "5:53: models[0].modalities: expected a list such as [text, image], got text 'image'",
            "6:53: models[1].modalities: expected a list with 'text' in it: every chat has text; write [text] or [text, image]",
            "7:53: models[2].modalities: 'text' stands twice in the list; remove one",
            "8:60: models[3].modalities[1]: unknown modality 'video'; known: 'text', 'image'",
        ),
    ),
    Case(
        46,
        "default model",
        top("default_model: gpt"),
        (
            "4:1: default_model: unknown key 'default_model': there is no default model; each request names one by its id",
        ),
    ),
    Case(
        47,
        "context, price and timeouts",
        models(
            "id: a, provider: openai, model: x, context_tokens: 8k, price: {input: 1}, timeouts: 30",
            "id: b, provider: openai, model: x, price: {input: free, output: -1}, timeouts: {first_token_s: 0, between: 5}",
        ),
        (
            "5:57: models[0].context_tokens: expected a whole number from 1 to 100000000 tokens, got text '8k'",
            "5:61: models[0].price: missing key 'output': US dollars for a million tokens of answers, e.g. output: 0.6",
            "5:90: models[0].timeouts: expected a mapping with keys such as 'first_token_s', 'between_tokens_s'; got text '30'",
            "6:56: models[1].price.input: expected a number from 0 to 100000, got text 'free'",
            "6:70: models[1].price.output: expected a number from 0 to 100000, got -1",
            "6:101: models[1].timeouts.first_token_s: expected a whole number from 1 to 900 seconds, got 0",
            "6:104: models[1].timeouts.between: unknown key 'between'; did you mean 'between_tokens_s'?",
        ),
    ),
    Case(
        47,
        "timeout beyond the handler's own",
        HEAD
        + "handler: {timeout_s: 60}\nmodels:\n"
        + "  - {id: a, provider: openai, model: x, timeouts: {first_token_s: 60, between_tokens_s: 59}}\n",
        (
            "6:67: models[0].timeouts.first_token_s: Lambda ends every answer after 60 s (timeout_s of 'handler'), so that these 60 s never pass; write less",
        ),
    ),
    Case(
        47,
        "keys of an entry's mappings, one too high",
        models("id: a, provider: openai, model: x, first_token_s: 5, input: 3, alarms: false"),
        (
            "5:41: models[0].first_token_s: 'first_token_s' belongs under 'timeouts'",
            "5:59: models[0].input: 'input' belongs under 'price'",
            "5:69: models[0].alarms: 'alarms' belongs under 'monitoring' at the top of the catalog",
        ),
    ),
    Case(
        47,
        "instances kept started and a snapshot",
        top("handler: {snap_start: true, provisioned_concurrency: 1}"),
        (
            "4:54: handler.provisioned_concurrency: Lambda takes either SnapStart or provisioned concurrency; remove this, or 'snap_start'",
        ),
    ),
    Case(
        47,
        "handler's flags and numbers",
        top("handler: {snap_start: yes, provisioned_concurrency: 0, log_prompts: 1, byte_code: on}"),
        (
            "4:23: handler.snap_start: expected true or false, got text 'yes'",
            "4:53: handler.provisioned_concurrency: expected a whole number from 1 to 1000 instances, got 0",
            "4:69: handler.log_prompts: expected true or false, got text '1'",
            "4:83: handler.byte_code: expected true or false, got text 'on'",
        ),
    ),
    Case(
        47,
        "snapshot where Lambda has none",
        HEAD.replace("us-east-1", "ap-east-2") + "handler: {snap_start: true}\n" + GPT,
        (
            "4:23: handler.snap_start: Lambda has no SnapStart for the handler in 'ap-east-2'; remove it, or keep an instance started with provisioned_concurrency: 1",
        ),
    ),
    Case(
        47,
        "what shows metrics without metrics",
        top("monitoring: {metrics: false, dashboard: true, alarms: true}"),
        (
            "4:41: monitoring.dashboard: the dashboard shows the handler's metrics, and 'metrics' is false; remove one of the two",
            "4:55: monitoring.alarms: the alarms watch the handler's metrics, and 'metrics' is false; remove one of the two",
        ),
    ),
    Case(
        47,
        "a topic without alarms",
        top("monitoring: {alarms: false, topic: 'arn:aws:sns:us-east-1:123456789012:on-call'}"),
        ("4:36: monitoring.topic: without alarms the topic hears of nothing; remove it",),
    ),
    Case(
        47,
        "a topic without metrics",
        top("monitoring: {metrics: false, topic: 'arn:aws:sns:us-east-1:123456789012:on-call'}"),
        ("4:37: monitoring.topic: without alarms the topic hears of nothing; remove it",),
    ),
    Case(
        47,
        "a topic that is none",
        top("monitoring: {topic: 'arn:aws:sns:us-east-1:123456789012:on-call.fifo'}"),
        (
            "4:21: monitoring.topic: expected an SNS topic's ARN, and not a FIFO topic's, such as 'arn:aws:sns:us-east-1:123456789012:alarms', got 'arn:aws:sns:us-east-1:123456789012:on-call.fifo'",
        ),
    ),
    Case(
        44,
        "topic of another region",
        top("monitoring: {topic: 'arn:aws:sns:eu-west-1:123456789012:on-call'}"),
        (
            "4:21: monitoring.topic: the topic is in 'eu-west-1', and the alarms in 'us-east-1'; name one of that region",
        ),
    ),
    Case(
        44,
        "topic of another partition",
        top("monitoring: {topic: 'arn:aws-cn:sns:us-east-1:123456789012:on-call'}"),
        (
            "4:21: monitoring.topic: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; nothing is shared between partitions",
        ),
    ),
    Case(
        47,
        "temperature hot",
        top("defaults: {temperature: hot}"),
        ("4:25: defaults.temperature: expected a number from 0 to 2, got text 'hot'",),
    ),
    Case(
        47,
        "temperature out of bounds",
        top("defaults: {temperature: -1}"),
        ("4:25: defaults.temperature: expected a number from 0 to 2, got -1",),
    ),
    Case(
        47,
        "temperature too high",
        top("defaults: {temperature: 3}"),
        ("4:25: defaults.temperature: expected a number from 0 to 2, got 3",),
    ),
    Case(
        47,
        "max_tokens",
        top("defaults: {max_tokens: 0, top_p: 0}"),
        (
            "4:24: defaults.max_tokens: expected a whole number from 1 to 10000000 tokens, got 0",
            "4:34: defaults.top_p: expected a number above 0 and at most 1, got 0",
        ),
    ),
    Case(
        48,
        "tags that differ in case only",
        top("tags: {Team: a, team: b}"),
        ("4:7: tags: 'team' and 'Team' are one tag to IAM, which ignores case; remove one",),
    ),
    Case(
        48,
        "tags",
        top('tags: {aws:cost: x, "": y, long: ' + "x" * 257 + "}"),
        (
            "4:8: tags['aws:cost']: tag keys that begin with 'aws:' are AWS's own; choose another name",
            "4:21: tags['']: expected 1 to 128 characters, got 0",
            "4:34: tags.long: expected 0 to 256 characters, got 257",
        ),
    ),
    Case(
        48,
        "too many tags",
        top("tags: {" + ", ".join(f"t{i}: x" for i in range(51)) + "}"),
        ("4:7: tags: expected at most 40 tags (AWS takes 50, and Terrachat sets some), got 51",),
    ),
    Case(
        49,
        "include",
        top("include: ../other.yaml"),
        (
            "4:1: include: unknown key 'include': a catalog is one file and includes no other; put all entries under 'models'",
        ),
    ),
    Case(
        50,
        "template in a value",
        top("tags: {a: {{ x }}}"),
        (
            "4:12: tags.a: a key must be text, not a list, a mapping or an alias; put a value that begins with '{', '[' or '*' in quotes (a catalog is no template, so '{{ }}' has no meaning in it)",
        ),
    ),
    Case(
        52,
        "role of the wrong form",
        top('bedrock: {role_arn: "arn:aws:iam::123456789012:user/me"}'),
        (
            "4:21: bedrock.role_arn: expected a role's ARN, such as 'arn:aws:iam::123456789012:role/bedrock-caller', got 'arn:aws:iam::123456789012:user/me'",
        ),
    ),
    Case(
        52,
        "role of another partition",
        top('bedrock: {role_arn: "arn:aws-cn:iam::123456789012:role/caller"}'),
        (
            "4:21: bedrock.role_arn: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; nothing is shared between partitions",
        ),
    ),
    Case(
        53,
        "subnets",
        models(LLM + ", subnets: [subnet-1]"),
        ("5:96: models[0].subnets: unknown key 'subnets': endpoints and handler are not put into a network of yours",),
    ),
    Case(
        54,
        "max below min",
        models(LLM + ", instances: {min: 2, max: 1}"),
        (
            "5:121: models[0].instances.max: the most instances, 1, are fewer than the least, 2; raise 'max' or lower 'min'",
        ),
    ),
    Case(
        54,
        "rolling update of one instance",
        models(LLM + ", update: rolling"),
        (
            "5:104: models[0].update: SageMaker replaces at most half of the instances at once, so that 'rolling' needs two; write instances: {min: 2}, or update: blue_green",
        ),
    ),
    Case(
        54,
        "rolling update of two to thirty instances",
        models(LLM + ", update: rolling, instances: {min: 2, max: 30}"),
        (
            "5:104: models[0].update: SageMaker replaces 5 to 50 % of the instances at once, and no one number is that of both 2 and 30; write max: 20 or less, a larger 'min', or update: blue_green",
        ),
    ),
    Case(
        54,
        "abbreviation of a time zone",
        models(LLM + ", schedule: {start: 0 8 ? * MON-FRI *, stop: 0 18 ? * MON-FRI *, timezone: PST}"),
        (
            "5:169: models[0].schedule.timezone: expected a zone by its name, such as 'Asia/Ho_Chi_Minh', got the abbreviation 'PST'",
        ),
    ),
    Case(
        54,
        "scaled and scheduled",
        models(LLM + ", instances: {max: 2}, schedule: {start: 0 8 ? * MON-FRI *, stop: 0 18 ? * MON-FRI *}"),
        (
            "5:127: models[0].schedule: what scales an endpoint needs one that is always there; remove 'schedule', or 'max' from 'instances'",
        ),
    ),
    Case(
        54,
        "scaling to zero",
        models(LLM + ", instances: {min: 0, max: 2}"),
        ("5:113: models[0].instances.min: expected a whole number from 1 to 100, got 0",),
    ),
    Case(
        55,
        "1,000 problems",
        HEAD + "models:\n" + "".join(f"  - {{id: m{i}, provider: openai}}\n" for i in range(1000)),
        (
            *(
                f"{index + 5}:5: models[{index}]: missing key 'model': the provider's name of the model, e.g. model: gpt-4o"
                for index in range(50)
            ),
            "55:5: and 950 more problems from here on; they are shown once these are mended",
        ),
    ),
    Case(
        57,
        "not a number",
        top("defaults: {temperature: .nan, top_p: .inf}"),
        (
            "4:25: defaults.temperature: expected a number from 0 to 2, got text '.nan'",
            "4:38: defaults.top_p: expected a number above 0 and at most 1, got text '.inf'",
        ),
    ),
    Case(
        57,
        "number of 5,000 digits",
        top("handler: {memory_mib: " + "9" * 5000 + "}"),
        (
            "4:23: handler.memory_mib: expected a whole number from 128 to 10240 MiB, got text '999999999999999999999999999999999999999999999999999999999999'... (5000 characters)",
        ),
    ),
    Case(
        58,
        "lone CR",
        b"version: 1\rregion: x\r",
        ("1:11: a carriage return without a line feed (U+000D); save the file with LF or CRLF line ends",),
    ),
    Case(
        58,
        "NO-BREAK SPACE for indentation",
        HEAD + "handler:\n\u00a0\u00a0memory_mib: 1024\n",
        (
            "1:1: missing key 'models': the list of models, e.g. models: [{id: gpt, provider: openai, model: gpt-4o}]",
            "4:9: handler: expected a mapping with keys such as 'memory_mib', 'timeout_s', 'log_retention_days', 'architecture', 'log_prompts', 'snap_start', 'provisioned_concurrency', 'byte_code'; got nothing; give it a value, or remove the key",
            "5:1: ['\\xa0\\xa0memory_mib']: the key begins with NO-BREAK SPACE (U+00A0); use ordinary spaces",
        ),
    ),
    Case(
        59,
        "serverless",
        models(LLM + ", serverless: {}"),
        (
            "5:96: models[0].serverless: unknown key 'serverless': SageMaker's serverless endpoints have no GPU and are not made; remove it",
        ),
    ),
    Case(
        60,
        "alias",
        models("id: a, provider: openai, model: x, aliases: [b]"),
        (
            "5:41: models[0].aliases: unknown key 'aliases': an entry has one name, its 'id'; write a second entry for a second name",
        ),
    ),
)
