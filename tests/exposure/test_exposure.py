"""The families of strangers and friends, and the scale they are put to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from permission_guard.document import Body
from permission_guard.exposure import INVOKING, MANAGING, Door, Kin, Member, Scale, door_of, invoking
from permission_guard.exposure.family import Families
from permission_guard.facts import FunctionFacts, Trusted, Unreadable
from permission_guard.iam import ABSENT, IamPrincipal, Policy, Service
from permission_guard.iam.policy import Json
from tests.world.builders import (
    ACCOUNT,
    FOREIGN,
    FUNCTION,
    OWN,
    PARTNER,
    TARGET,
    TOPIC,
    document,
    facts_with,
    statement,
)

ORG = "o-abcdefghij"
INVOKE = "lambda:InvokeFunction"


def door(*statements: Body, trusted: Trusted = OWN) -> Door:
    return door_of(facts_with(*statements), trusted)


def family(body: Body, *, trusted: Trusted = OWN) -> Families:
    made = door(body, trusted=trusted)
    return made.families(made.policy.statements[0])[0]


def sources(body: Body, *, trusted: Trusted = OWN) -> set[str]:
    """The SourceArns that strangers show."""
    found = (
        member.request.context.values("aws:sourcearn") for member in family(body, trusted=trusted).strangers()
    )
    return {values[0] for values in found if values}


def sns(operator: str, arn: Json, **more: Json) -> Body:
    return statement("sns.amazonaws.com", Condition={operator: {"aws:SourceArn": arn, **more}})


@pytest.mark.parametrize(
    ("action", "covered"),
    [
        (INVOKE, (INVOKE,)),
        ("lambda:InvokeFunctionUrl", ("lambda:InvokeFunctionUrl",)),
        ("lambda:invoke*", INVOKING),
        ("*", INVOKING),
        ("lambda:InvokeFunction*", (INVOKE, "lambda:InvokeFunctionUrl")),
        ("lambda:GetFunction", ()),
    ],
)
def test_the_actions_of_invoking_that_a_statement_covers(action: str, covered: tuple[str, ...]) -> None:
    parsed = Policy.parse(document(statement(Action=action), statement(Action=action, Effect="Deny")))

    assert invoking(parsed.statements[0]) == covered
    assert invoking(parsed.statements[1]) == ()


def test_the_door_of_a_function_without_a_policy_that_was_read_is_no_door() -> None:
    with pytest.raises(ValueError, match="orders has no resource policy"):
        door_of(FunctionFacts(FUNCTION, policy=Unreadable("policy", "AccessDenied")), OWN)


def test_a_service_that_acts_for_an_account_never_shows_an_arn_of_another() -> None:
    for member in (*family(sns("ArnLike", TOPIC)).strangers(), *family(sns("ArnLike", TOPIC)).friends()):
        context = member.request.context
        arn, account = context.values("aws:sourcearn"), context.values("aws:sourceaccount")
        if isinstance(member.request.principal, Service) and arn and account:
            assert arn[0].split(":")[4] == account[0]


def test_no_stranger_is_of_a_trusted_account_and_every_friend_is() -> None:
    trusted = Trusted(ACCOUNT, (PARTNER,))
    put = family(sns("ArnLike", TOPIC), trusted=trusted)

    def accounts(members: Iterable[Member]) -> set[str]:
        return {
            one.request.principal.account
            for one in members
            if isinstance(one.request.principal, IamPrincipal)
        }

    assert accounts(put.friends()) == {ACCOUNT, PARTNER}
    assert accounts(put.strangers()).isdisjoint({ACCOUNT, PARTNER})


@pytest.mark.parametrize(
    ("operator", "pattern", "fitting"),
    [
        ("ArnLike", "arn:aws:sns:*:*:orders-*", "arn:aws:sns:us-east-1:999999999999:orders-stranger"),
        ("ArnLike", "arn:aws:sns:eu-?est-1:*:o?", "arn:aws:sns:us-east-1:999999999999:os"),
        ("ArnLike", "arn:*:sns:us-east-1:*:o", "arn:aws:sns:us-east-1:999999999999:o"),
        ("ArnLike", "arn:aws:sns:us-east-1:9999*:o", "arn:aws:sns:us-east-1:999999999999:o"),
        ("ArnLike", "arn:aws:sns:us-east-1:1*1:o", "arn:aws:sns:us-east-1:199999999991:o"),
        ("ArnLike", f"arn:aws:sns:us-east-1:{FOREIGN}:o", f"arn:aws:sns:us-east-1:{FOREIGN}:o"),
        ("StringLike", f"*{ACCOUNT}*", f"arn:aws:sns:us-east-1:999999999999:{ACCOUNT}stranger"),
        ("StringLike", "*:orders", "arn:aws:sns:us-east-1:999999999999:orders"),
        (
            "StringLike",
            "arn:aws:sns:us-east-1:${aws:SourceAccount}:o",
            "arn:aws:sns:us-east-1:999999999999:o",
        ),
        ("StringLike", "arn:aws:sns:us-east-1:*:${aws:Nothing, 'o'}", "arn:aws:sns:us-east-1:999999999999:o"),
    ],
)
def test_strangers_fill_in_the_wildcards_of_a_source_with_what_is_theirs(
    operator: str, pattern: str, fitting: str
) -> None:
    assert fitting in sources(sns(operator, pattern))


def test_an_account_that_no_wildcard_can_give_is_nobodys() -> None:
    far_too_long = "arn:aws:sns:us-east-1:1234567890123*:o"

    assert not any("1234567890123" in arn for arn in sources(sns("ArnLike", far_too_long)))
    assert door(sns("ArnLike", far_too_long)).exposure(
        door(sns("ArnLike", far_too_long)).policy.statements[0]
    ).scale is (Scale.DEAD)


def test_a_friend_comes_with_what_the_policy_names_and_with_something_of_the_same_kind() -> None:
    shown = {
        (member.request.context.values("aws:sourcearn"), member.kin)
        for member in family(sns("ArnLike", TOPIC)).friends()
        if isinstance(member.request.principal, Service)
    }

    assert ((TOPIC,), Kin.NAMED) in shown
    assert ((f"arn:aws:sns:us-east-1:{ACCOUNT}:example",), Kin.ACCOUNT) in shown


def test_a_service_of_ones_own_sends_what_it_is_sure_to_send_and_eventbridge_no_account() -> None:
    def accounts(service: str) -> set[tuple[str, ...] | None]:
        friends = family(statement(service)).friends()
        return {
            one.request.context.values("aws:sourceaccount")
            for one in friends
            if isinstance(one.request.principal, Service)
        }

    assert accounts("s3.amazonaws.com") == {(ACCOUNT,)}
    assert accounts("events.amazonaws.com") == {ABSENT}
    assert accounts("sns.amazonaws.com") == {(ACCOUNT,), ABSENT}


def test_organisations_are_tried_only_where_the_policy_speaks_of_them() -> None:
    plain = family(statement()).strangers()
    bound = family(statement(Condition={"StringEquals": {"aws:PrincipalOrgID": ORG}})).strangers()

    def organizations(members: Iterable[Member]) -> set[tuple[str, ...] | None]:
        return {one.request.context.values("aws:principalorgid") for one in members}

    assert organizations(plain) == {ABSENT}
    assert organizations(bound) == {ABSENT, (ORG,), ("o-stranger00",)}


def test_a_path_of_an_organisation_is_one_that_the_policy_names() -> None:
    below = statement(Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/r-ab12/ou-*"}})

    paths = {one.request.context.values("aws:principalorgpaths") for one in family(below).strangers()}

    assert (f"{ORG}/r-ab12/ou-stranger",) in paths


@pytest.mark.parametrize(
    ("body", "trusted", "scale"),
    [
        (sns("ArnLike", TOPIC), OWN, Scale.RESOURCE),
        (sns("ArnLike", f"arn:aws:sns:*:{ACCOUNT}:*"), OWN, Scale.ACCOUNT),
        (
            statement(Condition={"StringEquals": {"aws:PrincipalOrgID": ORG}}),
            Trusted(ACCOUNT, (), (ORG,)),
            Scale.ORGANIZATION,
        ),
        (statement(), OWN, Scale.OPEN),
        (sns("StringEquals", "arn:aws:sns:*:*:*"), OWN, Scale.DEAD),
        (statement(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), OWN, Scale.UNKNOWN),
        (statement(Action="lambda:GetFunction"), OWN, Scale.DEAD),
    ],
)
def test_each_place_on_the_scale_is_reached(body: Body, trusted: Trusted, scale: Scale) -> None:
    made = door(body, trusted=trusted)
    exposure = made.exposure(made.policy.statements[0])

    assert exposure.scale is scale
    assert (exposure.witness is not None) == (scale is Scale.OPEN)
    assert (exposure.doubt is not None) == (scale is Scale.UNKNOWN)


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(
            {"ArnLike": {"aws:SourceArn": [f"arn:aws:sns:us-east-1:{ACCOUNT}:t{n}" for n in range(300)]}},
            id="values",
        ),
        pytest.param({"StringLike": {"aws:SourceArn": "arn:aws:sns:" + "*a" * 8000}}, id="wildcards"),
        pytest.param(
            {"StringEquals": {"aws:SourceAccount": [f"{n:012}" for n in range(300)]}}, id="accounts"
        ),
    ],
)
def test_a_policy_as_large_as_lambda_admits_is_placed_and_not_given_up(condition: Body) -> None:
    made = door(
        statement("sns.amazonaws.com", Condition={**condition, "Bool": {"aws:SecureTransport": "false"}})
    )

    assert made.exposure(made.policy.statements[0]).scale is Scale.DEAD


def test_a_statement_without_a_principal_names_nobody_and_hides_nobody() -> None:
    made = door(statement(), {"Effect": "Deny", "Action": "lambda:DeleteFunction", "Resource": "*"})
    assert made.exposure(made.policy.statements[0]).scale is Scale.OPEN


def test_a_statement_about_versions_only_is_in_doubt_and_never_a_pass_or_a_fault() -> None:
    made = door(statement("sns.amazonaws.com", Resource=f"{TARGET}:*"))
    exposure = made.exposure(made.policy.statements[0])

    assert exposure.scale is Scale.UNKNOWN
    assert exposure.doubt is not None
    assert exposure.doubt.request.resource == f"{TARGET}:1"
    assert exposure.doubt.doubt.endswith("which AWS does not say")


def test_a_statement_about_versions_that_no_stranger_could_use_there_either_is_what_it_would_be_there() -> (
    None
):
    made = door({**sns("ArnLike", TOPIC), "Resource": f"{TARGET}:live"})

    assert made.exposure(made.policy.statements[0]).scale is Scale.RESOURCE


def test_a_statement_that_a_deny_shuts_is_not_dead_by_its_own_words() -> None:
    shut = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    made = door(statement("sns.amazonaws.com"), shut)
    exposure = made.exposure(made.policy.statements[0])

    assert (exposure.scale, exposure.unmet) == (Scale.DEAD, None)


def test_what_lets_nobody_in_says_which_call_comes_nearest_and_what_stands_in_its_way() -> None:
    made = door(statement("events.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}))
    exposure = made.exposure(made.policy.statements[0])

    assert exposure.unmet is not None
    assert exposure.unmet.request.principal == Service("events.amazonaws.com")
    assert exposure.unmet.blocker.endswith("events.amazonaws.com does not send aws:SourceAccount")


def test_a_service_shows_only_arns_of_its_own() -> None:
    made = door(statement("s3.amazonaws.com", Condition={"ArnLike": {"aws:SourceArn": TOPIC}}))

    assert made.exposure(made.policy.statements[0]).scale is Scale.DEAD
    assert sources(sns("ArnLike", "arn:aws:s?s:us-east-1:*:o")) >= {"arn:aws:sns:us-east-1:999999999999:o"}


def test_a_service_comes_through_the_url_too() -> None:
    distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
    block: Json = {
        "ArnLike": {"aws:SourceArn": distribution},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
    }
    made = door(statement("cloudfront.amazonaws.com", Condition=block))

    assert made.exposure(made.policy.statements[0]).scale is Scale.RESOURCE


def test_alexa_shows_a_token_and_nothing_else() -> None:
    token: Json = {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}
    account: Json = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}

    def scale(block: Json) -> Scale:
        made = door(statement("alexa-appkit.amazon.com", Condition=block))
        return made.exposure(made.policy.statements[0]).scale

    assert (scale(token), scale(account)) == (Scale.RESOURCE, Scale.DEAD)


def test_managing_is_asked_of_principals_and_never_of_services() -> None:
    made = door(statement("s3.amazonaws.com", Action="lambda:*"))
    (managing,) = made.families(made.policy.statements[0], MANAGING)

    assert not [one for one in managing.strangers() if isinstance(one.request.principal, Service)]
    assert [one for one in managing.strangers() if isinstance(one.request.principal, IamPrincipal)]


def test_there_is_always_an_account_that_nobody_named() -> None:
    repeated = [digit * 12 for digit in "0123456789"]
    everybody = statement(sid="named", Principal={"AWS": repeated})
    made = door(statement(), everybody, trusted=Trusted(ACCOUNT, tuple(repeated)))

    exposure = made.exposure(made.policy.statements[0])

    assert exposure.witness is not None
    assert exposure.witness.stranger.endswith("of account 000000000001")
