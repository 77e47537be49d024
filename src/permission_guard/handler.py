"""Door 1: the Lambda function. Powertools lives here and nowhere else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from permission_guard.alert import body
from permission_guard.aws.act import AwsActor
from permission_guard.aws.clients import Clients
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.observe import AwsObserver
from permission_guard.aws.tell import SnsHerald
from permission_guard.finding import Verdict
from permission_guard.outcome import Ending
from permission_guard.pipeline import Guard
from permission_guard.ports import TryAgain
from permission_guard.record import BadEvent
from permission_guard.report import Report
from permission_guard.settings import Mode, Settings, SettingsError
from permission_guard.trigger import Ignored, trigger_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE: Final = "permission-guard"
_NEEDED: Final = ("ALERTS_TOPIC_ARN", "DEAD_LETTER_QUEUE_URL", "GUARD_ROLE_ARN", "JOURNAL_TABLE")
"""Without these the guard could tell nobody, would chase its own calls, or would forget what it did."""

logger = Logger(service=SERVICE)
metrics = Metrics(namespace="PermissionGuard", service=SERVICE)


@lru_cache(maxsize=1)
def guard_of(account: str, region: str) -> Guard:
    """Connect the guard to AWS, once for each execution environment. Raises SettingsError."""
    settings = Settings.of(os.environ, account=account, region=region)
    missing = [name for name in _NEEDED if not os.environ.get(name)]
    if missing:
        raise SettingsError(missing[0], "is missing")
    clients = Clients()
    return Guard(
        settings,
        AwsObserver(clients, settings.logging_policy_arn),
        AwsActor(clients) if settings.mode is Mode.ENFORCE else None,
        SnsHerald(clients, os.environ["ALERTS_TOPIC_ARN"], os.environ["DEAD_LETTER_QUEUE_URL"]),
        DynamoJournal(clients, os.environ["JOURNAL_TABLE"], settings.retention),
    )


@metrics.log_metrics
@logger.inject_lambda_context(correlation_id_path="id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deal with one event of EventBridge.

    An error means: wake me again. Lambda does so twice, then puts the event into the dead-letter queue; the reason is
    in the log.
    """
    _, _, _, region, account, *_ = context.invoked_function_arn.split(":")
    try:
        guard = guard_of(account, region)
        trigger = trigger_of(event, guard_role_arn=guard.settings.guard_role_arn)
        if isinstance(trigger, Ignored):
            logger.info("ignored", why=trigger.why)
            metrics.add_metric("Ignored", MetricUnit.Count, 1)
            return {"ignored": trigger.why}
        report = guard.handle(trigger, datetime.now(UTC))
    except (BadEvent, SettingsError, TryAgain) as error:
        logger.exception("event not handled", kind=type(error).__name__, why=str(error))
        metrics.add_metric(type(error).__name__, MetricUnit.Count, 1)
        raise
    return _noted(report)


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
        # What a former run repaired and could not tell any more began with another call than this one.
        if line.ending is Ending.REPAIRED and line not in report.noted:
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
    logger.info("compliant", function=report.facts.target)
    return {"compliant": report.facts.target}
