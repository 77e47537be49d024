"""Rule: the execution role can create the function's log group, create streams in it and put events into them.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html: without these rights the function runs,
and nothing of what it prints is kept, without an error to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from permission_guard.facts import (
    MISSING_ROLE,
    NOT_READ,
    Configuration,
    FunctionFacts,
    Look,
    RoleFacts,
    Trusted,
    Unreadable,
)
from permission_guard.finding import (
    Concern,
    DeniedRequest,
    Finding,
    Missing,
    Proof,
    Severity,
    Undecided,
    Verdict,
    advice_on,
)
from permission_guard.iam import (
    Answer,
    Arn,
    Decision,
    Effect,
    Layer,
    Policy,
    Request,
    Statement,
    decide,
)
from permission_guard.mismatch import Mismatch, Part, mismatches, unknowns
from permission_guard.rules.logging_calls import edge_requests, logging_requests, trust_in_the_edge
from permission_guard.rules.rule import AttachPolicy, LeaveIt, Remedy, Rule

ID: Final = "role-can-write-logs"

_Asked: TypeAlias = tuple[Request, Decision]


def _decided(facts: FunctionFacts) -> tuple[_Asked, ...]:
    """Ask the role's policies about each request, those in the function's own region first."""
    role, configuration = facts.role, facts.configuration
    if not isinstance(role, RoleFacts) or not isinstance(configuration, Configuration):
        return ()
    here, edge = (
        tuple((one, decide(one, identity=role.identity, boundary=role.boundary)) for one in requests)
        for requests in (
            logging_requests(facts, role, configuration),
            edge_requests(facts, role, configuration),
        )
    )
    return (*_better(here), *_better(edge))


def _better(asked: tuple[_Asked, ...]) -> tuple[_Asked, ...]:
    """Keep CreateLogGroup once, by the form of the ARN that comes off better."""
    if not asked:
        return ()
    *streams, plain, trailing = asked
    rank = (Answer.ALLOWED, Answer.UNDECIDED, Answer.NOT_ALLOWED, Answer.DENIED)
    return (*streams, min(plain, trailing, key=lambda one: rank.index(one[1].answer)))


def _creates_the_group(request: Request, facts: FunctionFacts) -> bool:
    """Tell whether this is the call that is not needed once the function's group exists (facts 5.1)."""
    return request.action == "logs:CreateLogGroup" and _is_here(request, facts)


def _is_here(request: Request, facts: FunctionFacts) -> bool:
    """Tell whether a call is made in the function's own region, and not at the edge."""
    return Arn.parse(request.resource).region == facts.arn.region


def asks(facts: FunctionFacts, _trusted: Trusted) -> Look:
    """Ask for the role; for the log group only if everything but creating it is allowed; for the remedy on a fault."""
    if facts.role is NOT_READ:
        return Look.ROLE
    failed = [request for request, decision in _decided(facts) if decision.answer is not Answer.ALLOWED]
    if not failed or (isinstance(facts.role, RoleFacts) and facts.role.unreadable):
        return Look.NOTHING
    if all(_creates_the_group(request, facts) for request in failed) and facts.log_group_exists is NOT_READ:
        return Look.LOG_GROUP
    return Look.REMEDY & facts.unread if check(facts, _trusted)[0].verdict is Verdict.FAIL else Look.NOTHING


def check(facts: FunctionFacts, _trusted: Trusted) -> tuple[Finding, ...]:
    """Judge the role. One finding: PASS, FAIL with the denied request, or UNKNOWN with what could not be told."""
    match facts.role:
        case RoleFacts():
            return (_judged(facts, facts.role),)
        case Unreadable() as unreadable:
            return (_finding(facts, Verdict.UNKNOWN, str(unreadable), unreadable),)
        case role if role is MISSING_ROLE:
            arn = (
                facts.configuration.role_arn if isinstance(facts.configuration, Configuration) else "the role"
            )
            return (_finding(facts, Verdict.FAIL, f"the execution role {arn} does not exist", Missing(arn)),)
        case _:
            return ()


def _judged(facts: FunctionFacts, role: RoleFacts) -> Finding:
    for request, decision in _decided(facts):
        if _creates_the_group(request, facts) and facts.log_group_exists is True:
            continue
        if decision.answer is Answer.DENIED or (
            decision.answer is Answer.NOT_ALLOWED and not role.unreadable
        ):
            unsure = _unsure_of_the_edge(request, facts, role)
            if unsure is not None:
                return _finding(facts, Verdict.UNKNOWN, unsure.doubt, unsure)
            proof = DeniedRequest(request, decision, _blocker(request, decision, role))
            summary = f"{role.name} may not {request.action} on {request.resource}: {proof.blocker}"
            if _creates_the_group(request, facts) and isinstance(facts.log_group_exists, Unreadable):
                return _finding(facts, Verdict.UNKNOWN, summary, facts.log_group_exists)
            return _finding(facts, Verdict.FAIL, summary, proof)
        if role.unreadable:
            return _finding(facts, Verdict.UNKNOWN, str(role.unreadable[0]), role.unreadable[0])
        if decision.answer is Answer.UNDECIDED:
            doubt = _doubt(request, decision)
            summary = f"whether {role.name} may {request.action} cannot be told: {doubt}"
            return _finding(facts, Verdict.UNKNOWN, summary, Undecided(request, decision, doubt))
    return _finding(facts, Verdict.PASS, f"{role.name} can write the logs of {facts.arn.name}", None)


def _unsure_of_the_edge(request: Request, facts: FunctionFacts, role: RoleFacts) -> Undecided | None:
    """Return the doubt about a call of Lambda@Edge's if its trust stands under a condition that cannot be known."""
    trusted = trust_in_the_edge(role)
    if trusted is None or trusted[1].answer is not Answer.UNDECIDED or _is_here(request, facts):
        return None
    asked, decision = trusted
    doubt = f"Lambda@Edge could not {request.action} on {request.resource}; whether it may assume the role: "
    return Undecided(asked, decision, doubt + _doubt(asked, decision))


def _blocker(request: Request, decision: Decision, role: RoleFacts) -> str:
    """Say what stands in the way, and which statement came nearest."""
    if decision.answer is Answer.DENIED:
        return f"{', '.join(map(str, decision.statements))} denies it explicitly"
    if decision.layer is Layer.BOUNDARY and role.boundary is not None:
        return f"the permissions boundary {role.boundary.name} does not allow it"
    near = _nearest(request, role.identity)
    return f"no policy of the role allows it{f'; {near}' if near else ''}"


def _doubt(request: Request, decision: Decision) -> str:
    """Say which conditions leave it open, and where they stand."""
    open_ = (
        f"{' and '.join(unknowns(cited.statement, request)) or 'a variable'} in {cited}"
        for cited in decision.statements
    )
    return f"it depends on {', and on '.join(open_)}, which cannot be known beforehand"


def _nearest(request: Request, policies: tuple[Policy, ...]) -> str:
    """Name the statement that came nearest to allowing the request, and the parts of it that did not match."""
    best: tuple[tuple[bool, int], str] | None = None
    for policy in policies:
        for statement in policy.statements:
            missed = mismatches(statement, request)
            wrong_action = any(one.part is Part.ACTION for one in missed)
            if statement.effect is not Effect.ALLOW or (wrong_action and not _is_about_logs(statement)):
                continue
            rank = (wrong_action, len(missed))
            if best is None or rank < best[0]:
                why = " and ".join(_why(one, statement, request) for one in missed)
                best = (rank, f"{statement.label} of {policy.name} comes nearest, but {why}")
    return best[1] if best else ""


def _is_about_logs(statement: Statement) -> bool:
    patterns = statement.actions.patterns
    return not statement.actions.negated and any(
        one.text.lower().startswith(("logs", "*")) for one in patterns
    )


def _why(missed: Mismatch, statement: Statement, request: Request) -> str:
    """Say why a part does not match; of the classic mistake, in the words of who made it."""
    group = request.resource.partition(":log-stream:")[0]
    texts = [one.text for one in statement.resources.patterns] if statement.resources else []
    if missed.part is Part.RESOURCE and request.resource != group and texts == [group]:
        return f"its Resource ends at the group, and streams need ':*' after it: {group}:*"
    return missed.why


def _finding(facts: FunctionFacts, verdict: Verdict, summary: str, proof: Proof) -> Finding:
    role_arn = (
        facts.configuration.role_arn if isinstance(facts.configuration, Configuration) else str(facts.arn)
    )
    return Finding(
        rule=ID,
        concern=Concern.ROLE_CAN_WRITE_LOGS,
        subject=role_arn,
        verdict=verdict,
        severity=Severity.MEDIUM,
        summary=summary,
        proof=proof,
        advice=advice_on(verdict, proof, _ADVICE),
    )


_ADVICE: Final = (
    "Give the execution role logs:CreateLogGroup, logs:CreateLogStream and logs:PutLogEvents where it is defined, for "
    "instance by attaching AWSLambdaBasicExecutionRole; note that streams need a Resource that goes on after the log "
    "group's name (':*')."
)


def remedies(finding: Finding, facts: FunctionFacts, _trusted: Trusted) -> Iterator[Remedy]:
    """Offer to attach the configured policy, if there is a role to attach it to and the policy could be read."""
    if not isinstance(finding.proof, DeniedRequest):
        return
    if isinstance(facts.remedy, Policy):
        yield AttachPolicy(facts.remedy)
    elif isinstance(facts.remedy, Unreadable):
        yield LeaveIt(f"the policy to attach is not known: {facts.remedy}")


RULE: Final = Rule(
    id=ID,
    title="The execution role can write the function's logs",
    why="A function whose role cannot write logs runs, fails and is attacked without leaving a trace.",
    reference="https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    looks_at=Look.ROLE,
    asks=asks,
    check=check,
    remedies=remedies,
)
