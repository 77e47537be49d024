"""What has to be changed at the source, before it is said in any language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import LayerVersionArn
from permission_guard.model.document import Body
from permission_guard.repair.grant import Grant


@frozen
class Permissions:
    """The permission as it must be asked for: AddPermission's parameters, one set of them for each resource.

    AWS::Lambda::Permission and aws_lambda_permission make one call of AddPermission each, which takes one source.
    """

    function: str
    """The function's name."""
    qualifier: str | None
    grants: tuple[Grant, ...]
    marks: Mapping[str, str]
    """The parameters, by the names of Grant's fields, that are new (`add`) or have another value (`changed`)."""
    logical_id: str | None = None
    """The name that the resource has in its CloudFormation stack, if it is known."""
    remark: str = ""
    """What is to be known before the lines are used; never holds what others have chosen."""


@frozen
class WholeStatement:
    """A statement that only a whole policy document can say, as AWS::Lambda::ResourcePolicy holds one."""

    body: Body


@frozen
class LoggingPolicy:
    """The managed policy that the function's role lacks."""

    role_name: str
    policy_arn: str


@frozen
class ClosedUrl:
    """A function URL that must ask its callers for their credentials."""

    function: str
    qualifier: str | None


@frozen
class SharedLayer:
    """A layer version that is to be shared with an organisation instead of with everybody."""

    layer: LayerVersionArn


Change: TypeAlias = Permissions | WholeStatement | LoggingPolicy | ClosedUrl | SharedLayer
