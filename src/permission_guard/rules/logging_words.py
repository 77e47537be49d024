"""Sentences about a role's calls to CloudWatch Logs: what blocks them, what is undecided, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from permission_guard.iam import Context, Decision, Effect, EvalDecision, Layer, Policy, Request, Statement
from permission_guard.iam.mismatch import Mismatch, Part, mismatches, unknowns
from permission_guard.model.facts import RoleFacts
from permission_guard.rules.logging_calls import CREATE_GROUP, Asked, LoggingCalls
from permission_guard.rules.role_session import OPEN_KEYS


class _Near(NamedTuple):
    """The statement that came nearest to allowing a request, and the parts of it that did not match."""

    statement: Statement
    policy: str
    missed: tuple[Mismatch, ...]

    def __str__(self) -> str:
        return f"{self.statement.phrase} of {self.policy}"


def blocker(asked: Asked, role: RoleFacts) -> str:
    """Return what blocks a call, and which statement came nearest."""
    request, decision = asked
    if decision.answer is EvalDecision.DENIED:
        return f"{_cited(decision)} denies it explicitly"
    if decision.layer is Layer.BOUNDARY and role.boundary is not None:
        return f"the permissions boundary {role.boundary.name} does not allow it"
    near = _nearest(request, role.identity)
    if near is None:
        return "no policy of the role allows it"
    why = " and ".join(_why(one, near.statement, request) for one in near.missed)
    return f"no policy of the role allows it; {near} comes nearest, but {why}"


def advice(asked: Asked, role: RoleFacts) -> str:
    """Return what a person should change so that a call is allowed."""
    request, decision = asked
    group = _group(request)
    streams = f"{group}:*"
    if decision.answer is EvalDecision.DENIED:
        return (
            f"Remove the Deny in {_cited(decision)}, or exclude {streams} from it. A Deny overrides every Allow, so attaching a "
            "policy does not help."
        )
    if decision.layer is Layer.BOUNDARY and role.boundary is not None:
        return (
            f"Allow {_THREE} on {group} and {streams} in the permissions boundary {role.boundary.name}. An attached "
            "policy cannot give more than the boundary allows."
        )
    near = _nearest(request, role.identity)
    if near is not None and [one.part for one in near.missed] == [Part.RESOURCE]:
        if request.action == CREATE_GROUP:
            return f"Add {group} and {streams} to the Resource of {near}."
        return f"Add {streams} to the Resource of {near}: log streams need ':*' after the log group's name."
    return ADVICE


_THREE: Final = "logs:CreateLogGroup, logs:CreateLogStream and logs:PutLogEvents"
ADVICE: Final = (
    f"Allow {_THREE} in the execution role where it is defined, for example by attaching AWSLambdaBasicExecutionRole. The "
    "Resource for streams needs ':*' after the log group's name."
)
ADVICE_IN_DOUBT: Final = (
    f"Allow the execution role {_THREE} on the log group and all its streams without a condition that only AWS knows, or "
    "check by hand that the function's logs arrive."
)


def conditions(asked: Asked) -> str:
    """Return which conditions leave a call undecided, and in which statements."""
    request, decision = asked
    open_ = (
        f"{' and '.join(unknowns(cited.statement, request)) or 'a variable'} in {cited.statement.phrase} of {cited.policy}"
        for cited in decision.statements
    )
    return f"it depends on {', and on '.join(open_)}, which cannot be known beforehand"


def doubt(asked: Asked, calls: LoggingCalls) -> str:
    """Return why a call that may be refused is not certainly refused."""
    if asked[1].answer is EvalDecision.UNDECIDED:
        return conditions(asked)
    stands, keys = blocker(asked, calls.role), _open_keys(calls.place.sessions)
    if keys and len(calls.answers(asked[0])) > 1:
        return f"{stands}; that depends on {' and '.join(keys)}, which cannot be known beforehand"
    return f"{stands}; whether Lambda will make a log stream with such a name cannot be known beforehand"


def _open_keys(sessions: Iterable[Context]) -> list[str]:
    return [key for key in OPEN_KEYS if len({one.values(key.lower()) for one in sessions}) > 1]


def _cited(decision: Decision) -> str:
    return ", ".join(f"{one.statement.phrase} of {one.policy}" for one in decision.statements)


def _group(request: Request) -> str:
    return request.resource.partition(":log-stream:")[0]


def _nearest(request: Request, policies: tuple[Policy, ...]) -> _Near | None:
    """Return the statement that came nearest to allowing the request."""
    best: tuple[tuple[bool, int], _Near] | None = None
    for policy in policies:
        for statement in policy.statements:
            missed = mismatches(statement, request)
            wrong_action = any(one.part is Part.ACTION for one in missed)
            if statement.effect is not Effect.ALLOW or (wrong_action and not _is_about_logs(statement)):
                continue
            rank = (wrong_action, len(missed))
            if best is None or rank < best[0]:
                best = (rank, _Near(statement, policy.name, missed))
    return best[1] if best else None


def _is_about_logs(statement: Statement) -> bool:
    patterns = statement.actions.patterns
    return not statement.actions.negated and any(
        one.text.lower().startswith(("logs", "*")) for one in patterns
    )


def _why(missed: Mismatch, statement: Statement, request: Request) -> str:
    """Return why a part does not match; the common mistake with ':*' has its own sentence."""
    group = _group(request)
    texts = [one.text for one in statement.resources.patterns] if statement.resources else []
    if missed.part is Part.RESOURCE and request.resource != group and texts == [group]:
        return f"its Resource ends at the group, and streams need ':*' after it: {group}:*"
    return missed.why
