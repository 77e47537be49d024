"""What is peculiar to one service: forms, classes, roles, regions, and what makes an answer incomplete."""

from __future__ import annotations

import pytest
from botocore.exceptions import ReadTimeoutError

from permission_guard.aws.wiring import wiring
from permission_guard.facts import FunctionFacts, NotFound, Source, Unreadable, Wired
from permission_guard.iam import LayerVersionArn
from permission_guard.ports import TryAgain
from permission_guard.world import ApiError
from tests.aws.wired_world import (
    ACCOUNT,
    ELSEWHERE,
    FUNCTION,
    REGION,
    REGIONS,
    Responder,
    WiredWorld,
    in_regions,
    once,
    paged,
)
from tests.aws.wiring.services import ACCOUNT_POLICY, SERVICES, invocation

LIVE = FUNCTION.qualified("live")
NOTHING = NotFound("nothing is wired")
API = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:api/*"


def of(principal: str, *targets: str) -> dict[str, Responder]:
    (service,) = (service for service in SERVICES if service.principal == principal)
    return dict(service.answers(targets))


def wired(*sources: tuple[str, str]) -> Wired:
    return Wired(tuple(Source(arn, ACCOUNT, target) for arn, target in sources))


# What is asked


@pytest.mark.parametrize("principal", ["workmail.amazonaws.com", "lex.amazonaws.com", "nobody.example.com"])
def test_a_service_without_a_lookup_is_not_found_and_asked_nothing(principal: str) -> None:
    world = WiredWorld({})

    assert world.wiring(principal) == NotFound(f"{principal} has no call that lists what it invokes")
    assert world.calls == []


def test_nothing_is_wired_to_a_layer() -> None:
    layer = FunctionFacts(LayerVersionArn("aws", REGION, ACCOUNT, "tools", "7"))
    found = wiring(WiredWorld({}).clients(), layer, "s3.amazonaws.com")

    assert found == NotFound("s3.amazonaws.com has no call that lists what it invokes")


def test_the_regional_name_of_a_service_is_that_of_the_service() -> None:
    world = WiredWorld(of("logs.amazonaws.com", str(FUNCTION)))

    assert isinstance(world.wiring(f"logs.{REGION}.amazonaws.com"), Wired)


# Faults


def test_a_status_that_says_too_many_requests_is_to_be_tried_again_whatever_its_code() -> None:
    world = WiredWorld(of("sns.amazonaws.com"), faults={"sns ListSubscriptions": ApiError("Throttled", "")})
    with pytest.raises(TryAgain):
        world.wiring("sns.amazonaws.com")


@pytest.mark.parametrize(
    "fault", [ReadTimeoutError(endpoint_url="https://s3"), ApiError("OperationAbortedConflict", "")]
)
def test_what_was_not_answered_is_to_be_tried_again_and_what_was_refused_is_not(fault: Exception) -> None:
    world = WiredWorld(of("s3.amazonaws.com"), faults={"s3 ListBuckets": fault})
    if isinstance(fault, ApiError):
        assert isinstance(world.wiring("s3.amazonaws.com"), Unreadable)
    else:
        with pytest.raises(TryAgain):
            world.wiring("s3.amazonaws.com")


def test_a_conflict_met_while_reading_is_to_be_tried_again() -> None:
    fault = ApiError("ResourceConflictException", "being changed")
    world = WiredWorld(
        of("cognito-sync.amazonaws.com", LIVE), faults={"cognito-sync GetCognitoEvents": fault}
    )
    with pytest.raises(TryAgain):
        world.wiring("cognito-sync.amazonaws.com")


def test_what_has_been_deleted_since_it_was_listed_invokes_nothing() -> None:
    gone = ApiError("NoSuchBucket", "The specified bucket does not exist")
    world = WiredWorld(
        of("s3.amazonaws.com", str(FUNCTION)), faults={"s3 GetBucketNotificationConfiguration": gone}
    )

    assert world.wiring("s3.amazonaws.com") == NOTHING


def test_a_resource_that_is_listed_without_its_arn_leaves_the_answer_incomplete() -> None:
    secrets = paged("SecretList", [{"RotationLambdaARN": LIVE}], "NextToken")
    found = WiredWorld({"secretsmanager ListSecrets": secrets}).wiring("secretsmanager.amazonaws.com")

    assert found == NotFound("secretsmanager.amazonaws.com names a resource without its ARN")


# S3, SNS, EventBridge


def test_only_buckets_of_the_functions_region_are_looked_at() -> None:
    world = WiredWorld(of("s3.amazonaws.com"))
    world.wiring("s3.amazonaws.com")

    assert world.sent == [("s3 ListBuckets", {"BucketRegion": REGION, "MaxBuckets": 10_000})]


def test_a_topic_of_another_account_is_found_with_its_own_account() -> None:
    topic = f"arn:aws:sns:{REGION}:444455556666:news"
    listed = [{"Protocol": "lambda", "Endpoint": LIVE, "TopicArn": topic}]
    world = WiredWorld(
        {"account ListRegions": REGIONS, "sns ListSubscriptions": once({"Subscriptions": listed})}
    )

    assert world.wiring("sns.amazonaws.com") == Wired((Source(topic, "444455556666", LIVE),))
    assert world.regions[-2:] == [REGION, ELSEWHERE]


def test_a_region_that_may_not_be_looked_at_makes_the_answer_incomplete_and_is_named() -> None:
    denied = {f"sns ListSubscriptions {ELSEWHERE}": ApiError("AuthorizationError", "")}
    found = WiredWorld(of("sns.amazonaws.com", LIVE), faults=dict(denied)).wiring("sns.amazonaws.com")

    assert found == NotFound(
        "what sns.amazonaws.com has in eu-west-1 is not known: AuthorizationError: no (ListSubscriptions)"
    )


def test_a_target_with_a_role_of_its_own_needs_no_statement() -> None:
    with_role = {"Id": "1", "Arn": LIVE, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/events"}
    answers = of("events.amazonaws.com", LIVE) | {"events ListTargetsByRule": once({"Targets": [with_role]})}
    assert WiredWorld(answers).wiring("events.amazonaws.com") == NOTHING

    without = {"Id": "2", "Arn": LIVE}
    answers["events ListTargetsByRule"] = paged("Targets", [with_role, without], "NextToken")
    assert isinstance(WiredWorld(answers).wiring("events.amazonaws.com"), Wired)


def test_a_rule_of_the_default_bus_has_an_arn_without_the_bus() -> None:
    answers = {
        "lambda ListAliases": once({"Aliases": []}),
        "events ListEventBuses": once({"EventBuses": [{"Name": "default"}]}),
        "events ListRuleNamesByTarget": lambda params, _: {
            "RuleNames": ["nightly"] if params["TargetArn"] == str(FUNCTION) else []
        },
        "events ListTargetsByRule": once({"Targets": [{"Id": "1", "Arn": str(FUNCTION)}]}),
    }

    assert WiredWorld(answers).wiring("events.amazonaws.com") == wired(
        (f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly", str(FUNCTION))
    )


def test_rules_are_looked_for_by_the_version_in_question_too() -> None:
    version = FUNCTION.qualified("7")
    answers = of("events.amazonaws.com", version)

    assert WiredWorld(answers).wiring("events.amazonaws.com") == NOTHING
    assert WiredWorld(answers).wiring("events.amazonaws.com", qualifier="7") == wired(
        (f"arn:aws:events:{REGION}:{ACCOUNT}:rule/bus-0/rule-0", version)
    )


# CloudWatch


def test_a_subscription_filter_of_the_account_stands_for_every_log_group() -> None:
    answers = of("logs.amazonaws.com", LIVE) | {"logs DescribeAccountPolicies": once(ACCOUNT_POLICY)}

    assert WiredWorld(answers).wiring("logs.amazonaws.com") == wired(
        (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*:*", str(FUNCTION)),
        (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:group-0:*", LIVE),
    )


@pytest.mark.parametrize("document", ["{", "[]", "{}", '{"DestinationArn": 1}'])
def test_a_policy_of_the_account_that_cannot_be_understood_leaves_the_answer_incomplete(
    document: str,
) -> None:
    answers = of("logs.amazonaws.com", LIVE) | {
        "logs DescribeAccountPolicies": once({"accountPolicies": [{"policyDocument": document}]})
    }

    assert WiredWorld(answers).wiring("logs.amazonaws.com") == NotFound(
        "a subscription filter policy of the account names no DestinationArn"
    )


def test_only_log_groups_that_can_have_filters_are_looked_at() -> None:
    world = WiredWorld(of("logs.amazonaws.com"))
    world.wiring("logs.amazonaws.com")

    assert ("logs DescribeLogGroups", {"logGroupClass": "STANDARD", "limit": 50}) in world.sent


@pytest.mark.parametrize("kind", ["MetricAlarms", "CompositeAlarms", "LogAlarms"])
@pytest.mark.parametrize("state", ["OKActions", "AlarmActions", "InsufficientDataActions"])
def test_an_alarm_of_every_kind_is_found_by_its_action_in_every_state(kind: str, state: str) -> None:
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:late"
    longer = f"{FUNCTION}-of-somebody-else"  # it begins so too, and CloudWatch asks for no more
    world = WiredWorld(
        {"cloudwatch DescribeAlarms": once({kind: [{"AlarmArn": arn, state: [longer, LIVE]}]})}
    )

    assert world.wiring("lambda.alarms.cloudwatch.amazonaws.com") == wired((arn, LIVE))
    (_, sent), *_ = world.sent
    assert sent["AlarmTypes"] == ["MetricAlarm", "CompositeAlarm", "LogAlarm"]


# API Gateway


def rest_api(
    method: dict[str, object] | None = None, authorizer: dict[str, object] | None = None
) -> WiredWorld:
    """One REST API in the function's region."""
    resource = {"resourceMethods": {"ANY": {"methodIntegration": method or {}}}}
    return WiredWorld(
        {
            "account ListRegions": REGIONS,
            "apigateway GetRestApis": in_regions(
                {REGION: once({"items": [{"id": "api"}]}), ELSEWHERE: once({})}
            ),
            "apigateway GetResources": once({"items": [resource]}),
            "apigateway GetAuthorizers": once({"items": [authorizer or {}]}),
            "apigatewayv2 GetApis": once({}),
        }
    )


def http_api(
    integration: dict[str, object] | None = None, authorizer: dict[str, object] | None = None
) -> WiredWorld:
    """One HTTP or WebSocket API in another region."""
    return WiredWorld(
        {
            "account ListRegions": REGIONS,
            "apigateway GetRestApis": once({}),
            "apigatewayv2 GetApis": in_regions(
                {REGION: once({}), ELSEWHERE: once({"Items": [{"ApiId": "api"}]})}
            ),
            "apigatewayv2 GetIntegrations": once({"Items": [integration or {}]}),
            "apigatewayv2 GetAuthorizers": once({"Items": [authorizer or {}]}),
        }
    )


ROLE = f"arn:aws:iam::{ACCOUNT}:role/gateway"
FORMS = {
    "the usual one": invocation(LIVE),
    "two slashes": invocation(LIVE).replace("path/", "path//"),
    "streamed": invocation(LIVE)
    .replace("2015-03-31", "2021-11-15")
    .replace("/invocations", "/response-streaming-invocations"),
    "asynchronous": invocation(LIVE)
    .replace("2015-03-31", "2014-11-13")
    .replace("/invocations", "/invoke-async/"),
}


@pytest.mark.parametrize("uri", FORMS.values(), ids=FORMS)
def test_an_integration_is_found_in_every_form_of_its_uri(uri: str) -> None:
    assert rest_api({"uri": uri}).wiring("apigateway.amazonaws.com") == wired((API, LIVE))
    assert http_api({"IntegrationUri": uri}).wiring("apigateway.amazonaws.com") == wired((API, LIVE))


def test_an_http_api_names_the_function_by_its_arn() -> None:
    assert http_api({"IntegrationUri": LIVE}).wiring("apigateway.amazonaws.com") == wired((API, LIVE))


def test_an_authorizer_makes_its_api_a_source() -> None:
    uri = invocation(LIVE)

    assert rest_api(authorizer={"authorizerUri": uri}).wiring("apigateway.amazonaws.com") == wired(
        (API, LIVE)
    )
    assert http_api(authorizer={"AuthorizerUri": uri}).wiring("apigateway.amazonaws.com") == wired(
        (API, LIVE)
    )


def test_an_api_is_one_source_however_many_of_its_methods_invoke_the_function() -> None:
    both = rest_api({"uri": invocation(LIVE)}, {"authorizerUri": invocation(LIVE)})

    assert both.wiring("apigateway.amazonaws.com") == wired((API, LIVE))


def test_with_a_role_of_its_own_an_integration_or_authorizer_needs_no_statement() -> None:
    uri = invocation(LIVE)
    for world in (
        rest_api({"uri": uri, "credentials": ROLE}, {"authorizerUri": uri, "authorizerCredentials": ROLE}),
        http_api(
            {"IntegrationUri": uri, "CredentialsArn": ROLE},
            {"AuthorizerUri": uri, "AuthorizerCredentialsArn": ROLE},
        ),
    ):
        assert world.wiring("apigateway.amazonaws.com") == NOTHING


PERHAPS = [
    "${stageVariables.fn}",
    f"{FUNCTION}:${{stageVariables.alias}}",
    f"{str(FUNCTION)[:-3]}${{stageVariables.fn}}",
]
NEVER = [f"{FUNCTION}2:${{stageVariables.alias}}", f"{FUNCTION}2${{stageVariables.fn}}"]


@pytest.mark.parametrize("function", PERHAPS)
def test_a_variable_of_the_stage_that_may_name_the_function_leaves_the_answer_incomplete(
    function: str,
) -> None:
    uri = invocation(function)
    found = rest_api({"uri": uri}, {"authorizerUri": invocation(LIVE)}).wiring("apigateway.amazonaws.com")

    assert found == NotFound(f"{uri} invokes what a variable of the stage says")


@pytest.mark.parametrize("function", NEVER)
def test_a_variable_of_the_stage_that_cannot_name_the_function_does_no_harm(function: str) -> None:
    world = rest_api({"uri": invocation(function)}, {"authorizerUri": invocation(LIVE)})

    assert world.wiring("apigateway.amazonaws.com") == wired((API, LIVE))


def test_a_variable_in_the_address_of_a_web_server_does_no_harm() -> None:
    world = rest_api({"uri": "https://${stageVariables.host}/"}, {"authorizerUri": invocation(LIVE)})

    assert world.wiring("apigateway.amazonaws.com") == wired((API, LIVE))


def test_a_way_to_call_lambda_that_is_not_known_leaves_the_answer_incomplete() -> None:
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/something"
    found = rest_api({"uri": uri}).wiring("apigateway.amazonaws.com")

    assert found == NotFound(f"{uri} calls Lambda in a way that is not known")


def test_the_function_merely_mentioned_in_an_address_is_not_invoked() -> None:
    assert (
        rest_api({"uri": f"https://example.com/{invocation(LIVE)}"}).wiring("apigateway.amazonaws.com")
        == NOTHING
    )


# The others


def test_a_rule_of_iot_is_found_by_an_action_and_an_authorizer_and_a_template_by_their_own_arns() -> None:
    place = f"arn:aws:iot:{REGION}:{ACCOUNT}"
    rule = {"rule": {"actions": [{"lambda": {"functionArn": LIVE}}]}}
    authorizer = {"authorizerDescription": {"authorizerFunctionArn": LIVE}}
    listed = {
        "rules": {"ruleName": "r", "ruleArn": f"{place}:rule/r"},
        "authorizers": {"authorizerName": "a", "authorizerArn": f"{place}:authorizer/a"},
        "templates": {"templateName": "t", "templateArn": f"{place}:provisioningtemplate/t"},
    }
    world = WiredWorld(
        {
            "iot ListTopicRules": once({"rules": [listed["rules"]]}),
            "iot GetTopicRule": once(rule),
            "iot ListAuthorizers": once({"authorizers": [listed["authorizers"]]}),
            "iot DescribeAuthorizer": once(authorizer),
            "iot ListProvisioningTemplates": once({"templates": [listed["templates"]]}),
            "iot DescribeProvisioningTemplate": once({"preProvisioningHook": {"targetArn": LIVE}}),
        }
    )

    assert world.wiring("iot.amazonaws.com") == wired(
        (f"{place}:rule/r", LIVE), (f"{place}:authorizer/a", LIVE), (f"{place}:provisioningtemplate/t", LIVE)
    )


def test_without_a_function_url_no_distribution_is_looked_at() -> None:
    world = WiredWorld({"lambda ListFunctionUrlConfigs": once({"FunctionUrlConfigs": []})})

    assert world.wiring("cloudfront.amazonaws.com") == NOTHING
    assert world.calls == ["lambda ListFunctionUrlConfigs"]


def test_an_origin_that_each_tenant_names_itself_leaves_the_answer_incomplete() -> None:
    arn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
    origin = {"Id": "o", "DomainName": "{{tenant}}.example.com"}
    items = [{"ARN": arn, "Origins": {"Quantity": 1, "Items": [origin]}}]
    answers = of("cloudfront.amazonaws.com", LIVE) | {
        "cloudfront ListDistributions": once({"DistributionList": {"Items": items}})
    }

    assert WiredWorld(answers).wiring("cloudfront.amazonaws.com") == NotFound(
        f"an origin of {arn} is what a tenant says: {{{{tenant}}}}.example.com"
    )


def test_an_event_api_and_the_first_authorizer_of_a_graphql_api_are_found() -> None:
    place, authorizer = f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis", {"authorizerUri": LIVE}
    provider = {"authType": "AWS_LAMBDA", "lambdaAuthorizerConfig": authorizer}
    world = WiredWorld(
        {
            "appsync ListGraphqlApis": once(
                {"graphqlApis": [{"arn": f"{place}/one", "lambdaAuthorizerConfig": authorizer}]}
            ),
            "appsync ListApis": once(
                {"apis": [{"apiArn": f"{place}/two", "eventConfig": {"authProviders": [provider]}}]}
            ),
        }
    )

    assert world.wiring("appsync.amazonaws.com") == wired((f"{place}/one", LIVE), (f"{place}/two", LIVE))


@pytest.mark.parametrize("trigger", ["PreSignUp", "PostConfirmation", "UserMigration"])
def test_a_trigger_of_a_user_pool_may_be_a_bare_arn(trigger: str) -> None:
    answers = of("cognito-idp.amazonaws.com", LIVE) | {
        "cognito-idp DescribeUserPool": once({"UserPool": {"LambdaConfig": {trigger: LIVE}}})
    }

    assert WiredWorld(answers).wiring("cognito-idp.amazonaws.com") == wired(
        (f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/us-east-1_0", LIVE)
    )


def test_an_agent_is_found_by_the_function_that_parses_its_prompts() -> None:
    override = {"promptConfigurations": [], "overrideLambda": LIVE}
    answers = of("bedrock.amazonaws.com", f"{FUNCTION}2") | {
        "bedrock-agent GetAgentVersion": once({"agentVersion": {"promptOverrideConfiguration": override}})
    }

    assert WiredWorld(answers).wiring("bedrock.amazonaws.com") == wired(
        (f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/AGENT00000", LIVE)
    )


def test_where_bedrock_has_flows_nothing_certain_is_known() -> None:
    answers = of("bedrock.amazonaws.com", LIVE) | {
        "bedrock-agent ListFlows": once({"flowSummaries": [{"id": "FLOW000000"}]})
    }

    assert WiredWorld(answers).wiring("bedrock.amazonaws.com") == NotFound(
        "there are flows of Bedrock, and whether one of them uses it is not known"
    )
