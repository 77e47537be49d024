"""Stories that reveal a mistake: in each, one particular mistake of the guard breaks a law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from permission_guard.events.trigger import Kind
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.model.facts import Trusted
from permission_guard.model.finding import Concern
from permission_guard.repair.grant import Grant
from permission_guard.settings import NEVER_REPAIRED, Treatment
from tests.laws.statements import (
    FUNCTION,
    OWN,
    PARTNER,
    ROLE,
    SOURCES,
    TRUSTED_ORG,
    UNTRUSTED,
)
from tests.laws.stories import LOGS, Story, allow

_STORY: Final = Story(
    statements=(),
    arrived=0,
    qualifier=None,
    has_resource_policy_calls=True,
    inline=(),
    boundary=None,
    role="role",
    has_log_group=False,
    trusted=Trusted(OWN),
    treatments={one: Treatment.ALERT if one in NEVER_REPAIRED else Treatment.REPAIR for one in Concern},
    repair_existing=True,
    kinds=(Kind.PERMISSION_ADDED,),
    age=timedelta(minutes=3),
)


def _granted(sid: str, principal: str, **more: str) -> Body:
    return Grant(sid, "lambda:InvokeFunction", principal, **more).statement(FUNCTION)


def _written(
    principal: Json, *conditions: tuple[str, str, Json], sid: str = "written", effect: str = "Allow"
) -> Body:
    body: Body = {
        "Sid": sid,
        "Effect": effect,
        "Principal": principal,
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
    }
    block: dict[str, dict[str, Json]] = {}
    for operator, key, value in conditions:
        block.setdefault(operator, {})[key] = value
    return {**body, "Condition": block} if block else body


_S3: Final = _granted("bucket", "s3.amazonaws.com")
_SNS: Final = _granted("topic", "sns.amazonaws.com")
_EVERYONE: Final = _granted("everyone", "*")
_SERVICE: Final = {"Service": "sns.amazonaws.com"}
_NEW_KEY: Final = ("StringEquals", "aws:NewKey", "new")
_AT_HOME: Final = ("IpAddress", "aws:SourceIp", "203.0.113.0/24")
_ANY_TOPIC: Final = ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*")
_NOT_OURS: Final = ("StringNotEquals", "aws:SourceAccount", OWN)
_SOME_BUCKET: Final = ("ArnEquals", "aws:SourceArn", SOURCES["s3"])
_GOOD: Final = _granted("good", "sns.amazonaws.com", source_arn=SOURCES["sns"].format(OWN))
_ALL_BUT_US: Final[dict[str, Json]] = {**_written("*", _SOME_BUCKET), "NotPrincipal": {"AWS": [OWN, PARTNER]}}
_ALL_BUT_US.pop("Principal")

_POLICIES: Final[tuple[tuple[Body, ...], ...]] = (
    (_S3,),
    (_granted("bucket", "s3.amazonaws.com", source_arn=SOURCES["s3"]),),
    (_SNS,),
    (_granted("rule", "events.amazonaws.com"),),
    (_EVERYONE,),
    (_S3, _granted("logs", "logs.amazonaws.com"), _EVERYONE),
    (_GOOD, _SNS, _granted("foreign", UNTRUSTED)),
    (_S3, _written("*", ("StringEquals", "aws:SourceAccount", OWN), sid="close", effect="Deny")),
    (_SNS, _written("*", _NOT_OURS, sid="close", effect="Deny")),
    (_GOOD, _written("*", sid="close", effect="Deny")),
    (_written(_SERVICE, ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*")),),
    (_written(_SERVICE, ("ArnLike", "aws:SourceArn", SOURCES["sns"].format("*"))),),
    (_written({"Service": "s3.amazonaws.com"}, ("StringEquals", "aws:SourceAccount", UNTRUSTED)),),
    (_written(_SERVICE, _AT_HOME),),
    (_written("*", _AT_HOME),),
    (_written(_SERVICE, ("StringLike", "aws:SourceArn", f"*{OWN}*")),),
    (_ALL_BUT_US,),
    (_written(_SERVICE, _NEW_KEY),),
    (_written({"AWS": "*", "Service": "s3.amazonaws.com"}),),
    (_written("*", _ANY_TOPIC),),
    (_written({"AWS": [ROLE.format(OWN), OWN]}),),
    ({**_EVERYONE, "Action": "lambda:*"},),
    ({**_EVERYONE, "Action": "lambda:UpdateFunctionCode"},),
    (_written({"Service": "events.amazonaws.com"}, ("StringEquals", "aws:SourceAccount", OWN)),),
    (_GOOD, {**_SNS, "Resource": f"{FUNCTION}:*"}),
)


def _about_the_policy() -> Iterator[Story]:
    for statements in _POLICIES:
        for has_calls in (True, False):
            yield replace(_STORY, statements=statements, has_resource_policy_calls=has_calls)
    organization, both = Trusted(OWN, (), (TRUSTED_ORG,)), Trusted(OWN, (PARTNER,), (TRUSTED_ORG,))
    for trusted in (organization, both, Trusted(OWN, (PARTNER,))):
        yield replace(_STORY, statements=(_SNS,), trusted=trusted)
        yield replace(_STORY, statements=(_EVERYONE,), trusted=trusted)
    yield replace(
        _STORY, statements=(_S3,), kinds=(Kind.URL_CREATED, Kind.PERMISSION_ADDED, Kind.PERMISSION_ADDED)
    )
    yield replace(_STORY, statements=(_S3, _GOOD), repair_existing=False, arrived=1)


ABOUT_THE_POLICY: Final = tuple(_about_the_policy())

_CREATED: Final = replace(_STORY, kinds=(Kind.FUNCTION_CREATED, Kind.FUNCTION_CHANGED))
_UNKNOWN: Final = {**allow("logs:*"), "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}

ABOUT_THE_ROLE: Final = (
    _CREATED,
    replace(_CREATED, boundary=allow("s3:*"), inline=(allow(list(LOGS)),)),
    replace(_CREATED, boundary=allow("logs:*"), inline=(allow("s3:GetObject"),)),
    replace(_CREATED, inline=(allow("logs:PutLogEvents", effect="Deny"),)),
    replace(_CREATED, inline=(_UNKNOWN,)),
    replace(_CREATED, inline=(_UNKNOWN,), has_log_group=True),
    replace(_CREATED, inline=(allow(list(LOGS[1:])),)),
    replace(_CREATED, inline=(allow(list(LOGS[1:])),), has_log_group=True),
    replace(_CREATED, role="missing"),
    replace(_CREATED, role="aws-service-role/x.amazonaws.com/AWSServiceRole"),
)
