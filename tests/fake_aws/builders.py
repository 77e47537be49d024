"""Small worlds for unit tests: one function, one policy, one role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import EVERYTHING, Everything, Kind, Trigger
from permission_guard.iam import FunctionArn, Policy
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, dumped
from permission_guard.model.facts import Configuration, Family, FunctionFacts, PolicyFacts, RoleFacts, Trusted
from permission_guard.model.finding import Concern
from permission_guard.settings import NEVER_REPAIRED, Mode, Settings, Treatment

ACCOUNT: Final = "111122223333"
PARTNER: Final = "444455556666"
FOREIGN: Final = "999988887777"
FUNCTION: Final = FunctionArn("aws", "us-east-1", ACCOUNT, "orders")
TARGET: Final = str(FUNCTION)
TOPIC: Final = f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/orders"
BASIC: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
OWN: Final = Trusted(ACCOUNT)
ANN: Final = "arn:aws:iam::111122223333:user/ann"
"""A person with rights on the journal's table."""
NOW: Final = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def statement(principal: Json = "*", *, sid: str | None = "s", **changes: Json) -> Body:
    """An Allow of InvokeFunction; a service may be given by its name alone."""
    if isinstance(principal, str) and principal != "*":
        principal = {"Service": principal} if principal.endswith((".com", ".cn")) else {"AWS": principal}
    body: dict[str, Json] = {"Sid": sid} if sid else {}
    body |= {"Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction", "Resource": TARGET}
    return {**body, **changes}


def document(*statements: Body) -> str:
    return dumped({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)})


def facts_with(
    *statements: Body, family: Family = Family.DOCUMENT, qualifier: str | None = None
) -> FunctionFacts:
    """Facts of a function with this resource policy."""
    policy = PolicyFacts(
        qualifier, Policy.parse(document(*statements), name="the policy"), "revision", family
    )
    return FunctionFacts(FUNCTION, qualifier, policy=policy, has_public_url=False)


def policy(name: str, *actions: Json, effect: str = "Allow", resource: Json = "*") -> Policy:
    return Policy.parse(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": effect, "Action": list(actions), "Resource": resource}],
        },
        name=name,
    )


LOGGING: Final = policy(BASIC, "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


def facts_with_role(role: RoleFacts) -> FunctionFacts:
    """Facts of a function with this role, and with the logging policy at hand."""
    configuration = Configuration(role.arn, "/aws/lambda/orders")
    return FunctionFacts(FUNCTION, configuration=configuration, role=role, remedy=LOGGING)


def settings(*, mode: Mode = Mode.ENFORCE, repair_existing: bool = True, trusted: Trusted = OWN) -> Settings:
    """Settings that repair whatever can be repaired."""
    treatments = {
        concern: Treatment.ALERT if concern in NEVER_REPAIRED else Treatment.REPAIR for concern in Concern
    }
    return Settings(mode, treatments, repair_existing, trusted, BASIC, "")


def trigger(
    arrived: str | Everything | None = EVERYTHING,
    *,
    kind: Kind = Kind.POLICY_WRITTEN,
    age: timedelta = timedelta(minutes=3),
    qualifier: str | None = None,
) -> Trigger:
    actor = Actor("somebody", None, Tool.UNKNOWN, "an address")
    return Trigger(kind, FUNCTION, qualifier, actor, "event", NOW - age, arrived)
