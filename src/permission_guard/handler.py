"""Door 1: the Lambda function. Powertools lives here and nowhere else.

It is woken by EventBridge for what must be looked at now, and by its queue for what may wait: functions that have just been made
or changed, roles that were, and the tasks that follow from them and from a sweep. CloudFormation wakes it before a new version
takes over, and a schedule each hour, to try itself.
"""

from __future__ import annotations

import permission_guard.compiled  # noqa: F401  # before whatever has a dataclass, Powertools too

# isort: split

import gc
import json
import os
import time
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, assert_never

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from permission_guard import __version__
from permission_guard.batch import Message, answer, is_batch, messages_in
from permission_guard.deployment import Deployment, Request, is_deployment
from permission_guard.door import asked_by, correlation_id, is_self_test
from permission_guard.finding import Verdict
from permission_guard.ports import Refused, TryAgain
from permission_guard.record import BadEvent
from permission_guard.role_change import RoleChange
from permission_guard.settings import NEEDED, Settings, SettingsError
from permission_guard.shown import shown
from permission_guard.task import Layer, Layers, Moved, Page, Part, User, Users
from permission_guard.trigger import Ignored, Kind, Trigger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from permission_guard.connected import Connections
    from permission_guard.report import Report
    from permission_guard.self_test import Tried

# Python looks for garbage after every 2,000 new objects (3.13). Loading boto3 makes some hundred thousand, none of which is
# any: a tenth of a cold start went into looking. The memory of an event is the same either way.
gc.set_threshold(20_000, 20, 20)

SERVICE: Final = "permission-guard"


def _line(record: dict[str, Any]) -> str:
    """Write a line of the log in ASCII: what somebody calls himself may hold a terminal's commands, or half a character."""
    return json.dumps(record, separators=(",", ":"), default=str)


logger = Logger(service=SERVICE, json_serializer=_line)
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
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deal with one event of EventBridge, with a batch of messages from the queue, or with a request to try itself.

    An error means: wake me again. For an event Lambda does so twice, then puts it into the dead-letter queue. Messages
    that failed are named in the answer: each comes again by itself, and the queue puts it there in the end. The reason is
    in the log.
    """
    logger.set_correlation_id(correlation_id(event))
    try:
        if is_deployment(event):
            return _deployed(Deployment.of(event), context)
        if is_self_test(event):
            return _self_tested(context)
        here = standby(*_place(context))
        messages = messages_in(event) if is_batch(event) else None
        if messages is None:
            return _dealt_with(event, here, context)
    except _KNOWN as error:
        _failed(error)
        raise
    return _each(messages, here, context)


def _place(context: LambdaContext) -> tuple[str, str]:
    """Return the account and the region."""
    _, _, _, region, account, *_ = context.invoked_function_arn.split(":")
    return account, region


def _each(messages: tuple[Message, ...], here: Standby, context: LambdaContext) -> dict[str, Any]:
    """Deal with each message by itself: what one of them ends in is nothing to the others.

    Written by hand, because Powertools' batch processor would lengthen every cold start by more than the rest of
    Powertools does, also those for an event that waits for nothing.
    """
    metrics.add_metric("Messages", MetricUnit.Count, len(messages))
    failed: list[Message] = []
    for number, message in enumerate(messages):
        if number and not _has_time(context):
            logger.info("left for the next time", messages=len(messages) - number)
            failed += messages[number:]
            break
        try:
            event = message.read()
            logger.set_correlation_id(correlation_id(event))
            _dealt_with(event, here, context)
        except Exception as error:  # noqa: BLE001  # whatever it is, the other messages are not to be lost by it
            _failed(error, message.id)
            failed.append(message)
    if failed:
        here.connections.queue.bring_back(tuple(failed))
    return answer(failed)


_ENOUGH: Final = 150_000
"""Milliseconds that must be left to begin with one more message: half of the time that the template gives the function."""


def _has_time(context: LambdaContext) -> bool:
    """Tell whether there is time for more than what is under way."""
    return context.get_remaining_time_in_millis() >= _ENOUGH


def _dealt_with(event: object, here: Standby, context: LambdaContext) -> dict[str, Any]:
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
        case Page() | Layers() | Moved():
            listed = here.connections.sweeper.list_page(asked, lambda: _has_time(context))
            metrics.add_metric("SweepsListed", MetricUnit.Count, int(listed.is_last))
            return _listed(listed.tasks, f"sweep {asked.sweep.id}")
        case Part() | Layer():
            for report in here.connections.sweeper.look_at(asked, datetime.now(UTC)):
                _noted(report)
            return {"swept": asked.what}
        case RoleChange():
            return _listed(here.connections.follower.begin(asked), asked.subject)
        case Users():
            return _listed(here.connections.follower.find(asked), asked.change.subject)
        case User():
            return _noted(here.connections.follower.look_at(asked, datetime.now(UTC)))
        case _:
            assert_never(asked)


def _listed(tasks: int, reason: str) -> dict[str, Any]:
    logger.info("listed", reason=reason, tasks=tasks)
    metrics.add_metric("Listed", MetricUnit.Count, 1)
    return {"listed": tasks}


class SelfTestFailed(Exception):
    """The guard does not work. The message says what must be so, and what is so instead."""


def _self_tested(context: LambdaContext) -> dict[str, Any]:
    """Try itself, and say what was tried. Raises SelfTestFailed."""
    from permission_guard import trying  # noqa: PLC0415  # as below

    wrong = trying.wrong(tried := _tried(context))
    metrics.add_metric("SelfTestsPassed", MetricUnit.Count, 0 if wrong else 1)
    # Nothing listed: an hour without a sweep is a number too, which an alarm can count.
    metrics.add_metric("SweepsListed", MetricUnit.Count, 0)
    if wrong:
        raise SelfTestFailed(wrong)
    logger.info("self-test passed")
    listed = [{"what": one.what, "wrong": one.wrong} for one in tried]
    return {"self-test": "passed", "version": __version__, "tried": listed}


def _tried(context: LambdaContext) -> tuple[Tried, ...]:
    # Nothing but this needs an account in memory, and every cold start would pay for it.
    from permission_guard import trying  # noqa: PLC0415

    return trying.tried(lambda: standby(*_place(context)).connections, context.invoked_function_arn)


def _deployed(deployment: Deployment, context: LambdaContext) -> dict[str, Any]:
    """Tell CloudFormation whether the version that was just deployed may take over. Raises TryAgain.

    Rights that have just been given take a while to be seen everywhere, so what is wrong is tried again first.
    """
    from permission_guard import trying  # noqa: PLC0415  # as above
    from permission_guard.aws.clients import Clients  # noqa: PLC0415  # as above
    from permission_guard.aws.trial import is_going_back, put  # noqa: PLC0415  # as above

    def not_ready() -> str:
        return trying.not_ready(deployment, os.environ, lambda: _tried(context))

    wrong = not_ready()
    for seconds in _PAUSES:
        if not wrong:
            break
        if is_going_back(Clients, deployment.asked["StackId"]):
            # What it goes back to may fail as well, and would leave the stack between the two.
            logger.warning("not ready, and the stack goes back", why=wrong)
            wrong = ""
            break
        logger.warning("not ready to take over", why=wrong)
        time.sleep(seconds)
        wrong = not_ready()
    metrics.add_metric("Deployments", MetricUnit.Count, 1)
    if deployment.request is not Request.DELETE:
        metrics.add_metric("SelfTestsPassed", MetricUnit.Count, 0 if wrong else 1)
    put(deployment.url, deployment.answer(wrong or None))
    logger.info("deployed", request=deployment.request.value, wrong=wrong)
    return {"deployed": deployment.request.value, "wrong": wrong or None}


_PAUSES: Final = (5, 10, 20, 40)
"""Seconds between one try and the next. The template lets CloudFormation wait longer than all of them."""


def _failed(error: Exception, message: str | None = None) -> None:
    """Say in the log which field or call it was, and count it. `message` is the id of the queue's message, if it was one."""
    kind = type(error).__name__
    logger.error("event not handled", exc_info=error, kind=kind, why=str(error), queue_message=message)
    name = kind if isinstance(error, _KNOWN) else "Unexpected"
    metrics.add_metric(name, MetricUnit.Count, 1)


_KNOWN: Final = (BadEvent, Refused, SelfTestFailed, SettingsError, TryAgain)
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
    if report.waiting:
        logger.warning("waits to be told", function=report.facts.target, faults=len(report.waiting))
        return {"waits": report.facts.target}
    if report.silent:
        logger.info("told before", function=report.facts.target, faults=len(report.silent))
        metrics.add_metric("ToldBefore", MetricUnit.Count, len(report.silent))
        return {"told before": report.facts.target}
    return _compliant(report.facts.target)


def _compliant(target: str) -> dict[str, Any]:
    logger.info("compliant", function=target)
    return {"compliant": target}
