"""At least one scenario for each step and for each way in which it is written."""

from __future__ import annotations

from typing import Final

from permission_guard.events.trigger import Kind
from permission_guard.model.document import Body, dumped
from permission_guard.repair.step import AttachRolePolicy, DetachRolePolicy, RewriteStatements
from tests.fake_aws.builders import statement
from tests.faults.stage import Scenario, Stage, guarded
from tests.watched import LOGGING, Watched

_TOPICS: Final = statement("sns.amazonaws.com", sid="topics")
_BUCKETS: Final = statement("s3.amazonaws.com", sid="buckets")
_RULES: Final = statement("events.amazonaws.com", sid="rules")


def _open(*statements: Body, documents: bool) -> Watched:
    there = guarded()
    there.account.has_resource_policy_calls = documents
    there.open(*statements)
    return there


def _repairing(*statements: Body, documents: bool) -> Stage:
    return Stage(_open(*statements, documents=documents), Kind.POLICY_WRITTEN)


def _repaired(*, documents: bool) -> Stage:
    there = _open(_BUCKETS, documents=documents)
    there.handle(Kind.POLICY_WRITTEN)
    there.later(hours=1)
    return Stage(there, Kind.POLICY_WRITTEN, person=True)


def _attached() -> Watched:
    there = guarded()
    there.handle(Kind.FUNCTION_CREATED)
    there.later(hours=1)
    return there


def _deleted() -> Stage:
    there = _attached()
    del there.account.functions["orders"]
    return Stage(there, Kind.FUNCTION_DELETED)


def _inherited() -> Stage:
    there = _attached()
    there.account.with_function("invoices")
    del there.account.functions["orders"]
    return Stage(there, Kind.FUNCTION_DELETED)


def _gained() -> Stage:
    there = _attached()
    there.account.roles["role"].inline["logs"] = dumped(LOGGING)
    return Stage(there, Kind.FUNCTION_CHANGED)


SCENARIOS: Final = (
    Scenario("attach the logging policy", AttachRolePolicy, lambda: Stage(guarded(), Kind.FUNCTION_CREATED)),
    Scenario(
        "undo the attaching",
        DetachRolePolicy,
        lambda: Stage(_attached(), Kind.FUNCTION_CHANGED, person=True),
    ),
    Scenario("release what a deleted function needed", DetachRolePolicy, _deleted),
    Scenario("release what a role can do without", DetachRolePolicy, _gained),
    Scenario("leave to another function what it needs too", DetachRolePolicy, _inherited),
    Scenario(
        "add a condition by PutResourcePolicy",
        RewriteStatements,
        lambda: _repairing(_TOPICS, documents=True),
    ),
    Scenario("undo that by PutResourcePolicy", RewriteStatements, lambda: _repaired(documents=True)),
    Scenario(
        "add a condition by AddPermission and RemovePermission",
        RewriteStatements,
        lambda: _repairing(_BUCKETS, documents=False),
    ),
    Scenario(
        "add two conditions by AddPermission and RemovePermission",
        RewriteStatements,
        lambda: _repairing(_BUCKETS, _RULES, documents=False),
    ),
    Scenario(
        "undo that by AddPermission and RemovePermission",
        RewriteStatements,
        lambda: _repaired(documents=False),
    ),
)
