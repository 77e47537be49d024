"""The dashboard shows what the guard counts, all of it and nothing that it does not count."""

from __future__ import annotations

import ast
import inspect
import json
from itertools import combinations
from typing import Any

from permission_guard import handler as door
from permission_guard.alert.difference import STANDS_NOW
from permission_guard.finding import Verdict
from permission_guard.outcome import Ending
from tests.template import REGION, resolved, written

RESOURCES: dict[str, Any] = written()["Resources"]
ALARMS: dict[str, dict[str, Any]] = {
    name: body["Properties"]
    for name, body in RESOURCES.items()
    if body["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in body
}
"""Every alarm that is always there."""
DASHBOARD = RESOURCES["Dashboard"]["Properties"]
BODY: dict[str, Any] = json.loads(resolved(DASHBOARD["DashboardBody"], {}, {}))
WIDGETS: list[dict[str, Any]] = BODY["widgets"]
OWN = door.metrics.namespace


def shown() -> list[list[Any]]:
    """Each metric of each widget: namespace, name, then the names and values of its dimensions."""
    rows = [row for widget in WIDGETS for row in widget["properties"].get("metrics", ())]
    return [[part for part in row if isinstance(part, str)] for row in rows]


FAMILIES = {
    "f'{finding.verdict.value.title()}Findings'": {
        f"{verdict.value.title()}Findings" for verdict in Verdict if verdict is not Verdict.PASS
    },
    "line.ending.value.title().replace('_', '')": {
        ending.value.title().replace("_", "") for ending in Ending
    },
    "name": {*(error.__name__ for error in door._KNOWN), "Unexpected"},
}
"""The names that the handler makes from a value, by the expression that makes them."""


def counted() -> set[str]:
    """Every name under which the handler counts something, read from its source."""
    tree = ast.parse(inspect.getsource(door))
    found: set[str] = set()
    for call in ast.walk(tree):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "add_metric"
        ):
            name = call.args[0]
            found |= {str(name.value)} if isinstance(name, ast.Constant) else FAMILIES[ast.unparse(name)]
    return found


def test_the_dashboard_shows_exactly_what_the_handler_counts() -> None:
    assert {row[1] for row in shown() if row[0] == OWN} == counted()


def test_what_the_handler_counts_is_shown_under_the_dimensions_under_which_it_is_counted() -> None:
    assert {tuple(row[2:]) for row in shown() if row[0] == OWN} == {("service", door.SERVICE)}


def test_what_raises_an_alarm_is_shown() -> None:
    assert {(alarm["Namespace"], alarm["MetricName"]) for alarm in ALARMS.values()} <= {
        (row[0], row[1]) for row in shown()
    }


def test_the_state_of_every_alarm_is_shown() -> None:
    (listed,) = [widget["properties"]["alarms"] for widget in WIDGETS if widget["type"] == "alarm"]
    assert listed == [f"${{{name}.Arn}}" for name in ALARMS]


def test_every_name_that_the_dashboard_takes_from_the_stack_is_one_of_the_stack() -> None:
    named = {part[2:-1].split(".")[0] for row in shown() for part in row if part.startswith("${")}
    # The rules below Guard, by the names that SAM gives them.
    events = RESOURCES["Guard"]["Properties"]["Events"]
    rules = {f"Guard{name}" for name, event in events.items() if event["Type"] == "EventBridgeRule"}
    rules |= {
        name
        for name, body in RESOURCES.items()
        if body["Type"] == "AWS::Events::Rule" and "Condition" not in body
    }
    assert named <= {*RESOURCES, *rules}
    assert rules <= named


def test_the_log_is_searched_for_every_ending_that_leaves_a_fault_open() -> None:
    (query,) = [widget["properties"]["query"] for widget in WIDGETS if widget["type"] == "log"]
    mended = STANDS_NOW
    listed = query[query.index('"(') + 2 : query.index(')"')].split("|")
    assert set(listed) == {ending.value for ending in Ending if ending not in mended}


def test_no_widget_covers_another_and_all_are_within_the_24_columns() -> None:
    for one, other in combinations(WIDGETS, 2):
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        assert beside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    assert max(widget["x"] + widget["width"] for widget in WIDGETS) == 24


def test_the_dashboard_may_be_one_of_those_that_cost_nothing() -> None:
    # Three dashboards of an account, each of at most 50 metrics (aws.amazon.com/cloudwatch/pricing, free tier).
    assert len({tuple(row) for row in shown()}) <= 50


def test_two_regions_of_one_account_have_each_a_dashboard() -> None:
    assert resolved(DASHBOARD["DashboardName"], {}, {}) == f"permission-guard-{REGION}"
