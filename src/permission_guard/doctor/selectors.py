"""Which management events a trail records, as its event selectors say it.

(https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html, API_AdvancedFieldSelector.html)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WANTED: Final = {
    "eventCategory": "Management",
    "readOnly": "false",
    "eventSource": "lambda.amazonaws.com",
}
"""What is to be recorded, in the fields that trails can choose management events by."""


@dataclass(frozen=True, slots=True)
class EventSelector:
    """A basic selector: ReadWriteType, IncludeManagementEvents, and the sources that are left out."""

    reads_or_writes: str
    management: bool
    excluded: tuple[str, ...] = ()

    def takes_writes(self) -> bool:
        """Tell whether it takes every write of Lambda's."""
        is_left_out = WANTED["eventSource"] in self.excluded
        return self.management and self.reads_or_writes in {"All", "WriteOnly"} and not is_left_out


@dataclass(frozen=True, slots=True)
class AdvancedSelector:
    """An advanced selector: for each field, AWS's operators and their values. All of it must hold."""

    fields: tuple[tuple[str, Mapping[str, tuple[str, ...]]], ...]

    def takes_writes(self) -> bool:
        """Tell whether it takes every write of Lambda's; a field that narrows it otherwise makes it take some only."""
        names = {name for name, _ in self.fields}
        return "eventCategory" in names and all(
            name in WANTED and _admits(operators, WANTED[name]) for name, operators in self.fields
        )


def _admits(operators: Mapping[str, tuple[str, ...]], value: str) -> bool:
    """Tell whether every operator admits a value: a list of them by any, a negated list by all."""
    found = {
        "Equals": lambda one: value == one,
        "StartsWith": value.startswith,
        "EndsWith": value.endswith,
    }
    return all(
        not any(map(found[operator.removeprefix("Not")], given))
        if operator.startswith("Not")
        else any(map(found[operator], given))
        for operator, given in operators.items()
        if given
    )
