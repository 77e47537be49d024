"""An account with many functions in which a lot has just happened, and the events that tell of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, Final
from uuid import UUID

from permission_guard.fake_aws import Account
from permission_guard.model.document import Body, dumped, statements_of
from permission_guard.settings import Settings
from tests.samples import ACCOUNT, LOGGING, sample

REGION: Final = "eu-west-1"
Event = dict[str, Any]

_MADE: Final = "a-function-was-created-from-the-command-line"
_KINDS: Final = (
    *(
        _MADE,
        "s3-permission-without-a-source",
        "permission-for-everyone",
        "s3-permission-for-one-bucket-of-this-account",
    ),
    *(
        _MADE,
        "permission-for-another-account",
        "a-function-url-became-public",
        "s3-permission-without-a-source",
    ),
)
"""What happens to one function after the other: of each two, a role and three statements are repaired and two are told."""


class Fleet:
    """An account in which so many calls have just been made; `events` tells of each, in the order in which they were made."""

    def __init__(self, calls: int) -> None:
        self.account = Account(ACCOUNT, REGION)
        self.events: list[Event] = []
        self.account.managed[Settings.of({}, account=ACCOUNT, region=REGION).logging_policy_arn] = dumped(
            LOGGING
        )
        kinds, name = cycle(_KINDS), ""
        for number, kind in enumerate(islice(kinds, calls)):
            if kind == _MADE:
                name = f"f{number}"
                self.account.with_role(f"{name}-role")
                self.account.with_function(name, role=f"{name}-role")
            self._happens(kind, name)
        self.account.calls.clear()

    def _happens(self, kind: str, name: str) -> None:
        event: Event = json.loads(json.dumps(sample(kind)).replace("orders", name))
        event["id"] = event["detail"]["eventID"] = f"event-{len(self.events)}"
        event["detail"]["eventTime"] = datetime.now(UTC).isoformat()
        self.events.append(event)
        if kind != _MADE:
            sid = event["detail"]["requestParameters"]["statementId"] = f"sid-{len(self.events)}"
            made = json.loads(event["detail"]["responseElements"]["statement"]) | {"Sid": sid}
            event["detail"]["responseElements"]["statement"] = json.dumps(made)
            self._add(name, made)

    def _add(self, name: str, statement: Body) -> None:
        policies = self.account.functions[name].policies
        there = statements_of(policies[None][0]) if None in policies else ()
        document: Body = {"Version": "2012-10-17", "Id": "default", "Statement": [*there, statement]}
        policies[None] = (dumped(document), str(UUID(int=len(self.events))))

    @property
    def stands(self) -> dict[str, tuple[list[Body], list[str]]]:
        """What stands in each function's policy, and what is attached to its role."""
        return {
            name: (
                [*statements_of(function.policies[None][0])] if None in function.policies else [],
                self.account.roles[f"{name}-role"].attached,
            )
            for name, function in self.account.functions.items()
        }
