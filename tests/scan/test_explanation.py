"""An explanation says what the finding says, of every case there is: nothing is lost or made up on the way to plain words."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from permission_guard.iam import Context, Policy, Request, ServicePrincipal
from permission_guard.model.document import bodies_of
from permission_guard.model.finding import DeniedRequest, Missing, Undecided, Verdict, Witness
from permission_guard.rules import evaluate
from permission_guard.scan.explanation import Explanation, ProvedFix, explain, verdict
from permission_guard.scan.mismatch_text import condition, met, principals, request, service
from tests.rules.case import CASES, Case


@cache
def explained_case(path: Path) -> tuple[Explanation, ...]:
    case = Case.of(path)
    return explain(case.facts, case.trusted)


PATHS = sorted(CASES.glob("*/*.json"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_finding_is_explained_with_the_request_and_the_statements_it_rests_on(path: Path) -> None:
    case = Case.of(path)
    explained = explained_case(path)
    gravity = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
    findings = sorted(evaluate(case.facts, case.trusted), key=lambda finding: gravity.index(finding.verdict))
    assert [one.finding for one in explained] == findings
    for one in explained:
        proof = one.finding.proof
        assert one.sentence.endswith(".")
        assert one.fix == "" or one.finding.verdict is Verdict.FAIL
        assert isinstance(one.fix, str) or one.fix.after
        if isinstance(proof, Witness | DeniedRequest | Undecided):
            assert proof.request.action in one.sentence
            assert proof.request.resource in one.sentence
            reasons = " ".join(one.because)
            assert reasons
            if isinstance(proof, Witness):
                assert all(cited.statement.label in reasons for cited in proof.decision.statements)
        if isinstance(proof, Missing):
            assert one.sentence == f"{proof.what} does not exist."


def test_a_fail_is_graver_than_a_doubt_and_a_doubt_than_a_pass() -> None:
    by = {}
    for path in PATHS:
        for one in explained_case(path):
            by[one.finding.verdict] = one
    assert verdict(()) is Verdict.PASS
    assert verdict((by[Verdict.PASS], by[Verdict.UNKNOWN])) is Verdict.UNKNOWN
    assert verdict((by[Verdict.PASS], by[Verdict.UNKNOWN], by[Verdict.FAIL])) is Verdict.FAIL


def test_a_fix_keeps_all_of_the_statement_and_adds_a_condition() -> None:
    fixed = 0
    for path in PATHS:
        for one in explained_case(path):
            if isinstance(one.fix, ProvedFix) and one.fix.before:
                before = json.loads(one.fix.before)
                for after in bodies_of(one.fix.after):
                    assert {**after, "Condition": None, "Sid": None} == {
                        **before,
                        "Condition": None,
                        "Sid": None,
                    }
                    assert after["Condition"] != before.get("Condition")
                fixed += 1
    assert fixed > 10


CONDITIONS = {
    '{"StringEquals": {"aws:SourceAccount": ["1", "2"]}}': (
        "aws:SourceAccount (the account that the service acts for) is 1 or 2"
    ),
    '{"ArnNotLike": {"aws:PrincipalArn": "a"}}': "aws:PrincipalArn (the caller's ARN) is not like a",
    '{"StringLikeIfExists": {"x:y": "a*"}}': "x:y is like a* (or the request does not have it)",
    '{"ForAllValues:StringLike": {"x:y": "a"}}': "every value of x:y is like a",
    '{"ForAnyValue:StringEquals": {"x:y": "a"}}': "any value of x:y is a",
    '{"Null": {"x:y": "true"}}': "x:y is absent",
    '{"Null": {"x:y": "false"}}': "x:y is present",
    '{"Null": {"x:y": ["true", "maybe"]}}': "x:y passes Null with true or maybe",
    '{"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}': (
        "aws:CurrentTime passes DateLessThan with 2030-01-01"
    ),
}


def statement(**elements: object) -> Policy:
    body = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*", **elements}
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [body]}))


@pytest.mark.parametrize("block", CONDITIONS)
def test_a_condition_is_a_clause(block: str) -> None:
    (one,) = statement(Condition=json.loads(block)).statements[0].conditions
    assert condition(one) == CONDITIONS[block]


def test_a_condition_is_shown_with_the_value_in_the_request() -> None:
    (one,) = statement(Condition={"StringNotEquals": {"x:y": "a"}}).statements[0].conditions
    assert met(one, Context.of({"x:y": "b"})) == "x:y is not a, and the request has b"
    assert met(one, Context.of({"x:y": ()})) == "x:y is not a, and the request does not have it"
    assert met(one, Context()) == "x:y is not a, and the value in the request cannot be known"


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ({"Principal": "*"}, "everyone"),
        ({"Principal": {"AWS": "111122223333"}}, "AWS account 111122223333"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:user/u"}}, "arn:aws:iam::111122223333:user/u"),
        ({"Principal": {"CanonicalUser": "abc"}}, "abc (CanonicalUser)"),
        ({"NotPrincipal": {"Service": "sns.amazonaws.com"}}, "everyone but Amazon SNS (sns.amazonaws.com)"),
    ],
)
def test_a_principal_is_named(element: dict[str, object], said: str) -> None:
    named = statement(**element).statements[0].principals
    assert named is not None
    assert principals(named) == said


def test_a_service_is_called_as_aws_calls_it_and_by_its_principal_if_it_is_not_known() -> None:
    assert service("logs.eu-west-1.amazonaws.com") == "Amazon CloudWatch Logs (logs.eu-west-1.amazonaws.com)"
    assert service("new.amazonaws.com") == "the service new.amazonaws.com"


@pytest.mark.parametrize(
    ("keys", "acting"),
    [
        ({"aws:SourceArn": "arn:aws:s3:::b"}, "acting for arn:aws:s3:::b"),
        ({"aws:SourceAccount": "111122223333"}, "acting for AWS account 111122223333"),
        (
            {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t"},
            "acting for arn:aws:sns:eu-west-1:111122223333:t of AWS account 111122223333",
        ),
        ({}, "without a source account or ARN"),
        ({"aws:SourceArn": "nonsense"}, "acting for nonsense"),
    ],
)
def test_the_account_that_a_service_acts_for_is_shown(keys: dict[str, str], acting: str) -> None:
    asked = Request("lambda:InvokeFunction", "f", ServicePrincipal("x.amazonaws.com"), Context.of(keys))
    assert (
        request(asked, "may") == f"the service x.amazonaws.com, {acting}, may call lambda:InvokeFunction on f"
    )
