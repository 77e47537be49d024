"""Answers for services: by a wildcard principal, by name, and by the account or ARN that they send."""

from __future__ import annotations

import pytest

from permission_guard.access import Access, Scale
from permission_guard.iam import ServicePrincipal
from permission_guard.iam.policy import Json
from tests.access.setting import OWN, SNS, UNTRUSTED, allow, answer, deny, equals

EVENTS: Json = {"Service": "events.amazonaws.com"}


def test_a_call_may_have_no_source_key() -> None:
    both: Json = {
        "StringEqualsIfExists": {"aws:SourceAccount": OWN},
        "ArnLikeIfExists": {"aws:SourceArn": f"arn:aws:*:*:{OWN}:*"},
    }

    result = answer(allow(SNS, both))

    assert result.access is Access.OPEN
    assert result.witness is not None
    assert result.witness.account is None
    assert "sns.amazonaws.com for any account" in str(result.witness)


def test_a_call_without_a_source_has_no_organization_as_far_as_documented() -> None:
    nameless: Json = {"Null": {"aws:SourceArn": "true", "aws:SourceAccount": "true"}}
    shown = equals("aws:SourceOrgID", "o-other00000")

    assert answer(allow(SNS, {**dict(nameless), **dict(shown)})).access is Access.UNKNOWN  # type: ignore[arg-type]
    assert answer(allow(SNS, shown)).access is Access.NAMED


def test_the_account_in_an_arn_equals_a_variable_for_the_source_account() -> None:
    own_account: Json = {"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:${aws:SourceAccount}:*"}}
    shown: Json = {"Null": {"aws:SourceArn": "false", "aws:SourceAccount": "false"}}

    result = answer(allow(SNS, {**dict(own_account), **dict(shown)}))  # type: ignore[arg-type]

    assert (result.access, result.scale) == (
        Access.UNKNOWN,
        Scale.UNKNOWN,
    )  # only with an ARN of another service
    assert answer(allow(SNS, shown), deny(own_account)).access is Access.OPEN


def test_further_names_of_a_service_are_not_known() -> None:
    names = "aws:PrincipalServiceNamesList"

    assert (
        answer(allow(SNS, equals(names, "sns.amazonaws.com", "ForAnyValue:StringEquals"))).access
        is Access.OPEN
    )
    assert (
        answer(allow(SNS, equals(names, "sns.amazonaws.com", "ForAllValues:StringEquals"))).access
        is Access.UNKNOWN
    )
    assert (
        answer(allow(SNS), deny(equals(names, "sns.us-*", "ForAnyValue:StringLike"))).access is Access.UNKNOWN
    )


def test_a_wildcard_principal_admits_a_service_that_no_table_lists() -> None:
    result = answer(allow("*", equals("aws:PrincipalServiceName", "newservice.amazonaws.com")))

    assert result.access is Access.OPEN
    assert result.witness is not None
    assert result.witness.request.principal == ServicePrincipal("newservice.amazonaws.com")


def test_a_documented_service_behind_a_wildcard_makes_an_arn_sure() -> None:
    assert answer(allow("*", equals("aws:SourceArn", "arn:aws:sns:*:*:*", "ArnLike"))).access is Access.OPEN
    assert (
        answer(allow("*", equals("aws:SourceArn", "arn:aws:nosuch:*:*:*", "ArnLike"))).access
        is Access.UNKNOWN
    )


def test_a_condition_on_the_account_for_eventbridge_is_doubtful_but_never_dead() -> None:
    by_account = answer(allow(EVENTS, equals("aws:SourceAccount", OWN)))
    of_another = answer(allow(EVENTS, equals("aws:SourceAccount", UNTRUSTED)))

    assert (by_account.access, by_account.scale) == (Access.CLOSED, Scale.ACCOUNT)
    assert of_another.access is Access.UNKNOWN


@pytest.mark.parametrize("name", ["elasticloadbalancing.amazonaws.com", "vpc-lattice.amazonaws.com"])
def test_a_service_that_calls_within_its_account_is_not_surely_open(name: str) -> None:
    assert answer(allow({"Service": name})).access is Access.UNKNOWN
