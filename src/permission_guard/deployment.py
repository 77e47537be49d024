"""CloudFormation asks before a new version takes over: its request to a custom resource, and the answer.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from permission_guard.record import BadEvent, Record

RESOURCE: Final = "self-test"
"""What CloudFormation calls the resource. It stays the same, so that none is ever replaced by another."""
LONGEST: Final = 1_000
"""Characters of a reason: the whole answer may have 4,096 bytes (crpg-ref-responses.html)."""


class Request(Enum):
    """What CloudFormation is about to do with the resource."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack that is being made, changed or deleted, and waits for an answer."""

    request: Request
    url: str
    """Where the answer is to be put."""
    asked: Mapping[str, str]
    """By what CloudFormation knows its request: repeated in the answer."""
    variables: Mapping[str, str]
    """What the function's environment is to be."""

    @classmethod
    def of(cls, event: object) -> Deployment:
        """Read a request. Raises BadEvent, which names the field."""
        record = Record.of(event, "event")
        try:
            request = Request(record.text("RequestType"))
        except ValueError as error:
            if isinstance(error, BadEvent):
                raise
            raise BadEvent("RequestType", f"is none that is known: {record.text('RequestType')!r}") from error
        variables = record.inner("ResourceProperties").inner_or_empty("Variables").body
        return cls(
            request,
            record.text("ResponseURL"),
            {name: record.text(name) for name in ("StackId", "RequestId", "LogicalResourceId")},
            {str(name): str(value) for name, value in variables.items()},
        )

    @property
    def digest(self) -> str:
        """Return a short name for the variables, another one for others.

        The version's description holds it: where it changes, CloudFormation publishes a version, which has the new settings.
        """
        from hashlib import sha256  # noqa: PLC0415  # hardly any event is one of these, and it takes 3 % of a cold start

        return sha256(json.dumps(dict(self.variables), sort_keys=True).encode()).hexdigest()[:16]

    def answer(self, wrong: str | None) -> str:
        """Return what CloudFormation is to be told: that all is well, or why the stack must go back."""
        said = {"Status": "SUCCESS"} if wrong is None else {"Status": "FAILED", "Reason": wrong[:LONGEST]}
        data = {"Settings": self.digest}
        return json.dumps({**said, "PhysicalResourceId": RESOURCE, **self.asked, "Data": data})


def is_deployment(event: object) -> bool:
    """Tell whether an event is CloudFormation's: no other has an address for the answer."""
    return isinstance(event, Mapping) and "ResponseURL" in event
