"""What a call was made with: the tool, and the stack it deployed, from what CloudTrail's record shows (facts 1.5).

AWS is not called for it. Callers choose their own user agent, so the tool decides nothing, and a guess is marked "likely".
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from permission_guard.events.record import Record
from permission_guard.frozen import frozen


class Tool(Enum):
    """The kinds of tools that change functions, by their names in alerts."""

    SAM = "sam"
    CLOUDFORMATION = "cloudformation"
    CDK = "cdk"
    TERRAFORM = "terraform"
    OPENTOFU = "opentofu"
    PULUMI = "pulumi"
    CONSOLE = "console"
    CLI = "cli"
    SDK = "sdk"
    SERVICE = "service"
    """An AWS service that acts by itself."""
    UNKNOWN = "unknown"


@frozen
class Made:
    """What a call was made with. `words` says it with its certainty; the rest is None if the record does not show it."""

    tool: Tool
    words: str
    stack: str | None = None
    """The name of the CloudFormation stack."""
    resource: str | None = None
    """The logical id, within the stack, of the resource that the call was made for."""


_CLOUDFORMATION: Final = "cloudformation.amazonaws.com"
_AGENTS: Final = (
    # Tools also name the SDK that they use, so the SDKs come last; the CLI comes before botocore.
    ("pulumi", Tool.PULUMI, "Pulumi"),
    ("opentofu", Tool.OPENTOFU, "OpenTofu"),
    # The provider sends the same name under OpenTofu and Terraform.
    ("terraform", Tool.TERRAFORM, "Terraform or OpenTofu"),
    ("aws-sam-cli", Tool.SAM, "the SAM CLI"),
    ("aws-cdk", Tool.CDK, "the CDK CLI"),
    ("cdk-hotswap", Tool.CDK, "the CDK CLI"),
    ("aws-cli", Tool.CLI, "the AWS CLI"),
    ("console.amazonaws.com", Tool.CONSOLE, "the AWS console"),
    ("aws internal", Tool.CONSOLE, "the AWS console"),
    ("aws-sdk-js", Tool.SDK, "an AWS SDK for JavaScript"),
    ("aws-sdk-go", Tool.SDK, "an AWS SDK for Go"),
    ("aws-sdk-java", Tool.SDK, "an AWS SDK for Java"),
    ("aws-sdk-kotlin", Tool.SDK, "the AWS SDK for Kotlin"),
    ("aws-sdk-dotnet", Tool.SDK, "the AWS SDK for .NET"),
    ("aws-sdk-ruby", Tool.SDK, "the AWS SDK for Ruby"),
    ("aws-sdk-php", Tool.SDK, "the AWS SDK for PHP"),
    ("aws-sdk-rust", Tool.SDK, "the AWS SDK for Rust"),
    ("aws-sdk-cpp", Tool.SDK, "the AWS SDK for C++"),
    ("aws-sdk-swift", Tool.SDK, "the AWS SDK for Swift"),
    ("boto3", Tool.SDK, "boto3"),
    ("botocore", Tool.SDK, "boto3"),
)
"""Parts of user agents, in lower case."""

_TERRAFORM_SID: Final = re.compile(r"terraform-[0-9]{18}[0-9a-f]{8}")
"""The Sid that Terraform's provider generates: a time and a counter."""
_STACK_SID: Final = re.compile(
    r"(?P<stack>[A-Za-z][A-Za-z0-9-]*)-(?P<resource>[A-Za-z0-9]+)-[A-Za-z0-9]{12,13}"
)
"""CloudFormation names what it makes STACK-LOGICALID-RANDOM
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html), a statement too."""
_LONGEST_SID: Final = 100
"""From this length on, CloudFormation may have cut the name."""
_HASHED: Final = re.compile(r"[A-Za-z0-9]+?[0-9A-F]{8}")
"""A logical id as CDK makes it: a path and eight digits of its hash
(https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html)."""
_CDK_ROLE: Final = re.compile(r".*:role/(?:.*/)?cdk-[a-z0-9]+-cfn-exec-role-[0-9]{12}-[a-z0-9-]+")
"""The role that CloudFormation deploys CDK's stacks with (https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html)."""


def is_sid_of_terraform(sid: str) -> bool:
    """Return whether Terraform generated this Sid, because its source has none."""
    return _TERRAFORM_SID.fullmatch(sid) is not None


def made_with(detail: Record, identity: Record, role_arn: str | None) -> Made:
    """Read what a call was made with from its record; `role_arn` is the role of the caller's session."""
    by = identity.text_or("invokedBy")
    request = detail.inner_or_empty("requestParameters")
    if by == _CLOUDFORMATION:
        return _by_cloudformation(request, role_arn or "")
    if by:
        return Made(Tool.SERVICE, by)
    if detail.text_or("sessionCredentialFromConsole") == "true":
        return Made(Tool.CONSOLE, "the AWS console")
    agent = detail.text_or("userAgent")
    for sign, tool, words in _AGENTS:
        if sign in agent.lower():
            return Made(tool, words)
    if is_sid_of_terraform(request.text_or("statementId")):
        return Made(
            Tool.TERRAFORM, f"{agent or 'an unknown tool'}, likely Terraform (by the statement's name)"
        )
    return Made(Tool.UNKNOWN, agent or "an unknown tool")


def _by_cloudformation(request: Record, role_arn: str) -> Made:
    """Return the tool that deployed through CloudFormation.

    Tags that begin with `aws:` are reserved for AWS; SAM writes `lambda:createdBy`.
    """
    tags = request.inner_or_empty("tags")
    stack, resource = _named(request.text_or("statementId"))
    stack = tags.text_or("aws:cloudformation:stack-name") or stack
    resource = tags.text_or("aws:cloudformation:logical-id") or resource
    tool, words = Tool.CLOUDFORMATION, "CloudFormation (SAM, CDK and StackSets deploy through it)"
    if tags.text_or("lambda:createdBy") == "SAM":
        tool, words = Tool.SAM, "SAM, through CloudFormation"
    elif _CDK_ROLE.fullmatch(role_arn):
        tool, words = Tool.CDK, "CDK, through CloudFormation"
    elif resource and _HASHED.fullmatch(resource):
        tool, words = Tool.CDK, "CloudFormation, likely from CDK (by the resource's name)"
    return Made(tool, words, stack, resource)


def _named(sid: str) -> tuple[str | None, str | None]:
    found = _STACK_SID.fullmatch(sid) if len(sid) < _LONGEST_SID else None
    return (found["stack"], found["resource"]) if found else (None, None)
