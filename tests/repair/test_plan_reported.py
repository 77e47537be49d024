"""What the plan reports instead of repairing it, and the reason that it gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.model.document import Body
from permission_guard.model.facts import (
    MISSING_ROLE,
    Configuration,
    Family,
    FunctionFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.model.finding import Concern
from permission_guard.repair.report import Plan
from permission_guard.settings import Treatment
from tests.fake_aws.builders import (
    ACCOUNT,
    BASIC,
    FOREIGN,
    FUNCTION,
    LOGGING,
    ROLE,
    TOPIC,
    facts_with,
    facts_with_role,
    policy,
    settings,
    statement,
)
from tests.repair.planning import ARN, SNS, plan, reasons


def test_what_passes_is_neither_repaired_nor_reported() -> None:
    good = statement("sns.amazonaws.com", Condition={"ArnLike": {ARN: TOPIC}})

    assert plan(facts_with(good)) == Plan()
    assert plan(facts_with_role(RoleFacts(ROLE, identity=(LOGGING,)))) == Plan()


@pytest.mark.parametrize("treatment", [Treatment.ALERT, Treatment.IGNORE])
def test_a_rule_can_be_reported_only_or_ignored(
    treatment: Treatment,
) -> None:
    given = settings()
    given = replace(given, treatments=dict.fromkeys(Concern, treatment))
    is_told = treatment is Treatment.ALERT

    listed = ["AlertOnly lists invoke-permission-names-its-source", "AlertOnly lists role-can-write-logs"]
    found = (plan(facts_with(SNS), given), plan(facts_with_role(RoleFacts(ROLE)), given))
    assert [reason for one in found for reason in reasons(one)] == (listed if is_told else [])


UNKNOWN = "the guard repairs only what it can evaluate"
NEW_KEY: Body = {"StringEquals": {"aws:NewKey": "new"}}
NO_REPAIR = "no known repair is sure to keep every legitimate caller"
REPORTED: dict[str, tuple[FunctionFacts, str]] = {
    "a doubt": (facts_with(statement("sns.amazonaws.com", Condition=NEW_KEY)), UNKNOWN),
    "an unreadable policy": (FunctionFacts(FUNCTION, policy=Unreadable("policy", "AccessDenied")), UNKNOWN),
    "an unreadable role": (FunctionFacts(FUNCTION, role=Unreadable("role", "AccessDenied")), UNKNOWN),
    "a service that is not known": (facts_with(statement("unheard-of.amazonaws.com")), NO_REPAIR),
    "Alexa without a skill": (facts_with(statement("alexa-appkit.amazon.com")), NO_REPAIR),
    "a service that is not known beside one that is": (
        facts_with(statement({"Service": ["sns.amazonaws.com", "unheard-of.amazonaws.com"]})),
        NO_REPAIR,
    ),
    "a service of which no key is sure": (facts_with(statement("appsync.amazonaws.com")), NO_REPAIR),
    "services with no key in common": (
        facts_with(statement({"Service": ["s3.amazonaws.com", "events.amazonaws.com"]})),
        NO_REPAIR,
    ),
    "everyone with a condition of somebody's": (
        facts_with(statement(Condition={"StringLike": {"aws:UserAgent": "x"}})),
        NO_REPAIR,
    ),
    "everyone among others": (facts_with(statement({"AWS": ["*", ACCOUNT]})), NO_REPAIR),
    "a foreign account": (
        facts_with(statement({"AWS": FOREIGN})),
        "findings of this rule are reported and never repaired",
    ),
    "a source that is bound otherwise": (
        facts_with(statement("sns.amazonaws.com", Condition={"ArnLike": {ARN: "arn:aws:sns:*:*:*"}})),
        "the statement already has another ArnLike on aws:SourceArn",
    ),
    "a service beside everyone": (
        facts_with(statement({"AWS": "*", "Service": "s3.amazonaws.com"})),
        "it would refuse a trusted caller",
    ),
    "what AddPermission cannot say": (
        facts_with(SNS, family=Family.STATEMENTS),
        "PutResourcePolicy is not available in this Region",
    ),
    "a role of a service": (
        facts_with_role(RoleFacts(f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/X")),
        "cannot be changed",
    ),
    "a role of single sign-on": (
        facts_with_role(RoleFacts(f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/X")),
        "cannot be changed",
    ),
    "a boundary": (
        facts_with_role(RoleFacts(ROLE, boundary=policy("edge", "s3:*"))),
        "edge",
    ),
    "a deny": (facts_with_role(RoleFacts(ROLE, identity=(policy("no", "logs:*", effect="Deny"),))), "no"),
    "a missing role": (
        FunctionFacts(FUNCTION, configuration=Configuration(ROLE, "x"), role=MISSING_ROLE),
        NO_REPAIR,
    ),
    "a remedy that could not be read": (
        replace(facts_with_role(RoleFacts(ROLE)), remedy=Unreadable(BASIC, "NoSuchEntity")),
        f"the policy to attach is not known: {BASIC} could not be read: NoSuchEntity",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_what_cannot_be_repaired_safely_is_reported_with_its_reason(case: str) -> None:
    facts, reason = REPORTED[case]

    reported = reasons(plan(facts))

    assert reported
    assert reason in reported[0]
