"""What it costs: the sum is that of the lines, and the amounts are those of the template and the code."""

from __future__ import annotations

from decimal import Decimal

from docs.cost import Cost, alarms, costs, metrics, total
from docs.generate import DOCS
from tests.test_template_alarms import ALARMS, RESOURCES
from tests.test_template_dashboard import counted


def test_the_sum_is_that_of_the_lines() -> None:
    assert total() == sum(one.dollars for one in costs())
    assert f"**{total()}**" in (DOCS / "cost.md").read_text()


def test_a_line_is_its_amount_times_its_price() -> None:
    assert Cost("SQS", "requests", Decimal(664_120), Decimal("0.40"), 1_000_000).dollars == Decimal("0.27")
    assert all(one.amount >= 0 for one in costs())


def test_each_service_that_costs_something_or_might_is_named() -> None:
    assert {one.service for one in costs()} == {
        *("Lambda", "EventBridge", "SQS", "DynamoDB", "SNS", "KMS"),
        *("CloudWatch", "CloudTrail"),
    }


def test_alarms_and_metrics_are_counted_as_they_are() -> None:
    assert alarms() == sum("Condition" not in RESOURCES[name] for name in ALARMS)
    assert metrics() == len(counted())


def test_the_page_on_operations_does_not_promise_another_sum() -> None:
    assert round(total()) == 5
    assert "some five dollars a month for a thousand functions" in (DOCS / "operations.md").read_text()
