"""What IAM must allow whoever deploys the chat page on ECS, for each type of resource in hosting.tf, as data.

Separate from deploy_actions.py, whose table this becomes a part of, because it changes with other services. Sources as
there; which actions are tied to no resource: Service Authorization Reference, of ECS, Elastic Load Balancing and EC2;
read on 2026-11-22. What AWS asks for beside the calls (service-linked roles, what creating a load balancer looks at)
was not tried there.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.families.grants import ANY, Grant, arn, grant, linked_role, pass_role

_TAGS_OF_ECS = "ListTagsForResource TagResource UntagResource"
_TAGS_OF_ELB = "AddTags RemoveTags"
_SERVICE = arn("ecs", "service/{cluster}/{service}")
_TARGET_GROUP = arn("elasticloadbalancing", "targetgroup/{name}/{generated}")
_LOAD_BALANCER = arn("elasticloadbalancing", "loadbalancer/app/{name}/{generated}")
_LISTENER = arn("elasticloadbalancing", "listener/app/{name}/{generated}/{generated}")
_LISTENER_RULE = arn("elasticloadbalancing", "listener-rule/app/{name}/{generated}/{generated}/{generated}")
_GROUP = arn("ec2", "security-group/*")
_RULE = arn("ec2", "security-group-rule/*")
_SCALABLE_TARGET = arn("application-autoscaling", "scalable-target/{target}")

HOSTING_ACTIONS: Mapping[str, tuple[Grant, ...]] = {
    "aws_ecs_cluster": (
        grant(ANY, "ecs", "CreateCluster"),
        grant(
            arn("ecs", "cluster/{cluster}"),
            "ecs",
            f"DeleteCluster DescribeClusters UpdateCluster {_TAGS_OF_ECS}",
        ),
        linked_role("ecs", "AWSServiceRoleForECS", "the account has used ECS before"),
    ),
    "aws_ecs_task_definition": (
        grant(ANY, "ecs", "DeregisterTaskDefinition DescribeTaskDefinition"),
        grant(arn("ecs", "task-definition/{family}:*"), "ecs", f"RegisterTaskDefinition {_TAGS_OF_ECS}"),
        pass_role("ecs-tasks"),
    ),
    "aws_ecs_service": (
        grant(_SERVICE, "ecs", f"CreateService DeleteService DescribeServices UpdateService {_TAGS_OF_ECS}"),
    ),
    "aws_lb": (
        grant(
            ANY,
            "elasticloadbalancing",
            "DescribeCapacityReservation DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeTags",
        ),
        grant(
            _LOAD_BALANCER,
            "elasticloadbalancing",
            "CreateLoadBalancer DeleteLoadBalancer ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups "
            f"SetSubnets {_TAGS_OF_ELB}",
        ),
        grant(
            ANY,
            "ec2",
            "DescribeAccountAttributes DescribeInternetGateways DescribeNetworkInterfaces DescribeSecurityGroups "
            "DescribeSubnets DescribeVpcs",
        ),
        linked_role(
            "elasticloadbalancing",
            "AWSServiceRoleForElasticLoadBalancing",
            "the account has had a load balancer before",
        ),
    ),
    "aws_lb_target_group": (
        grant(ANY, "elasticloadbalancing", "DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups"),
        grant(
            _TARGET_GROUP,
            "elasticloadbalancing",
            f"CreateTargetGroup DeleteTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes {_TAGS_OF_ELB}",
        ),
    ),
    "aws_lb_listener": (
        grant(ANY, "elasticloadbalancing", "DescribeListenerAttributes DescribeListeners DescribeTags"),
        grant(_LOAD_BALANCER, "elasticloadbalancing", f"CreateListener {_TAGS_OF_ELB}"),
        grant(
            _LISTENER,
            "elasticloadbalancing",
            f"DeleteListener ModifyListener ModifyListenerAttributes {_TAGS_OF_ELB}",
        ),
    ),
    "aws_lb_listener_rule": (
        grant(ANY, "elasticloadbalancing", "DescribeRules DescribeTags"),
        grant(_LISTENER, "elasticloadbalancing", f"CreateRule {_TAGS_OF_ELB}"),
        grant(_LISTENER_RULE, "elasticloadbalancing", f"DeleteRule ModifyRule SetRulePriorities {_TAGS_OF_ELB}"),
    ),
    "aws_security_group": (
        grant(ANY, "ec2", "DescribeNetworkInterfaces DescribeSecurityGroups"),
        grant(arn("ec2", "vpc/{vpc}"), "ec2", "CreateSecurityGroup"),
        grant(
            _GROUP,
            "ec2",
            "CreateSecurityGroup CreateTags DeleteSecurityGroup DeleteTags RevokeSecurityGroupEgress "
            "RevokeSecurityGroupIngress",
        ),
    ),
    "aws_vpc_security_group_egress_rule": (
        grant(ANY, "ec2", "DescribeSecurityGroupRules"),
        grant(
            _GROUP,
            "ec2",
            "AuthorizeSecurityGroupEgress ModifySecurityGroupRules RevokeSecurityGroupEgress",
        ),
        grant(_RULE, "ec2", "CreateTags DeleteTags"),
    ),
    "aws_vpc_security_group_ingress_rule": (
        grant(ANY, "ec2", "DescribeSecurityGroupRules"),
        grant(
            _GROUP,
            "ec2",
            "AuthorizeSecurityGroupIngress ModifySecurityGroupRules RevokeSecurityGroupIngress",
        ),
        grant(_RULE, "ec2", "CreateTags DeleteTags"),
    ),
    # Of a service's tasks: of an endpoint's instances they are in deploy_actions.py.
    "aws_appautoscaling_target of ECS": (
        grant(ANY, "application-autoscaling", "DescribeScalableTargets"),
        grant(
            _SCALABLE_TARGET,
            "application-autoscaling",
            "DeregisterScalableTarget ListTagsForResource RegisterScalableTarget TagResource UntagResource",
        ),
        grant(_SERVICE, "ecs", "DescribeServices UpdateService"),
        linked_role(
            "ecs.application-autoscaling",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            "the account has scaled an ECS service before",
        ),
    ),
    "aws_appautoscaling_policy of ECS": (
        grant(ANY, "application-autoscaling", "DescribeScalingPolicies"),
        grant(_SCALABLE_TARGET, "application-autoscaling", "DeleteScalingPolicy PutScalingPolicy"),
        grant(ANY, "cloudwatch", "DescribeAlarms"),
        grant(
            arn("cloudwatch", "alarm:TargetTracking-service/{cluster}/{service}"),
            "cloudwatch",
            "DeleteAlarms PutMetricAlarm",
        ),
    ),
}
