"""Amazon Resource Names: six parts. The last part may contain colons."""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple

from permission_guard.frozen import frozen

_PARTS = 6
_ACCOUNT = re.compile(r"[0-9]{12}")
_IN_TEXT = re.compile(r"(?=([0-9]{12}))")
_LONGEST_FUNCTION_NAME = 140
_FUNCTION = re.compile(
    r"(?:(?:arn:(?P<partition>aws[a-z-]*):lambda:(?P<region>[a-z0-9-]+):)?(?P<account>[0-9]{12}):)?"
    r"(?:function:)?(?P<name>[A-Za-z0-9_.-]+)(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[A-Za-z0-9_-]+))?"
)
"""All forms in which an API call may name a function
(https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, FunctionName)."""


class ArnError(ValueError):
    """The text is not an ARN, or not of the expected kind."""


class Arn(NamedTuple):
    """An ARN in its six parts (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Split an ARN. Raises ArnError if the text has fewer than six parts or does not begin with `arn`."""
        parts = text.split(":", _PARTS - 1)
        if len(parts) != _PARTS or parts[0] != "arn":
            raise ArnError(f"not an ARN: {text!r}")
        return cls(*parts[1:])

    def __str__(self) -> str:
        return ":".join(("arn", *self))


def is_account(text: str) -> bool:
    """Return whether the text is an account id: twelve digits."""
    return _ACCOUNT.fullmatch(text) is not None


@frozen
class FunctionArn:
    """A Lambda function, without version or alias."""

    partition: str
    region: str
    account: str
    name: str

    @classmethod
    def parse(cls, text: str) -> FunctionArn:
        """Read a full function ARN without its qualifier. Raises ArnError for anything else."""
        function = named(text, partition="", region="", account="")[0]
        if not function.partition:
            raise ArnError(f"not a function ARN: {text!r}")
        return function

    def __str__(self) -> str:
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.name}"

    def qualified(self, qualifier: str | None) -> str:
        """Return the ARN of this version or alias; of the function if it is None."""
        return f"{self}:{qualifier}" if qualifier else str(self)


_LAYER = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):lambda:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":layer:(?P<name>[A-Za-z0-9_-]{1,140}):(?P<version>[0-9]+)"
)
"""The ARN of a layer version (https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html)."""


@frozen
class LayerVersionArn:
    """One version of a Lambda layer."""

    partition: str
    region: str
    account: str
    name: str
    version: str

    @classmethod
    def parse(cls, text: str) -> LayerVersionArn:
        """Read the ARN of a layer version. Raises ArnError for anything else."""
        found = _LAYER.fullmatch(text)
        if found is None:
            raise ArnError(f"not the ARN of a layer version: {text!r}")
        return cls(**found.groupdict())

    def __str__(self) -> str:
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:layer:{self.name}:{self.version}"

    def qualified(self, _qualifier: str | None) -> str:
        """Return the ARN. A layer version has no versions or aliases of its own."""
        return str(self)


def named(text: str, *, partition: str, region: str, account: str) -> tuple[FunctionArn, str | None]:
    """Read a function's name in any of AWS's forms, with defaults for the parts it leaves out.

    Returns the function and the qualifier, if there is one. Raises ArnError if the text does not name a function.
    """
    found = _FUNCTION.fullmatch(text)
    if found is None or len(found["name"]) > _LONGEST_FUNCTION_NAME:
        raise ArnError(f"not a function's name or ARN: {text!r}")
    if found["partition"] and ":function:" not in text:
        raise ArnError(f"not a function ARN: {text!r}")
    function = FunctionArn(
        found["partition"] or partition, found["region"] or region, found["account"] or account, found["name"]
    )
    return function, found["qualifier"]


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
_PARTITIONS |= {"eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f", "eusc-": "aws-eusc"}


def partition_of(region: str) -> str:
    """Return the partition that a region belongs to.

    (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
    """
    return next((partition for start, partition in _PARTITIONS.items() if region.startswith(start)), "aws")


def account_not_in(text: str, digits: str) -> str:
    """Return the id of an account that a text does not contain: one of the digits twelve times, if possible."""
    named = set(_IN_TEXT.findall(text))
    ids = chain((digit * 12 for digit in digits), map(str, range(10**11, 10**12)))
    return next(one for one in ids if one not in named)
