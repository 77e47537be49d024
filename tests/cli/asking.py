"""Runs `explain` on documents that a test writes down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from permission_guard.cli import main

ORDERS = "arn:aws:lambda:us-east-1:123456789012:function:orders"


def run(*arguments: str, stdin: bytes = b"", color: bool = False) -> Result:
    """Run the program in this process; an exception that is no exit fails the test."""
    return CliRunner().invoke(main, arguments, input=stdin, color=color, catch_exceptions=False)


def written(folder: Path, *documents: object) -> list[str]:
    """Write each document to a file, and return the options that name them. Text is written as it is."""
    options: list[str] = []
    for number, document in enumerate(documents):
        path = folder / f"{number}.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        options += ["--policy", str(path)]
    return options


def policy(*statements: Mapping[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def invoking(sid: str = "it", **more: object) -> dict[str, object]:
    """A statement that lets S3 invoke `orders`, with some elements more or otherwise."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ORDERS,
        **more,
    }


def logging(**more: object) -> dict[str, object]:
    """A statement that gives a role all that logging needs, with some elements more or otherwise."""
    return {"Sid": "logs", "Effect": "Allow", "Action": "logs:*", "Resource": "*", **more}
