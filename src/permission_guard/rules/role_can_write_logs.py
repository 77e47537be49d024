"""Rule: the execution role can create the function's log group, create streams in it and put events into them.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html: without these rights the function runs,
and nothing of what it prints is kept, without an error to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

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
    ABSENT,
    Answer,
    Context,
    Decision,
    Effect,
    IamPrincipal,
    Layer,
    Policy,
    Request,
    Truth,
    decide,
)
from permission_guard.rules.rule import AttachPolicy, Remedy, Rule

ID: Final = "role-can-write-logs"

_STREAM: Final = "2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef"
"""A stream's name in Lambda's form, YYYY/MM/DD/[VERSION]hex (monitoring-cloudwatchlogs-loggroups.html)."""


def logging_requests(
    facts: FunctionFacts, role: RoleFacts, configuration: Configuration
) -> tuple[Request, ...]:
    """Return the calls to CloudWatch Logs that Lambda makes with the role: two for the streams, then CreateLogGroup.

    CreateLogGroup has been recorded to be authorised on two forms of the ARN (facts 5.1), so it stands there twice.
    """
    function = facts.arn
    group = f"arn:{function.partition}:logs:{function.region}:{function.account}:log-group:{configuration.log_group}"
    context = Context.of(
        {
            # "Lambda injects the source function ARN into the credentials context" (permissions-source-function-arn).
            "lambda:SourceFunctionArn": str(function),
            "aws:PrincipalArn": role.arn,
            "aws:PrincipalAccount": function.account,
            "aws:ResourceAccount": function.account,
            "aws:PrincipalType": "AssumedRole",
            "aws:PrincipalIsAWSService": "false",
            "aws:RequestedRegion": function.region,
            "aws:SecureTransport": "true",
            "aws:MultiFactorAuthPresent": ABSENT,
            **{f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()},
        },
        complete=("aws:PrincipalTag/",),
    )
    principal = IamPrincipal(role.arn, function.account)
    return tuple(
        Request(action, resource, principal, context)
        for action, resource in (
            ("logs:CreateLogStream", f"{group}:log-stream:{_STREAM}"),
            ("logs:PutLogEvents", f"{group}:log-stream:{_STREAM}"),
            ("logs:CreateLogGroup", group),
            ("logs:CreateLogGroup", f"{group}:log-stream:"),
        )
    )


def _decided(facts: FunctionFacts) -> tuple[tuple[Request, Decision], ...]:
    """Ask the role's policies about each request; CreateLogGroup once, by the form that comes off better."""
    if not isinstance(facts.role, RoleFacts) or not isinstance(facts.configuration, Configuration):
        return ()
    role = facts.role
    *streams, plain, trailing = (
        (request, decide(request, identity=role.identity, boundary=role.boundary))
        for request in logging_requests(facts, role, facts.configuration)
    )
    rank = (Answer.ALLOWED, Answer.UNDECIDED, Answer.NOT_ALLOWED, Answer.DENIED)
    return (*streams, min(plain, trailing, key=lambda asked: rank.index(asked[1].answer)))


def asks(facts: FunctionFacts, _trusted: Trusted) -> Look:
    """Ask for the role; for the log group only if everything but creating it is allowed; for the remedy on a fault."""
    if facts.role is NOT_READ:
        return Look.ROLE
    failed = [request for request, decision in _decided(facts) if decision.answer is not Answer.ALLOWED]
    if not failed or (isinstance(facts.role, RoleFacts) and facts.role.unreadable):
        return Look.NOTHING
    if [request.action for request in failed] == [
        "logs:CreateLogGroup"
    ] and facts.log_group_exists is NOT_READ:
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
        if request.action == "logs:CreateLogGroup" and facts.log_group_exists is True:
            continue
        if decision.answer is Answer.DENIED or (
            decision.answer is Answer.NOT_ALLOWED and not role.unreadable
        ):
            proof = DeniedRequest(request, decision, _blocker(request, decision, role))
            summary = f"{role.name} may not {request.action} on {request.resource}: {proof.blocker}"
            if request.action == "logs:CreateLogGroup" and isinstance(facts.log_group_exists, Unreadable):
                return _finding(facts, Verdict.UNKNOWN, summary, facts.log_group_exists)
            return _finding(facts, Verdict.FAIL, summary, proof)
        if role.unreadable:
            return _finding(facts, Verdict.UNKNOWN, str(role.unreadable[0]), role.unreadable[0])
        if decision.answer is Answer.UNDECIDED:
            doubt = f"a condition of {', '.join(map(str, decision.statements))} cannot be known beforehand"
            summary = f"whether {role.name} may {request.action} cannot be told: {doubt}"
            return _finding(facts, Verdict.UNKNOWN, summary, Undecided(request, decision, doubt))
    return _finding(facts, Verdict.PASS, f"{role.name} can write the logs of {facts.arn.name}", None)


def _blocker(request: Request, decision: Decision, role: RoleFacts) -> str:
    """Say what stands in the way, and which statement came nearest."""
    if decision.answer is Answer.DENIED:
        return f"{', '.join(map(str, decision.statements))} denies it explicitly"
    if decision.layer is Layer.BOUNDARY and role.boundary is not None:
        return f"the permissions boundary {role.boundary.name} does not allow it"
    near = _nearest(request, role.identity)
    return f"no policy of the role allows it{f'; {near}' if near else ''}"


def _nearest(request: Request, policies: tuple[Policy, ...]) -> str:
    for policy in policies:
        for statement in policy.statements:
            covers = statement.actions.match(request.action.lower(), request.context)
            if statement.effect is not Effect.ALLOW or covers is not Truth.YES:
                continue
            if (
                statement.resources
                and statement.resources.match(request.resource, request.context) is Truth.NO
            ):
                ends = ", ".join(pattern.text for pattern in statement.resources.patterns)
                return f"{statement.label} of {policy.name} allows the action, but on {ends}"
            unmet = (one for one in statement.conditions if one.holds(request.context) is Truth.NO)
            wanted = " and ".join(f"{one.operator} {one.key} {' or '.join(one.texts)}" for one in unmet)
            return f"{statement.label} of {policy.name} allows it only under {wanted}"
    return ""


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
    if isinstance(finding.proof, DeniedRequest) and isinstance(facts.remedy, Policy):
        yield AttachPolicy(facts.remedy)


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
