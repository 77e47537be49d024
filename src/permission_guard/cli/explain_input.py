"""The input of `explain`, as facts about one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import click

from permission_guard.cli.documents import STDIN, is_of_a_resource, read
from permission_guard.cli.errors import Unusable
from permission_guard.frozen import frozen
from permission_guard.iam import Arn, ArnError, FunctionArn, Policy
from permission_guard.iam.arn import is_account, named
from permission_guard.model.document import dumped
from permission_guard.model.facts import (
    Configuration,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Trusted,
    Unreadable,
)
from permission_guard.settings import is_organization

EXAMPLE: Final = "arn:aws:lambda:us-east-1:123456789012:function:example"
_LOG_GROUP: Final = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html, logGroupName."""
_LOGGING: Final = dumped(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "*",
            }
        ],
    }
)
"""https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html, version 1."""


@frozen
class ExplainOptions:
    """The options of `explain`, as they were typed."""

    policies: tuple[str, ...]
    boundary: str | None = None
    function: str | None = None
    log_group: str | None = None
    log_group_exists: bool | None = None
    role_arn: str | None = None
    tags: tuple[str, ...] = ()
    trusted_accounts: tuple[str, ...] = ()
    trusted_organizations: tuple[str, ...] = ()

    @property
    def of_the_role(self) -> tuple[str, ...]:
        """The typed options that are about the execution role."""
        options = {
            "--boundary": self.boundary is not None,
            "--log-group": self.log_group is not None,
            "--log-group-exists": self.log_group_exists is not None,
            "--role-arn": self.role_arn is not None,
            "--tag": bool(self.tags),
        }
        return tuple(option for option, is_given in options.items() if is_given)


@frozen
class ExplainInput:
    """The facts, the zone of trust, and what was assumed or read from AWS, each in one sentence."""

    facts: FunctionFacts
    trusted: Trusted
    assumed: tuple[str, ...]
    read: tuple[str, ...] = ()


def asked(given: ExplainOptions) -> ExplainInput:
    """Read the documents and check the options. Raises Unusable, whose message says what is wrong, and where."""
    if [*given.policies, given.boundary].count(STDIN) > 1:
        raise Unusable("standard input (-) can be read only once")
    documents = tuple(map(read, given.policies))
    kinds = tuple(map(is_of_a_resource, documents))
    of_resource = tuple(policy for policy, resource in zip(documents, kinds, strict=True) if resource)
    identity = tuple(policy for policy, resource in zip(documents, kinds, strict=True) if not resource)
    if len(of_resource) > 1:
        raise Unusable(
            f"{of_resource[0].name} and {of_resource[1].name} both have a Principal. A function has one resource-based "
            "policy: pass one at a time."
        )
    resource = of_resource[0] if of_resource else None
    function, qualifier, assumed = _function(given, resource)
    trusted = Trusted(
        function.account,
        *trusted_in(given.trusted_accounts, given.trusted_organizations),
    )
    # A document says nothing of function URLs; what is explained is the policy for a function without a public one.
    facts = FunctionFacts(function, qualifier, has_public_url=False)
    if resource is not None:
        facts = facts.with_policy(PolicyFacts(qualifier, resource, "", Family.DOCUMENT))
    if identity:
        facts, more = _with_role(facts, function, identity, given)
        assumed += more
    elif given.of_the_role:
        raise Unusable(
            f"{given.of_the_role[0]} is about the execution role. Pass a policy of the role with --policy."
        )
    return ExplainInput(facts, trusted, assumed)


def trusting(command: Any) -> Any:
    """Add the options for trusted accounts and organizations."""
    for name, what in (("organization", "organization"), ("account", "account, besides the function's own")):
        command = click.option(
            f"--trusted-{name}",
            f"trusted_{name}s",
            metavar="ID",
            multiple=True,
            help=f"A trusted {what}. Repeatable.",
        )(command)
    return command


def trusted_in(
    accounts: tuple[str, ...], organizations: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Check the trusted accounts and organizations. Raises Unusable, which names the option."""
    return (
        every(accounts, "--trusted-account", "an account id (twelve digits)", is_account),
        every(organizations, "--trusted-organization", "an organization id (o-...)", is_organization),
    )


def every(texts: tuple[str, ...], option: str, what: str, is_valid: Callable[[str], bool]) -> tuple[str, ...]:
    """Return what was given with an option. Raises Unusable for a text that is not what it must be."""
    for text in texts:
        if not is_valid(text):
            raise Unusable(f"{option}: {text!r} is not {what}")
    return texts


def _function(
    given: ExplainOptions, resource: Policy | None
) -> tuple[FunctionArn, str | None, tuple[str, ...]]:
    """Return the function and the version or alias that is meant, and what was assumed."""
    if given.function is not None:
        function, qualifier = _named(given.function) or (None, None)
        if function is None:
            raise Unusable(f"--function: {given.function!r} is not a function's ARN")
        return function, qualifier, ()
    for statement in resource.statements if resource else ():
        for pattern in statement.resources.patterns if statement.resources else ():
            found = _named(pattern.text)
            if found is not None:
                return *found, ("the function is the one that the policy names",)
    return FunctionArn.parse(EXAMPLE), None, ("the function's ARN is an example; to set it, pass --function",)


def _named(text: str) -> tuple[FunctionArn, str | None] | None:
    try:
        function, qualifier = named(text, partition="", region="", account="")
    except ArnError:
        return None
    return (function, qualifier) if function.partition else None


def _with_role(
    facts: FunctionFacts, function: FunctionArn, identity: tuple[Policy, ...], given: ExplainOptions
) -> tuple[FunctionFacts, tuple[str, ...]]:
    """Add the execution role to the facts, and say what was assumed of it."""
    group = given.log_group or f"/aws/lambda/{function.name}"
    if not _LOG_GROUP.fullmatch(group):
        raise Unusable(f"--log-group: {group!r} is not a log group's name")
    assumed = () if given.role_arn else ("the role's ARN is an example; to set it, pass --role-arn",)
    arn = given.role_arn or f"arn:{function.partition}:iam::{function.account}:role/{function.name}-role"
    _check_role(arn, function)
    exists: bool | Unreadable = Unreadable(
        f"log group {group}",
        "AWS is not called for documents; pass --log-group-exists or --no-log-group-exists",
    )
    attached = f"arn:{function.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    boundary = read(given.boundary) if given.boundary is not None else None
    if boundary is not None and is_of_a_resource(boundary):
        raise Unusable(f"{boundary.name}: a permissions boundary cannot have a Principal")
    return replace(
        facts,
        configuration=Configuration(arn, group),
        role=RoleFacts(arn, identity, boundary, pairs(given.tags, "--tag", "KEY=VALUE")),
        log_group_exists=exists if given.log_group_exists is None else given.log_group_exists,
        remedy=Policy.parse(_LOGGING, name=attached),
    ), assumed


def _check_role(arn: str, function: FunctionArn) -> None:
    if role_in(arn, "--role-arn").account != function.account:
        raise Unusable(f"--role-arn: {arn} does not belong to the function's account, {function.account}")


def role_in(text: str, option: str) -> Arn:
    """Read a role's ARN. Raises Unusable, which names the option."""
    try:
        role = Arn.parse(text)
    except ArnError:
        role = None
    if (
        role is None
        or role.service != "iam"
        or not is_account(role.account)
        or not role.resource.startswith("role/")
    ):
        raise Unusable(f"{option}: {text!r} is not a role's ARN")
    return role


def pairs(texts: tuple[str, ...], option: str, form: str) -> Mapping[str, str]:
    """Return what was given with an option as a key and a value each time. Raises Unusable."""
    found: dict[str, str] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise Unusable(f"{option}: {text!r} is not of the form {form}")
        if key in found:
            raise Unusable(f"{option}: {key!r} is given twice")
        found[key] = value
    return MappingProxyType(found)
