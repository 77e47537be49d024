"""The Lambda function's entry point. The only place with Powertools.

Two queues invoke it, one message at a time: Events delivers what EventBridge received, SweepTasks the tasks of a sweep.
"""

from __future__ import annotations

import gc
import json
import os
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, assert_never

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from permission_guard.compliant_event import compliant_findings
from permission_guard.events.message import Message, QueueName, SendDigest, message_in, settled_at
from permission_guard.events.sweep_task import SweepAll, SweepFunction
from permission_guard.events.trigger import Ignored, Installation, Kind, Trigger
from permission_guard.frozen import frozen
from permission_guard.model.finding import Verdict
from permission_guard.ports import RetryLater
from permission_guard.repair.outcome import Ending
from permission_guard.settings import NEEDED, Settings, SettingsError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from permission_guard.connections import Connections
    from permission_guard.pipeline import Handled

# Python collects garbage after every 2,000 new objects. Loading boto3 makes a hundred thousand, and none of them is garbage.
gc.set_threshold(100_000, 20, 20)

SERVICE: Final = "permission-guard"


def _line(record: dict[str, Any]) -> str:
    """Write a log line in ASCII: a caller's name may hold terminal escapes, or half a character."""
    return json.dumps(record, separators=(",", ":"), default=str)


logger = Logger(service=SERVICE, json_serializer=_line)
metrics = Metrics(namespace="PermissionGuard", service=SERVICE)


class NotSettled(Exception):
    """A function was created or changed less than a minute ago: its message is received again later."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            f"evaluated in {wait.total_seconds():.0f} s, when the deployment has attached the role's policies"
        )
        self.wait = wait


@frozen(slots=False)
class Environment:
    """What one execution environment keeps: the settings, its installation, and the guard, connected when first needed."""

    settings: Settings
    installation: Installation
    queues: dict[str, QueueName]
    """The guard's queues by their ARNs."""

    @cached_property
    def connections(self) -> Connections:
        """The guard and its connections."""
        # Loading boto3 takes as long as everything else, and a permission that its event proves compliant does not need it.
        from permission_guard.connections import connect  # noqa: PLC0415

        return connect(self.settings, os.environ)

    def report_failures(self) -> None:
        """Count and log the failed calls of the journal and of Security Hub since the last time."""
        if "connections" not in vars(self):
            return
        journal, hub = self.connections.table.failures, self.connections.hub
        if journal:
            logger.error("journal failed", calls=list(journal))
            metrics.add_metric("JournalFailures", MetricUnit.Count, len(journal))
            journal.clear()
        if hub and hub.failures:
            logger.error("security hub failed", calls=list(hub.failures))
            metrics.add_metric("SecurityHubFailures", MetricUnit.Count, len(hub.failures))
            hub.failures.clear()


@lru_cache(maxsize=1)
def environment(function_arn: str) -> Environment:
    """Read the settings, once for each execution environment. Raises SettingsError."""
    _, partition, _, region, account, *_ = function_arn.split(":")
    settings = Settings.of(os.environ, account=account, region=region)
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise SettingsError(missing[0], "is missing")
    urls = {
        QueueName.EVENTS: os.environ["EVENTS_QUEUE_URL"],
        QueueName.SWEEP_TASKS: os.environ["SWEEP_TASKS_QUEUE_URL"],
    }
    queues = {
        f"arn:{partition}:sqs:{region}:{account}:{url.rpartition('/')[2]}": name for name, url in urls.items()
    }
    return Environment(settings, Installation(account, region, settings.guard_role_arn), queues)


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle the one message of an event, and return whether it is done (ReportBatchItemFailures).

    A message that is not done is received again after 1, 2, 4, 8, ... minutes. After ten receives it goes to the dead-letter
    queue. An unexpected error is raised too, so that the alarm on errors fires.
    """
    try:
        here = environment(context.invoked_function_arn)
        message = message_in(event, here.queues)
    except ValueError as error:
        _failed(error, None)
        raise
    try:
        _handle(message, here)
        here.report_failures()
    except NotSettled as wait:
        logger.info("not settled", why=str(wait))
        metrics.add_metric("NotSettled", MetricUnit.Count, 1)
        return _again(message, here, wait.wait)
    except RetryLater as error:
        _failed(error, message)
        return _again(message, here, message.retry_after)
    except Exception as error:
        _failed(error, message)
        _again(message, here, message.retry_after)
        raise
    return {"batchItemFailures": []}


def _again(message: Message, here: Environment, after: timedelta) -> dict[str, Any]:
    here.report_failures()
    here.connections.queues[message.queue].receive_again(message.receipt, after)
    return {"batchItemFailures": [{"itemIdentifier": message.id}]}


def _failed(error: Exception, message: Message | None) -> None:
    """Log the field or call, and the message, and count it."""
    kind = type(error).__name__
    logger.error(
        "message not handled",
        exc_info=error,
        kind=kind,
        why=str(error),
        queue_message=message.id if message else None,
        receives=message.receives if message else None,
        body=message.body[:_SHOWN] if message else None,
    )
    metrics.add_metric(
        "RetryLater" if isinstance(error, RetryLater) else "MessagesFailed", MetricUnit.Count, 1
    )


_SHOWN: Final = 2000
"""Characters of a message's body in the log: they name the function and the call."""


def _handle(message: Message, here: Environment) -> None:
    """Do what a message asks for. Raises BadEvent, NotSettled, RetryLater and Refused."""
    now = datetime.now(UTC)
    request = message.request(here.installation)
    match request:
        case Ignored(why):
            logger.info("ignored", why=why)
            metrics.add_metric("Ignored", MetricUnit.Count, 1)
        case Trigger():
            _evaluate(request, here, now)
        case SendDigest():
            sent = here.connections.sweeper.send_digest(now)
            logger.info("digest", alerts=sent)
            # A day without a sweep is the number 0, which an alarm can count.
            metrics.add_metric("SweepsFinished", MetricUnit.Count, 0)
        case SweepAll():
            listed = here.connections.sweeper.begin(request, now)
            logger.info("sweep", functions=listed, why=_BEGUN if listed is None else None)
            metrics.add_metric("SweepsFinished", MetricUnit.Count, 0 if listed is None else 1)
        case SweepFunction():
            logger.set_correlation_id(str(request.function))
            metrics.add_metric("Swept", MetricUnit.Count, 1)
            for handled in here.connections.sweeper.evaluate(request, now):
                _log(handled)
        case _:
            assert_never(request)


_BEGUN: Final = "another sweep has begun within the hour"


def _evaluate(trigger: Trigger, here: Environment, now: datetime) -> None:
    logger.set_correlation_id(trigger.event_id)
    wait = settled_at(trigger) - now
    if wait > timedelta(0):
        raise NotSettled(wait)
    if compliant_findings(trigger, here.settings.trusted):
        _compliant(trigger.subject.qualified(trigger.qualifier))
    else:
        _log(here.connections.guard.handle(trigger, now))


def _log(handled: Handled) -> None:
    """Write what was found and done into the log and the metrics."""
    metrics.add_metric("Evaluated", MetricUnit.Count, 1)
    report = handled.report
    if report.is_gone and not handled.alerts:
        logger.info("function is gone", function=str(report.facts.arn))
        return
    for finding in report.findings:
        if finding.verdict is not Verdict.PASS:
            metrics.add_metric(f"{finding.verdict.value.title()}Findings", MetricUnit.Count, 1)
    for reported in handled.alerts:
        for line in reported.alert.lines:
            metrics.add_metric(line.ending.value.title().replace("_", ""), MetricUnit.Count, 1)
            if line.ending is Ending.FAILED:
                logger.warning("repair failed", what=line.what)
            # An earlier run's repair began with another call than this one, and a sweep's with none.
            began = report.trigger.kind is not Kind.SWEEP and reported is handled.alert
            if line.ending is Ending.REPAIRED and began:
                seconds = (datetime.now(UTC) - report.trigger.at).total_seconds()
                metrics.add_metric("SecondsFromCallToRepair", MetricUnit.Seconds, seconds)
        logger.info("reported", alert=reported.body)
    if not handled.alerts and handled.known:
        logger.info("reported before", function=report.facts.target, faults=handled.known)
    elif not handled.alerts:
        _compliant(report.facts.target)


def _compliant(target: str) -> None:
    logger.info("compliant", function=target)
    metrics.add_metric("Compliant", MetricUnit.Count, 1)
