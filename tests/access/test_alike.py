"""Statements that differ only in names have one answer, which is worked out once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import combinations
from types import FrameType
from typing import Final

import pytest

from permission_guard.access import INVOKING, Analysis, Answer, Target, alike
from permission_guard.iam import Effect, Policy
from permission_guard.iam.policy import Json
from permission_guard.services import SERVICES
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, UNTRUSTED, allow, deny, policy

SNS: Final = "sns.amazonaws.com"


def source(arn: str, operator: str = "ArnLike") -> dict[str, Json]:
    return {operator: {"AWS:SourceArn": arn}}


def from_topic(name: str, account: str = OWN) -> dict[str, Json]:
    return source(f"arn:aws:sns:us-east-1:{account}:{name}")


def answers(document: Policy, arn: str = FUNCTION) -> tuple[Answer, ...]:
    allows = [one for one in document.statements if one.effect is Effect.ALLOW]
    return Analysis.of(document, Target.of(arn), ALONE, NOW).answers(allows, INVOKING)


def alone(document: Policy) -> tuple[Answer, ...]:
    """The answers, each worked out by itself."""
    allows = [one for one in document.statements if one.effect is Effect.ALLOW]
    analysis = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW)
    return tuple(analysis.answer(one, INVOKING) for one in allows)


def analyses(documents: Sequence[Policy]) -> int:
    """How many statements are analyzed for some policies."""
    count = 0

    def seen(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is Analysis._answer.__code__

    alike.KNOWN.clear()  # as in a process that has just begun
    sys.setprofile(seen)
    try:
        for one in documents:
            answers(one)
    finally:
        sys.setprofile(None)
    return count


def test_statements_that_differ_only_in_the_name_of_their_source_take_one_analysis() -> None:
    assert analyses([policy(*(allow({"Service": SNS}, from_topic(f"t{n}")) for n in range(160)))]) == 1


def test_policies_that_differ_only_in_names_take_one_analysis() -> None:
    assert analyses([policy(allow({"Service": SNS}, from_topic(f"t{n}"))) for n in range(100)]) == 1


def test_the_functions_that_policies_are_of_may_differ_too() -> None:
    alike.KNOWN.clear()  # as in a process that has just begun
    first, other = (f"arn:aws:lambda:us-east-1:{OWN}:function:{name}" for name in ("f", "other"))
    opened = [
        policy(allow({"Service": SNS}, from_topic("t", UNTRUSTED), Resource=arn)) for arn in (first, other)
    ]
    (of_first,), (of_other,) = answers(opened[0], first), answers(opened[1], other)
    assert of_first.witness is not None
    assert of_other.witness is not None
    assert of_first.witness.request.resource == first
    assert of_other.witness.request.resource == other


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
