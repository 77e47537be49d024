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
    ABSENT,
    UNKNOWN,
    Answer,
    Arn,
    Context,
    Decision,
    Effect,
    IamPrincipal,
    Layer,
    Policy,
    Request,
    Service,
    Statement,
    decide,
)
from permission_guard.mismatch import Mismatch, Part, mismatches, unknowns
from permission_guard.rules.rule import AttachPolicy, Remedy, Rule

ID: Final = "role-can-write-logs"

_STREAM: Final = "2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef"
"""A stream's name in Lambda's form, YYYY/MM/DD/[VERSION]hex (monitoring-cloudwatchlogs-loggroups.html)."""

_EDGE: Final = "edgelambda.amazonaws.com"
_EDGE_HOME: Final = "us-east-1"
_EDGE_ELSEWHERE: Final = "eu-west-1"
"""One of the regions in which a function of Lambda@Edge runs: near to whoever looks at the page."""


def logging_requests(
    facts: FunctionFacts, role: RoleFacts, configuration: Configuration
) -> tuple[Request, ...]:
    """Return the calls to CloudWatch Logs that Lambda makes with the role: two for the streams, then CreateLogGroup.

    CreateLogGroup has been recorded to be authorised on two forms of the ARN (facts 5.1), so it stands there twice.
    """
    function = facts.arn
    # "Lambda injects the source function ARN into the credentials context" (permissions-source-function-arn).
    return _requests(function.region, configuration.log_group, str(function), facts, role)


def edge_requests(facts: FunctionFacts, role: RoleFacts, configuration: Configuration) -> tuple[Request, ...]:
    """Return the same calls as Lambda@Edge makes them in another region, if the role lets it: else none.

    "The log group name is formatted: /aws/lambda/us-east-1.function-name" in the region where the function ran; names of
    one's own get no prefix (AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html). Which ARN Lambda injects
    for a replica is not documented.
    """
    if facts.arn.region != _EDGE_HOME or not _trusts_the_edge(role):
        return ()
    group = configuration.log_group
    if group == f"/aws/lambda/{facts.arn.name}":
        group = f"/aws/lambda/{_EDGE_HOME}.{facts.arn.name}"
    return _requests(_EDGE_ELSEWHERE, group, UNKNOWN, facts, role)


def _trusts_the_edge(role: RoleFacts) -> bool:
    """Tell whether Lambda@Edge may assume the role, which nothing else is granted for (lambda-edge-permissions.html)."""
    if role.trust is None:
        return False
    asked = Request("sts:AssumeRole", role.arn, Service(_EDGE))
    return decide(asked, resource=role.trust).answer in {Answer.ALLOWED, Answer.UNDECIDED}


def _requests(
    region: str, log_group: str, source: str | None, facts: FunctionFacts, role: RoleFacts
) -> tuple[Request, ...]:
    function = facts.arn
    group = f"arn:{function.partition}:logs:{region}:{function.account}:log-group:{log_group}"
    context = Context.of(
        {
            "lambda:SourceFunctionArn": source,
            "aws:PrincipalArn": role.arn,
            "aws:PrincipalAccount": function.account,
            "aws:ResourceAccount": function.account,
            "aws:PrincipalType": "AssumedRole",
            "aws:PrincipalIsAWSService": "false",
            "aws:RequestedRegion": region,
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
    return request.action == "logs:CreateLogGroup" and Arn.parse(request.resource).region == facts.arn.region


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
    return not statement.actions.negated and any(one.text.startswith("logs:") for one in patterns)


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
