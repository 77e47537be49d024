"""Policy variables: what fills them, what happens where nothing does, and which versions have them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import pytest

from permission_guard.iam import ABSENT, UNKNOWN, EvalDecision, Truth
from permission_guard.iam.pattern import Variable, Wild, tokens
from permission_guard.iam.policy import Json
from permission_guard.iam.request import Values
from tests.iam.asking import Keys, answer, holds, request, statement

ALLOWED, DENIED, NOT_ALLOWED, UNDECIDED = (
    EvalDecision.ALLOWED,
    EvalDecision.DENIED,
    EvalDecision.NOT_ALLOWED,
    EvalDecision.UNDECIDED,
)
YES, NO, CANNOT_TELL = Truth.YES, Truth.NO, Truth.UNKNOWN

HOME = "arn:aws:s3:::home/${aws:username}/*"
OPEN = "arn:aws:s3:::home/${aws:username, 'public'}/*"
ANN = "arn:aws:s3:::home/ann/diary"

RESOURCES: list[tuple[str, str, Keys, EvalDecision]] = [
    (HOME, ANN, {"aws:username": "ann"}, ALLOWED),
    (HOME, ANN, {"AWS:UserName": "ann"}, ALLOWED),
    (HOME, ANN, {"aws:username": "Ann"}, NOT_ALLOWED),
    (HOME, ANN, {"aws:username": "bob"}, NOT_ALLOWED),
    (HOME, ANN, {"aws:username": ABSENT}, NOT_ALLOWED),
    (HOME, ANN, {"aws:username": UNKNOWN}, UNDECIDED),
    # A key with several values cannot be a variable.
    (HOME, ANN, {"aws:username": ("ann", "bob")}, NOT_ALLOWED),
    # A wildcard in the request's value is a plain character.
    (HOME, ANN, {"aws:username": "*"}, NOT_ALLOWED),
    (HOME, ANN, {"aws:username": "an?"}, NOT_ALLOWED),
    (HOME, "arn:aws:s3:::home/*/diary", {"aws:username": "*"}, ALLOWED),
    # A variable in the request's value is plain text too.
    (HOME, ANN, {"aws:username": "${aws:userid}", "aws:userid": "ann"}, NOT_ALLOWED),
    (OPEN, "arn:aws:s3:::home/public/a", {}, ALLOWED),
    (OPEN, ANN, {}, NOT_ALLOWED),
    (OPEN, ANN, {"aws:username": "ann"}, ALLOWED),
    (OPEN, "arn:aws:s3:::home/public/a", {"aws:username": "ann"}, NOT_ALLOWED),
    (OPEN, "arn:aws:s3:::home/public/a", {"aws:username": UNKNOWN}, UNDECIDED),
    (OPEN, "arn:aws:s3:::home/public/a", {"aws:username": ("ann", "bob")}, NOT_ALLOWED),
    ("arn:aws:s3:::home/${aws:username,''}/*", "arn:aws:s3:::home//a", {}, ALLOWED),
    ("arn:aws:s3:::home/${ aws:username , 'a b' }", "arn:aws:s3:::home/a b", {}, ALLOWED),
    ("arn:aws:s3:::${aws:PrincipalTag/Team}", "arn:aws:s3:::x", {"aws:principaltag/team": "x"}, ALLOWED),
    # "You can't use a variable to replace parts of the ARN before the fifth colon."
    ("${a:b}", "arn:aws:s3:::x", {"a:b": "arn:aws:s3:::x"}, NOT_ALLOWED),
    ("${a:b, 'arn:aws:s3:::x'}", "arn:aws:s3:::x", {}, NOT_ALLOWED),
    ("arn:aws:s3:${a:b}::x", "arn:aws:s3:here::x", {"a:b": "here"}, NOT_ALLOWED),
    ("arn:aws:s3:${a:b}::x", "arn:aws:s3:here::x", {"a:b": UNKNOWN}, NOT_ALLOWED),
    ("arn:aws:s3::${a:b}:${a:b}", "arn:aws:s3::1:1", {"a:b": "1"}, NOT_ALLOWED),
    ("arn:*:*:*:${a:b}:x", "arn:aws:s3:r:1:x", {"a:b": "1"}, NOT_ALLOWED),
    ("arn:aws:s3:*:x:${a:b}", "arn:aws:s3:::x:y", {"a:b": "y"}, ALLOWED),
    # A value that nobody knows does not save what no value would.
    (HOME, "arn:aws:s3:::office/ann/diary", {"aws:username": UNKNOWN}, NOT_ALLOWED),
    ("arn:aws:s3:::${a:b}/${a:c}", "arn:aws:s3:::x/y", {"a:b": UNKNOWN, "a:c": ABSENT}, NOT_ALLOWED),
    ("arn:aws:s3:::${a:b}${a:c}", "arn:aws:s3:::xy", {"a:b": "x", "a:c": "y"}, ALLOWED),
    ("arn:aws:s3:::a${*}", "arn:aws:s3:::a*", {}, ALLOWED),
    ("arn:aws:s3:::a${*}", "arn:aws:s3:::ab", {}, NOT_ALLOWED),
    ("arn:aws:s3:::a${?}", "arn:aws:s3:::a?", {}, ALLOWED),
    ("arn:aws:s3:::a${?}", "arn:aws:s3:::ab", {}, NOT_ALLOWED),
    ("arn:aws:s3:::${$}{a:b}", "arn:aws:s3:::${a:b}", {"a:b": "x"}, ALLOWED),
    # What is no variable stands for itself.
    ("arn:aws:s3:::${}", "arn:aws:s3:::${}", {}, ALLOWED),
    ("arn:aws:s3:::${a:b", "arn:aws:s3:::${a:b", {"a:b": "x"}, ALLOWED),
    ("arn:aws:s3:::$a", "arn:aws:s3:::$a", {}, ALLOWED),
    ("arn:aws:s3:::${a,b}", "arn:aws:s3:::${a,b}", {"a,b": "x"}, ALLOWED),
    ("arn:aws:s3:::${a b}", "arn:aws:s3:::${a b}", {"a b": "x"}, ALLOWED),
    ("arn:aws:s3:::${a'b}", "arn:aws:s3:::${a'b}", {"a'b": "x"}, ALLOWED),
    ("arn:aws:s3:::${a{b}", "arn:aws:s3:::${a{b}", {"a{b": "x"}, ALLOWED),
]

VALUES: list[tuple[str, str | tuple[str, ...], Values, Truth]] = [
    # The operator, the policy's values, what the variable's key has, whether `blue` fulfils it.
    ("StringEquals", "${a:b}", ("blue",), YES),
    ("StringEquals", "${a:b}", ("red",), NO),
    ("StringEquals", "${a:b}", ABSENT, NO),
    ("StringEquals", "${a:b}", UNKNOWN, CANNOT_TELL),
    ("StringEquals", "${a:b, 'blue'}", ABSENT, YES),
    ("StringEquals", "${a:b}", ("blue", "red"), NO),
    ("StringEquals", ("${a:b}", "blue"), ABSENT, YES),
    ("StringEquals", ("${a:b}", "red"), ABSENT, NO),
    ("StringEquals", ("${a:b}", "blue"), UNKNOWN, YES),
    ("StringEquals", ("${a:b}", "red"), UNKNOWN, CANNOT_TELL),
    ("StringEqualsIgnoreCase", "${a:b}", ("BLUE",), YES),
    ("StringLike", "b${a:b}*", ("l",), YES),
    ("StringLike", "${a:b}", ("*",), NO),
    ("StringLike", "*${a:b}", ABSENT, NO),
    ("StringNotEquals", "${a:b}", ("blue",), NO),
    ("StringNotEquals", "${a:b}", ("red",), YES),
    ("StringNotEquals", "${a:b}", ABSENT, YES),
    ("StringNotEquals", "${a:b}", UNKNOWN, CANNOT_TELL),
    ("StringNotLike", "${a:b}*", ABSENT, YES),
    ("StringNotEquals", ("${a:b}", "blue"), ABSENT, NO),
    ("StringNotEquals", ("${a:b}", "blue"), UNKNOWN, NO),
    ("StringNotEquals", ("${a:b}", "red"), ABSENT, YES),
    ("StringNotEquals", ("${a:b}", "red"), UNKNOWN, CANNOT_TELL),
    ("ArnNotEquals", "${a:b}", ABSENT, YES),
    ("StringEqualsIfExists", "${a:b}", ABSENT, NO),
    ("ForAllValues:StringEquals", "${a:b}", ABSENT, NO),
    ("ForAllValues:StringNotEquals", "${a:b}", ABSENT, YES),
    ("ForAnyValue:StringEquals", "${a:b}", ("blue",), YES),
    ("ForAnyValue:StringEquals", "${a:b}", UNKNOWN, CANNOT_TELL),
]


@pytest.mark.parametrize(("pattern", "resource", "keys", "expected"), RESOURCES)
def test_a_variable_in_a_resource_is_what_the_request_has_for_its_key(
    pattern: str, resource: str, keys: Keys, expected: EvalDecision
) -> None:
    asked = request(resource=resource, keys=keys)
    opposite = {ALLOWED: NOT_ALLOWED, NOT_ALLOWED: ALLOWED, UNDECIDED: UNDECIDED}

    assert answer(asked, statement(Resource=pattern)) is expected
    assert answer(asked, statement(NotResource=pattern)) is opposite[expected]


@pytest.mark.parametrize(("operator", "wanted", "filling", "expected"), VALUES)
def test_a_variable_without_a_value_is_equal_to_nothing_and_like_nothing(
    operator: str, wanted: str | tuple[str, ...], filling: Values, expected: Truth
) -> None:
    assert holds(operator, wanted, "blue", **{"a:b": filling}) is expected


@pytest.mark.parametrize("arn", ["arn:aws:s3:::reports", "arn:aws:sns:us-east-1:123456789012:alerts"])
def test_a_variable_may_hold_a_whole_arn(arn: str) -> None:
    assert holds("ArnEquals", "${aws:SourceArn}", arn, **{"aws:SourceArn": arn}) is YES
    assert holds("ArnLike", "${aws:SourceArn}", arn, **{"aws:SourceArn": "arn:aws:*:*:*:*"}) is NO


def test_a_bool_takes_a_variable() -> None:
    assert holds("Bool", "${a:b}", "true", **{"a:b": "true"}) is YES
    assert holds("Bool", "${a:b}", "true", **{"a:b": ABSENT}) is NO


@pytest.mark.parametrize(
    ("team", "expected"), [(("blue",), ALLOWED), (("red",), DENIED), (ABSENT, DENIED), (UNKNOWN, UNDECIDED)]
)
def test_a_deny_of_all_but_the_callers_team_denies_a_caller_without_a_team(
    team: Values, expected: EvalDecision
) -> None:
    """AWS's own example: "access is explicitly denied when aws:principaltag/Team is not set"."""
    condition: Json = {"StringNotEquals": {"s3:ExistingObjectTag/Team": "${aws:PrincipalTag/Team}"}}
    asked = request(keys={"s3:ExistingObjectTag/Team": "blue", "aws:PrincipalTag/Team": team})

    assert answer(asked, statement(), statement("Deny", Condition=condition)) is expected


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_before_2012_a_variable_stands_for_itself(version: str | None) -> None:
    keys: Keys = {"aws:username": "ann", "a:b": "${aws:username}"}
    condition: Json = {"StringEquals": {"a:b": "${aws:username}"}}

    assert answer(request(resource=ANN, keys=keys), statement(Resource=HOME), version=version) is NOT_ALLOWED
    assert (
        answer(
            request(resource="arn:aws:s3:::home/${aws:username}/a"), statement(Resource=HOME), version=version
        )
        is ALLOWED
    )
    assert answer(request(keys=keys), statement(Condition=condition), version=version) is ALLOWED
    assert answer(request(keys=keys), statement(Condition=condition)) is NOT_ALLOWED
    assert answer(request(resource="arn:${x}"), statement(Resource="arn:${*}"), version=version) is ALLOWED


def test_an_action_has_no_variables() -> None:
    assert answer(request("s3:${a:b}"), statement(Action="s3:${a:b}")) is ALLOWED
    assert answer(request("s3:x", keys={"a:b": "x"}), statement(Action="s3:${a:b}")) is NOT_ALLOWED


def test_a_pattern_falls_into_text_wildcards_and_variables() -> None:
    assert tokens("a${*}b*${Aws:Key, 'C'}?", variables=True) == (
        *("a", "*", "b", Wild.RUN),
        Variable("aws:key", "C"),
        Wild.ONE,
    )
    assert tokens("a*${*}", variables=True, wildcards=False) == ("a*", "*")
    assert tokens("a*?", variables=True, wildcards=False) == ("a*?",)
    assert tokens("", variables=True) == tokens("", variables=True, wildcards=False) == ()


def test_twenty_kilobytes_of_what_might_become_a_variable_are_read() -> None:
    for text in ("${" * 10_000, "${a," * 5_000, "${a" + " " * 20_000, "${a,'" * 4_000, "${" + "a" * 20_000):
        assert tokens(text, variables=True) == (text,)
