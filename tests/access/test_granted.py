"""What a role's policies and its boundary grant on all resources of a shape: the one that they miss, word for word."""

from __future__ import annotations

import json

import pytest

from permission_guard.access.granted import Granted, Resources
from permission_guard.access.letters import Letters
from permission_guard.access.meter import Meter
from permission_guard.access.shape import many, seq, text
from permission_guard.iam import Context, IamPrincipal, Policy, Request
from permission_guard.iam.policy import Json
from tests.access.setting import OWN

CONDITIONS: dict[str, Json] = {
    "ours": {"StringEquals": {"aws:PrincipalAccount": OWN}},
    "theirs": {"StringNotEquals": {"aws:PrincipalAccount": OWN}},
    "perhaps": {"StringEquals": {"aws:SomethingNew": "x"}},
}


ALL = Policy.parse({"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}})


def policy(texts: str) -> Policy:
    """`Allow arn:::::* if ours, Deny not arn:::::a*`: statements with one condition, and with Resource or NotResource."""
    statements: list[dict[str, Json]] = []
    for one in texts.split(", ") if texts else ():
        covered, _, condition = one.partition(" if ")
        effect, *negated, resources = covered.split()
        block: dict[str, Json] = {"Effect": effect, "Action": "logs:Put*"}
        if resources != "everything":
            block["NotResource" if negated else "Resource"] = list[Json](resources.split("|"))
        statements.append(block | ({"Condition": CONDITIONS[condition]} if condition else {}))
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))


@pytest.mark.parametrize(
    ("identity", "boundary", "missed", "refused", "denied"),
    [
        ("", None, "arn:::::a", "arn:::::a", None),
        ("Allow arn:::::*", None, None, None, None),
        ("Allow everything", None, None, None, None),
        ("Allow *", None, None, None, None),
        ("Allow arn:::::a*", None, "arn:::::b", "arn:::::b", None),
        ("Allow arn:::::a*, Allow arn:::::b*", None, None, None, None),
        ("Allow arn:::::b*|arn:*a*", None, None, None, None),
        ("Allow arn:::::a", None, "arn:::::b", "arn:::::b", None),
        ("Allow arn:::::other*", None, "arn:::::a", "arn:::::a", None),
        ("Allow arn:::::", None, "arn:::::a", "arn:::::a", None),
        ("Allow not arn:::::b*", None, "arn:::::b", "arn:::::b", None),
        ("Allow not arn:::::other*", None, None, None, None),
        ("Allow not arn:::::b*|arn:::::ab*, Allow arn:::::*b", None, "arn:::::ba", "arn:::::ba", None),
        ("Allow not arn:::::a*, Allow not arn:::::b*", None, None, None, None),
        ("Allow arn:::::* if ours", None, None, None, None),
        ("Allow arn:::::* if theirs", None, "arn:::::a", "arn:::::a", None),
        ("Allow arn:::::* if perhaps", None, "arn:::::a", None, None),
        ("Allow arn:::::* if perhaps, Allow arn:::::a*", None, "arn:::::b", None, None),
        ("Allow arn:::::*, Deny arn:::::b*", None, "arn:::::b", "arn:::::b", "arn:::::b"),
        ("Allow arn:::::*, Deny *", None, "arn:::::a", "arn:::::a", "arn:::::a"),
        ("Allow arn:::::*, Deny everything", None, "arn:::::a", "arn:::::a", "arn:::::a"),
        ("Allow arn:::::*, Deny arn:::::other*", None, None, None, None),
        ("Allow arn:::::*, Deny not arn:::::a*", None, "arn:::::b", "arn:::::b", "arn:::::b"),
        ("Allow arn:::::*, Deny not arn:::::other*", None, "arn:::::a", "arn:::::a", "arn:::::a"),
        ("Allow arn:::::*, Deny not arn:::::*", None, None, None, None),
        ("Allow arn:::::*, Deny arn:::::b* if perhaps", None, "arn:::::b", None, None),
        ("Allow arn:::::*, Deny arn:::::b* if theirs", None, None, None, None),
        ("Allow arn:::::*, Deny arn:::::b* if ours", None, "arn:::::b", "arn:::::b", "arn:::::b"),
        ("Allow arn:::::*", "Allow arn:::::*", None, None, None),
        ("Allow arn:::::*", "Allow arn:::::b*", "arn:::::a", "arn:::::a", None),
        ("Allow arn:::::*", "Allow arn:::::*, Deny arn:::::bb", "arn:::::bb", "arn:::::bb", None),
        ("Allow arn:::::b*", "Allow arn:::::*", "arn:::::a", "arn:::::a", None),
        ("Allow arn:::::${aws:PrincipalAccount}*", None, "arn:::::a", "arn:::::a", None),
        ("Allow arn:::::*${aws:SomethingNew}", None, "arn:::::a", None, None),
        ("Allow arn:::::*, Deny arn:::::*b${aws:SomethingNew}", None, "arn:::::b", None, None),
        (
            "Allow arn:::::*, Deny not arn:::::*b${aws:SomethingNew}",
            None,
            "arn:::::a",
            "arn:::::a",
            "arn:::::a",
        ),
        ("Allow not arn:::::*b${aws:SomethingNew}", None, "arn:::::b", None, None),
    ],
)
def test_which_resource_the_policies_miss(
    identity: str, boundary: str | None, missed: str | None, refused: str | None, denied: str | None
) -> None:
    """Not surely allowed; surely refused; surely refused by an explicit Deny of the identity policies."""
    some = Resources("arn:::::", seq(text("arn:::::", 1), many(Letters("ab"), 1)), "arn:::::a")
    limit = None if boundary is None else policy(boundary)
    granted = Granted([policy(identity)], limit, Meter())
    context = Context.of({"aws:PrincipalAccount": OWN, "aws:SomethingNew": None})
    asked = Request("logs:PutLogEvents", "", IamPrincipal(f"arn:aws:iam::{OWN}:role/r", OWN), context)

    assert granted.not_surely_allowed(asked, some) == missed
    assert granted.refused(asked, some) == refused
    assert Granted([policy(identity), ALL], None, Meter()).refused(asked, some) == denied
    assert granted.not_surely_allowed(Request("logs:Get", "", asked.principal, context), some) == "arn:::::a"


@pytest.mark.parametrize(
    ("identity", "boundary", "everywhere"),
    [
        ("Allow *", None, True),
        ("Allow *|arn:::::a", "Allow *", True),
        ("Allow arn:::::a, Allow *", None, True),
        ("Allow *", "Allow arn:::::*", False),
        ("Allow arn:::::*", "Allow *", False),
        ("Allow * if ours", None, False),
        ("Allow not *", None, False),
        ("Allow everything", None, False),
        ("Allow *, Deny arn:::::a", None, False),
        ("Allow *", "Allow *, Deny arn:::::a", False),
        ("", None, False),
    ],
)
def test_what_is_allowed_everywhere_is_seen_without_a_search(
    identity: str, boundary: str | None, *, everywhere: bool
) -> None:
    limit = None if boundary is None else policy(boundary)
    granted = Granted([policy(identity)], limit, Meter(0))

    assert granted.is_everywhere(["logs:PutLogEvents", "logs:PutResourcePolicy"]) is everywhere
    assert not granted.is_everywhere(["logs:PutLogEvents", "logs:CreateLogStream"])
