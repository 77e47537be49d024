"""Condition operators on keys with one value, none, or one that cannot be known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import pytest

from permission_guard.iam import ABSENT, UNKNOWN, Context, Truth
from permission_guard.iam.condition import Condition
from permission_guard.iam.operators import NEGATIONS, POSITIVES, fold
from tests.iam.asking import holds

YES, NO, CANNOT_TELL = Truth.YES, Truth.NO, Truth.UNKNOWN

ORDERED = ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
POSITIVE = (
    *("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"),
    *("Bool", "BinaryEquals", "IpAddress"),
    *(f"Numeric{order}" for order in ORDERED),
    *(f"Date{order}" for order in ORDERED),
)
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}

VALUES = [
    # AWS's operator, the policy's value, the request's value, whether it holds
    ("StringEquals", "iamuser-admin", "iamuser-admin", YES),
    ("StringEquals", "iamuser-admin", "IAMUSER-admin", NO),
    ("StringEquals", "iamuser-*", "iamuser-admin", NO),
    ("StringEquals", "iamuser-*", "iamuser-*", YES),
    ("StringEquals", "iamuser-${*}", "iamuser-*", YES),
    ("StringEquals", "", "", YES),
    ("StringEqualsIgnoreCase", "iamuser-admin", "IAMUser-Admin", YES),
    ("StringEqualsIgnoreCase", "iamuser-*", "IAMUser-Admin", NO),
    ("StringLike", "t2.*", "t2.micro", YES),
    ("StringLike", "t2.*", "T2.micro", NO),
    ("StringLike", "t2.*", "t2.", YES),
    ("StringLike", "t?.micro", "t2.micro", YES),
    ("StringLike", "t?.micro", "t.micro", NO),
    ("StringLike", "t2", "t2.micro", NO),
    ("StringLike", "*", "", YES),
    ("StringLike", "a*b", "a\nb", YES),
    ("StringLike", "a?b", "a\nb", YES),
    ("StringLike", "a${*}b", "a*b", YES),
    ("StringLike", "a${*}b", "axb", NO),
    ("StringLike", "a${?}?", "a?x", YES),
    ("StringLike", "a${?}?", "axx", NO),
    ("StringLike", "home/${$}{aws:username}", "home/${aws:username}", YES),
    ("NumericEquals", "10", "10", YES),
    ("NumericEquals", "10", "10.0", YES),
    ("NumericEquals", "1e1", "10", YES),
    ("NumericEquals", "10", "11", NO),
    ("NumericEquals", "10", "ten", NO),
    ("NumericEquals", "+.5", "0.50", YES),
    ("NumericEquals", "10.", "10", YES),
    ("NumericEquals", "1E+1", "10", YES),
    ("NumericEquals", "1e-1", "0.1", YES),
    ("NumericEquals", "1e100", f"1{'0' * 99}e1", YES),
    ("NumericEquals", f".{'1' * 100}", f"0.{'1' * 100}", YES),
    ("NumericLessThan", "10", "9", YES),
    ("NumericLessThan", "10", "10", NO),
    ("NumericLessThan", "10", "-10.5", YES),
    ("NumericLessThan", "10", "nine", NO),
    ("NumericLessThanEquals", "10", "10", YES),
    ("NumericLessThanEquals", "10", "10.01", NO),
    ("NumericGreaterThan", "9", "10", YES),
    ("NumericGreaterThan", "10", "10", NO),
    ("NumericGreaterThanEquals", "10", "10", YES),
    ("NumericGreaterThanEquals", "10", "9", NO),
    ("DateEquals", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", YES),
    ("DateEquals", "2020-01-01", "2020-01-01T00:00:00Z", YES),
    ("DateEquals", "2020-02", "2020-02-01T00:00:00Z", YES),
    ("DateEquals", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00Z", NO),
    ("DateEquals", "1577836800", "2020-01-01T00:00:00Z", YES),
    ("DateEquals", "202", "1970-01-01T00:03:22Z", YES),
    ("DateEquals", "10000", "1970-01-01T02:46:40Z", YES),
    ("DateEquals", "2020-01-01T00:00:00Z", "1577836800", YES),
    ("DateEquals", "2020-01-01T00:00:00Z", "yesterday", NO),
    ("DateLessThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z", YES),
    ("DateLessThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", NO),
    ("DateLessThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", YES),
    ("DateLessThanEquals", "2020-01-01T00:00:01Z", "yesterday", NO),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-06-01T00:00:00Z", YES),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", NO),
    ("DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", YES),
    ("DateGreaterThanEquals", "-1", "0", YES),
    ("Bool", "false", "false", YES),
    ("Bool", "FALSE", "False", YES),
    ("Bool", "false", "true", NO),
    ("Bool", "true", "perhaps", NO),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", YES),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "qmluYXJ5VmFsdWVJbkJhc2U2NA==", NO),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "not base 64", NO),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "Qmlu YXJ5VmFsdWVJbkJhc2U2NA==", NO),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", YES),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", NO),
    ("IpAddress", "203.0.113.77/24", "203.0.113.1", YES),
    ("IpAddress", "203.0.113.7", "203.0.113.7", YES),
    ("IpAddress", "203.0.113.7", "203.0.113.8", NO),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", YES),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", NO),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", NO),
    ("IpAddress", "::/0", "203.0.113.7", NO),
    ("IpAddress", "203.0.113.0/24", "AWS Internal", NO),
]

ARN = "arn:aws:someservice:*:111122223333:finance/*"
ARNS = [
    (ARN, "arn:aws:someservice:us-east-2:111122223333:finance/document.txt", YES),
    # AWS's own example: as a string it is like the pattern, as an ARN it is not.
    (ARN, "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", NO),
    (ARN, "arn:aws:SomeService:us-east-2:111122223333:finance/document.txt", NO),
    ("arn:aws:s3:::reports", "arn:aws:s3:::reports", YES),
    ("arn:aws:s3:::rep?rts", "arn:aws:s3:::reports", YES),
    ("arn:aws:s3:*:*:*", "arn:aws:s3:::reports/a:b:c", YES),
    ("arn:aws:s3:?::reports", "arn:aws:s3:::reports", NO),
    ("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:r:a:log-group:n:log-stream:s", YES),
    ("arn:*:*:*:*:*", "arn:aws:s3:::reports", YES),
    ("*:*:*:*:*:*", "arn:aws:s3:::reports", YES),
    ("*", "arn:aws:s3:::reports", YES),
    ("arn:*", "arn:aws:s3:::reports", CANNOT_TELL),
    ("arn:aws:s?", "arn:aws:s3:::reports", CANNOT_TELL),
    ("arn:aws:s3", "arn:aws:s3:::reports", NO),
    (ARN, "finance", NO),
    ("*:*:*:*:*:*", "arn:aws:s3", NO),
]

UNREADABLE = [
    ("NumericEquals", "ten"),
    ("NumericLessThan", "NaN"),
    ("NumericLessThan", "1_000"),
    ("NumericLessThan", "Infinity"),
    ("NumericEquals", "1" * 101),
    ("NumericEquals", "1e1000"),
    ("NumericEquals", "${aws:MultiFactorAuthAge}"),
    ("DateLessThan", "tomorrow"),
    ("DateLessThan", "2020"),
    ("DateLessThan", "2020-13"),
    ("DateLessThan", "9999999999999"),
    ("DateLessThan", "${aws:CurrentTime}"),
    ("Bool", "perhaps"),
    ("BinaryEquals", "é"),
    ("BinaryEquals", "${aws:userid}"),
    ("IpAddress", "203.0.113.0/33"),
    ("IpAddress", "${aws:SourceIp}"),
    ("StringMatches", "x"),
    ("", "x"),
    ("IfExists", "x"),
]


def test_every_operator_of_the_page_is_known_and_no_other() -> None:
    assert {name.lower() for name in POSITIVE} == POSITIVES
    assert {name.lower(): positive.lower() for name, positive in NEGATED.items()} == NEGATIONS


@pytest.mark.parametrize(("operator", "wanted", "have", "expected"), VALUES)
def test_one_value_against_one_value(operator: str, wanted: str, have: str, expected: Truth) -> None:
    assert holds(operator, wanted, have) is expected
    assert holds(operator.upper(), wanted, have) is expected
    assert holds(f"{operator}IfExists", wanted, have) is expected


def test_a_bool_of_both_values_takes_no_third() -> None:
    assert holds("Bool", ("true", "false"), "perhaps") is NO


def test_a_letter_whose_small_letter_is_two_characters_stays() -> None:
    assert fold("ÀİÉ") == "àİé"


@pytest.mark.parametrize(("pattern", "have", "expected"), ARNS)
@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
def test_an_arn_is_compared_part_by_part(operator: str, pattern: str, have: str, expected: Truth) -> None:
    assert holds(operator, pattern, have) is expected


@pytest.mark.parametrize(("negated", "positive"), NEGATED.items())
def test_a_negated_operator_is_the_opposite_of_its_positive(negated: str, positive: str) -> None:
    for _, wanted, have, _ in VALUES:
        assert holds(negated, wanted, have) is ~holds(positive, wanted, have), (wanted, have)


@pytest.mark.parametrize("operator", POSITIVE)
def test_a_positive_operator_is_false_when_the_key_is_absent(operator: str) -> None:
    assert holds(operator, "1", ABSENT) is NO


@pytest.mark.parametrize("operator", NEGATED)
def test_a_negated_operator_is_true_when_the_key_is_absent(operator: str) -> None:
    assert holds(operator, "1", ABSENT) is YES


@pytest.mark.parametrize("operator", [*POSITIVE, *NEGATED])
def test_if_exists_is_true_when_the_key_is_absent(operator: str) -> None:
    assert holds(f"{operator}IfExists", "1", ABSENT) is YES


@pytest.mark.parametrize("operator", [*POSITIVE, *NEGATED, "Null"])
def test_no_operator_decides_on_a_key_that_is_not_known(operator: str) -> None:
    assert holds(operator, "true", UNKNOWN) is CANNOT_TELL
    assert holds(f"{operator}IfExists", "true", UNKNOWN) is CANNOT_TELL


@pytest.mark.parametrize(("operator", "wanted"), UNREADABLE)
def test_what_aws_gives_no_meaning_is_undecided(operator: str, wanted: str) -> None:
    assert holds(operator, wanted, "1") is CANNOT_TELL


@pytest.mark.parametrize(
    ("operator", "have", "expected"),
    [
        ("StringEquals", "b", YES),
        ("StringEquals", "c", NO),
        ("StringNotEquals", "b", NO),
        ("StringNotEquals", "c", YES),
        ("StringNotEqualsIfExists", "A", YES),
        ("StringNotLike", "a", NO),
    ],
)
def test_several_values_are_or_for_a_positive_operator_and_nor_for_a_negated(
    operator: str, have: str, expected: Truth
) -> None:
    assert holds(operator, ("a", "b"), have) is expected


@pytest.mark.parametrize(
    ("operator", "have", "expected"),
    [
        ("NumericEquals", "1", YES),
        ("NumericEquals", "2", CANNOT_TELL),
        ("NumericNotEquals", "1", NO),
        ("NumericNotEquals", "2", CANNOT_TELL),
    ],
)
def test_an_unreadable_value_spoils_only_what_rests_on_it(operator: str, have: str, expected: Truth) -> None:
    assert holds(operator, ("1", "many"), have) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "have", "expected"),
    [
        ("Null", "true", ABSENT, YES),
        ("Null", "false", ABSENT, NO),
        ("Null", "true", "here", NO),
        ("Null", "false", "here", YES),
        ("null", "FALSE", "here", YES),
        ("Null", "false", ("a", "b"), YES),
        ("Null", ("true", "false"), ABSENT, YES),
        ("Null", ("true", "false"), "here", YES),
        ("Null", ("maybe", "true"), ABSENT, YES),
        ("Null", ("maybe", "true"), "here", CANNOT_TELL),
        ("Null", "false", "", CANNOT_TELL),
        ("Null", "true", UNKNOWN, CANNOT_TELL),
        ("NullIfExists", "true", ABSENT, CANNOT_TELL),
        ("ForAllValues:Null", "true", ABSENT, CANNOT_TELL),
        ("ForAnyValue:Null", "false", "here", CANNOT_TELL),
    ],
)
def test_null_asks_whether_the_key_is_absent(
    operator: str, wanted: str | tuple[str, ...], have: str | tuple[str, ...] | None, expected: Truth
) -> None:
    assert holds(operator, wanted, have) is expected


def test_a_condition_key_is_the_same_in_any_case() -> None:
    condition = Condition.compiled("StringEquals", "AWS:PRINCIPALTAG/Team", ("blue",), variables=True)

    assert condition.holds(Context.of({"aws:principaltag/TEAM": "blue"})) is YES


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
def test_a_wildcard_in_the_account_does_not_reach_into_the_resource(operator: str) -> None:
    assert holds(operator, "arn:aws:sns:us-east-1:1111*:x", "arn:aws:sns:us-east-1:111122223333:x") is YES
    assert holds(operator, "arn:aws:sns:us-east-1:1111*:x", "arn:aws:sns:us-east-1:111122223333:y:x") is NO


def test_a_pattern_for_every_text_decides_a_key_that_is_not_known_whatever_stands_beside_it() -> None:
    condition = Condition.compiled("StringLikeIfExists", "k", ("${aws:userid}", "*"), variables=True)

    assert condition.holds(Context()) is YES
