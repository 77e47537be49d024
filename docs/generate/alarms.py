"""The page on the guard's own failures: each alarm and the dashboard, read from `template.yaml`."""

from __future__ import annotations

import json
import textwrap
from datetime import timedelta
from typing import Any, Final

from tests.template import written

_SIGNS: Final = {"GreaterThanOrEqualToThreshold": "≥", "GreaterThanThreshold": ">", "LessThanThreshold": "<"}
_ABOUT: Final = (
    "The guard reports its own failures: these alarms send to the topic of the alerts (`AlertsTopicArn` in the stack's "
    "outputs). A message that is retried is no error. Where nothing happens, CloudWatch gets no number, and an alarm counts "
    "that as good; `NoSweepFinished` counts it as bad. An alarm acts when its state changes, so `DeadLettersPresent` is "
    "silent about a second dead letter: `DeadLettersGrowing` is not."
)
_BOARD: Final = (
    "The dashboard is named after the stack and its Region. It shows the state of the alarms, and:"
)


def alarms(note: str) -> str:
    """Each alarm with what it watches, when it fires and what to do; then the dashboard."""
    resources: dict[str, Any] = written()["Resources"]
    found = {
        name: body["Properties"]
        for name, body in resources.items()
        if body["Type"] == "AWS::CloudWatch::Alarm"
    }
    rows = [f"| `{name}` | {_watched(one)} | {_when(one)} | {_advice(one)} |" for name, one in found.items()]
    parts = ["# Alarms and the dashboard", note, "", _wrapped(_ABOUT), ""]
    parts += ["| alarm | watches | fires at | what to do |", "|---|---|---|---|", *rows]
    parts += ["", "## The dashboard", "", _wrapped(_BOARD), ""]
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    parts += ["| widget | shows |", "|---|---|", *map(_row, json.loads(body)["widgets"][1:])]
    return "\n".join(parts) + "\n"


def _metric(alarm: dict[str, Any]) -> dict[str, Any]:
    """Return the metric of an alarm, or the one that its expression is made of, with its period and statistic."""
    if "Metrics" not in alarm:
        return alarm
    stat = next(one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one)
    return {**stat["Metric"], "Period": stat["Period"], "Statistic": stat["Stat"]}


def _watched(alarm: dict[str, Any]) -> str:
    metric = _metric(alarm)
    return f"{metric['Namespace']} `{metric['MetricName']}`"


def _when(alarm: dict[str, Any]) -> str:
    metric = _metric(alarm)
    period = _named(timedelta(seconds=metric["Period"]))
    times = alarm["EvaluationPeriods"]
    within = period if times == 1 else f"{period}, {times} times in a row"
    silence = ", or no number" if alarm["TreatMissingData"] == "breaching" else ""
    sign = _SIGNS[alarm["ComparisonOperator"]]
    what = f"growth of {metric['Statistic']}" if "Metrics" in alarm else metric["Statistic"]
    return f"{what} {sign} {alarm['Threshold']:,} in {within}{silence}"


def _named(period: timedelta) -> str:
    if period == timedelta(days=1):
        return "a day"
    return f"{period // timedelta(minutes=1)} minutes"


def _advice(alarm: dict[str, Any]) -> str:
    return " ".join(alarm["AlarmDescription"].split())


def _row(widget: dict[str, Any]) -> str:
    properties = widget["properties"]
    names = dict.fromkeys(f"`{row[1]}`" for row in properties.get("metrics", ()))
    return f"| {properties['title']} | {', '.join(names) or 'the log'} |"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110, break_on_hyphens=False, break_long_words=False)
