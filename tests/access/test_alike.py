"""Statements that differ only in names have one answer, which is worked out once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import combinations, repeat
from types import FrameType
from typing import Final

import pytest

from permission_guard.access import INVOKING, Access, Analysis, Answer, Scale, Target, alike
from permission_guard.access.alike import Kinds
from permission_guard.iam import Effect, Policy, Statement
from permission_guard.iam.policy import Json
from permission_guard.services import SERVICES
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, UNTRUSTED, allow, deny, policy

SNS: Final = "sns.amazonaws.com"


def source(arn: str, operator: str = "ArnLike") -> dict[str, Json]:
    return {operator: {"AWS:SourceArn": arn}}


def from_topic(name: str, account: str = OWN) -> dict[str, Json]:
    return source(f"arn:aws:sns:us-east-1:{account}:{name}")


OTHER: Final = f"arn:aws:lambda:us-east-1:{OWN}:function:other"


def answers(document: Policy, arn: str = FUNCTION) -> tuple[Answer, ...]:
    allows = [one for one in document.statements if one.effect is Effect.ALLOW]
    return Analysis.of(document, Target.of(arn), ALONE, NOW).answers(allows, INVOKING)


def alone(document: Policy, arn: str = FUNCTION) -> tuple[Answer, ...]:
    """The answers, each worked out by itself."""
    allows = [one for one in document.statements if one.effect is Effect.ALLOW]
    analysis = Analysis.of(document, Target.of(arn), ALONE, NOW)
    return tuple(analysis.answer(one, INVOKING) for one in allows)


def analyses(documents: Sequence[Policy], arns: Iterable[str] = repeat(FUNCTION)) -> int:
    """How many statements are analyzed for some policies of functions."""
    count = 0

    def seen(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is Analysis._answer.__code__

    alike.KNOWN.clear()  # as in a process that has just begun
    sys.setprofile(seen)
    try:
        for one, arn in zip(documents, arns, strict=False):
            answers(one, arn)
    finally:
        sys.setprofile(None)
    return count


def test_statements_that_differ_only_in_the_name_of_their_source_take_one_analysis() -> None:
    assert analyses([policy(*(allow({"Service": SNS}, from_topic(f"t{n}")) for n in range(160)))]) == 1


def test_policies_that_differ_only_in_names_take_one_analysis() -> None:
    assert analyses([policy(allow({"Service": SNS}, from_topic(f"t{n}"))) for n in range(100)]) == 1


def test_a_policy_with_a_deny_is_analyzed_statement_by_statement() -> None:
    topics = [allow({"Service": SNS}, from_topic(name)) for name in "ab"]
    assert analyses([policy(*topics, deny(from_topic("c")))]) == 2


def test_the_functions_that_policies_are_of_may_differ_too() -> None:
    opened = {
        arn: policy(allow({"Service": SNS}, from_topic("t", UNTRUSTED), Resource=arn))
        for arn in (FUNCTION, OTHER)
    }
    assert analyses(list(opened.values()), list(opened)) == 1
    for arn, document in opened.items():
        ((witness,),) = [[one.witness for one in answers(document, arn)]]
        assert witness is not None
        assert witness.request.resource == arn


RESOURCES: Final = (
    *(f', "NotResource": "{FUNCTION}"', f', "NotResource": "{OTHER}"', ""),
    *(f', "Resource": ["{FUNCTION}", "{OTHER}"]', ', "Resource": "*"'),
)


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_else_a_statement_is_about_is_a_part_of_the_kind(resource: str) -> None:
    alike.KNOWN.clear()  # as in a process that has just begun
    statement = '"Effect": "Allow", "Principal": "*", "Action": "lambda:*"'
    other = f'{statement}, "Resource": "{FUNCTION}"'
    document = Policy.parse(f'{{"Statement": [{{{other}}}, {{{statement}{resource}}}]}}')
    for arn in (FUNCTION, OTHER):
        assert answers(document, arn) == alone(document, arn)


def test_a_statement_that_took_too_many_steps_is_tried_again_with_the_next_policy() -> None:
    alike.KNOWN.clear()  # as in a process that has just begun
    document = policy(allow({"Service": SNS}, from_topic("t")))
    (statement,) = document.statements
    kinds = Kinds(Analysis.of(document, Target.of(FUNCTION), ALONE, NOW).scene)
    asked = []

    def answer(one: Statement, _: Sequence[str]) -> Answer:
        asked.append(one)
        return Answer(one.index, Access.TOO_COMPLEX, Scale.OPEN)

    assert [kinds.answer(statement, INVOKING, answer).access for _ in range(2)] == [Access.TOO_COMPLEX] * 2
    assert asked == [statement] * 2


NAMES: Final = ("orders", "a", "x.y_z-1", UNTRUSTED, "o-otherorg00")
"""Names that a careless comparison would take for something else."""
FORMS: Final = {
    SNS: ("arn:aws:sns:us-east-1:{account}:{name}", "arn:aws:sns:us-east-1:{account}:{name}*"),
    "events.amazonaws.com": (
        "arn:aws:events:us-east-1:{account}:rule/{name}",
        "arn:aws:events:eu-west-1:{account}:{name}",
    ),
    "s3.amazonaws.com": ("arn:aws:s3:::{name}", "arn:aws:s3:::{name}/{name}"),
    "elasticloadbalancing.amazonaws.com": (
        "arn:aws:elasticloadbalancing:us-east-1:{account}:targetgroup/x/{name}",
    ),
    "strange.amazonaws.com": ("arn:aws:strange:us-east-1:{account}:{name}", "{name}"),
}


@pytest.mark.parametrize("account", [OWN, UNTRUSTED])
@pytest.mark.parametrize("operator", ["ArnLike", "StringNotLike"])
@pytest.mark.parametrize("service", FORMS)
def test_an_answer_is_the_same_after_others_of_its_kind(service: str, operator: str, account: str) -> None:
    alike.KNOWN.clear()  # as in a process that has just begun
    for form in FORMS[service]:
        for name in NAMES:
            condition = source(form.format(account=account, name=name), operator)
            document = policy(allow({"Service": service}, condition))
            assert answers(document) == alone(document), (form, name)


def of_role(name: str) -> dict[str, Json]:
    return {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{UNTRUSTED}:role/{name}"}}


A, B = (f"arn:aws:sns:us-east-1:{UNTRUSTED}:{name}" for name in "ab")


@pytest.mark.parametrize(
    "conditions",
    [
        [source(A), source(B)],
        [from_topic("a"), from_topic("b")],
        [source(A, "ForAnyValue:ArnLike"), source(B, "ForAnyValue:ArnLike")],
        [source(A, "ForAllValues:ArnLike"), source(B, "ForAllValues:ArnLike")],
        [source(A, "ArnLikeIfExists"), source(B, "ArnLikeIfExists")],
        [source(A, "ArnNotLike"), source(B, "ArnNotLike")],
        [{**source(A), **source(f"{A}*", "StringLike")}, {**source(B), **source(f"{A}*", "StringLike")}],
        [{**source(A), **source(A, "StringEquals")}, {**source(A), **source(B, "StringEquals")}],
        [of_role("a"), of_role("b")],
    ],
)
def test_statements_of_two_names_have_the_answers_that_each_has_alone(conditions: list[Json]) -> None:
    alike.KNOWN.clear()  # as in a process that has just begun
    document = policy(*(allow("*", one) for one in conditions))
    assert answers(document) == alone(document)


def test_what_else_a_policy_says_is_a_part_of_the_kind() -> None:
    """Topics that the policy tells from each other: a wildcard means one, a Deny another, and one stands twice."""
    alike.KNOWN.clear()  # as in a process that has just begun
    token = {"StringEquals": {"lambda:EventSourceToken": "secret"}}
    a, b, c = (from_topic(name, UNTRUSTED) for name in "abc")
    topics = [allow({"Service": SNS}, one) for one in (a, {**b, **token}, b, c)]
    others = [allow("*", source(f"arn:aws:sns:*:{UNTRUSTED}:a*")), deny(b)]
    for some in combinations([*topics, *others], 3):
        document = policy(*some)
        assert answers(document) == alone(document)


def test_no_form_of_a_source_ends_in_fixed_letters() -> None:
    """So a name at the end of an ARN is taken by every form or by none (`access/alike.py`)."""
    assert not [form for row in SERVICES for form in row.forms if form[-1].isalnum()]
