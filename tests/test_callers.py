"""Who calls Lambda: the table of services, held against a second writing of it from AWS's pages (facts 4)."""

from __future__ import annotations

import re

import pytest

from permission_guard.callers import CALLERS, Caller, Cell, Mark, Region, caller_of
from permission_guard.iam import Context, FunctionArn, Truth
from permission_guard.iam.condition import Condition

SURE, LIKELY, UNSURE, NEVER = Mark.SURE, Mark.LIKELY, Mark.UNSURE, Mark.NEVER
ORDERS = FunctionArn("aws", "eu-west-1", "111122223333", "orders")
R, A = "us-west-2", "111122223333"

TABLE = {
    "s3.amazonaws.com": (SURE, SURE, "arn:aws:s3:::ONE"),
    "sns.amazonaws.com": (SURE, UNSURE, f"arn:aws:sns:{R}:{A}:ONE"),
    "events.amazonaws.com": (SURE, NEVER, f"arn:aws:events:eu-west-1:{A}:rule/ONE"),
    "apigateway.amazonaws.com": (SURE, SURE, f"arn:aws:execute-api:eu-west-1:{A}:ONE"),
    "logs.amazonaws.com": (SURE, SURE, f"arn:aws:logs:{R}:{A}:log-group:ONE:*"),
    "cognito-idp.amazonaws.com": (SURE, SURE, f"arn:aws:cognito-idp:{R}:{A}:userpool/ONE"),
    "cognito-sync.amazonaws.com": (LIKELY, UNSURE, f"arn:aws:cognito-sync:{R}:{A}:identitypool/ONE"),
    "ses.amazonaws.com": (SURE, SURE, f"arn:aws:ses:{R}:{A}:receipt-rule-set/ONE"),
    "elasticloadbalancing.amazonaws.com": (
        SURE,
        SURE,
        f"arn:aws:elasticloadbalancing:eu-west-1:{A}:targetgroup/ONE",
    ),
    "iot.amazonaws.com": (SURE, LIKELY, f"arn:aws:iot:{R}:{A}:ONE"),
    "config.amazonaws.com": (LIKELY, SURE, f"arn:aws:config:{R}:{A}:config-rule/ONE"),
    "secretsmanager.amazonaws.com": (LIKELY, SURE, f"arn:aws:secretsmanager:{R}:{A}:secret:ONE"),
    "bedrock.amazonaws.com": (SURE, SURE, f"arn:aws:bedrock:{R}:{A}:ONE"),
    "lexv2.amazonaws.com": (SURE, LIKELY, f"arn:aws:lex:{R}:{A}:bot-alias/ONE"),
    "lex.amazonaws.com": (LIKELY, UNSURE, f"arn:aws:lex:{R}:{A}:intent:ONE"),
    "connect.amazonaws.com": (SURE, SURE, f"arn:aws:connect:{R}:{A}:instance/ONE"),
    "lambda.alarms.cloudwatch.amazonaws.com": (SURE, SURE, f"arn:aws:cloudwatch:{R}:{A}:alarm:ONE"),
    "vpc-lattice.amazonaws.com": (SURE, UNSURE, f"arn:aws:vpc-lattice:eu-west-1:{A}:targetgroup/ONE"),
    "codecommit.amazonaws.com": (SURE, SURE, f"arn:aws:codecommit:{R}:{A}:ONE"),
    "workmail.amazonaws.com": (SURE, UNSURE, f"arn:aws:workmail:{R}:{A}:organization/ONE"),
    "transfer.amazonaws.com": (LIKELY, UNSURE, f"arn:aws:transfer:{R}:{A}:server/ONE"),
    "appsync.amazonaws.com": (UNSURE, UNSURE, f"arn:aws:appsync:{R}:{A}:apis/ONE"),
    "cloudfront.amazonaws.com": (SURE, UNSURE, f"arn:aws:cloudfront::{A}:distribution/ONE"),
}
"""Each service: how surely it sends SourceArn and SourceAccount, and the ARN of one of its resources."""


DG = "lambda/latest/dg/"
PAGES: dict[str, str | tuple[str, str]] = {
    "s3.amazonaws.com": (DG + "with-s3.html", DG + "access-control-resource-based.html"),
    "sns.amazonaws.com": DG + "with-sns.html",
    "events.amazonaws.com": (
        "eventbridge/latest/userguide/eb-use-resource-based.html",
        "eventbridge/latest/userguide/eb-troubleshooting.html",
    ),
    "apigateway.amazonaws.com": DG + "services-apigateway.html",
    "logs.amazonaws.com": "AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    "cognito-idp.amazonaws.com": (
        "cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html"
    ),
    "cognito-sync.amazonaws.com": "cognito/latest/developerguide/cognito-events.html",
    "ses.amazonaws.com": "ses/latest/dg/receiving-email-permissions.html",
    "elasticloadbalancing.amazonaws.com": "elasticloadbalancing/latest/application/lambda-functions.html",
    "iot.amazonaws.com": "iot/latest/developerguide/lambda-rule-action.html",
    "config.amazonaws.com": "config/latest/developerguide/evaluate-config_develop-rules_nodejs.html",
    "secretsmanager.amazonaws.com": "secretsmanager/latest/userguide/rotate-secrets_turn-on-cli.html",
    "bedrock.amazonaws.com": "bedrock/latest/userguide/agents-permissions.html",
    "lexv2.amazonaws.com": "lexv2/latest/dg/lambda-attach.html",
    "lex.amazonaws.com": DG + "services-lex.html",
    "connect.amazonaws.com": "connect/latest/adminguide/connect-lambda-functions.html",
    "lambda.alarms.cloudwatch.amazonaws.com": (
        "AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"
    ),
    "vpc-lattice.amazonaws.com": "vpc-lattice/latest/ug/lambda-functions.html",
    "codecommit.amazonaws.com": "codecommit/latest/userguide/how-to-notify-lambda-cc.html",
    "workmail.amazonaws.com": "workmail/latest/adminguide/lambda.html",
    "transfer.amazonaws.com": "transfer/latest/userguide/custom-lambda-idp.html",
    "appsync.amazonaws.com": "appsync/latest/APIReference/API_LambdaAuthorizerConfig.html",
    "cloudfront.amazonaws.com": (
        "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html"
    ),
}
"""The page behind each mark: one for both keys, or that of SourceArn and that of SourceAccount."""

CELLS = [cell for caller in CALLERS for cell in (caller.sends_arn, caller.sends_account)]


def arn_like(pattern: str, sent: str) -> Truth:
    condition = Condition.compiled("ArnLike", "aws:SourceArn", (pattern,), variables=True)
    return condition.holds(Context.of({"aws:SourceArn": sent}))


def test_the_table_has_just_these_services_and_each_once() -> None:
    assert sorted(caller.principal for caller in CALLERS) == sorted(TABLE)


@pytest.mark.parametrize("principal", TABLE)
def test_each_service_is_marked_and_writes_its_arn_as_its_page_says(principal: str) -> None:
    caller = caller_of(principal)

    assert caller is not None
    assert (caller.source_arn, caller.source_account, caller.arn(ORDERS, A, name="ONE", region=R)) == TABLE[
        principal
    ]


@pytest.mark.parametrize("principal", TABLE)
def test_each_key_is_marked_with_the_page_that_says_so(principal: str) -> None:
    caller = caller_of(principal)

    assert caller is not None
    pages = PAGES[principal]
    of_arn, of_account = (pages, pages) if isinstance(pages, str) else pages
    assert caller.sends_arn == Cell(TABLE[principal][0], of_arn)
    assert caller.sends_account == Cell(TABLE[principal][1], of_account)


@pytest.mark.parametrize("page", sorted({cell.page for cell in CELLS}))
def test_each_page_is_a_path_below_the_documentation_of_aws(page: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-]+(/[A-Za-z0-9_-]+)+\.html", page)


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.principal)
def test_each_row_says_in_a_sentence_what_else_is_to_be_known(caller: Caller) -> None:
    assert caller.remark.endswith(".")
    assert caller.remark == caller.remark.strip()


@pytest.mark.parametrize("form", ["one", "all"])
def test_the_form_for_logs_matches_the_arn_that_cloudwatch_logs_sends_with_its_star(form: str) -> None:
    sent = f"arn:aws:logs:{R}:{A}:log-group:/aws/lambda/orders:*"
    caller = caller_of("logs.amazonaws.com")
    assert caller is not None
    pattern = caller.arn(ORDERS, A, name="/aws/lambda/orders" if form == "one" else "*", region="*")

    assert arn_like(pattern, sent) is Truth.YES
    assert arn_like(pattern, sent.replace(A, "999999999999")) is Truth.NO


def test_with_an_empty_name_an_arn_ends_where_the_name_would_begin() -> None:
    caller = caller_of("logs.amazonaws.com")
    assert caller is not None

    assert caller.arn(ORDERS, A, name="", region=R) == f"arn:aws:logs:{R}:{A}:log-group:"


def test_only_the_arns_of_s3_carry_no_account_and_four_services_call_within_their_region() -> None:
    assert [caller.principal for caller in CALLERS if not caller.owned] == ["s3.amazonaws.com"]
    assert {caller.principal for caller in CALLERS if caller.region is Region.FUNCTION} == {
        "events.amazonaws.com",
        "apigateway.amazonaws.com",
        "elasticloadbalancing.amazonaws.com",
        "vpc-lattice.amazonaws.com",
    }
    assert {caller.principal for caller in CALLERS if caller.region is Region.NONE} == {
        "s3.amazonaws.com",
        "cloudfront.amazonaws.com",
    }


def test_eventbridge_alone_is_known_never_to_send_the_account() -> None:
    assert [caller.principal for caller in CALLERS if caller.source_account is NEVER] == [
        "events.amazonaws.com"
    ]
    assert [caller.principal for caller in CALLERS if caller.source_arn is NEVER] == []


@pytest.mark.parametrize(
    ("principal", "pattern"),
    [
        ("sns.amazonaws.com", f"arn:aws:sns:*:{A}:*"),
        ("events.amazonaws.com", f"arn:aws:events:eu-west-1:{A}:*"),
        ("cloudfront.amazonaws.com", f"arn:aws:cloudfront::{A}:*"),
    ],
)
def test_a_pattern_by_account_has_the_functions_region_only_where_the_service_calls_within_its_region(
    principal: str, pattern: str
) -> None:
    caller = caller_of(principal)
    assert caller is not None

    assert caller.by_account(ORDERS, A) == pattern


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (FunctionArn("aws-cn", "cn-north-1", A, "f"), f"arn:aws-cn:events:cn-north-1:{A}:rule/*"),
        (
            FunctionArn("aws-us-gov", "us-gov-west-1", A, "f"),
            f"arn:aws-us-gov:events:us-gov-west-1:{A}:rule/*",
        ),
    ],
)
def test_an_arn_is_of_the_partition_of_the_function(function: FunctionArn, expected: str) -> None:
    caller = caller_of("events.amazonaws.com")
    assert caller is not None

    assert caller.arn(function, A) == expected


@pytest.mark.parametrize(
    ("principal", "known_as"),
    [
        ("logs.eu-west-1.amazonaws.com", "logs.amazonaws.com"),
        ("sns.ap-east-1.amazonaws.com", "sns.amazonaws.com"),
        ("workmail.us-east-1.amazonaws.com", "workmail.amazonaws.com"),
        ("logs.us-gov-west-1.amazonaws.com", "logs.amazonaws.com"),
        ("logs.cn-north-1.amazonaws.com.cn", "logs.amazonaws.com"),
        ("events.amazonaws.com.cn", "events.amazonaws.com"),
        ("lambda.alarms.cloudwatch.amazonaws.com", "lambda.alarms.cloudwatch.amazonaws.com"),
        ("S3.amazonaws.com", "s3.amazonaws.com"),
    ],
)
def test_regional_names_and_those_of_china_are_the_same_service(principal: str, known_as: str) -> None:
    caller = caller_of(principal)

    assert caller is not None
    assert caller.principal == known_as


@pytest.mark.parametrize(
    "principal",
    [
        "alexa-appkit.amazon.com",
        "states.amazonaws.com",
        "replicator.lambda.amazonaws.com",
        "s3.example.com",
        "",
    ],
)
def test_who_shows_no_arn_of_a_known_form_is_not_among_these(principal: str) -> None:
    assert caller_of(principal) is None
