"""The calls to CloudWatch Logs that Lambda makes with an execution role, in the function's region and at the edge."""

from __future__ import annotations

from typing import Final

from permission_guard.facts import Configuration, FunctionFacts, RoleFacts
from permission_guard.iam import (
    ABSENT,
    UNKNOWN,
    Answer,
    Context,
    Decision,
    IamPrincipal,
    Request,
    Service,
    decide,
)

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
    trusted = trust_in_the_edge(role)
    if facts.arn.region != _EDGE_HOME or trusted is None:
        return ()
    if trusted[1].answer not in {Answer.ALLOWED, Answer.UNDECIDED}:
        return ()
    group = configuration.log_group
    if group == f"/aws/lambda/{facts.arn.name}":
        group = f"/aws/lambda/{_EDGE_HOME}.{facts.arn.name}"
    return _requests(_EDGE_ELSEWHERE, group, UNKNOWN, facts, role)


def trust_in_the_edge(role: RoleFacts) -> tuple[Request, Decision] | None:
    """Ask whether Lambda@Edge may assume the role, which nothing else is granted for (lambda-edge-permissions.html).

    None if the role's trust policy has not been read.
    """
    if role.trust is None:
        return None
    asked = Request("sts:AssumeRole", role.arn, Service(_EDGE))
    return asked, decide(asked, resource=role.trust)


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
