"""Resource policies as people and tools write them: by AddPermission, by hand, and with many kinds of mistakes."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from permission_guard.iam.policy import Json
from permission_guard.model.document import Body
from permission_guard.repair.grant import Grant

OWN: Final = "111122223333"
PARTNER: Final = "444455556666"
UNTRUSTED: Final = "555566667777"
TRUSTED_ORG: Final = "o-trusted0000"
UNTRUSTED_ORG: Final = "o-foreign0000"
FUNCTION: Final = f"arn:aws:lambda:us-east-1:{OWN}:function:orders"

SERVICES: Final = (
    "s3.amazonaws.com",
    "sns.amazonaws.com",
    "events.amazonaws.com",
    "logs.amazonaws.com",
    "apigateway.amazonaws.com",
    "config.amazonaws.com",
    "alexa-appkit.amazon.com",
    "unheard-of.amazonaws.com",
)
SOURCES: Final = {
    "s3": "arn:aws:s3:::orders-in",
    "sns": "arn:aws:sns:us-east-1:{}:orders",
    "events": "arn:aws:events:us-east-1:{}:rule/orders",
    "logs": "arn:aws:logs:us-east-1:{}:log-group:orders:*",
    "apigateway": "arn:aws:execute-api:us-east-1:{}:api/prod/GET/",
    "config": "arn:aws:config:us-east-1:{}:config-rule/config-rule-1",
}
PRINCIPALS: Final = {kind: f"{kind}.amazonaws.com" for kind in SOURCES}
ROLE: Final = "arn:aws:iam::{}:role/caller"
TOKEN: Final = "amzn1.ask.skill.1"


def target_of(qualifier: str | None) -> str:
    return f"{FUNCTION}:{qualifier}" if qualifier else FUNCTION


_OWNERS: Final = st.sampled_from((OWN, OWN, PARTNER, UNTRUSTED))
_OWNED_ARNS: Final = st.builds(str.format, st.sampled_from(sorted(SOURCES.values())), _OWNERS)
_ACTIONS: Final = ("lambda:InvokeFunction",) * 6 + (
    "lambda:InvokeFunctionUrl",
    "lambda:*",
    "*",
    "lambda:GetFunction",
)


@st.composite
def _granted(draw: st.DrawFn, target: str, sid: str) -> Body:
    """A statement exactly as AddPermission makes it."""

    def maybe(values: st.SearchStrategy[str]) -> str | None:
        return draw(values) if draw(st.integers(0, 3)) == 0 else None

    service = draw(st.integers(0, 3)) > 0
    people = ("*", "*", OWN, ROLE.format(OWN), PARTNER, UNTRUSTED, ROLE.format(UNTRUSTED))
    action = draw(st.sampled_from(_ACTIONS))
    is_url = action == "lambda:InvokeFunctionUrl"
    return Grant(
        sid=sid,
        action=action,
        principal=draw(st.sampled_from(SERVICES if service else people)),
        source_arn=maybe(_OWNED_ARNS | st.just("arn:aws:execute-api:us-east-1::*")),
        source_account=maybe(_OWNERS),
        event_source_token=maybe(st.just(TOKEN)),
        principal_org_id=None if service else maybe(st.sampled_from((TRUSTED_ORG, UNTRUSTED_ORG))),
        function_url_auth_type=draw(st.sampled_from(("NONE", "AWS_IAM", None))) if is_url else None,
        invoked_via_function_url=None if service or is_url else maybe(st.just("true")),
    ).statement(target)


_CONDITIONS: Final[tuple[tuple[str, str, Json], ...]] = (
    ("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{OWN}:*"),
    ("ArnLike", "AWS:SourceArn", [SOURCES["sns"].format(OWN), SOURCES["events"].format(OWN)]),
    ("ArnEquals", "aws:SourceArn", SOURCES["s3"]),
    ("ArnLike", "aws:SourceArn", "*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*"),
    ("StringLike", "aws:SourceArn", f"arn:aws:logs:*:{OWN}:*"),
    ("StringLike", "aws:SourceArn", f"*{OWN}*"),
    ("StringEquals", "aws:SourceArn", f"arn:aws:sns:*:{OWN}:*"),
    ("ArnLikeIfExists", "aws:SourceArn", SOURCES["sns"].format(OWN)),
    ("ArnNotLike", "aws:SourceArn", SOURCES["sns"].format(UNTRUSTED)),
    ("StringEquals", "aws:sourceaccount", OWN),
    ("StringEquals", "aws:SourceAccount", [OWN, PARTNER]),
    ("StringEquals", "aws:SourceAccount", UNTRUSTED),
    ("StringEquals", "aws:SourceAccount", "${aws:SourceAccount}"),
    ("StringLike", "aws:SourceAccount", "1111*"),
    ("StringEqualsIfExists", "aws:SourceAccount", OWN),
    ("ForAllValues:StringEquals", "aws:SourceAccount", OWN),
    ("StringNotEquals", "aws:SourceAccount", OWN),
    ("StringNotEquals", "aws:SourceAccount", UNTRUSTED),
    ("Null", "aws:SourceAccount", "false"),
    ("StringEquals", "aws:SourceOrgID", TRUSTED_ORG),
    ("StringEquals", "aws:PrincipalOrgID", TRUSTED_ORG),
    ("StringNotEquals", "aws:PrincipalOrgID", TRUSTED_ORG),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", UNTRUSTED_ORG),
    ("StringEquals", "aws:PrincipalAccount", OWN),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/caller"),
    ("StringLike", "aws:PrincipalArn", "*:role/caller"),
    ("Bool", "aws:SecureTransport", True),
    ("Bool", "aws:PrincipalIsAWSService", "false"),
    ("Bool", "lambda:InvokedViaFunctionUrl", "true"),
    ("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("StringEquals", "aws:PrincipalTag/team", "orders"),
    ("StringEquals", "aws:NewKey", "new"),
)
_PRINCIPALS: Final[tuple[Json, ...]] = (
    "*",
    {"AWS": "*"},
    {"AWS": [OWN, PARTNER]},
    {"AWS": [ROLE.format(OWN), UNTRUSTED]},
    *({"Service": service} for service in SERVICES[:5]),
    {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]},
    {"Service": ["events.amazonaws.com", "unheard-of.amazonaws.com"]},
    {"AWS": OWN, "Service": "sns.amazonaws.com"},
    {"AWS": "*", "Service": "s3.amazonaws.com"},
)


@st.composite
def _written(draw: st.DrawFn, target: str, sid: str | None) -> Body:
    """A statement that a person writes."""
    body: dict[str, Json] = {"Sid": sid} if sid else {}
    body["Effect"] = draw(st.sampled_from(("Allow", "Allow", "Deny")))
    body[draw(st.sampled_from(("Principal",) * 7 + ("NotPrincipal",)))] = draw(st.sampled_from(_PRINCIPALS))
    actions: tuple[Json, ...] = (
        "lambda:InvokeFunction",
        ["lambda:invokefunction", "lambda:GetFunction"],
        "lambda:Inv*",
    )
    body[draw(st.sampled_from(("Action",) * 7 + ("NotAction",)))] = draw(st.sampled_from(actions))
    resources: tuple[Json, ...] = (target, target, [FUNCTION, f"{FUNCTION}:*"], "*", f"{FUNCTION}-v2")
    body["Resource"] = draw(st.sampled_from(resources))
    block: dict[str, dict[str, Json]] = {}
    for operator, key, value in draw(st.lists(st.sampled_from(_CONDITIONS), max_size=2)):
        block.setdefault(operator, {})[key] = value
    return {**body, "Condition": block} if block else body


@st.composite
def policies(draw: st.DrawFn, target: str) -> tuple[Body, ...]:
    """Up to four statements; their Sids are unique, as Lambda demands, and a statement by hand may have none."""
    found: list[Body] = []
    for index in range(draw(st.sampled_from((0, 1, 1, 2, 2, 3, 4)))):
        if draw(st.integers(0, 2)):
            found.append(draw(_granted(target, f"s{index}")))
        else:
            found.append(draw(_written(target, draw(st.sampled_from((f"s{index}", None))))))
    return tuple(found)
