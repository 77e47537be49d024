"""Decisions of `permission_guard.iam` beside those of moto's evaluator (`moto.iam.access_control.IAMPolicy`).

`python -m benchmarks.evaluator`. The two take turns; of each, the least of the rounds. They do not do the same work: moto looks at
no context here, takes an unmet condition for a denial, and minds the case of action names.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from time import process_time
from typing import Final, TypeAlias

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data

from benchmarks.figures import Figure, show
from permission_guard.iam import Context, EvalDecision, IamPrincipal, Policy, Request, decide

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


_OURS: Final = {EvalDecision.ALLOWED: "allowed", EvalDecision.DENIED: "denied"}
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


def _compiled(evaluator: Evaluator, documents: Sequence[str]) -> Callable[[], None]:
    """Put every request to every document, each of which was read before."""
    policies = [evaluator.read(document) for document in documents]

    def run() -> None:
        for ask in policies:
            for request in REQUESTS:
                ask(request)

    return run


def _cold(evaluator: Evaluator, documents: Sequence[str]) -> Callable[[], None]:
    """Read each document and put one request to it, each of the twelve in turn."""

    def run() -> None:
        for number, document in enumerate(documents):
            evaluator.read(document)(REQUESTS[number % len(REQUESTS)])

    return run


def _seconds(run: Callable[[], None]) -> float:
    # As timeit does: else a large document pays for the collector's walks over all that the process holds.
    gc.collect()
    gc.disable()
    try:
        start = process_time()
        run()
        return process_time() - start
    finally:
        gc.enable()


def measured(rounds: int) -> list[Figure]:
    """Measure every AWS managed policy, and one policy of ordinary size that is asked again and again."""
    figures: list[Figure] = []
    for name, documents in (
        (f"{len(managed()):,} managed policies", managed()),
        ("five statements", [ORDINARY] * 120),
    ):
        for how, make, each in (("read before", _compiled, len(REQUESTS)), ("read and asked once", _cold, 1)):
            ours, motos = make(OURS, documents), make(MOTO, documents)
            pairs = [(_seconds(ours), _seconds(motos)) for _ in range(rounds)]
            here, there = (min(column) / len(documents) / each * 1e6 for column in zip(*pairs, strict=True))
            figures.append(Figure(f"a decision, {name}, {how}", here, "us", there, "moto"))
    return figures


def main(rounds: int = 3) -> None:
    """Measure, print, and keep."""
    show("evaluator", measured(rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
