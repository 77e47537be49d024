"""Who gets in and what the role may do, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from permission_guard.fake_aws import Account
from permission_guard.iam import ABSENT, Context, EvalDecision, IamPrincipal, Policy, Request, decide
from tests.fake_aws.builders import ACCOUNT, TARGET
from tests.laws.callers import admitted, calls

_ASKED: Final = calls(TARGET)
TRUSTED: Final = frozenset(
    place
    for place, call in enumerate(_ASKED)
    if call.service in {"s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"}
    and call.account == ACCOUNT
)
"""The places of the calls that the services of the statements make for the own account."""

LOGS: Final = frozenset({"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"})
_ACTIONS: Final = (*LOGS, "logs:DeleteLogGroup", "s3:GetObject", "iam:PassRole")
_STREAM: Final = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/orders:log-stream:2026/01/31/1"


@dataclass(frozen=True, slots=True)
class Moment:
    """The places of the calls that the resource policy admits, and the actions that a function with the role may take."""

    inside: frozenset[int]
    rights: frozenset[str]


def moment_of(account: Account) -> Moment:
    """Look at an account without a call to it."""
    function, role = account.functions.get("orders"), account.roles["role"]
    document = function.policies.get(None, (None, ""))[0] if function else None
    documents = (*role.inline.values(), *(account.managed[arn] for arn in role.attached))
    return Moment(_inside(document), _rights(documents) if account.functions else frozenset())


@lru_cache(maxsize=256)
def _inside(document: str | None) -> frozenset[int]:
    return admitted(document, _ASKED)


@lru_cache(maxsize=256)
def _rights(documents: tuple[str, ...]) -> frozenset[str]:
    identity = tuple(Policy.parse(document) for document in documents)
    who, known = IamPrincipal(f"arn:aws:iam::{ACCOUNT}:role/role", ACCOUNT), Context.of({}, unlisted=ABSENT)
    return frozenset(
        action
        for action in _ACTIONS
        if decide(Request(action, _STREAM, who, known), identity=identity).answer is EvalDecision.ALLOWED
    )
