"""What it costs: the sum is that of the lines, and the amounts are those of the template and the code."""

from __future__ import annotations

import inspect
import re

from docs.generate.cost import METRICS, costs, total
from docs.generate.example import README
from docs.generate.pages import DOCS
from permission_guard import handler
from permission_guard.model.finding import Verdict
from permission_guard.repair.outcome import Ending


def test_the_sum_is_that_of_the_lines() -> None:
    assert total() == sum(one.dollars for one in costs())
    assert f"**{total()}**" in (DOCS / "cost.md").read_text()


def test_each_metric_that_the_handler_sends_is_counted() -> None:
    source = inspect.getsource(handler)
    constants = set(re.findall(r'add_metric\("(\w+)"', source)) | {"RetryLater", "Failed"}
    endings = {one.value.title().replace("_", "") for one in Ending}
    verdicts = {f"{one.value.title()}Findings" for one in Verdict if one is not Verdict.PASS}
    assert set(METRICS) == constants | endings | verdicts


def test_the_readme_says_the_same_sum() -> None:
    assert f"about {round(total())} USD a month for a thousand functions" in README.read_text()
