"""What a drill asks of AWS, with a person's credentials: it makes a function and its role, reads them, and deletes them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from permission_guard.aws.calls import Calls
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.failures import translated
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.login import Login
from permission_guard.aws.policies import single
from permission_guard.aws.response import Response
from permission_guard.aws.writer import AwsWriter
from permission_guard.frozen import frozen
from permission_guard.journal.entry import Entry
from permission_guard.model.document import NO_STATEMENTS, Body, dumped, statements_of
from permission_guard.model.finding import Concern
from permission_guard.ports import NOT_FOUND, ChangedMeanwhile, Refused, RetryLater

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import AttachedPolicyTypeDef

PREFIX: Final = "permission-guard-drill-"
"""How the name of a drill's function begins, which is that of its role too."""
TAG: Final = "permission-guard:drill"
"""The tag of both. Its value is the Region: roles belong to every Region, and a drill to one."""
_LAMBDA: Final[Body] = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
_WRITE: Final = "PutResourcePolicy"
_PAGES: Final = 20
"""Pages of 50 events, the newest first: what a busy guard calls in some minutes. AWS allows two calls a second (facts 1.2)."""
_ABOUT: Final = "Made by permission-guard drill, which removes it."


@frozen
class Seen:
    """What a drill made, and what the journal says about it, as it is now."""

    attached: tuple[str, ...] = ()
    """The ARNs of the policies that are attached to the role."""
    statements: tuple[Body, ...] = ()
    """Those of the function's resource policy, and its revision."""
    revision: str | None = None
    function_revision: str = ""
    """The RevisionId of the function itself. It is not read while the statement is still open."""
    entries: tuple[Entry, ...] = ()
    is_waiting: bool = False
    """Whether an alert about the function waits for the digest."""

    @property
    def is_limited(self) -> bool:
        """Whether there is a statement, and each has a condition."""
        return bool(self.statements) and all("Condition" in one for one in self.statements)

    def entry(self, concern: Concern) -> Entry | None:
        """Return the journal's entry about a fault of the function."""
        return next((one for one in self.entries if one.finding.concern is concern), None)


@frozen
class WriteEvent:
    """CloudTrail's event of the PutResourcePolicy by which the guard has repaired the statement."""

    name: str
    shows_policy: bool
    """Whether its `requestParameters` have the policy (facts 1.4)."""


class Stage:
    """The calls of drills. Each raises RetryLater or Refused; what is gone already is no error.

    `table` is the journal's; a removal needs none.
    """

    def __init__(self, caller: Login, table: str = "") -> None:
        self._caller = caller
        self._clients = caller.clients
        self._calls = Calls(caller.clients, caller.region, 1_000)
        self._journal = DynamoJournal(Table(caller.clients, table))
        self.writer = AwsWriter(caller.clients)
        self._reported: set[datetime | None] = set()
        self._waits = False

    def create_role(self, name: str) -> None:
        """CreateRole: without policies, for Lambda alone."""
        with made():
            self._clients.iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=dumped({"Version": "2012-10-17", "Statement": [_LAMBDA]}),
                Description=_ABOUT,
                Tags=[{"Key": TAG, "Value": self._caller.region}],
            )

    def create_function(self, name: str) -> None:
        """CreateFunction, with code that does nothing. RetryLater while Lambda cannot assume the new role."""
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", "def handler(event, context):\n    return None\n")
        with made():
            self._clients.lambda_.create_function(
                FunctionName=name,
                Role=f"arn:{self._caller.partition}:iam::{self._caller.account}:role/{name}",
                Runtime="python3.13",
                Handler="index.handler",
                Code={"ZipFile": code.getvalue()},
                Description=_ABOUT,
                Tags={TAG: self._caller.region},
            )

    def delete_function(self, name: str) -> None:
        """DeleteFunction."""
        with _gone():
            self._clients.lambda_.delete_function(FunctionName=name)

    def delete_role(self, name: str) -> None:
        """DeleteRole. RetryLater if a policy was attached meanwhile."""
        try:
            with _gone():
                self._clients.iam.delete_role(RoleName=name)
        except Refused as error:
            if error.code == "DeleteConflict":
                raise RetryLater(str(error)) from error
            raise

    def attached(self, name: str) -> tuple[str, ...]:
        """ListAttachedRolePolicies: one page, into which the policies of a role fit."""
        found: list[AttachedPolicyTypeDef] = []
        with _gone():
            found = self._clients.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return tuple(one["PolicyArn"] for one in found if "PolicyArn" in one)

    def look(self, name: str) -> Seen:
        """ListAttachedRolePolicies, GetPolicy, GetFunctionConfiguration and Query.

        What waits is read only when something was reported.
        """
        caller = self._caller
        function = f"arn:{caller.partition}:lambda:{caller.region}:{caller.account}:function:{name}"
        policy, revision = single(self._clients, name)
        entries = self._journal.of(function).entries
        reported = {one.reported_at for one in entries} - {None}
        if self._waits or reported != self._reported:
            self._waits = any(name in one.mail for one in self._journal.waiting())
            self._reported = reported
        statements = statements_of(policy or NO_STATEMENTS)
        seen = Seen(self.attached(name), statements, revision, "", entries, self._waits)
        is_open = seen.statements and not seen.is_limited
        return seen if is_open else replace(seen, function_revision=self._function_revision(name))

    def _function_revision(self, name: str) -> str:
        found = Response({})
        with _gone():
            found = self._calls.call("lambda", "GetFunctionConfiguration", FunctionName=name)
        return found.text("RevisionId")

    def write_event(self, guard: str, name: str, since: datetime) -> WriteEvent | None:
        """LookupEvents, by the name of the guard's function, which is that of its role's session.

        None if the event history does not have the event yet. Raises Incomplete, too.
        """
        calls = Calls(self._clients, self._caller.region, _PAGES)
        user = [{"AttributeKey": "Username", "AttributeValue": guard}]
        pages = calls.pages("cloudtrail", "LookupEvents", "NextToken", LookupAttributes=user, StartTime=since)
        for one in (event for page in pages for event in page.each("Events")):
            record, called = one.text("CloudTrailEvent"), one.text("EventName")
            if called.startswith(_WRITE) and name in record:
                return WriteEvent(called, Response(json.loads(record)).has("requestParameters", "policy"))
        return None

    def left(self) -> tuple[str, ...]:
        """ListRoles and ListRoleTags. The role is what a drill makes first and deletes last."""
        pages = self._calls.pages("iam", "ListRoles", "Marker")
        names = [one.text("RoleName") for page in pages for one in page.each("Roles")]
        return tuple(one for one in names if one.startswith(PREFIX) and self._has_tag(one))

    def _has_tag(self, name: str) -> bool:
        tags = self._calls.call("iam", "ListRoleTags", RoleName=name).each("Tags")
        return any((one.text("Key"), one.text("Value")) == (TAG, self._caller.region) for one in tags)


@contextmanager
def made() -> Iterator[None]:
    """Let a call that makes something be made once, or again. Raises RetryLater and Refused.

    Nobody else knows the name: what exists already was made by a call that was sent twice. Any other conflict passes: the
    function is still being created.
    """
    try:
        with translated():
            yield
    except (ChangedMeanwhile, Refused) as error:
        if "already exist" in str(error):
            return
        # A new role takes some seconds to reach Lambda (facts 1.5).
        if isinstance(error, ChangedMeanwhile) or "cannot be assumed" in str(error):
            raise RetryLater(str(error)) from error
        raise


@contextmanager
def _gone() -> Iterator[None]:
    """A conflict passes: the function is still being created."""
    try:
        with translated():
            yield
    except ChangedMeanwhile as error:
        raise RetryLater(str(error)) from error
    except Refused as error:
        if error.code not in NOT_FOUND:
            raise
