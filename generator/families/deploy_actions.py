"""What IAM must allow whoever deploys, for each type of resource in the module, as data.

Facts only. Separate from preflight/permission_needs.py, which asks which of them a deployment takes: these change with
the AWS provider.

Sources. The operations are those that hashicorp/aws 5.100.0 called on 2026-11-22 while a module with every type was
applied, changed and destroyed (tests/functional/test_deploy_actions.py goes on comparing). Scaling: SageMaker developer
guide, "Auto scaling prerequisites"; the backend: Terraform's page of S3; both read on 2026-11-22. What else no call
shows is as AWS has it and was not tried there: tags at creation are actions of their own, some actions are tied to no
resource, a role is passed, another account's layer is read, and a stack acts with its creator's permissions.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.families.grants import ANY, ROLE, Grant, arn, grant, linked_role, pass_role
from generator.families.hosting_actions import HOSTING_ACTIONS

_BUCKET = "arn:{partition}:s3:::{bucket}"
_OBJECT = "arn:{partition}:s3:::{bucket}/{key}"
_LOG_GROUP = arn("logs", "log-group:{name}:*")
_FUNCTION = arn("lambda", "function:{name}")
_SECRET = arn("secretsmanager", "secret:{name}")
_ENDPOINT_CONFIG = arn("sagemaker", "endpoint-config/{config}")
_SCALABLE_TARGET = arn("application-autoscaling", "scalable-target/{target}")
_SCHEDULE_GROUP = arn("scheduler", "schedule-group/{group}")
_TAGS_OF_SAGEMAKER = "AddTags DeleteTags ListTags"

_MODEL = (
    grant(arn("sagemaker", "model/{name}"), "sagemaker", f"CreateModel DeleteModel DescribeModel {_TAGS_OF_SAGEMAKER}"),
    pass_role("sagemaker"),
)

DEPLOY_ACTIONS: Mapping[str, tuple[Grant, ...]] = {
    "aws_iam_role": (
        grant(
            ROLE,
            "iam",
            "CreateRole DeleteRole GetRole ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies "
            "TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
        ),
    ),
    "aws_iam_role_policy": (grant(ROLE, "iam", "DeleteRolePolicy GetRolePolicy PutRolePolicy"),),
    "aws_cloudwatch_log_group": (
        grant(ANY, "logs", "DescribeLogGroups"),
        grant(
            _LOG_GROUP,
            "logs",
            "CreateLogGroup DeleteLogGroup ListTagsForResource PutRetentionPolicy TagResource UntagResource",
        ),
    ),
    "aws_lambda_function": (
        grant(
            _FUNCTION,
            "lambda",
            "CreateFunction DeleteFunction GetFunction GetFunctionCodeSigningConfig ListVersionsByFunction TagResource "
            "UntagResource UpdateFunctionCode UpdateFunctionConfiguration",
        ),
        Grant("{layer}", ("lambda:GetLayerVersion",)),
        pass_role("lambda"),
    ),
    # What an alias names is a version, which the function's own resource publishes.
    "aws_lambda_alias": (grant(_FUNCTION, "lambda", "CreateAlias DeleteAlias GetAlias PublishVersion UpdateAlias"),),
    "aws_lambda_provisioned_concurrency_config": (
        grant(
            f"{_FUNCTION}:live",
            "lambda",
            "DeleteProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig",
        ),
    ),
    "aws_lambda_function_url": (
        grant(
            _FUNCTION,
            "lambda",
            "CreateFunctionUrlConfig DeleteFunctionUrlConfig GetFunctionUrlConfig UpdateFunctionUrlConfig",
        ),
    ),
    "aws_cloudwatch_dashboard": (
        # A dashboard is of no region.
        grant(
            "arn:{partition}:cloudwatch::{account}:dashboard/{name}",
            "cloudwatch",
            "DeleteDashboards GetDashboard PutDashboard",
        ),
    ),
    "aws_cloudwatch_metric_alarm": (
        grant(ANY, "cloudwatch", "DescribeAlarms"),
        grant(
            arn("cloudwatch", "alarm:{name}"),
            "cloudwatch",
            "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
        ),
    ),
    "aws_dynamodb_table": (
        grant(
            arn("dynamodb", "table/{name}"),
            "dynamodb",
            "CreateTable DeleteTable DescribeContinuousBackups DescribeTable DescribeTimeToLive ListTagsOfResource "
            "TagResource UntagResource UpdateTable UpdateTimeToLive",
        ),
        # Which of AWS's keys encrypts the table; its ARN is not known before it is asked for.
        grant(ANY, "kms", "DescribeKey"),
    ),
    "aws_secretsmanager_secret": (
        grant(
            _SECRET,
            "secretsmanager",
            "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy TagResource UntagResource UpdateSecret",
        ),
    ),
    "aws_secretsmanager_secret_version": (
        grant(_SECRET, "secretsmanager", "DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage"),
    ),
    "aws_ssm_parameter": (
        grant(ANY, "ssm", "DescribeParameters"),
        grant(
            arn("ssm", "parameter{name}"),
            "ssm",
            "AddTagsToResource DeleteParameter GetParameter ListTagsForResource PutParameter RemoveTagsFromResource",
        ),
    ),
    "aws_sagemaker_model": _MODEL,
    "aws_sagemaker_endpoint_configuration": (
        grant(
            _ENDPOINT_CONFIG,
            "sagemaker",
            f"CreateEndpointConfig DeleteEndpointConfig DescribeEndpointConfig {_TAGS_OF_SAGEMAKER}",
        ),
    ),
    "aws_sagemaker_endpoint": (
        grant(
            arn("sagemaker", "endpoint/{name}"),
            "sagemaker",
            f"CreateEndpoint DeleteEndpoint DescribeEndpoint UpdateEndpoint {_TAGS_OF_SAGEMAKER}",
        ),
        grant(_ENDPOINT_CONFIG, "sagemaker", "CreateEndpoint UpdateEndpoint"),
    ),
    "aws_appautoscaling_target": (
        grant(ANY, "application-autoscaling", "DescribeScalableTargets"),
        grant(
            _SCALABLE_TARGET,
            "application-autoscaling",
            "DeregisterScalableTarget ListTagsForResource RegisterScalableTarget TagResource UntagResource",
        ),
        grant(arn("sagemaker", "endpoint/{name}"), "sagemaker", "DescribeEndpoint UpdateEndpointWeightsAndCapacities"),
        linked_role(
            "sagemaker.application-autoscaling",
            "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
            "the account has scaled a SageMaker endpoint before",
        ),
    ),
    "aws_appautoscaling_policy": (
        grant(ANY, "application-autoscaling", "DescribeScalingPolicies"),
        grant(_SCALABLE_TARGET, "application-autoscaling", "DeleteScalingPolicy PutScalingPolicy"),
        grant(ANY, "cloudwatch", "DescribeAlarms"),
        grant(
            arn("cloudwatch", "alarm:TargetTracking-endpoint/{name}/variant/AllTraffic"),
            "cloudwatch",
            "DeleteAlarms PutMetricAlarm",
        ),
    ),
    "aws_scheduler_schedule_group": (
        grant(
            _SCHEDULE_GROUP,
            "scheduler",
            "CreateScheduleGroup DeleteScheduleGroup GetScheduleGroup ListTagsForResource TagResource UntagResource",
        ),
    ),
    "aws_scheduler_schedule": (
        grant(
            arn("scheduler", "schedule/{group}/{name}"),
            "scheduler",
            "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
        ),
        pass_role("scheduler"),
    ),
    "aws_cloudformation_stack": (
        grant(
            arn("cloudformation", "stack/{name}/{stack}"),
            "cloudformation",
            "CreateStack DeleteStack DescribeStackEvents DescribeStacks GetTemplate TagResource UntagResource "
            "UpdateStack",
        ),
        *_MODEL,
    ),
    "aws_s3_bucket": (
        grant(
            _BUCKET,
            "s3",
            "CreateBucket DeleteBucket GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging "
            "GetBucketObjectLockConfiguration GetBucketPolicy GetBucketRequestPayment GetBucketTagging "
            "GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration "
            "GetReplicationConfiguration ListBucket ListBucketVersions PutBucketTagging",
        ),
    ),
    "aws_s3_bucket_public_access_block": (
        grant(_BUCKET, "s3", "GetBucketPublicAccessBlock PutBucketPublicAccessBlock"),
    ),
    "aws_s3_bucket_server_side_encryption_configuration": (
        grant(_BUCKET, "s3", "GetEncryptionConfiguration PutEncryptionConfiguration"),
    ),
    "aws_s3_bucket_versioning": (grant(_BUCKET, "s3", "GetBucketVersioning PutBucketVersioning"),),
    "aws_s3_object": (
        grant(
            _OBJECT,
            "s3",
            "DeleteObject DeleteObjectVersion GetObject GetObjectTagging GetObjectVersion PutObject PutObjectTagging",
        ),
    ),
    **HOSTING_ACTIONS,
}

TOKEN_SECRET_ACTIONS = Grant("{secret_arn}", ("secretsmanager:GetSecretValue",))
"""What CloudFormation does in the name of whoever deploys, where the Hugging Face token is in a secret that exists."""

BACKEND_ACTIONS: tuple[Grant, ...] = (
    grant(_BUCKET, "s3", "ListBucket"),
    grant(_OBJECT, "s3", "GetObject PutObject"),
    grant(f"{_OBJECT}.tflock", "s3", "DeleteObject GetObject PutObject"),
)
"""What Terraform needs where its state is in S3, with a lock file."""

BACKEND_KEY_ACTIONS = grant(arn("kms", "key/{key_id}"), "kms", "Decrypt Encrypt GenerateDataKey")
"""The same where a KMS key of the owner's encrypts the state."""
