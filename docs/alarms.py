"""The page on the guard's own failures: each alarm, and what the dashboard shows; read from `template.yaml`."""

from __future__ import annotations

import json
import textwrap
from datetime import timedelta
from typing import Any, Final

from tests.template import written

_SIGNS: Final = {"GreaterThanOrEqualToThreshold": "≥", "GreaterThanThreshold": ">", "LessThanThreshold": "<"}
_MILLISECONDS: Final = frozenset({"Duration", "AsyncEventAge"})
_ABOUT: Final = (
    "The guard tells of its own failures, too: these alarms send to the topic of the alerts (`AlertsTopicArn` in the "
    "stack's outputs), and all but the last say when it is over. Where nothing happens, CloudWatch gets no number, and "
    "an alarm takes that for health; for one of them it is what is wrong. `NewVersionFails` is there only while "
    "`RollOut` shifts events from one version to the next."
)
_BOARD: Final = (
    "CloudWatch's dashboard is named after the stack and its region (`DashboardName` in the outputs). It shows the "
    "state of the alarms, and beside it:"
)


def alarms(note: str) -> str:
    """Each alarm with what it watches, when it goes off and what to do; then the dashboard."""
    resources: dict[str, Any] = written()["Resources"]
    found = {
        name: body["Properties"]
        for name, body in resources.items()
        if body["Type"] == "AWS::CloudWatch::Alarm"
    }
    rows = [f"| `{name}` | {_watched(one)} | {_when(one)} | {_told(one)} |" for name, one in found.items()]
    parts = ["# Alarms and the dashboard", note, "", _wrapped(_ABOUT), ""]
    parts += ["| alarm | watches | goes off at | says |", "|---|---|---|---|", *rows]
    parts += ["", "## The dashboard", "", _wrapped(_BOARD), ""]
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    parts += ["| widget | shows |", "|---|---|", *map(_row, json.loads(body)["widgets"][1:])]
    return "\n".join(parts) + "\n"


def _watched(alarm: dict[str, Any]) -> str:
    return f"{alarm['Namespace']} `{alarm['MetricName']}`"


def _when(alarm: dict[str, Any]) -> str:
    period = _named(timedelta(seconds=alarm["Period"]))
    times = _usual(alarm["EvaluationPeriods"])
    within = period if times == 1 else f"{period}, {times} times in a row"
    unit = " ms" if alarm["MetricName"] in _MILLISECONDS else ""
    silence = ", or no number" if alarm["TreatMissingData"] == "breaching" else ""
    sign = _SIGNS[alarm["ComparisonOperator"]]
    return f"{alarm['Statistic']} {sign} {_usual(alarm['Threshold']):,}{unit} in {within}{silence}"


def _usual(value: Any) -> Any:
    """What an `If` and a `Ref` to a parameter say where nothing was switched off."""
    match value:
        case {"Fn::If": [_, usual, _]}:
            return _usual(usual)
        case {"Ref": name}:
            return f"`{name}`"
        case _:
            return value


def _named(period: timedelta) -> str:
    if period == timedelta(days=1):
        return "a day"
    if period == timedelta(minutes=1):
        return "a minute"
    return f"{period // timedelta(minutes=1)} minutes"


def _told(alarm: dict[str, Any]) -> str:
    return " ".join(alarm["AlarmDescription"].split())


def _row(widget: dict[str, Any]) -> str:
    properties = widget["properties"]
    names = dict.fromkeys(f"`{row[1]}`" for row in properties.get("metrics", ()))
    return f"| {properties['title']} | {', '.join(names) or 'the alerts, from the log of the guard'} |"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110, break_on_hyphens=False, break_long_words=False)
