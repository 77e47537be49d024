"""What to change at the source, in no particular language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import LayerVersionArn
from permission_guard.model.document import Body
from permission_guard.repair.grant import Grant


@frozen
class Permissions:
    """A permission as AddPermission's parameters, one set for each resource.

    AWS::Lambda::Permission and aws_lambda_permission make one call of AddPermission each, which takes one source.
    """

    function: str
    """The function's name."""
    qualifier: str | None
    grants: tuple[Grant, ...]
    marks: Mapping[str, str]
    """The parameters, by the names of Grant's fields, that are new (`add`) or have another value (`changed`)."""
    logical_id: str | None = None
    """The resource's logical id in its CloudFormation stack, if it is known."""
    remark: str = ""
    """What to know before using the lines. It never holds untrusted text."""


@frozen
class WholeStatement:
    """A statement that only a whole policy document can express, as in AWS::Lambda::ResourcePolicy."""

    body: Body


@frozen
class LoggingPolicy:
    """The managed policy that the function's role lacks."""

    role_name: str
    policy_arn: str


@frozen
class ClosedUrl:
    """A function URL that must require credentials."""

    function: str
    qualifier: str | None


@frozen
class SharedLayer:
    """A layer version to share with an organization instead of with everyone."""

    layer: LayerVersionArn


Change: TypeAlias = Permissions | WholeStatement | LoggingPolicy | ClosedUrl | SharedLayer


_ROOT: Final = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>[0-9]{12}):root")


def template_principal(principal: str) -> str:
    """Return the principal as a template takes it: of an account's root, the account's id."""
    found = _ROOT.fullmatch(principal)
    return found["account"] if found else principal
