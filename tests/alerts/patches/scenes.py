"""Reports about one statement or one role, and the patches that they come to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from permission_guard.alerts.patches import Language, patches_for
from permission_guard.events.actor import Actor
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import EVERYTHING, Kind, Trigger
from permission_guard.fake_aws import Account, FakeJournal, FakeNotifier, FakeObserver, FakeWriter
from permission_guard.iam import LayerVersionArn
from permission_guard.journal.news import Alert
from permission_guard.model.document import Body, dumped
from permission_guard.model.finding import Concern
from permission_guard.pipeline import Guard
from permission_guard.settings import Settings
from tests.samples import LOGGING

NOW = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
ALICE = Actor("arn:aws:iam::111122223333:user/alice", None, Tool.CLI, "192.0.2.10")
ORDERS = "arn:aws:lambda:us-east-1:111122223333:function:orders"
S3 = {"Service": "s3.amazonaws.com"}


@dataclass(frozen=True, slots=True)
class Scene:
    """An account with the function `orders`, which has the alias `live`, and the settings of the guard."""

    account: Account
    settings: Settings

    def report(
        self, kind: Kind, *, by: Actor = ALICE, arrived: Any = None, qualifier: str | None = None
    ) -> Alert:
        """Let the guard deal with an event."""
        account = self.account
        observer = FakeObserver(account, self.settings.logging_policy_arn)
        guard = Guard(self.settings, observer, FakeWriter(account), FakeNotifier(), FakeJournal(account))
        arn = account.functions["orders"].arn
        made = guard.handle(Trigger(kind, arn, qualifier, by, "event-1", NOW, arrived), NOW).alert
        assert made is not None
        return made.alert


def scene(**settings: str) -> Scene:
    """Set it up; the role `role` has no rights."""
    account = Account()
    account.with_role("role")
    account.with_function("orders", aliases=["live"])
    given = Settings.of(settings, account=account.account, region=account.region)
    account.managed[given.logging_policy_arn] = dumped(LOGGING)
    return Scene(account, given)


def about(
    statement: Body,
    settings: Mapping[str, str] | None = None,
    *,
    by: Actor = ALICE,
    qualifier: str | None = None,
) -> Alert:
    """Put a policy with this one statement on `orders`, and let the guard deal with it."""
    there = scene(**(settings or {}))
    target = f"{ORDERS}:{qualifier}" if qualifier else ORDERS
    whole = {
        "Sid": "it",
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": target,
        **statement,
    }
    whole = {key: value for key, value in whole.items() if value is not None}
    document = json.dumps({"Version": "2012-10-17", "Statement": [whole]})
    there.account.put_resource_policy(target, document, None)
    return there.report(Kind.POLICY_WRITTEN, by=by, arrived=EVERYTHING, qualifier=qualifier)


def patch(report: Alert, language: Language) -> str:
    """The lines for the report's one finding in a language; empty if there are none."""
    (line,) = report.lines
    texts = {one.language: one.text for one in patches_for(line, report.facts, report.trigger)}
    return texts.get(language, "")


def with_kind(report: Alert, kind: Kind) -> Alert:
    """The same report about another kind of event."""
    return replace(report, trigger=replace(report.trigger, kind=kind))


TEMPLATES = (Language.SAM, Language.CLOUDFORMATION)


def alert_only() -> dict[str, str]:
    """Settings under which everything is only told."""
    return {"ALERT_ONLY": ",".join(concern.value for concern in Concern)}


def layer(principal: str) -> Alert:
    arn = LayerVersionArn("aws", "us-east-1", "111122223333", "tools", "7")
    there = scene()
    statement = {
        "Sid": "all",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "lambda:GetLayerVersion",
        "Resource": str(arn),
    }
    document = dumped({"Version": "2012-10-17", "Statement": [statement]})
    there.account.layer_policies[str(arn)] = (document, "first")
    there.account.functions["orders"].arn = arn  # type: ignore[assignment]  # the event is about the layer
    return there.report(Kind.LAYER_SHARED, arrived="all")
