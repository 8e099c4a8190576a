"""The catalog's rules on AWS's and on others' names, and on what cannot stand together: each with what is said of it."""

# ruff: noqa: E501 (a message is one line, however long)

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generator.catalog import Catalog, Schedule
from generator.catalog.schedule_types import cron_flaw
from generator.errors import CatalogError
from generator.loading import load_catalog
from tests.unit.generator.bad_catalogs import LLM, NOVA, models, top

REFUSED = (
    pytest.param(
        models("id: a, provider: openai, model: x, fallback: [b]"),
        ("5:52: models[0].fallback[0]: no entry has the id 'b'; write the id of another entry",),
        id="fallback of the only entry",
    ),
    pytest.param(
        models("id: a, provider: sagemaker, source: org/name, instance_type: ml.g5.xlarge"),
        (
            "5:34: models[0].source: expected a mapping with the key 'huggingface', 'jumpstart' or 's3', e.g. {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}; got text 'org/name'",
        ),
        id="source that is text",
    ),
    pytest.param(
        models("id: a, provider: sagemaker, source: {}, instance_type: ml.g5.xlarge"),
        (
            "5:34: models[0].source: expected a mapping with the key 'huggingface', 'jumpstart' or 's3', e.g. {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}; got an empty mapping",
        ),
        id="source that is empty",
    ),
    pytest.param(
        models("id: a, provider: sagemaker, source: {hugingface: org/name}, instance_type: ml.g5.xlarge"),
        (
            "5:34: models[0].source: expected a mapping with the key 'huggingface', 'jumpstart' or 's3', e.g. {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}; got the key 'hugingface'; did you mean 'huggingface'?",
        ),
        id="source misspelt",
    ),
    pytest.param(
        models(
            "id: a, provider: sagemaker, source: {huggingface: org/name, s3: s3://bucket/a/}, instance_type: ml.g5.xlarge"
        ),
        ("5:66: models[0].source.s3: 's3' and 'huggingface' exclude each other; remove one of them",),
        id="source of two kinds",
    ),
    pytest.param(
        models("id: a, provider: sagemaker, source: null, instance_type: ml.g5.xlarge"),
        (
            "5:5: models[0]: missing key 'source': where the weights are, e.g. source: {huggingface: HuggingFaceTB/SmolLM2-135M-Instruct}",
        ),
        id="source that is nothing",
    ),
    pytest.param(
        models("id: a, provider: sagemaker, source: {jumpstart: meta-llama}, instance_type: ml.g5.xlarge"),
        ("5:34: models[0].source: missing key 'version': the version of the JumpStart model, e.g. version: 3.0.0",),
        id="jumpstart without a version",
    ),
    pytest.param(
        models(
            "id: a, provider: sagemaker, source: {jumpstart: Meta_Llama, version: 3.*}, instance_type: ml.g5.xlarge"
        ),
        (
            "5:54: models[0].source.jumpstart: expected JumpStart's id of the model, such as 'huggingface-llm-mistral-7b-instruct', got 'Meta_Llama'; write 'meta-llama'",
            "5:75: models[0].source.version: expected one exact version, such as '3.0.0', got '3.*'",
        ),
        id="jumpstart of any version",
    ),
    pytest.param(
        models(
            "id: a, provider: sagemaker, source: {jumpstart: meta-llama, version: 3.0.0}, container: vllm, instance_type: ml.g5.xlarge"
        ),
        ("5:94: models[0].container: JumpStart names the model's image itself; remove 'container'",),
        id="jumpstart with a container",
    ),
    pytest.param(
        models(LLM + ", container: [vllm]"),
        (
            "5:107: models[0].container: expected the name of a container, got a list; known: 'vllm', 'lmi', 'sglang', 'tgi'",
        ),
        id="container that is a list",
    ),
    pytest.param(
        models(LLM + ", container: vlm"),
        ("5:107: models[0].container: unknown container 'vlm'; did you mean 'vllm'?",),
        id="container misspelt",
    ),
    pytest.param(
        models(LLM + ", container: {wire: generate}"),
        (
            "5:96: models[0].container: missing key 'image': the image's URI in ECR, e.g. image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/llm:1.0",
        ),
        id="container without an image",
    ),
    pytest.param(
        models(LLM + ", container: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/llm:1, wire: message}"),
        ("5:173: models[0].container.wire: unknown wire 'message'; did you mean 'messages'?",),
        id="wire of an image misspelt",
    ),
    pytest.param(
        models(LLM + ", container: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com.cn/llm:1}"),
        ("5:115: models[0].container.image: hosts in 'us-east-1' end in 'amazonaws.com', got 'amazonaws.com.cn'",),
        id="image whose host is of another partition",
    ),
    pytest.param(
        top("huggingface: hf"),
        (
            "4:1: huggingface: expected a mapping with the key 'token_secret' or 'create_secret', e.g. {create_secret: true}; got text 'hf'",
        ),
        id="huggingface that is text",
    ),
    pytest.param(
        top("huggingface: {}"),
        (
            "4:1: huggingface: expected a mapping with the key 'token_secret' or 'create_secret', e.g. {create_secret: true}; got an empty mapping",
        ),
        id="huggingface that is empty",
    ),
    pytest.param(
        top("huggingface: {token: x}"),
        (
            "4:1: huggingface: expected a mapping with the key 'token_secret' or 'create_secret', e.g. {create_secret: true}; got the key 'token'",
        ),
        id="huggingface misspelt",
    ),
    pytest.param(
        models("id: a, provider: sagemaker, endpoint: my_endpoint, wire: http, region: moon"),
        (
            "5:44: models[0].endpoint: expected the endpoint's name: 1 to 63 letters, digits and hyphens, first and last no hyphen, got 'my_endpoint'",
            "5:63: models[0].wire: unknown wire 'http'; known: 'messages', 'generate'",
            "5:77: models[0].region: unknown AWS region 'moon'; one is 'us-east-1'",
        ),
        id="keys on an endpoint that exists",
    ),
    pytest.param(
        models('id: a, provider: sagemaker, endpoint: "arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine"'),
        (
            "5:44: models[0].endpoint: expected the endpoint's name: 1 to 63 letters, digits and hyphens, first and last no hyphen, got 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine'; write 'mine'",
        ),
        id="endpoint by its ARN",
    ),
    pytest.param(
        models(LLM + ", region: us-east-1, wire: messages"),
        (
            "5:96: models[0].region: this endpoint is created in the deployment's region; remove 'region'",
            "5:115: models[0].wire: 'wire' belongs under 'container'",
        ),
        id="region of an endpoint of one's own",
    ),
    pytest.param(
        models("id: a, provider: openai, model: x, tags: {a: b}, token_secret: x"),
        (
            "5:41: models[0].tags: 'tags' stands at the top of the catalog, not in an entry",
            "5:55: models[0].token_secret: 'token_secret' belongs under 'huggingface' at the top of the catalog",
        ),
        id="top key in an entry",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 8 * * 1-5", stop: "0 18 1 * *"}'),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 8 * * 1-5'; it has six fields: minute, hour, day of the month, month, day of the week, year; write '0 8 ? * MON-FRI *'",
            "5:135: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 18 1 * *'; it has six fields: minute, hour, day of the month, month, day of the week, year; write '0 18 1 * ? *'",
        ),
        id="crontab line",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 8 * * 0", stop: "*/5 18 * * 7"}'),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 8 * * 0'; it has six fields: minute, hour, day of the month, month, day of the week, year; write '0 8 ? * SUN *'",
            "5:133: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '*/5 18 * * 7'; it has six fields: minute, hour, day of the month, month, day of the week, year; write '*/5 18 ? * SUN *'",
        ),
        id="crontab line for Sundays",
    ),
    pytest.param(
        models(LLM + ", schedule: {start: cron(0 8 ? * mon-fri *), stop: rate(1 day)}"),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got 'cron(0 8 ? * mon-fri *)'; the minute is 'cron(0', which is not from 0 to 59; write '0 8 ? * MON-FRI *'",
            "5:145: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got 'rate(1 day)'; it has six fields: minute, hour, day of the month, month, day of the week, year",
        ),
        id="cron in its parentheses",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 8 * * * *", stop: "0 8 ? * ? *"}'),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 8 * * * *'; of the day of the month and the day of the week one must be '?', and the other must not; write '0 8 * * ? *'",
            "5:135: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 8 ? * ? *'; of the day of the month and the day of the week one must be '?', and the other must not",
        ),
        id="cron with both days",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "60 8 ? * MON *", stop: "0 24 ? * 0 *"}'),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '60 8 ? * MON *'; the minute is '60', which is not from 0 to 59",
            "5:138: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 24 ? * 0 *'; the hour is '24', which is not from 0 to 23",
        ),
        id="cron out of bounds",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 8 ? FOO MON *", stop: "0 8 ? * MON/2 *"}'),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 8 ? FOO MON *'; the month is 'FOO', which is not from 1 to 12, or JAN to DEC",
            "5:139: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 8 ? * MON/2 *'; the day of the week is 'MON/2', where '/' cannot stand",
        ),
        id="cron in other words",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 18-8 ? * MON *", stop: "0/0 8 ? * MON 1969"}'),
        (
            "5:114: models[0].schedule.start: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0 18-8 ? * MON *'; the hour is '18-8', which ends before it begins; list the values with ','",
            "5:140: models[0].schedule.stop: expected a cron expression of AWS's, such as '0 8 ? * MON-FRI *', got '0/0 8 ? * MON 1969'; the minute is '0/0', where '/' has no step",
        ),
        id="cron with ranges",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 8 ? * MON *", stop: "0 8 ? * MON *"}'),
        ("5:137: models[0].schedule.stop: the endpoint would be created and deleted at the same time",),
        id="schedule that starts and stops at once",
    ),
    pytest.param(
        models(LLM + ', schedule: {start: "0 8 ? * MON *"}'),
        (
            "5:96: models[0].schedule: missing key 'stop': when the endpoint is deleted, e.g. stop: \"0 18 ? * MON-FRI *\"",
        ),
        id="schedule without an end",
    ),
    pytest.param(
        models(LLM + ', stopped: true, schedule: {start: "0 8 ? * MON *", stop: "0 9 ? * MON *"}'),
        (
            "5:105: models[0].stopped: the schedule creates and deletes this endpoint; remove 'stopped', or remove 'schedule'",
        ),
        id="schedule and stopped",
    ),
    pytest.param(
        models(
            *(
                LLM.replace("id: a", f"id: {name}")
                + f', schedule: {{start: "0 8 ? * MON *", stop: "0 9 ? * MON *", timezone: {zone}}}'
                for name, zone in zip("abcd", ("asia/ho_chi_minh", "Asia/Hanoi", "GMT+7", "posix/UTC"), strict=True)
            )
        ),
        (
            "5:164: models[0].schedule.timezone: unknown time zone 'asia/ho_chi_minh'; did you mean 'Asia/Ho_Chi_Minh'?",
            "6:164: models[1].schedule.timezone: the time zone 'Asia/Hanoi' has another name; write 'Asia/Ho_Chi_Minh'",
            "7:164: models[2].schedule.timezone: expected a zone by its name, such as 'Asia/Ho_Chi_Minh', got the offset 'GMT+7'",
            "8:164: models[3].schedule.timezone: unknown time zone 'posix/UTC'; one is 'Asia/Ho_Chi_Minh'",
        ),
        id="time zones",
    ),
    pytest.param(
        models(LLM + ", stopped: yes"),
        ("5:105: models[0].stopped: expected true or false, got text 'yes'",),
        id="flag in another spelling",
    ),
    pytest.param(
        models(LLM + ", volume_gib: 100"),
        (
            "5:108: models[0].volume_gib: 'ml.g5.xlarge' has disks of its own, for which SageMaker takes no size; remove 'volume_gib'",
        ),
        id="volume where there is none",
    ),
    pytest.param(
        models(LLM.replace("g5", "p3").replace("xlarge", "2xlarge") + ", volume_gib: 513"),
        ("5:109: models[0].volume_gib: expected a whole number from 1 to 512 GiB, got 513",),
        id="volume too large",
    ),
    pytest.param(
        models(LLM.replace("g5.xlarge", "t2.large") + ", instances: {max: 2}"),
        ("5:112: models[0].instances.max: SageMaker does not scale ml.t2 instances; remove 'max'",),
        id="scaling of T2",
    ),
    pytest.param(
        models(LLM + ", inference_ami_version: al2023-ami-sagemaker-inference-gpu-4-1"),
        (
            "5:119: models[0].inference_ami_version: the inference AMI version 'al2023-ami-sagemaker-inference-gpu-4-1' is known to SageMaker, but not to the AWS provider 5.100 that this release uses; known: 'al2-ami-sagemaker-inference-gpu-2', 'al2-ami-sagemaker-inference-gpu-2-1', 'al2-ami-sagemaker-inference-gpu-3-1', 'al2-ami-sagemaker-inference-neuron-2'",
        ),
        id="AMI that the provider lacks",
    ),
    pytest.param(
        models(LLM + ", update: bluegreen"),
        ("5:104: models[0].update: unknown update policy 'bluegreen'; did you mean 'blue_green'?",),
        id="update policy misspelt",
    ),
    pytest.param(
        top("handler: {architecture: arm}"),
        ("4:25: handler.architecture: unknown architecture 'arm'; did you mean 'arm64'?",),
        id="architecture misspelt",
    ),
    pytest.param(
        top("bedrock: {guardrail: {id: gr1a2b3c4d5e}}"),
        ("4:11: bedrock.guardrail: missing key 'version': the guardrail's version, e.g. version: '1'",),
        id="guardrail without a version",
    ),
    pytest.param(
        top(
            'bedrock: {region: us-west-2, guardrail: {id: "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1", version: draft}}'
        ).replace("models:", f"models:\n  - {{{NOVA}}}"),
        (
            "4:111: bedrock.guardrail.version: expected the version's number, or DRAFT, got 'draft'; write 'DRAFT'",
            "6:5: models[0]: the guardrail is in 'us-east-1', and Bedrock is called in 'us-west-2'; name one of that region under this entry's 'guardrail'",
        ),
        id="guardrail of another region",
    ),
    pytest.param(
        models(NOVA + ', guardrail: {id: "arn:aws:bedrock:eu-west-1:123456789012:guardrail/gr1", version: 1}'),
        (
            "5:79: models[0].guardrail.id: the guardrail is in 'eu-west-1', and Bedrock is called in 'us-east-1'; name one of that region under this entry's 'guardrail'",
        ),
        id="guardrail of another region in an entry",
    ),
    pytest.param(
        top("bedrock: {region: cn-north-1}"),
        (
            "4:19: bedrock.region: this is in AWS's partition 'aws-cn', and the deployment's region, 'us-east-1', in 'aws'; nothing is shared between partitions",
        ),
        id="Bedrock in another partition",
    ),
    pytest.param(
        top('backend: {s3: {bucket: "s3://My-State/x"}}'),
        (
            "4:24: backend.s3.bucket: expected a bucket's name: 3 to 63 lower-case letters, digits, '.' and '-', first and last a letter or a digit, got 's3://My-State/x'; write 'my-state'",
        ),
        id="bucket by its URI",
    ),
    pytest.param(
        top("backend: {s3: {bucket: 192.168.5.4}}"),
        ("4:24: backend.s3.bucket: expected a bucket's name, got '192.168.5.4', which is an IP address",),
        id="bucket that is an address",
    ),
    pytest.param(
        top("backend: {s3: {bucket: my-state, key: /a/b}}"),
        (
            "4:39: backend.s3.key: expected the key of an object, such as 'terrachat/demo.tfstate', first and last no '/', got '/a/b'; write 'a/b'",
        ),
        id="state key with a slash first",
    ),
    pytest.param(
        top('backend: {s3: {bucket: my-state, kms_key_id: "arn:aws:kms:eu-west-1:123456789012:alias/state"}}'),
        (
            "4:46: backend.s3.kms_key_id: the key is in 'eu-west-1', and the bucket in 'us-east-1'; S3 wants both in one region",
        ),
        id="state key of another region",
    ),
    pytest.param(
        top("backend: {s3: {bucket: my-state, kms_key_id: state}}"),
        (
            "4:46: backend.s3.kms_key_id: expected a KMS key's id, its ARN, or 'alias/NAME', got 'state'; write 'alias/state'",
        ),
        id="KMS alias without its prefix",
    ),
    pytest.param(
        top("backend: {bucket: my-state}"),
        (
            "4:1: backend: missing key 's3': a bucket for Terraform's state, e.g. s3: {bucket: my-terraform-state}",
            "4:11: backend.bucket: 'bucket' belongs under 's3'",
        ),
        id="backend without its kind",
    ),
    pytest.param(
        models("id: a, provider: ibm, model: x"),
        (
            "5:23: models[0].provider: the provider 'ibm' cannot be packaged: langchain-ibm needs ibm-cos-sdk, which is published as source only, and its API wants a project beside the key; one is 'anthropic'",
        ),
        id="provider of several projects",
    ),
    pytest.param(
        models('id: a, provider: groq, model: x, key_name: null, base_url: "https://a.example/v1?key=1"'),
        ("5:65: models[0].base_url: a URL that paths come after has no '?' and no '#'; write what stands before it",),
        id="base_url with a query",
    ),
    pytest.param(
        models('id: a, provider: anthropic, model: x, key_name: null, base_url: "https://a.example"'),
        (
            "5:54: models[0].key_name: 'anthropic' is never asked without a key; write the name of this server's in the API-keys secret, e.g. key_name: MY_SERVER_API_KEY",
        ),
        id="no key for a provider that is never asked without one",
    ),
)


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_rule_is_said_in_these_words(tmp_path: Path, content: str, expected: tuple[str, ...]) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CatalogError) as caught:
        load_catalog(path)

    assert tuple(str(problem).removeprefix(f"{path}:") for problem in caught.value.problems) == expected


ARN = "arn:aws:bedrock:us-west-2:123456789012"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            models(
                "id: a, provider: sagemaker, source: {jumpstart: a-B-3, version: 10.0.12}, instance_type: ml.g5.xlarge"
            ),
            id="JumpStart",
        ),
        pytest.param(models(LLM.replace("huggingface: org/name", "s3: s3://a.b-c/x/y.tar.gz")), id="archive in S3"),
        pytest.param(models(LLM.replace("huggingface: org/name", "s3: s3://abc/")), id="whole bucket"),
        pytest.param(
            models(
                "id: a, provider: sagemaker, instance_type: ml.g5.xlarge, container: "
                f"{{image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/llm@sha256:{'a' * 64}', wire: generate}}"
            ),
            id="image by its digest, which brings its weights",
        ),
        pytest.param(
            models(
                "id: a, provider: sagemaker, source: {huggingface: org/name}, instance_type: ml.g5.xlarge, container: "
                "{image: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/llm:1'}"
            ).replace("us-east-1", "cn-north-1"),
            id="image in China",
        ),
        pytest.param(
            top(
                f"bedrock: {{region: us-west-2, guardrail: {{id: '{ARN}:guardrail/gr1', version: DRAFT}}}}",
                "handler: {architecture: arm64}",
                "backend: {s3: {bucket: my.state, key: a/b.tfstate, region: eu-west-1, kms_key_id: alias/state}}",
                "huggingface: {create_secret: true}",
            ).replace("models:", f"models:\n  - {{{NOVA}}}"),
            id="sections",
        ),
        pytest.param(
            models(
                f"id: a, provider: bedrock, model: '{ARN}:application-inference-profile/x', region: us-west-2, "
                "role_arn: 'arn:aws:iam::123456789012:role/path/to/caller'"
            ),
            id="application profile of another account",
        ),
        pytest.param(models(LLM + ", stopped: true, instances: {min: 2, max: 4}, update: rolling"), id="stopped"),
        pytest.param(
            models("id: a, provider: anthropic, model: claude-sonnet-4-5, key_name: SECOND_KEY"), id="second key"
        ),
        pytest.param(
            models("id: a, provider: ollama, model: 'llama3:8b', base_url: 'http://10.0.0.5:11434/v1', key_name: null"),
            id="own server",
        ),
    ],
)
def test_what_is_right_loads(tmp_path: Path, content: str) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(content, encoding="utf-8")
    catalog = load_catalog(path)

    assert Catalog.model_validate(catalog.model_dump(exclude_unset=True)) == catalog


@pytest.mark.parametrize(
    "expression",
    [
        "0 8 ? * MON-FRI *",
        "0/15 8-18,20 * * ? *",
        "*/5 0 1,15 JAN-MAR ? 2027-2030",
        "0 0 L * ? *",
        "0 0 LW * ? *",
        "30 9 15W * ? *",
        "0 9 ? * 6L *",
        "0 9 ? * FRI#2 *",
        "59 23 31 DEC ? 2199",
    ],
)
def test_every_form_of_a_cron_expression(expression: str) -> None:
    assert cron_flaw(expression) is None


NUMBERS = [(0, 59), (0, 23), (1, 31), (1, 12), (1970, 2199)]


@given(fields=st.tuples(*(st.integers(low - 3, high + 3) for low, high in NUMBERS)))
def test_numbers_of_a_cron_expression_are_within_their_bounds(fields: tuple[int, ...]) -> None:
    minute, hour, day, month, year = fields
    is_right = all(low <= value <= high for value, (low, high) in zip(fields, NUMBERS, strict=True))

    assert (cron_flaw(f"{minute} {hour} {day} {month} ? {year}") is None) == is_right


@given(text=st.text(max_size=40) | st.text("0123456789*?/,-LW# MONFRI", max_size=30))
def test_any_text_is_a_cron_expression_or_is_refused_in_words(text: str) -> None:
    try:
        schedule = Schedule(start=text, stop="0 18 ? * MON-FRI *")
    except ValidationError as exc:
        assert "expected a cron expression of AWS's" in str(exc)
    else:
        assert cron_flaw(schedule.start) is None
