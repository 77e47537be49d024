"""Services that call because somebody waits for the answer: a request, a sign-in, a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from permission_guard.aws.wiring.calls import Incomplete
from permission_guard.aws.wiring.search import Search
from permission_guard.facts import Source

PERMISSIONS = (
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "vpc-lattice:ListTargetGroups",
    "vpc-lattice:ListTargets",
    "lambda:ListFunctionUrlConfigs",
    "cloudfront:ListDistributions",
    "appsync:ListGraphqlApis",
    "appsync:ListApis",
    "cognito-idp:ListUserPools",
    "cognito-idp:DescribeUserPool",
    "cognito-identity:ListIdentityPools",
    "cognito-sync:GetCognitoEvents",
    "transfer:ListServers",
    "transfer:DescribeServer",
    "bedrock:ListFlows",
    "bedrock:ListAgents",
    "bedrock:ListAgentVersions",
    "bedrock:GetAgentVersion",
    "bedrock:ListAgentActionGroups",
    "bedrock:GetAgentActionGroup",
    "lex:ListBots",
    "lex:ListBotAliases",
    "lex:DescribeBotAlias",
    "connect:ListInstances",
    # "connect:ListInstances" without it is refused (Service Authorization Reference, dependent actions).
    "ds:DescribeDirectories",
    "connect:ListLambdaFunctions",
)
"""The rights that this module's calls need."""

_PARAMETER: Final = "{{"


def of_load_balancers(search: Search) -> Iterator[Source]:
    """Target groups, whether a load balancer uses them or not."""
    for page in search.calls.pages(
        "elbv2", "DescribeTargetGroups", "Marker", following=("NextMarker",), PageSize=400
    ):
        for group in (one for one in page.each("TargetGroups") if one.text("TargetType") == "lambda"):
            arn = group.text("TargetGroupArn")
            found = search.calls.call_unless_gone("elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
            for one in found.each("TargetHealthDescriptions"):
                if target := search.target(one.text("Target", "Id")):
                    yield search.source(arn, target)


def of_vpc_lattice(search: Search) -> Iterator[Source]:
    """Target groups of VPC Lattice."""
    pages = search.calls.pages
    for page in pages(
        "vpc-lattice", "ListTargetGroups", "nextToken", targetGroupType="LAMBDA", maxResults=100
    ):
        for group in page.each("items"):
            identifier = group.text("id")
            for found in pages(
                "vpc-lattice", "ListTargets", "nextToken", targetGroupIdentifier=identifier, maxResults=100
            ):
                for one in found.each("items"):
                    if target := search.target(one.text("id")):
                        yield search.source(group.text("arn"), target)


def of_cloudfront(search: Search) -> Iterator[Source]:
    """Distributions with an origin that is a function URL of the function: without one there can be none."""
    urls = {
        urlsplit(one.text("FunctionUrl")).hostname or "": one.text("FunctionArn")
        for page in search.calls.pages(
            "lambda",
            "ListFunctionUrlConfigs",
            "Marker",
            following=("NextMarker",),
            FunctionName=search.function.name,
            MaxItems=50,
        )
        for one in page.each("FunctionUrlConfigs")
    }
    if not urls:
        return
    following = ("DistributionList", "NextMarker")
    for page in search.calls.pages("cloudfront", "ListDistributions", "Marker", following=following):
        for distribution in page.each("DistributionList", "Items"):
            for host in (
                origin.text("DomainName").lower() for origin in distribution.each("Origins", "Items")
            ):
                if _PARAMETER in host:  # each tenant of a distribution fills it in its own way
                    raise Incomplete(f"an origin of {distribution.text('ARN')} is what a tenant says: {host}")
                if host in urls and (target := search.target(urls[host])):
                    yield search.source(distribution.text("ARN"), target)


def of_appsync(search: Search) -> Iterator[Source]:
    """GraphQL and Event APIs with an authorizer: data sources use a role."""
    uri = ("lambdaAuthorizerConfig", "authorizerUri")
    for page in search.calls.pages("appsync", "ListGraphqlApis", "nextToken", maxResults=25):
        for api in page.each("graphqlApis"):
            for provider in (api, *api.each("additionalAuthenticationProviders")):
                if target := search.invoked(provider.text(*uri)):
                    yield search.source(api.text("arn"), target)
    for page in search.calls.pages("appsync", "ListApis", "nextToken", maxResults=25):
        for api in page.each("apis"):
            for provider in api.each("eventConfig", "authProviders"):
                if target := search.invoked(provider.text(*uri)):
                    yield search.source(api.text("apiArn"), target)


def of_cognito_user_pools(search: Search) -> Iterator[Source]:
    """User pools with a trigger. Each is read, since no page says that the list shows every trigger."""
    for page in search.calls.pages("cognito-idp", "ListUserPools", "NextToken", MaxResults=60):
        for pool in (one.text("Id") for one in page.each("UserPools")):
            found = search.calls.call_unless_gone("cognito-idp", "DescribeUserPool", UserPoolId=pool)
            triggers = found.at("UserPool", "LambdaConfig")
            # Some triggers are an ARN, those that came later a structure with the ARN in it.
            for arn in (*triggers.texts(), *(one.text("LambdaArn") for one in triggers.each())):
                if target := search.target(arn):
                    yield search.named(pool, target)


def of_cognito_sync(search: Search) -> Iterator[Source]:
    """Identity pools with a handler for Cognito events."""
    for page in search.calls.pages("cognito-identity", "ListIdentityPools", "NextToken", MaxResults=60):
        for pool in (one.text("IdentityPoolId") for one in page.each("IdentityPools")):
            found = search.calls.call_unless_gone("cognito-sync", "GetCognitoEvents", IdentityPoolId=pool)
            for arn in found.texts("Events"):
                if target := search.target(arn):
                    yield search.named(pool, target)


def of_transfer(search: Search) -> Iterator[Source]:
    """Servers whose users the function identifies."""
    for page in search.calls.pages("transfer", "ListServers", "NextToken", MaxResults=1000):
        for server in page.each("Servers"):
            if server.text("IdentityProviderType") == "AWS_LAMBDA":
                found = search.calls.call_unless_gone(
                    "transfer", "DescribeServer", ServerId=server.text("ServerId")
                )
                if target := search.target(found.text("Server", "IdentityProviderDetails", "Function")):
                    yield search.source(server.text("Arn"), target)


def of_bedrock(search: Search) -> Iterator[Source]:
    """Agents: the action groups of every version, and the function that parses a version's prompts.

    A flow is said to use a role for its functions, and to come with an ARN of its own as well (facts 4); so where there
    is any flow, nothing certain can be said.
    """
    for page in search.calls.pages("bedrock-agent", "ListFlows", "nextToken", maxResults=1000):
        if page.has("flowSummaries"):
            raise Incomplete("there are flows of Bedrock, and whether one of them uses it is not known")
    for page in search.calls.pages("bedrock-agent", "ListAgents", "nextToken", maxResults=1000):
        for agent in (one.text("agentId") for one in page.each("agentSummaries")):
            for found in search.calls.pages(
                "bedrock-agent", "ListAgentVersions", "nextToken", agentId=agent, maxResults=1000
            ):
                for version in found.each("agentVersionSummaries"):
                    for arn in _of_agent(search, agent, version.text("agentVersion")):
                        if target := search.target(arn):
                            yield search.named(f"agent/{agent}", target)


def _of_agent(search: Search, agent: str, version: str) -> Iterator[str]:
    calls = search.calls
    found = calls.call_unless_gone("bedrock-agent", "GetAgentVersion", agentId=agent, agentVersion=version)
    yield found.text("agentVersion", "promptOverrideConfiguration", "overrideLambda")
    for page in calls.pages(
        "bedrock-agent",
        "ListAgentActionGroups",
        "nextToken",
        agentId=agent,
        agentVersion=version,
        maxResults=1000,
    ):
        for group in page.each("actionGroupSummaries"):
            found = calls.call_unless_gone(
                "bedrock-agent",
                "GetAgentActionGroup",
                agentId=agent,
                agentVersion=version,
                actionGroupId=group.text("actionGroupId"),
            )
            yield found.text("agentActionGroup", "actionGroupExecutor", "lambda")


def of_lex(search: Search) -> Iterator[Source]:
    """Aliases of bots, with a function for a language."""
    calls = search.calls
    for page in calls.pages("lexv2-models", "ListBots", "nextToken", maxResults=1000):
        for bot in (one.text("botId") for one in page.each("botSummaries")):
            for found in calls.pages(
                "lexv2-models", "ListBotAliases", "nextToken", botId=bot, maxResults=1000
            ):
                for alias in (one.text("botAliasId") for one in found.each("botAliasSummaries")):
                    described = calls.call_unless_gone(
                        "lexv2-models", "DescribeBotAlias", botId=bot, botAliasId=alias
                    )
                    for language in described.each("botAliasLocaleSettings"):
                        hook = language.text("codeHookSpecification", "lambdaCodeHook", "lambdaARN")
                        if target := search.target(hook):
                            yield search.named(f"{bot}/{alias}", target)


def of_connect(search: Search) -> Iterator[Source]:
    """Instances that the function has been added to."""
    for page in search.calls.pages("connect", "ListInstances", "NextToken", MaxResults=10):
        for instance in page.each("InstanceSummaryList"):
            for found in search.calls.pages(
                "connect",
                "ListLambdaFunctions",
                "NextToken",
                InstanceId=instance.text("Id"),
                MaxResults=25,
            ):
                for arn in found.texts("LambdaFunctions"):
                    if target := search.target(arn):
                        yield search.source(instance.text("Arn"), target)
