"""What AddPermission can say: every form of it there and back, and the reasons why a statement has none."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, canonical
from permission_guard.repair.grant import Grant, NotExpressible
from tests.fake_aws.builders import ACCOUNT, FOREIGN, TARGET, TOPIC, statement

SNS = Grant("s", "lambda:InvokeFunction", "sns.amazonaws.com")
ROOT = f"arn:aws:iam::{FOREIGN}:root"
URL = Grant("s", "lambda:InvokeFunctionUrl", "*")


def condition(operator: str, key: str, value: str) -> Body:
    return {operator: {key: value}}


FORMS: dict[str, tuple[Grant, Json, Body]] = {
    "a service": (SNS, {"Service": "sns.amazonaws.com"}, {}),
    "Alexa": (replace(SNS, principal="alexa-appkit.amazon.com"), {"Service": "alexa-appkit.amazon.com"}, {}),
    "everyone": (replace(SNS, principal="*"), "*", {}),
    "an account": (replace(SNS, principal=FOREIGN), {"AWS": ROOT}, {}),
    "a root": (replace(SNS, principal=ROOT), {"AWS": ROOT}, {}),
    "a role": (
        replace(SNS, principal=f"arn:aws:iam::{ACCOUNT}:role/a/b"),
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a/b"},
        {},
    ),
    "a source": (
        replace(SNS, source_arn=TOPIC),
        {"Service": "sns.amazonaws.com"},
        condition("ArnLike", "AWS:SourceArn", TOPIC),
    ),
    "an account of the source": (
        replace(SNS, source_account=ACCOUNT),
        {"Service": "sns.amazonaws.com"},
        condition("StringEquals", "AWS:SourceAccount", ACCOUNT),
    ),
    "a skill": (
        replace(SNS, principal="alexa-appkit.amazon.com", event_source_token="amzn1.ask.skill.1"),
        {"Service": "alexa-appkit.amazon.com"},
        condition("StringEquals", "lambda:EventSourceToken", "amzn1.ask.skill.1"),
    ),
    "an organisation": (
        replace(SNS, principal="*", principal_org_id="o-abcdefghij"),
        "*",
        condition("StringEquals", "aws:PrincipalOrgID", "o-abcdefghij"),
    ),
    "a function URL": (
        replace(URL, function_url_auth_type="NONE"),
        "*",
        condition("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
    ),
    "the other half of a function URL": (
        replace(SNS, principal="*", invoked_via_function_url="true"),
        "*",
        condition("Bool", "lambda:InvokedViaFunctionUrl", "true"),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_lambda_makes_of_a_call_the_statement_that_was_recorded(form: str) -> None:
    grant, principal, block = FORMS[form]
    expected = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": principal,
        "Action": grant.action,
        "Resource": TARGET,
    }

    assert grant.statement(TARGET) == ({**expected, "Condition": block} if block else expected)


@pytest.mark.parametrize("form", FORMS)
def test_a_statement_is_read_back_as_the_call_that_makes_it(form: str) -> None:
    made = FORMS[form][0].statement(TARGET)

    again = Grant.of(made, TARGET)

    assert again.statement(TARGET) == made
    assert Grant.of(again.statement(TARGET), TARGET) == again


def test_the_condition_keys_of_one_call_are_collected_by_their_operator() -> None:
    made = replace(SNS, source_account=ACCOUNT, event_source_token="t", source_arn=TOPIC).statement(TARGET)

    assert made["Condition"] == {
        "ArnLike": {"AWS:SourceArn": TOPIC},
        "StringEquals": {"AWS:SourceAccount": ACCOUNT, "lambda:EventSourceToken": "t"},
    }


def test_the_resource_is_the_version_or_alias_and_the_root_of_its_partition() -> None:
    made = replace(SNS, principal=FOREIGN).statement(
        f"arn:aws-cn:lambda:cn-north-1:{ACCOUNT}:function:orders:live"
    )

    assert made["Resource"] == f"arn:aws-cn:lambda:cn-north-1:{ACCOUNT}:function:orders:live"
    assert made["Principal"] == {"AWS": f"arn:aws-cn:iam::{FOREIGN}:root"}


GOOD = SNS.statement(TARGET)
INEXPRESSIBLE: dict[str, tuple[Body, str]] = {
    "no Sid": (statement("sns.amazonaws.com", sid=None), "Sid"),
    "a Sid with a space": (statement("sns.amazonaws.com", sid="a b"), "Sid"),
    "a Sid that is too long": (statement("sns.amazonaws.com", sid="a" * 101), "Sid"),
    "a list of actions": ({**GOOD, "Action": ["lambda:InvokeFunction", "lambda:GetFunction"]}, "one action"),
    "a pattern of actions": ({**GOOD, "Action": "lambda:Invoke*"}, "one action"),
    "an action of another service": ({**GOOD, "Action": "s3:GetObject"}, "one action"),
    "a list of principals": (
        {**GOOD, "Principal": {"Service": ["a.amazonaws.com", "b.amazonaws.com"]}},
        "one principal",
    ),
    "two kinds of principals": ({**GOOD, "Principal": {"Service": "a", "AWS": "b"}}, "one principal"),
    "a federated principal": ({**GOOD, "Principal": {"Federated": "f"}}, "one principal"),
    "no principal": ({key: value for key, value in GOOD.items() if key != "Principal"}, "one principal"),
    "another operator": (
        {**GOOD, "Condition": condition("StringLike", "aws:SourceArn", TOPIC)},
        "StringLike",
    ),
    "another key": (
        {**GOOD, "Condition": condition("StringEquals", "aws:SourceOrgID", "o-abcdefghij")},
        "SourceOrgID",
    ),
    "several values": (
        {**GOOD, "Condition": {"StringEquals": {"aws:SourceAccount": [ACCOUNT, FOREIGN]}}},
        "aws:SourceAccount",
    ),
    "a wildcard for the region": (
        {**GOOD, "Condition": condition("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{ACCOUNT}:*")},
        f"arn:aws:sns:*:{ACCOUNT}:*",
    ),
    "a wildcard for the account": (
        {**GOOD, "Condition": condition("ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:*:orders")},
        "SourceArn",
    ),
    "a wildcard account": (
        {**GOOD, "Condition": condition("StringEquals", "aws:SourceAccount", "*")},
        "SourceAccount",
    ),
    "a Deny": ({**GOOD, "Effect": "Deny"}, "differently"),
    "another resource": ({**GOOD, "Resource": "*"}, "differently"),
    "an account by its bare id": ({**GOOD, "Principal": {"AWS": FOREIGN}}, "differently"),
    "a condition that is no object": ({**GOOD, "Condition": "x"}, "differently"),
    "an operator that is no object": ({**GOOD, "Condition": {"ArnLike": "x"}}, "differently"),
}


@pytest.mark.parametrize("form", INEXPRESSIBLE)
def test_what_add_permission_cannot_say_is_refused_with_the_part_it_cannot_say(form: str) -> None:
    body, reason = INEXPRESSIBLE[form]

    with pytest.raises(NotExpressible, match=re.escape(reason)):
        Grant.of(body, TARGET)


@pytest.mark.parametrize(
    "source",
    [
        "arn:aws:s3:::orders",
        "arn:aws:execute-api:us-east-1::*",
        "arn:aws-us-gov:sns:us-gov-west-1:111122223333:*",
    ],
)
def test_a_source_may_leave_out_its_region_and_its_account(source: str) -> None:
    body = {**GOOD, "Condition": condition("ArnLike", "aws:SourceArn", source)}

    assert Grant.of(body, TARGET).source_arn == source


def test_a_twin_is_the_same_statement_under_a_sid_made_of_its_content() -> None:
    narrow = replace(SNS, sid="a" * 100, source_arn=TOPIC)
    twin = narrow.twin()

    assert twin == narrow.twin()
    assert replace(twin, sid=narrow.sid) == narrow
    assert twin.sid.startswith("a" * 83 + "-")
    assert len(twin.sid) == 100
    assert len({twin.sid, replace(narrow, source_arn=TOPIC + "2").twin().sid, narrow.sid}) == 3
    assert canonical(Grant.of(twin.statement(TARGET), TARGET).statement(TARGET)) == canonical(
        twin.statement(TARGET)
    )
