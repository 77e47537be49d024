"""A drill in a deployed guard's account in memory: the handler runs behind its queue, and time passes while the drill waits.

CloudTrail is `tests/embedded/cloudtrail.py`, EventBridge and SQS are `tests/aws/delivered.py`, the account is over the wire.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from click.testing import CliRunner, Result

from permission_guard.aws.drill import PREFIX, TAG
from permission_guard.cli import main
from permission_guard.cli.clock import Clock
from permission_guard.cli.drill.command import Around
from permission_guard.fake_aws import ApiError
from permission_guard.model.document import dumped
from tests.aws.delivered import Queues
from tests.aws.deployed import GUARD, Deployed, physical
from tests.aws.transport import Answer, Params
from tests.embedded.cloudtrail import ApiCall, Caller, record_of
from tests.samples import LOGGING
from tests.template import ACCOUNT, REGION

BEGAN = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
NAME = f"{PREFIX}3f9a1c02"
ALICE = Caller(
    ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/admin", f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/alice"
)
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
DELAYS = {"CreateFunction": 9, "AddPermission": 14, "DeleteFunction": 11}
"""Seconds until the event of a call is in the queue."""


def _not(_operation: str, _when: str) -> None:
    """No interruption."""


@dataclass(slots=True)
class Drilled(Deployed):
    """The wire. `lost` are calls whose events never come."""

    lost: set[str] = field(default_factory=set)
    assumable: float = BEGAN.timestamp()
    """From when Lambda can assume the new role."""
    interrupt: Callable[[str, str], None] = _not
    """Called before and after each call of the drill, and may raise."""
    sent_twice: set[str] = field(default_factory=set)
    """The calls that botocore sends again, because their first answer was lost."""
    conflicts: int = 0
    """How often a role is not deleted because the guard attaches its policy at this very moment."""
    recorded: set[str] = field(default_factory=set)
    """The names of the guard's events that CloudTrail's event history has already."""
    queues: Queues = field(init=False)

    def __post_init__(self) -> None:
        self.account.managed[BASIC] = dumped(LOGGING)
        self.queues = Queues(self, self.environment, BEGAN.timestamp())

    @property
    def left(self) -> list[str]:
        """Everything that a drill can leave."""
        return sorted([*self.account.functions, *self.account.roles])

    def sleep(self, seconds: float) -> None:
        """Let time pass, in which the guard runs."""
        queues, end = self.queues, self.queues.now + seconds
        while any(one.visible_at <= end for one in queues.messages):
            mine, self.interrupt = self.interrupt, _not
            logging.disable()
            with contextlib.redirect_stdout(io.StringIO()):
                queues.step()
            logging.disable(logging.NOTSET)
            self.interrupt = mine
        queues.now = end

    def run(self, *arguments: str, width: int | None = None) -> Result:
        """Run the command; with a `width`, on a terminal."""
        clock = Clock(lambda: datetime.fromtimestamp(self.queues.now, UTC), self.sleep)
        around = Around(clock, self.session, lambda: NAME)
        place = () if "--region" in arguments else ("--region", REGION)
        with contextlib.ExitStack() as stack:
            if width:
                stack.enter_context(mock.patch.dict(os.environ, COLUMNS=str(width)))
                for part in ("drill.result", "output"):
                    stack.enter_context(
                        mock.patch(f"permission_guard.cli.{part}.is_terminal", return_value=True)
                    )
            return CliRunner().invoke(
                main, ["drill", *place, *arguments], obj=around, catch_exceptions=False, color=False
            )

    def answer(self, model: Any, **more: Any) -> Any:
        self.interrupt(str(model.name), "before")
        if model.name in self.sent_twice:
            Deployed.answer(self, model, **more)
        answered = Deployed.answer(self, model, **more)  # `super` knows no class with slots
        self.interrupt(str(model.name), "after")
        return answered

    def _operations(self) -> dict[str, Callable[[Params], Answer]]:
        return {
            **Deployed._operations(self),  # as above
            "GetFunctionConfiguration": self._configuration,
            "CreateRole": self._create_role,
            "CreateFunction": lambda p: self._recorded("CreateFunction", p, self._create_function(p)),
            "AddPermission": lambda p: self._recorded("AddPermission", p, self._add(p)),
            "DeleteFunction": lambda p: self._recorded("DeleteFunction", p, self._delete_function(p)),
            "DeleteRole": self._delete_role,
            "ListAttachedRolePolicies": lambda p: {
                "AttachedPolicies": [
                    {"PolicyArn": arn} for arn in self.account.get_role(p["RoleName"]).attached
                ]
            },
            "ListRoles": lambda _: {"Roles": [{"RoleName": name} for name in self.account.roles]},
            "ListRoleTags": self._role_tags,
            "LookupEvents": self._looked_up,
            "ListRegions": lambda _: {"Regions": [{"RegionName": REGION}]},
        }

    def _recorded(self, operation: str, params: Params, answer: Answer) -> Answer:
        if operation not in self.lost:
            at = datetime.fromtimestamp(self.queues.now, UTC)
            record = record_of(ApiCall(operation, params, answer, "Boto3", REGION), ALICE, at)
            event = {"source": "aws.lambda", "detail-type": "AWS API Call via CloudTrail", "detail": record}
            message = self.queues.send(event, physical("Events"))
            message.visible_at += DELAYS[operation]
        return answer

    def _looked_up(self, params: Params) -> Answer:
        (user,) = params["LookupAttributes"]
        assert (user["AttributeKey"], user["AttributeValue"]) == ("Username", GUARD)
        assert params["StartTime"] >= BEGAN
        asked = {"resourceArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}", "policy": "{}"}
        record = json.dumps({"requestParameters": asked})
        return {"Events": [{"EventName": one, "CloudTrailEvent": record} for one in sorted(self.recorded)]}

    def _configuration(self, params: Params) -> Answer:
        if params["FunctionName"] == GUARD:
            return self._guard(params)
        function = self.account.get_function(params["FunctionName"])
        _, revision = function.policies.get(None, ("", "r-0"))
        return self._function(params) | {"RevisionId": revision}

    def _create_role(self, params: Params) -> Answer:
        if params["RoleName"] in self.account.roles:
            raise ApiError("EntityAlreadyExists", f"Role with name {params['RoleName']} already exists.")
        role = self.account.with_role(params["RoleName"])
        role.trust = params["AssumeRolePolicyDocument"]
        role.tags = {one["Key"]: one["Value"] for one in params["Tags"]}
        return {}

    def _create_function(self, params: Params) -> Answer:
        name = params["FunctionName"]
        if self.queues.now < self.assumable:
            reason = "The role defined for the function cannot be assumed by Lambda."
            raise ApiError("InvalidParameterValueException", reason)
        if name in self.account.functions:
            raise ApiError("ResourceConflictException", f"Function already exist: {name}")
        made = self.account.with_function(name, role=params["Role"].rpartition("/")[2])
        assert params["Tags"] == {TAG: REGION}
        return {"FunctionArn": str(made.arn), "Role": made.role_arn}

    def _delete_function(self, params: Params) -> Answer:
        self.account.get_function(params["FunctionName"])
        del self.account.functions[params["FunctionName"]]
        return {}

    def _delete_role(self, params: Params) -> Answer:
        role = self.account.get_role(params["RoleName"])
        if self.conflicts:
            self.conflicts -= 1
            role.attached.append(BASIC)
        if role.attached:
            raise ApiError("DeleteConflict", "Cannot delete entity, must detach all policies first.")
        del self.account.roles[params["RoleName"]]
        return {}

    def _role_tags(self, params: Params) -> Answer:
        tags = self.account.get_role(params["RoleName"]).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def leave(there: Drilled, name: str, region: str = REGION) -> None:
    """Leave a function and its role behind, as a drill that was killed does."""
    there.account.with_role(name).tags = {TAG: region}
    if region == REGION:
        there.account.with_function(name, role=name)
