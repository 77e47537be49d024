"""The policies and requests that are measured, and the two evaluators, each used as it is meant to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data

from permission_guard.iam import Answer, Context, IamPrincipal, Policy, Request, decide

_ACCOUNT: Final = "123456789012"
_HOME: Final = f"us-east-1:{_ACCOUNT}"
_CALLER: Final = IamPrincipal(f"arn:aws:iam::{_ACCOUNT}:role/orders", _ACCOUNT)
_CONTEXT: Final = Context.of(
    {"aws:RequestedRegion": "us-east-1", "aws:SecureTransport": "true", "aws:SourceIp": "10.1.2.3"},
    unlisted=(),
)
_ASKED: Final = (
    ("logs:CreateLogStream", f"arn:aws:logs:{_HOME}:log-group:/aws/lambda/orders:log-stream:a"),
    ("logs:PutLogEvents", f"arn:aws:logs:{_HOME}:log-group:/aws/lambda/orders:log-stream:a"),
    ("s3:GetObject", "arn:aws:s3:::reports/2026/orders.csv"),
    ("s3:ListBucket", "arn:aws:s3:::reports"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{_HOME}:function:orders"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{_HOME}:table/orders"),
    ("iam:PassRole", f"arn:aws:iam::{_ACCOUNT}:role/orders"),
    ("ec2:DescribeInstances", "*"),
    ("kms:Decrypt", f"arn:aws:kms:{_HOME}:key/1234abcd"),
    ("sqs:SendMessage", f"arn:aws:sqs:{_HOME}:orders"),
    ("sns:Publish", f"arn:aws:sns:{_HOME}:alerts"),
    ("sts:AssumeRole", f"arn:aws:iam::{_ACCOUNT}:role/other"),
)
REQUESTS: Final = tuple(Request(action, resource, _CALLER, _CONTEXT) for action, resource in _ASKED)
"""Twelve requests as a function in production makes them."""

ORDINARY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"arn:aws:logs:{_HOME}:log-group:/aws/lambda/orders:*",
            },
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
                "Condition": {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}},
            },
            {
                "Effect": "Allow",
                "Action": "dynamodb:*Item",
                "Resource": f"arn:aws:dynamodb:*:{_ACCOUNT}:table/orders",
            },
            {
                "Effect": "Allow",
                "Action": ["sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction"],
                "Resource": "*",
                "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}},
            },
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
)
"""A policy of ordinary size: five statements, three of them with a condition."""

Ask: TypeAlias = Callable[[Request], str]
"""A compiled policy: gives its answer, "allowed", "denied" or "neither"."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """An evaluator, by the one thing that both can do: read a document, so that it can be asked."""

    name: str
    read: Callable[[str], Ask]


_OURS: Final = {Answer.ALLOWED: "allowed", Answer.DENIED: "denied"}
_MOTOS: Final = {PermissionResult.PERMITTED: "allowed", PermissionResult.DENIED: "denied"}


def _read_ours(document: str) -> Ask:
    identity = (Policy.parse(document),)
    return lambda request: _OURS.get(decide(request, identity=identity).answer, "neither")


def _read_motos(document: str) -> Ask:
    policy = IAMPolicy(document)
    return lambda request: _MOTOS.get(policy.is_action_permitted(request.action, request.resource), "neither")


OURS: Final = Evaluator("permission_guard.iam", _read_ours)
MOTO: Final = Evaluator("moto.iam", _read_motos)


@cache
def managed() -> tuple[str, ...]:
    """Every AWS managed policy that moto carries, as text."""
    found = json.loads(aws_managed_policies_data)
    return tuple(json.dumps(one["Document"]) for _, one in sorted(found.items()))


def compiled(evaluator: Evaluator, documents: Sequence[str]) -> tuple[Ask, ...]:
    """Read each document once."""
    return tuple(map(evaluator.read, documents))


def ask_all(policies: Sequence[Ask], requests: Sequence[Request] = REQUESTS) -> None:
    """Put every request to every policy."""
    for ask in policies:
        for request in requests:
            ask(request)


def ask_cold(evaluator: Evaluator, documents: Sequence[str]) -> None:
    """Read each document and put one request to it, each of the twelve in turn."""
    for number, document in enumerate(documents):
        evaluator.read(document)(REQUESTS[number % len(REQUESTS)])
