"""Checks templates that a test contains as text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime

from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, ScannedFinding
from permission_guard.template import CheckOptions, NotReadable, Trust, check, scan_of

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
FUNCTION = """
  Orders:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: x}, Role: !GetAtt Role.Arn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
"""


def found(
    text: str, file: str = "template.yaml", options: CheckOptions | None = None, trust: Trust | None = None
) -> Scan:
    return scan_of((check(text, file, options or CheckOptions(), trust or Trust()),), AT)


def template(resources: str, *, head: str = "") -> str:
    """A template with the function `Orders`, whose role can write logs, and the resources that the test adds."""
    return f"{textwrap.dedent(head)}Resources:{FUNCTION}{textwrap.indent(textwrap.dedent(resources), '  ')}"


def permission(**properties: str) -> str:
    """A template in which S3 may invoke Orders. `properties`, in YAML, are added to the permission or replace its own."""
    given = {
        "FunctionName": "!Ref Orders",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        **properties,
    }
    rows = "".join(f"    {name}: {value}\n" for name, value in given.items())
    return template(f"It:\n  Type: AWS::Lambda::Permission\n  Properties:\n{rows}")


def of(scan: Scan, subject: str = "It") -> ScannedFinding:
    """The one finding about a resource."""
    (one,) = (one for one in scan.findings if one.subject == subject)
    return one


def verdict(
    text: str, subject: str = "It", parameters: Mapping[str, str] | None = None, **more: str
) -> Verdict:
    """The verdict on a resource."""
    options = CheckOptions(parameters or {}, more.get("region"), more.get("account"))
    return of(found(text, options=options), subject).verdict


def problem(text: str, file: str = "template.yaml") -> str:
    """What is wrong with a text that cannot be read, with its place."""
    try:
        check(text, file, CheckOptions(), Trust())
    except NotReadable as error:
        place = f"{error.at.line}:{error.at.column}: " if error.at else ""
        return f"{place}{error}"
    return "nothing"
