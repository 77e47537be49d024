"""Door 1: the Lambda function. Powertools lives here and nowhere else.

It is woken by EventBridge for what must be looked at now, and by its queue for what may wait: functions that have just been
made or changed, and the tasks of a sweep.
"""

from __future__ import annotations

import gc
import os
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, assert_never

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from permission_guard.batch import Message, answer, is_batch, messages_in
from permission_guard.door import asked_by, correlation_id
from permission_guard.finding import Verdict
from permission_guard.ports import Refused, TryAgain
from permission_guard.record import BadEvent
from permission_guard.settings import NEEDED, Settings, SettingsError
from permission_guard.shown import shown
from permission_guard.task import Page, Part
from permission_guard.trigger import Ignored, Kind, Trigger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from permission_guard.connected import Connections
    from permission_guard.report import Report

# Python looks for garbage after every 2,000 new objects (3.13). Loading boto3 makes some hundred thousand, none of which is
# any: a tenth of a cold start went into looking. The memory of an event is the same either way.
gc.set_threshold(20_000, 20, 20)

SERVICE: Final = "permission-guard"
logger = Logger(service=SERVICE)
metrics = Metrics(namespace="PermissionGuard", service=SERVICE)


class Standby:
    """The settings, and the guard, which is connected to AWS when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def connections(self) -> Connections:
        """The guard and its connections. To load boto3 takes longer than all the rest, and not every event needs it."""
        from permission_guard.connected import connect  # noqa: PLC0415  # for the reason just said

        return connect(self.settings, os.environ)


@lru_cache(maxsize=1)
def standby(account: str, region: str) -> Standby:
    """Read the settings, once for each execution environment. Raises SettingsError."""
    settings = Settings.of(os.environ, account=account, region=region)
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise SettingsError(missing[0], "is missing")
    return Standby(settings)


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
        here = standby(account, region)
        messages = messages_in(event) if is_batch(event) else None
        if messages is None:
            return _dealt_with(event, here)
    except _KNOWN as error:
        _failed(error)
        raise
    return _each(messages, here, context)


def _each(messages: tuple[Message, ...], here: Standby, context: LambdaContext) -> dict[str, Any]:
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
            _dealt_with(event, here)
        except Exception as error:  # noqa: BLE001  # whatever it is, the other messages are not to be lost by it
            _failed(error, message.id)
            failed.append(message)
    if failed:
        here.connections.queue.bring_back(tuple(failed))
    return answer(failed)


_ENOUGH: Final = 150_000
"""Milliseconds that must be left to begin with one more message: half of the time that the template gives the function."""


def _dealt_with(event: object, here: Standby) -> dict[str, Any]:
    """Do what a message asks for. Raises BadEvent, TryAgain and Refused."""
    asked = asked_by(event, guard_role_arn=here.settings.guard_role_arn)
    match asked:
        case Ignored(why):
            logger.info("ignored", why=why)
            metrics.add_metric("Ignored", MetricUnit.Count, 1)
            return {"ignored": why}
        case Trigger():
            if shown(asked, here.settings.trusted):
                metrics.add_metric("Judged", MetricUnit.Count, 1)
                return _compliant(asked.subject.qualified(asked.qualifier))
            return _noted(here.connections.guard.handle(asked, datetime.now(UTC)))
        case Page():
            tasks = here.connections.sweeper.list_page(asked)
            logger.info("listed", sweep=asked.sweep.id, tasks=tasks)
            metrics.add_metric("Listed", MetricUnit.Count, 1)
            return {"listed": tasks}
        case Part():
            for report in here.connections.sweeper.look_at(asked, datetime.now(UTC)):
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
    # Here, because what deals with an event has loaded it, and an event that needs no dealing with does not pay for it.
    from permission_guard.alert import body  # noqa: PLC0415  # for the reason just said
    from permission_guard.outcome import Ending  # noqa: PLC0415  # likewise

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
    if report.silent:
        logger.info("told before", function=report.facts.target, faults=len(report.silent))
        metrics.add_metric("ToldBefore", MetricUnit.Count, len(report.silent))
        return {"told before": report.facts.target}
    return _compliant(report.facts.target)


def _compliant(target: str) -> dict[str, Any]:
    logger.info("compliant", function=target)
    return {"compliant": target}
