"""Each service with one resource for each function that is to be invoked, as its own calls show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.aws.wired_world import ACCOUNT, ELSEWHERE, REGION, REGIONS, Responder, in_regions, once, paged

Answers = Mapping[str, Responder]


@dataclass(frozen=True, slots=True)
class Service:
    """A service: what its calls answer where these ARNs are invoked, and the source that the place of each one makes."""

    principal: str
    answers: Callable[[Sequence[str]], Answers]
    source: Callable[[int], str]


def _numbered(targets: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(place), target) for place, target in enumerate(targets)]


def _arn(service: str, resource: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def _looked_up(found: Mapping[str, Any], key: str) -> Responder:
    """Answer about the resource whose name ends with its number."""
    return lambda params, _region: found[params[key][-1]]


def _s3(targets: Sequence[str]) -> Answers:
    notified = {
        n: {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": target, "Events": ["s3:ObjectCreated:*"]}]}
        for n, target in _numbered(targets)
    }
    buckets = [{"Name": f"bucket-{n}"} for n in notified]
    return {
        "s3 ListBuckets": paged("Buckets", buckets, "ContinuationToken"),
        "s3 GetBucketNotificationConfiguration": _looked_up(notified, "Bucket"),
    }


def _sns(targets: Sequence[str]) -> Answers:
    listed = [
        {"Protocol": "lambda", "Endpoint": target, "TopicArn": _arn("sns", f"topic-{n}")}
        for n, target in _numbered(targets)
    ]
    mail = {"Protocol": "email", "Endpoint": "someone@example.com", "TopicArn": _arn("sns", "mail")}
    return {
        "account ListRegions": REGIONS,
        "sns ListSubscriptions": in_regions(
            {
                REGION: paged("Subscriptions", [mail, *listed[:1]], "NextToken"),
                ELSEWHERE: paged("Subscriptions", listed[1:], "NextToken"),
            }
        ),
    }


def _events(targets: Sequence[str]) -> Answers:
    rules = {(f"bus-{n}", target): f"rule-{n}" for n, target in _numbered(targets)}
    aimed = {f"rule-{n}": target for n, target in _numbered(targets)}

    def names(params: dict[str, Any], _region: str) -> dict[str, Any]:
        found = rules.get((params["EventBusName"], params["TargetArn"]))
        return {"RuleNames": [found] if found else []}

    def aims(params: dict[str, Any], _region: str) -> dict[str, Any]:
        return {"Targets": [{"Id": "1", "Arn": aimed[params["Rule"]]}]}

    buses = [{"Name": f"bus-{n}"} for n, _ in _numbered(targets)]
    return {
        "lambda ListAliases": paged("Aliases", [{"Name": "live"}], "Marker", following="NextMarker"),
        "events ListEventBuses": paged("EventBuses", [*buses, {"Name": "default"}], "NextToken"),
        "events ListRuleNamesByTarget": names,
        "events ListTargetsByRule": aims,
    }


def _logs(targets: Sequence[str]) -> Answers:
    filters = {
        n: {"subscriptionFilters": [{"filterName": "f", "destinationArn": target}]}
        for n, target in _numbered(targets)
    }
    return {
        "logs DescribeAccountPolicies": once({"accountPolicies": []}),
        "logs DescribeLogGroups": paged(
            "logGroups", [{"logGroupName": f"group-{n}"} for n in filters], "nextToken"
        ),
        "logs DescribeSubscriptionFilters": _looked_up(filters, "logGroupName"),
    }


def _alarms(targets: Sequence[str]) -> Answers:
    alarms = [
        {"AlarmArn": _arn("cloudwatch", f"alarm:alarm-{n}"), "AlarmActions": [target]}
        for n, target in _numbered(targets)
    ]
    return {"cloudwatch DescribeAlarms": paged("MetricAlarms", alarms, "NextToken")}


def _ses(targets: Sequence[str]) -> Answers:
    rules = {
        n: {"Rules": [{"Name": "rule", "Actions": [{"LambdaAction": {"FunctionArn": target}}]}]}
        for n, target in _numbered(targets)
    }
    return {
        "ses ListReceiptRuleSets": paged("RuleSets", [{"Name": f"set-{n}"} for n in rules], "NextToken"),
        "ses DescribeReceiptRuleSet": _looked_up(rules, "RuleSetName"),
    }


def _iot(targets: Sequence[str]) -> Answers:
    rules = {
        n: {"rule": {"actions": [], "errorAction": {"lambda": {"functionArn": target}}}}
        for n, target in _numbered(targets)
    }
    listed = [{"ruleName": f"rule-{n}", "ruleArn": _arn("iot", f"rule/rule-{n}")} for n in rules]
    return {
        "iot ListTopicRules": paged("rules", listed, "nextToken"),
        "iot GetTopicRule": _looked_up(rules, "ruleName"),
        "iot ListAuthorizers": paged(
            "authorizers",
            [{"authorizerName": "a"}, {"authorizerName": "b"}],
            "marker",
            following="nextMarker",
        ),
        "iot DescribeAuthorizer": once({"authorizerDescription": {}}),
        "iot ListProvisioningTemplates": paged(
            "templates", [{"templateName": "a"}, {"templateName": "b"}], "nextToken"
        ),
        "iot DescribeProvisioningTemplate": once({"templateName": "a"}),
    }


def _config(targets: Sequence[str]) -> Answers:
    rules = [
        {
            "ConfigRuleArn": _arn("config", f"config-rule/config-rule-{n}"),
            "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": target},
        }
        for n, target in _numbered(targets)
    ]
    aws = {"Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}}
    return {"config DescribeConfigRules": paged("ConfigRules", [aws, *rules], "NextToken")}


def _secrets(targets: Sequence[str]) -> Answers:
    secrets = [
        {"ARN": _arn("secretsmanager", f"secret:key-{n}-AbCdEf"), "RotationLambdaARN": target}
        for n, target in _numbered(targets)
    ]
    return {"secretsmanager ListSecrets": paged("SecretList", [{"Name": "fixed"}, *secrets], "NextToken")}


def _codecommit(targets: Sequence[str]) -> Answers:
    triggers = {
        n: {"triggers": [{"name": "t", "destinationArn": target, "events": ["all"]}]}
        for n, target in _numbered(targets)
    }
    return {
        "codecommit ListRepositories": paged(
            "repositories", [{"repositoryName": f"repository-{n}"} for n in triggers], "nextToken"
        ),
        "codecommit GetRepositoryTriggers": _looked_up(triggers, "repositoryName"),
    }


def invocation(function: str) -> str:
    """How API Gateway writes a call to Lambda."""
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"


def _api_gateway(targets: Sequence[str]) -> Answers:
    resources = {
        n: [
            {"path": "/"},
            {
                "resourceMethods": {
                    "GET": {"methodIntegration": {"type": "AWS_PROXY", "uri": invocation(target)}}
                }
            },
        ]
        for n, target in _numbered(targets)
    }
    apis = [{"id": f"rest{n}"} for n in resources]
    http = [{"ApiId": "http", "Name": "http", "ProtocolType": "HTTP"}]
    web = [{"IntegrationUri": "https://example.com/"}, {"IntegrationUri": "https://example.org/"}]
    return {
        "account ListRegions": REGIONS,
        "apigateway GetRestApis": in_regions(
            {
                REGION: paged("items", apis[:1], "position"),
                ELSEWHERE: paged("items", apis[1:], "position"),
            }
        ),
        "apigateway GetResources": lambda params, region: paged(
            "items", resources[params["restApiId"][-1]], "position"
        )(params, region),
        "apigateway GetAuthorizers": paged("items", [{"id": "a"}, {"id": "b"}], "position"),
        "apigatewayv2 GetApis": paged("Items", http, "NextToken"),
        "apigatewayv2 GetIntegrations": paged("Items", web, "NextToken"),
        "apigatewayv2 GetAuthorizers": paged("Items", [{"Name": "a"}, {"Name": "b"}], "NextToken"),
    }


def _load_balancers(targets: Sequence[str]) -> Answers:
    health = {
        n: {"TargetHealthDescriptions": [{"Target": {"Id": target}}]} for n, target in _numbered(targets)
    }
    groups = [
        {"TargetGroupArn": _arn("elasticloadbalancing", f"targetgroup/group/{n}"), "TargetType": "lambda"}
        for n in health
    ]
    servers = {"TargetGroupArn": _arn("elasticloadbalancing", "targetgroup/servers/a"), "TargetType": "ip"}
    return {
        "elbv2 DescribeTargetGroups": paged(
            "TargetGroups", [servers, *groups], "Marker", following="NextMarker"
        ),
        "elbv2 DescribeTargetHealth": _looked_up(health, "TargetGroupArn"),
    }


def _lattice(targets: Sequence[str]) -> Answers:
    held = {n: {"items": [{"id": target}]} for n, target in _numbered(targets)}
    groups = [{"id": f"tg-{n:0>17}", "arn": _arn("vpc-lattice", f"targetgroup/tg-{n:0>17}")} for n in held]
    return {
        "vpc-lattice ListTargetGroups": paged("items", groups, "nextToken"),
        "vpc-lattice ListTargets": _looked_up(held, "targetGroupIdentifier"),
    }


def _cloudfront(targets: Sequence[str]) -> Answers:
    urls = [
        {"FunctionUrl": f"https://url{n}.lambda-url.{REGION}.on.aws/", "FunctionArn": target}
        for n, target in _numbered(targets)
    ]

    def page(params: dict[str, Any], _region: str) -> dict[str, Any]:
        place = int(params.get("Marker", 0))
        origin = {"Id": "o", "DomainName": f"url{place}.lambda-url.{REGION}.on.aws"}
        arn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E{place}"
        more = {"NextMarker": str(place + 1)} if place + 1 < len(urls) else {}
        items = [{"ARN": arn, "Origins": {"Quantity": 1, "Items": [origin]}}]
        return {"DistributionList": {"Items": items, **more}}

    return {
        "lambda ListFunctionUrlConfigs": paged("FunctionUrlConfigs", urls, "Marker", following="NextMarker"),
        "cloudfront ListDistributions": page,
    }


def _appsync(targets: Sequence[str]) -> Answers:
    apis = [
        {
            "arn": _arn("appsync", f"apis/api{n}"),
            "additionalAuthenticationProviders": [{"lambdaAuthorizerConfig": {"authorizerUri": target}}],
        }
        for n, target in _numbered(targets)
    ]
    return {
        "appsync ListGraphqlApis": paged("graphqlApis", apis, "nextToken"),
        "appsync ListApis": paged("apis", [{"name": "a"}, {"name": "b"}], "nextToken"),
    }


def _user_pools(targets: Sequence[str]) -> Answers:
    triggers = {
        n: {
            "UserPool": {
                "LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": target}}
            }
        }
        for n, target in _numbered(targets)
    }
    return {
        "cognito-idp ListUserPools": paged(
            "UserPools", [{"Id": f"us-east-1_{n}"} for n in triggers], "NextToken"
        ),
        "cognito-idp DescribeUserPool": _looked_up(triggers, "UserPoolId"),
    }


def _identity_pools(targets: Sequence[str]) -> Answers:
    handlers = {n: {"Events": {"SyncTrigger": target}} for n, target in _numbered(targets)}
    return {
        "cognito-identity ListIdentityPools": paged(
            "IdentityPools", [{"IdentityPoolId": f"us-east-1:{n}"} for n in handlers], "NextToken"
        ),
        "cognito-sync GetCognitoEvents": _looked_up(handlers, "IdentityPoolId"),
    }


def _transfer(targets: Sequence[str]) -> Answers:
    described = {
        n: {"Server": {"IdentityProviderDetails": {"Function": target}}} for n, target in _numbered(targets)
    }
    servers = [
        {
            "Arn": _arn("transfer", f"server/s-{n:0>17}"),
            "ServerId": f"s-{n:0>17}",
            "IdentityProviderType": "AWS_LAMBDA",
        }
        for n in described
    ]
    managed = {"Arn": _arn("transfer", "server/s-a"), "IdentityProviderType": "SERVICE_MANAGED"}
    return {
        "transfer ListServers": paged("Servers", [managed, *servers], "NextToken"),
        "transfer DescribeServer": _looked_up(described, "ServerId"),
    }


def _bedrock(targets: Sequence[str]) -> Answers:
    executors = {
        n: {"agentActionGroup": {"actionGroupExecutor": {"lambda": target}}}
        for n, target in _numbered(targets)
    }
    agents = [{"agentId": f"AGENT0000{n}"} for n in executors]
    versions = [{"agentVersion": "DRAFT"}, {"agentVersion": "1"}]
    groups = [{"actionGroupId": "GROUP00000"}]
    return {
        "bedrock-agent ListFlows": once({"flowSummaries": []}),
        "bedrock-agent ListAgents": paged("agentSummaries", agents, "nextToken"),
        "bedrock-agent ListAgentVersions": paged("agentVersionSummaries", versions, "nextToken"),
        "bedrock-agent GetAgentVersion": once({"agentVersion": {"version": "1"}}),
        "bedrock-agent ListAgentActionGroups": paged("actionGroupSummaries", groups, "nextToken"),
        "bedrock-agent GetAgentActionGroup": _looked_up(executors, "agentId"),
    }


def _lex(targets: Sequence[str]) -> Answers:
    hooks = {
        n: {
            "botAliasLocaleSettings": {
                "en_US": {
                    "enabled": True,
                    "codeHookSpecification": {
                        "lambdaCodeHook": {"lambdaARN": target, "codeHookInterfaceVersion": "1.0"}
                    },
                }
            }
        }
        for n, target in _numbered(targets)
    }
    return {
        "lexv2-models ListBots": paged(
            "botSummaries", [{"botId": f"BOT000000{n}"} for n in hooks], "nextToken"
        ),
        "lexv2-models ListBotAliases": paged(
            "botAliasSummaries", [{"botAliasId": "ALIAS00000"}, {"botAliasId": "ALIAS00001"}], "nextToken"
        ),
        "lexv2-models DescribeBotAlias": lambda params, _region: (
            hooks[params["botId"][-1]] if params["botAliasId"] == "ALIAS00000" else {}
        ),
    }


def _connect(targets: Sequence[str]) -> Answers:
    added = dict(_numbered(targets))
    instances = [{"Id": f"instance-{n}", "Arn": _arn("connect", f"instance/instance-{n}")} for n in added]
    other = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:other"
    return {
        "connect ListInstances": paged("InstanceSummaryList", instances, "NextToken"),
        "connect ListLambdaFunctions": lambda params, region: paged(
            "LambdaFunctions", [other, added[params["InstanceId"][-1]]], "NextToken"
        )(params, region),
    }


SERVICES = (
    Service("s3.amazonaws.com", _s3, lambda n: f"arn:aws:s3:::bucket-{n}"),
    Service("sns.amazonaws.com", _sns, lambda n: _arn("sns", f"topic-{n}")),
    Service("events.amazonaws.com", _events, lambda n: _arn("events", f"rule/bus-{n}/rule-{n}")),
    Service("logs.amazonaws.com", _logs, lambda n: _arn("logs", f"log-group:group-{n}:*")),
    Service(
        "lambda.alarms.cloudwatch.amazonaws.com", _alarms, lambda n: _arn("cloudwatch", f"alarm:alarm-{n}")
    ),
    Service("ses.amazonaws.com", _ses, lambda n: _arn("ses", f"receipt-rule-set/set-{n}:receipt-rule/rule")),
    Service("iot.amazonaws.com", _iot, lambda n: _arn("iot", f"rule/rule-{n}")),
    Service("config.amazonaws.com", _config, lambda n: _arn("config", f"config-rule/config-rule-{n}")),
    Service(
        "secretsmanager.amazonaws.com",
        _secrets,
        lambda n: _arn("secretsmanager", f"secret:key-{n}-AbCdEf"),
    ),
    Service("codecommit.amazonaws.com", _codecommit, lambda n: _arn("codecommit", f"repository-{n}")),
    Service("apigateway.amazonaws.com", _api_gateway, lambda n: _arn("execute-api", f"rest{n}/*")),
    Service(
        "elasticloadbalancing.amazonaws.com",
        _load_balancers,
        lambda n: _arn("elasticloadbalancing", f"targetgroup/group/{n}"),
    ),
    Service(
        "vpc-lattice.amazonaws.com",
        _lattice,
        lambda n: _arn("vpc-lattice", f"targetgroup/tg-{n:0>17}"),
    ),
    Service(
        "cloudfront.amazonaws.com", _cloudfront, lambda n: f"arn:aws:cloudfront::{ACCOUNT}:distribution/E{n}"
    ),
    Service("appsync.amazonaws.com", _appsync, lambda n: _arn("appsync", f"apis/api{n}")),
    Service(
        "cognito-idp.amazonaws.com", _user_pools, lambda n: _arn("cognito-idp", f"userpool/us-east-1_{n}")
    ),
    Service(
        "cognito-sync.amazonaws.com",
        _identity_pools,
        lambda n: _arn("cognito-sync", f"identitypool/us-east-1:{n}"),
    ),
    Service("transfer.amazonaws.com", _transfer, lambda n: _arn("transfer", f"server/s-{n:0>17}")),
    Service("bedrock.amazonaws.com", _bedrock, lambda n: _arn("bedrock", f"agent/AGENT0000{n}")),
    Service("lexv2.amazonaws.com", _lex, lambda n: _arn("lex", f"bot-alias/BOT000000{n}/ALIAS00000")),
    Service("connect.amazonaws.com", _connect, lambda n: _arn("connect", f"instance/instance-{n}")),
)

ACCOUNT_POLICY = {
    "accountPolicies": [
        {
            "policyDocument": json.dumps(
                {"DestinationArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"}
            )
        }
    ]
}
"""A subscription filter of the whole account."""
