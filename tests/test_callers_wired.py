"""The reverse lookups of the table of callers: held against a second writing and against AWS's API models."""

from __future__ import annotations

import pytest
from botocore.session import Session

from permission_guard.callers import CALLERS, Lookup, caller_of

CALLS = {
    "s3.amazonaws.com": ("s3 ListBuckets 10000", "s3 GetBucketNotificationConfiguration"),
    "sns.amazonaws.com": ("account ListRegions 50", "sns ListSubscriptions 100"),
    "events.amazonaws.com": (
        "lambda ListAliases 10000",
        "events ListEventBuses 100",
        "events ListRuleNamesByTarget 100",
        "events ListTargetsByRule 100",
    ),
    "apigateway.amazonaws.com": (
        "account ListRegions 50",
        "apigateway GetRestApis 500",
        "apigateway GetResources 500",
        "apigateway GetAuthorizers 500",
        "apigatewayv2 GetApis",
        "apigatewayv2 GetIntegrations",
        "apigatewayv2 GetAuthorizers",
    ),
    "logs.amazonaws.com": (
        "logs DescribeAccountPolicies",
        "logs DescribeLogGroups 50",
        "logs DescribeSubscriptionFilters 50",
    ),
    "cognito-idp.amazonaws.com": ("cognito-idp ListUserPools 60", "cognito-idp DescribeUserPool"),
    "cognito-sync.amazonaws.com": ("cognito-identity ListIdentityPools 60", "cognito-sync GetCognitoEvents"),
    "ses.amazonaws.com": ("ses ListReceiptRuleSets", "ses DescribeReceiptRuleSet"),
    "elasticloadbalancing.amazonaws.com": (
        "elbv2 DescribeTargetGroups 400",
        "elbv2 DescribeTargetHealth",
    ),
    "iot.amazonaws.com": (
        "iot ListTopicRules 10000",
        "iot GetTopicRule",
        "iot ListAuthorizers 250",
        "iot DescribeAuthorizer",
        "iot ListProvisioningTemplates 250",
        "iot DescribeProvisioningTemplate",
    ),
    "config.amazonaws.com": ("config DescribeConfigRules 25",),
    "secretsmanager.amazonaws.com": ("secretsmanager ListSecrets 100",),
    "bedrock.amazonaws.com": (
        "bedrock-agent ListFlows 1000",
        "bedrock-agent ListAgents 1000",
        "bedrock-agent ListAgentVersions 1000",
        "bedrock-agent GetAgentVersion",
        "bedrock-agent ListAgentActionGroups 1000",
        "bedrock-agent GetAgentActionGroup",
    ),
    "lexv2.amazonaws.com": (
        "lexv2-models ListBots 1000",
        "lexv2-models ListBotAliases 1000",
        "lexv2-models DescribeBotAlias",
    ),
    "lex.amazonaws.com": (),
    "connect.amazonaws.com": ("connect ListInstances 10", "connect ListLambdaFunctions 25"),
    "lambda.alarms.cloudwatch.amazonaws.com": ("cloudwatch DescribeAlarms 100",),
    "vpc-lattice.amazonaws.com": ("vpc-lattice ListTargetGroups 100", "vpc-lattice ListTargets 100"),
    "codecommit.amazonaws.com": ("codecommit ListRepositories", "codecommit GetRepositoryTriggers"),
    "workmail.amazonaws.com": (),
    "transfer.amazonaws.com": ("transfer ListServers 1000", "transfer DescribeServer"),
    "appsync.amazonaws.com": ("appsync ListGraphqlApis 25", "appsync ListApis 25"),
    "cloudfront.amazonaws.com": ("lambda ListFunctionUrlConfigs 50", "cloudfront ListDistributions"),
}
"""The calls of each service, in their order, with the size of a page where it is documented."""

LOOKUPS = sorted({lookup for caller in CALLERS for lookup in caller.wired}, key=str)
LIMITS = {"limit", "maxresults", "pagesize", "maxrecords", "maxbuckets"}
AWS = Session()


def text(lookup: Lookup) -> str:
    words = (lookup.client, lookup.operation, lookup.page_size)
    return " ".join(str(word) for word in words if word is not None)


def named(lookup: Lookup) -> str:
    return f"{lookup.client}-{lookup.operation}"


def test_the_calls_are_written_down_for_every_service() -> None:
    assert sorted(caller.principal for caller in CALLERS) == sorted(CALLS)


@pytest.mark.parametrize("principal", CALLS)
def test_each_service_is_asked_by_these_calls_in_this_order(principal: str) -> None:
    caller = caller_of(principal)

    assert caller is not None
    assert tuple(text(lookup) for lookup in caller.wired) == CALLS[principal]


@pytest.mark.parametrize("lookup", LOOKUPS, ids=named)
def test_each_call_is_one_that_aws_has(lookup: Lookup) -> None:
    assert lookup.operation in AWS.get_service_model(lookup.client).operation_names


@pytest.mark.parametrize("lookup", LOOKUPS, ids=named)
def test_a_call_is_paginated_just_when_boto3_has_a_paginator_for_it(lookup: Lookup) -> None:
    configuration = AWS.get_component("data_loader").load_service_model(lookup.client, "paginators-1")

    assert lookup.paginated == (lookup.operation in configuration["pagination"])


@pytest.mark.parametrize("lookup", LOOKUPS, ids=named)
def test_the_size_of_a_page_is_the_most_that_aws_admits_where_its_model_says_so(lookup: Lookup) -> None:
    shape = AWS.get_service_model(lookup.client).operation_model(lookup.operation).input_shape
    members = shape.members.items() if shape else ()
    most = [
        member.metadata["max"]
        for name, member in members
        if name.lower() in LIMITS and member.metadata.get("max")
    ]

    assert most in ([], [lookup.page_size])
