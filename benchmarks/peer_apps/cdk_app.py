"""The endpoints of a catalog as an AWS CDK app: python cdk_app.py CATALOG.json OUTPUT_FOLDER."""

import json
import sys

from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm

IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/vllm:server-sagemaker-cuda-v2.3"
TRUST = {"Service": "sagemaker.amazonaws.com"}


def main(catalog: str, output: str) -> None:
    with open(catalog, encoding="utf-8") as file:  # noqa: PTH123 - what a script of few lines would write
        models = json.load(file)["models"]
    # More than CloudFormation takes in one stack: only the speed of making the text is compared.
    app = App(outdir=output, analytics_reporting=False, context={"@aws-cdk/core:stackResourceLimit": 0})
    stack = Stack(app, "terrachat")
    for model in models:
        add_endpoint(stack, model)
    app.synth()


def add_endpoint(stack: Stack, model: dict) -> None:
    key, name = model["id"], f"terrachat-demo-{model['id']}"
    log = logs.CfnLogGroup(stack, f"{key}-log", log_group_name=f"/aws/sagemaker/Endpoints/{name}", retention_in_days=14)
    role = iam.CfnRole(
        stack,
        f"{key}-role",
        assume_role_policy_document=document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": TRUST}),
    )
    policy = iam.CfnRolePolicy(
        stack,
        f"{key}-policy",
        policy_name="run-container",
        role_name=role.ref,
        policy_document=document(
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log.attr_arn},
            {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*"},
        ),
    )
    container = sagemaker.CfnModel.ContainerDefinitionProperty(
        image=IMAGE, environment={**model["environment"], "SM_VLLM_MODEL": model["source"]["huggingface"]}
    )
    served = sagemaker.CfnModel(stack, f"{key}-model", execution_role_arn=role.attr_arn, primary_container=container)
    served.add_resource_dependency(policy)
    variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
        variant_name="AllTraffic",
        model_name=served.attr_model_name,
        instance_type=model["instance_type"],
        initial_instance_count=model["instances"]["min"],
        initial_variant_weight=1,
        container_startup_health_check_timeout_in_seconds=model["startup_timeout_s"],
    )
    configuration = sagemaker.CfnEndpointConfig(stack, f"{key}-configuration", production_variants=[variant])
    endpoint = sagemaker.CfnEndpoint(
        stack,
        f"{key}-endpoint",
        endpoint_name=name,
        endpoint_config_name=configuration.attr_endpoint_config_name,
    )
    endpoint.add_resource_dependency(log)
    parameter = ssm.CfnParameter(
        stack,
        f"{key}-parameter",
        name=f"/terrachat/demo/models/{key}",
        type="String",
        value=json.dumps({"version": 1, "id": key, "endpoint": name, "defaults": model["defaults"]}),
    )
    parameter.add_resource_dependency(endpoint)


def document(*statements: dict) -> dict:
    return {"Version": "2012-10-17", "Statement": list(statements)}


if __name__ == "__main__":
    main(*sys.argv[1:])
