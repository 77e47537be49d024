"""The smallest questions of a policy: which are one, which keys they ask for, and which operators are made for a key."""

from __future__ import annotations

import pytest

from permission_guard.access.literal import Literals
from permission_guard.access.meter import BudgetSpent, Meter
from permission_guard.iam import Context, Policy, Truth
from permission_guard.iam.condition import Condition
from tests.access.setting import FUNCTION, OWN, allow, deny, policy


def condition(operator: str, key: str, *texts: str, variables: bool = True) -> Condition:
    return Condition.compiled(operator, key, texts, variables=variables)


KINDS: dict[str, tuple[str, ...]] = {
    "text": ("StringEquals", "StringNotEquals", "StringLike"),
    "arn": ("ArnLike", "ArnNotEquals"),
    "truth": ("Bool",),
    "address": ("IpAddress", "NotIpAddress"),
    "number": ("NumericEquals", "NumericLessThan"),
    "date": ("DateEquals", "DateLessThan"),
    "presence": ("Null",),
    "unheard": ("StringSortOf",),
}


@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("aws:SecureTransport", ("truth", "text")),
        ("aws:ViaAWSService", ("truth", "text")),
        ("aws:SourceIp", ("address",)),
        ("aws:VpcSourceIp", ("address",)),
        ("aws:MultiFactorAuthAge", ("number",)),
        ("aws:CurrentTime", ("date",)),
        ("aws:TokenIssueTime", ("date",)),
        ("aws:EpochTime", ("date", "number")),
        ("aws:SourceArn", ("arn", "text")),
        ("aws:PrincipalArn", ("arn", "text")),
        ("aws:PrincipalTag/a", ("arn", "text")),
        ("aws:RequestTag/a", ("arn", "text")),
        ("aws:SourceAccount", ("text",)),
    ],
)
def test_an_operator_fits_a_key_of_its_type(key: str, kinds: tuple[str, ...]) -> None:
    every = [one for some in KINDS.values() for one in some]

    found = [one for one in every if Literals().want(condition(one, key, "1"), wanted=True)[0].fits]

    assert set(found) == {one for kind in (*kinds, "presence") for one in KINDS[kind]}


def test_an_operator_and_its_negation_are_one_question() -> None:
    literals = Literals()
    equal, wanted = literals.want(condition("StringEquals", "k", "a"), wanted=True)

    assert wanted
    assert literals.want(condition("StringNotEquals", "K", "a"), wanted=True) == (equal, False)
    assert literals.want(condition("StringNotEquals", "k", "a"), wanted=False) == (equal, True)
    assert literals.want(condition("stringequals", "k", "a"), wanted=False) == (equal, False)
    assert literals.by_key == {"k": [equal]}


def test_whether_a_key_is_there_and_whether_it_is_not_are_one_question() -> None:
    literals = Literals()
    absent, wanted = literals.want(condition("Null", "k", "true"), wanted=True)

    assert wanted
    assert literals.want(condition("Null", "k", "false"), wanted=True) == (absent, False)
    assert literals.want(condition("Null", "k", "false"), wanted=False) == (absent, True)
    untrue, wanted = literals.want(condition("Bool", "k", "false"), wanted=True)
    assert (untrue.condition, wanted) == (condition("Bool", "k", "false"), True)


@pytest.mark.parametrize(
    ("operator", "key", "text", "asked"),
    [
        ("StringEquals", "aws:ResourceAccount", "${aws:SourceAccount}", "aws:sourceaccount"),
        ("StringNotEquals", "aws:ResourceAccount", "${aws:SourceAccount}", "aws:sourceaccount"),
        ("StringEqualsIfExists", "aws:ResourceAccount", "${aws:SourceAccount}", "aws:sourceaccount"),
        ("ForAnyValue:StringEquals", "aws:ResourceAccount", "${aws:SourceAccount}", "aws:sourceaccount"),
        ("StringEquals", "aws:ResourceOrgID", "${aws:PrincipalOrgID}", "aws:principalorgid"),
        ("StringEqualsIfExists", "aws:ResourceOrgID", "${aws:PrincipalOrgID}", "aws:resourceorgid"),
        ("ForAllValues:StringEquals", "aws:ResourceOrgID", "${aws:PrincipalOrgID}", "aws:resourceorgid"),
        ("StringEquals", "aws:ResourceAccount", "1", "aws:resourceaccount"),
        ("StringSortOf", "aws:ResourceAccount", "${aws:SourceAccount}", "aws:resourceaccount"),
        ("Bool", "aws:ResourceAccount", "${aws:SourceAccount}", "aws:resourceaccount"),
        ("StringEquals", "aws:userid", "${aws:SourceAccount}", "aws:userid"),
        ("StringSortOf", "aws:userid", "${aws:SourceAccount}", "aws:userid"),
    ],
)
def test_a_comparison_of_the_functions_account_with_the_callers_asks_for_the_callers(
    operator: str, key: str, text: str, asked: str
) -> None:
    """IfExists and quantifiers do not matter for a key that every request has once: here the account."""
    literals = Literals(frozenset({"aws:resourceaccount"}))

    found, wanted = literals.want(condition(operator, key, text), wanted=True)

    assert (found.key, wanted) == (asked, True)
    assert found.condition is not None
    turned = "${%s}" % key.lower()  # noqa: UP031  # a format string would double the braces
    assert found.condition.texts == ((text,) if asked == key.lower() else (turned,))


def test_what_differs_in_key_value_quantifier_or_in_what_its_text_means_is_another_question() -> None:
    literals = Literals()
    asked = [
        condition("StringEquals", "k", "a"),
        condition("StringEquals", "j", "a"),
        condition("StringEquals", "k", "b"),
        condition("StringEquals", "k", "a", "b"),
        condition("StringLike", "k", "a"),
        condition("StringEqualsIfExists", "k", "a"),
        condition("StringNotEqualsIfExists", "k", "a"),
        condition("ForAllValues:StringEquals", "k", "a"),
        condition("ForAnyValue:StringNotEquals", "k", "a"),
        condition("StringEquals", "k", "${aws:username}"),
        condition("StringEquals", "k", "${aws:username}", variables=False),
    ]
    numbers = [literals.want(one, wanted=True)[0].number for one in asked]

    assert numbers == list(range(len(asked)))
    assert literals.want(condition("STRINGEQUALSIFEXISTS", "k", "a"), wanted=True)[0].number == 5
    assert literals.texts("j", "none", "k")[:3] == ["a", "a", "b"]


def test_the_texts_that_are_spelled_in_full_and_those_that_begin_a_value() -> None:
    literals = Literals()
    for operator, text in (
        ("StringEquals", "a*:x:y"),
        ("StringLike", "b*:x"),
        ("StringLike", "c:*"),
        ("StringEqualsIgnoreCase", "d:x"),
        ("StringLike", "e${aws:username}:x"),
        ("StringLike", "f:${aws:username}"),
        ("StringLike", "*"),
        ("Null", "true"),
        ("StringEquals", ""),
    ):
        literals.want(condition(operator, "k", text), wanted=True)

    assert literals.whole("k") == (("a*:x:y",), ("d:x",))
    assert literals.starts("k", ":") == (("a*", "c", "f"), ("d",))
    assert literals.whole("j") == ((), ())


def test_the_keys_that_policies_ask_for_stand_in_conditions_and_in_variables() -> None:
    literals = Literals()
    own = FUNCTION.removesuffix("f") + "${aws:PrincipalTag/b}"
    literals.read(
        policy(
            allow({"AWS": OWN}, {"StringLike": {"aws:UserId": "${aws:PrincipalTag/a}*"}}, Resource=own),
            deny({"Null": {"aws:SourceArn": "true"}}, Principal={"AWS": OWN}),
        )
    )
    literals.read(
        Policy.parse('{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "lambda:*"}]}')
    )

    assert set(literals.mentioned) == {
        *("aws:userid", "aws:principaltag/a", "aws:principaltag/b", "aws:sourcearn")
    }
    assert {key: len(some) for key, some in literals.by_key.items()} == {
        "#principal": 2,
        "aws:userid": 1,
        "aws:sourcearn": 1,
    }


def test_what_aws_makes_of_an_operator_of_another_type_nobody_knows_if_the_key_is_there() -> None:
    literal, _ = Literals().want(condition("NumericEquals", "aws:SourceAccount", "1"), wanted=True)

    assert literal.truth(Context.of({"aws:SourceAccount": "1"}), None) is Truth.UNKNOWN
    assert literal.truth(Context.of({"aws:SourceAccount": ()}), None) is Truth.NO


def test_a_budget_counts_every_step_and_lends_a_share_of_what_is_left() -> None:
    meter = Meter(10)
    meter.charge(4)
    meter.charge(3)
    with meter.at_most(2):
        assert (meter.spent, meter.left) == (7, 2)
        meter.charge(2)
        with pytest.raises(BudgetSpent):
            meter.charge(1)
        assert meter.left == 0

    assert (meter.spent, meter.left, meter.budget) == (10, 0, 10)
    with meter.at_most(5):
        assert meter.left == 0
    with pytest.raises(BudgetSpent):
        meter.charge(1)
