"""Answers of the analysis: who is untrusted, who has access inside the zone of trust, what AWS does not document."""

from __future__ import annotations

import pytest
from botocore.session import get_session

from permission_guard.access import EVERY, READ_LAYER, Access, Scale, analyze
from permission_guard.access.meter import BUDGET
from permission_guard.iam import Anonymous, Policy
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Trusted
from tests.access.hostile import largest, two_of_each
from tests.access.setting import (
    ALONE,
    FUNCTION,
    IN_ORGANIZATION,
    NOW,
    OURS,
    OWN,
    PARTNER,
    SNS,
    UNTRUSTED,
    allow,
    answer,
    deny,
    equals,
)

S3: Json = {"Service": "s3.amazonaws.com"}


def test_an_unsigned_caller_invokes_through_the_url_only() -> None:
    unsigned = equals("aws:PrincipalType", "Anonymous")
    url = answer(allow("*", unsigned, Action="lambda:InvokeFunctionUrl"))
    via_url = answer(allow("*", unsigned), deny({"Bool": {"lambda:InvokedViaFunctionUrl": "false"}}))
    not_via_url = answer(allow("*", unsigned), deny({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}))

    assert url.witness is not None
    assert isinstance(url.witness.request.principal, Anonymous)
    assert str(url.witness).startswith("an anonymous caller calls lambda:InvokeFunctionUrl")
    assert via_url.access is Access.OPEN
    assert not_via_url.access is not Access.OPEN


def test_a_key_that_the_table_does_not_have_never_makes_a_pass() -> None:
    result = answer(allow("*", equals("aws:SomethingNew", "x")))

    assert (result.access, result.keys) == (Access.UNKNOWN, ("aws:somethingnew",))


def test_a_key_of_another_service_is_absent() -> None:
    assert answer(allow("*", equals("s3:prefix", "x"))).access is Access.CLOSED
    assert answer(allow("*", equals("s3:prefix", "x", "StringNotEquals"))).access is Access.OPEN


@pytest.mark.parametrize("value", ["", "é", "\u017f", "\u212a", "日本"])
def test_tags_may_be_empty_and_hold_letters_of_any_script(value: str) -> None:
    result = answer(allow("*", equals("aws:PrincipalTag/team", value)))

    assert result.access is Access.OPEN
    assert result.witness is not None
    assert result.witness.request.context.values("aws:principaltag/team") == (value,)


def test_a_character_that_matches_only_without_regard_to_case_is_found() -> None:
    kelvin = (
        equals("aws:PrincipalTag/a", "k", "StringEqualsIgnoreCase"),
        equals("aws:PrincipalTag/a", ["k", "K"]),
    )

    assert (
        answer(allow("*", kelvin[0]), deny(kelvin[1]), deny({"Null": {"aws:PrincipalTag/a": "true"}})).access
        is Access.OPEN
    )


def test_characters_that_a_tag_cannot_hold_are_unsure() -> None:
    assert answer(allow("*", equals("aws:PrincipalTag/team", "<>"))).access is Access.UNKNOWN


@pytest.mark.parametrize(
    ("statement", "scale"),
    [
        (allow({"AWS": OWN}), Scale.ACCOUNT),
        (allow({"AWS": f"arn:aws:iam::{OWN}:role/x"}), Scale.RESOURCE),
        (allow({"AWS": f"arn:aws:sts::{OWN}:assumed-role/x/session"}), Scale.RESOURCE),
        (allow({"AWS": "AROAEXAMPLEEXAMPLEEXA"}), Scale.DEAD),
        (allow({"AWS": PARTNER}), Scale.ACCOUNT),
        (allow({"AWS": OWN}, {"Null": {"lambda:EventSourceToken": "true"}}), Scale.ACCOUNT),
        (allow("*", equals("aws:PrincipalOrgID", OURS)), Scale.ORGANIZATION),
        (allow(S3, equals("aws:SourceOrgID", OURS)), Scale.ORGANIZATION),
        (allow(S3, equals("aws:SourceAccount", OWN)), Scale.ACCOUNT),
        (allow(SNS, equals("aws:PrincipalOrgID", OURS)), Scale.DEAD),
        (allow(SNS, equals("aws:SourceArn", f"arn:aws:sns:*:{OWN}:t*", "StringEquals")), Scale.DEAD),
        (allow({"AWS": OWN}, Resource=f"{FUNCTION}:live"), Scale.DEAD),
    ],
)
def test_a_closed_statement_says_who_inside_the_zone_of_trust_has_access(
    statement: dict[str, Json], scale: Scale
) -> None:
    result = answer(statement, trusted=IN_ORGANIZATION)

    assert (result.access, result.scale) == (Access.CLOSED, scale)


def test_a_layer_is_analyzed_by_its_one_action() -> None:
    layer = f"arn:aws:lambda:us-east-1:{OWN}:layer:shared:3"
    document = Policy.parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": READ_LAYER,
                    "Resource": layer,
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": OURS}},
                },
                {"Effect": "Allow", "Principal": "*", "Action": READ_LAYER, "Resource": layer},
            ],
        }
    )

    answers = analyze(document, layer, IN_ORGANIZATION, NOW, actions=(READ_LAYER,))

    assert [one.access for one in answers] == [Access.CLOSED, Access.OPEN]


def test_an_action_in_no_list_is_analyzed_if_the_policy_writes_it_out() -> None:
    assert answer(allow("*", Action="lambda:EnableReplication*")).access is Access.OPEN


def test_a_policy_beyond_its_budget_is_too_complex_and_no_pass() -> None:
    (result,) = analyze(largest(two_of_each), FUNCTION, ALONE, NOW)

    assert (result.access, result.scale) == (Access.TOO_COMPLEX, Scale.UNKNOWN)
    assert BUDGET == 2_000_000


def test_trusted_accounts_are_no_external_access() -> None:
    assert answer(allow({"AWS": PARTNER}), trusted=Trusted(OWN, (PARTNER,))).access is Access.CLOSED
    assert answer(allow({"AWS": PARTNER}), trusted=ALONE).access is Access.NAMED


OPEN, CLOSED, UNKNOWN = Access.OPEN, Access.CLOSED, Access.UNKNOWN


@pytest.mark.parametrize(
    "arn", ["arn:aws:s3:::orders/*", "arn:aws:s3:::orders/invoices/*.pdf", "arn:aws:s3:us-east-1::orders"]
)
def test_an_arn_without_account_that_no_bucket_has_is_dead(arn: str) -> None:
    result = answer(allow(S3, {"ArnLike": {"aws:SourceArn": arn}}))
    assert (result.access, result.scale) == (CLOSED, Scale.DEAD)


def test_every_call_of_lambda_that_names_a_function_or_an_execution_is_known() -> None:
    model = get_session().get_service_model("lambda")
    named = {
        f"lambda:{one}"
        for one in model.operation_names
        if any(
            place in model.operation_model(one).http["requestUri"]
            for place in ("{FunctionName}", "{DurableExecutionArn}", "{CallbackId}")
        )
    }
    # These two need lambda:InvokeFunction (lambda/latest/api/API_InvokeWithResponseStream.html).
    assert named - set(EVERY) == {"lambda:Invoke", "lambda:InvokeWithResponseStream"}


@pytest.mark.parametrize(
    "principal",
    [
        {"Federated": "cognito-identity.amazonaws.com"},
        {"CanonicalUser": "79a59df900b949e5"},
        {"Service": "*"},
    ],
)
def test_a_principal_whose_callers_aws_does_not_document_is_unknown(principal: Json) -> None:
    result = answer(allow(principal))

    assert (result.access, result.keys) == (Access.UNKNOWN, ("Principal",))


def test_a_witness_shows_the_account_and_the_keys() -> None:
    of_service = answer(allow(S3, equals("aws:SourceAccount", UNTRUSTED))).witness
    of_role = answer(allow({"AWS": UNTRUSTED}, {"Null": {"aws:PrincipalTag/a": "true"}})).witness

    assert of_service is not None
    assert of_role is not None
    assert (of_service.account, of_role.account) == (UNTRUSTED, UNTRUSTED)
    assert (
        str(of_role)
        == f"arn:aws:iam::{UNTRUSTED}:role/x calls lambda:InvokeFunction with aws:principaltag/a = absent"
    )
