"""Door 1: the Lambda function. Powertools lives here and nowhere else.

It is woken by EventBridge for what must be looked at now, and by its queue for what may wait: functions that have just been
made or changed, and the tasks of a sweep.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, assert_never

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from permission_guard.alert import body
from permission_guard.aws.act import AwsActor
from permission_guard.aws.clients import Clients
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.queue import SqsQueue
from permission_guard.aws.tell import SnsHerald
from permission_guard.batch import Message, answer, is_batch, messages_in
from permission_guard.door import asked_by, correlation_id
from permission_guard.finding import Verdict
from permission_guard.outcome import Ending
from permission_guard.pipeline import Guard
from permission_guard.ports import Refused, TryAgain
from permission_guard.record import BadEvent
from permission_guard.report import Report
from permission_guard.settings import NEEDED, Mode, Settings, SettingsError
from permission_guard.sweep import Sweeper
from permission_guard.task import Page, Part
from permission_guard.trigger import Ignored, Kind, Trigger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE: Final = "permission-guard"


def _line(record: dict[str, Any]) -> str:
    """Write a line of the log in ASCII: what somebody calls himself may hold a terminal's commands, or half a character."""
    return json.dumps(record, separators=(",", ":"), default=str)


logger = Logger(service=SERVICE, json_serializer=_line)
metrics = Metrics(namespace="PermissionGuard", service=SERVICE)


@dataclass(frozen=True, slots=True)
class Connections:
    """The guard, what sweeps with it, and the queue that wakes them."""

    guard: Guard
    sweeper: Sweeper
    queue: SqsQueue


@lru_cache(maxsize=1)
def connected(account: str, region: str) -> Connections:
    """Connect the guard to AWS, once for each execution environment. Raises SettingsError."""
    settings = Settings.of(os.environ, account=account, region=region)
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise SettingsError(missing[0], "is missing")
    clients = Clients()
    guard = Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsActor(clients) if settings.mode is Mode.ENFORCE else None,
        SnsHerald(clients, os.environ["ALERTS_TOPIC_ARN"], os.environ["DEAD_LETTER_QUEUE_URL"]),
        DynamoJournal(clients, os.environ["JOURNAL_TABLE"], settings.retention),
    )
    queue = SqsQueue(clients, os.environ["WAITING_QUEUE_URL"])
    return Connections(guard, Sweeper(guard, AwsInventory(clients), queue), queue)


@metrics.log_metrics
@logger.inject_lambda_context(correlation_id_path="id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deal with one event of EventBridge, or with a batch of messages from the queue.

    An error means: wake me again. For an event Lambda does so twice, then puts it into the dead-letter queue. Messages
    that failed are named in the answer: each comes again by itself, and the queue puts it there in the end. The reason is
    in the log.
    """
    _, _, _, region, account, *_ = context.invoked_function_arn.split(":")
    try:
        there = connected(account, region)
        messages = messages_in(event) if is_batch(event) else None
        if messages is None:
            return _dealt_with(event, there)
    except _KNOWN as error:
        _failed(error)
        raise
    return _each(messages, there, context)


def _each(messages: tuple[Message, ...], there: Connections, context: LambdaContext) -> dict[str, Any]:
    """Deal with each message by itself: what one of them ends in is nothing to the others.

    Written by hand, because Powertools' batch processor would lengthen every cold start by more than the rest of
    Powertools does, also those for an event that waits for nothing.
    """
    metrics.add_metric("Messages", MetricUnit.Count, len(messages))
    failed: list[Message] = []
    for number, message in enumerate(messages):
        if number and context.get_remaining_time_in_millis() < _ENOUGH:
            logger.info("left for the next time", messages=len(messages) - number)
            failed += messages[number:]
            break
        try:
            event = message.read()
            logger.set_correlation_id(correlation_id(event))
            _dealt_with(event, there)
        except Exception as error:  # noqa: BLE001  # whatever it is, the other messages are not to be lost by it
            _failed(error, message.id)
            failed.append(message)
    there.queue.bring_back(tuple(failed))
    return answer(failed)


_ENOUGH: Final = 150_000
"""Milliseconds that must be left to begin with one more message: half of the time that the template gives the function."""


def _dealt_with(event: object, there: Connections) -> dict[str, Any]:
    """Do what a message asks for. Raises BadEvent, TryAgain and Refused."""
    asked = asked_by(event, guard_role_arn=there.guard.settings.guard_role_arn)
    match asked:
        case Ignored(why):
            logger.info("ignored", why=why)
            metrics.add_metric("Ignored", MetricUnit.Count, 1)
            return {"ignored": why}
        case Trigger():
            return _noted(there.guard.handle(asked, datetime.now(UTC)))
        case Page():
            tasks = there.sweeper.list_page(asked)
            logger.info("listed", sweep=asked.sweep.id, tasks=tasks)
            metrics.add_metric("Listed", MetricUnit.Count, 1)
            return {"listed": tasks}
        case Part():
            for report in there.sweeper.look_at(asked, datetime.now(UTC)):
                _noted(report)
            return {"swept": str(asked.function)}
        case _:
            assert_never(asked)


def _failed(error: Exception, message: str | None = None) -> None:
    """Say in the log which field or call it was, and count it. `message` is the id of the queue's message, if it was one."""
    kind = type(error).__name__
    logger.error("event not handled", exc_info=error, kind=kind, why=str(error), queue_message=message)
    name = kind if isinstance(error, _KNOWN) else "Unexpected"
    metrics.add_metric(name, MetricUnit.Count, 1)


_KNOWN: Final = (BadEvent, Refused, SettingsError, TryAgain)
"""What a message can end in. Anything else is a mistake of ours."""


def _noted(report: Report) -> dict[str, Any]:
    """Write what was found and done into the log and the metrics."""
    if report.is_gone and not report.is_worth_telling:
        logger.info("function is gone", function=str(report.facts.arn))
        metrics.add_metric("Gone", MetricUnit.Count, 1)
        return {"gone": str(report.facts.arn)}
    metrics.add_metric("Judged", MetricUnit.Count, 1)
    for finding in report.findings:
        if finding.verdict is not Verdict.PASS:
            metrics.add_metric(f"{finding.verdict.value.title()}Findings", MetricUnit.Count, 1)
    for line in report.lines:
        metrics.add_metric(line.ending.value.title().replace("_", ""), MetricUnit.Count, 1)
        if line.ending is Ending.FAILED:
            logger.warning("repair failed", what=line.what)
        # What a former run repaired and could not tell any more began with another call than this one, and a sweep with none.
        began = report.trigger.kind is not Kind.SWEEP and line not in report.noted
        if line.ending is Ending.REPAIRED and began:
            seconds = (datetime.now(UTC) - report.trigger.at).total_seconds()
            metrics.add_metric("SecondsFromCallToRepair", MetricUnit.Seconds, seconds)
    if report.is_worth_telling:
        alert = body(report)
        logger.info("told", alert=alert)
        return {"alert": alert}
    if report.waiting:
        logger.warning("waits to be told", function=report.facts.target, faults=len(report.waiting))
        return {"waits": report.facts.target}
    if report.silent:
        logger.info("told before", function=report.facts.target, faults=len(report.silent))
        metrics.add_metric("ToldBefore", MetricUnit.Count, len(report.silent))
        return {"told before": report.facts.target}
    logger.info("compliant", function=report.facts.target)
    return {"compliant": report.facts.target}
