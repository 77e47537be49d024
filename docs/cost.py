"""The page on what the guard costs each month, for an account with a thousand functions: amounts times prices, summed."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from tests.template import written

_RESOURCES: Final[dict[str, Any]] = written()["Resources"]
_GUARD: Final[dict[str, Any]] = _RESOURCES["Guard"]["Properties"]

FUNCTIONS: Final = 1_000
DAYS: Final = 30
HOURS: Final = 24 * DAYS
CHANGES: Final = 4 * FUNCTIONS
"""Functions that are created or changed."""
PERMISSIONS: Final = 600
"""Permissions, aliases, function URLs and deletions."""
FAULTS: Final = 100
"""Faults that are told."""
SWEPT: Final = DAYS * FUNCTIONS
PAGES_LISTED: Final = DAYS * FUNCTIONS // 50
MOVED: Final = CHANGES + PERMISSIONS
"""What the next quick sweep finds to have moved, and so is looked at once more."""
SHARD_UNITS: Final = -(-FUNCTIONS * 16 // 4_096)
"""Read units of what a quick sweep remembers: sixteen bytes of each function (src/permission_guard/revisions.py)."""
POLLS: Final = 650_000
"""How often Lambda asks the queue: five pollers that wait twenty seconds each."""
LOOKED_AT: Final = CHANGES + PERMISSIONS + SWEPT + MOVED
RUNS: Final = CHANGES + PERMISSIONS + (SWEPT + PAGES_LISTED + MOVED) // 10 + 2 * HOURS
"""The last: the self-test and the quick sweep, once an hour each."""
LOG_BYTES: Final = 2_000
"""What a look leaves in the log."""
SOMETIMES: Final = Decimal("0.2")
"""In how many of the hours a metric is sent that counts what happens; CloudWatch charges by the hour."""
SPARE: Final = 4
"""Reads of one unit, and writes, that the journal makes for a fault."""
CALLS_OF_A_LOOK: Final = 8

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """One line: so much of something, at a price for so many."""

    service: str
    what: str
    amount: Decimal
    price: Decimal
    per: int = 1

    @property
    def dollars(self) -> Decimal:
        """What it comes to, to the cent."""
        return (self.amount * self.price / self.per).quantize(Decimal("0.01"), ROUND_HALF_UP)


def alarms() -> int:
    """How many alarms are always there."""
    found = _RESOURCES.values()
    return sum(one["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in one for one in found)


def metrics() -> int:
    """How many metrics of its own the guard sends, as the dashboard shows them."""
    body: str = _RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return len(set(re.findall(r'\["PermissionGuard", "(\w+)"', body)))


ALWAYS: Final = 2
"""The metrics that every hour has: SelfTestsPassed and SweepsListed."""


def costs() -> tuple[Cost, ...]:
    """Every line, without any free allowance but those that every account has for the thing itself."""
    gigabytes = Decimal(_GUARD["MemorySize"]) / 1024
    # A page of a quick sweep takes a tenth of a second.
    seconds = (LOOKED_AT + HOURS + HOURS * FUNCTIONS // 50 // 10) * gigabytes
    sometimes = (metrics() - ALWAYS) * SOMETIMES
    read, wrote = LOOKED_AT + FAULTS * SPARE + HOURS * SHARD_UNITS, FAULTS * SPARE + MOVED
    messages = POLLS + CHANGES + (SWEPT + PAGES_LISTED + MOVED) // 10 * 2 + CHANGES
    return (
        Cost("Lambda", "GB-seconds: a second for each look", seconds, Decimal("0.0000133334")),
        Cost("Lambda", "requests", Decimal(RUNS), Decimal("0.20"), MILLION),
        Cost("EventBridge", "events of AWS services, and schedules", Decimal(0), Decimal(0)),
        Cost(
            "SQS",
            "requests: nearly all ask whether something waits",
            Decimal(messages),
            Decimal("0.40"),
            MILLION,
        ),
        Cost("DynamoDB", "read units", Decimal(read), Decimal("0.125"), MILLION),
        Cost("DynamoDB", "write units", Decimal(wrote), Decimal("0.625"), MILLION),
        Cost("SNS", "alerts as mail", Decimal(FAULTS), Decimal(2), 100_000),
        Cost("KMS", "the key of the topic", Decimal(1), Decimal("1.00")),
        Cost("KMS", "requests: two for each alert", Decimal(2 * FAULTS), Decimal("0.03"), 10_000),
        Cost("CloudWatch", "alarms", Decimal(alarms()), Decimal("0.10")),
        Cost("CloudWatch", "metrics of every hour", Decimal(ALWAYS), Decimal("0.30")),
        Cost("CloudWatch", "metrics of one hour in five", sometimes, Decimal("0.30")),
        Cost("CloudWatch", "GB of logs", Decimal(LOOKED_AT * LOG_BYTES) / 10**9, Decimal("0.50")),
        Cost("CloudWatch", "dashboard, among the first three of the account", Decimal(0), Decimal("3.00")),
        Cost("CloudTrail", "events of the first trail", Decimal(0), Decimal(0)),
    )


def total() -> Decimal:
    """The sum of all lines."""
    return sum((one.dollars for one in costs()), Decimal(0))


def cost(note: str) -> str:
    """What it is made of, each line, and the sum."""
    parts = ["# What it costs", note, "", *_wrapped(_about())]
    parts += ["", "| service | what | how much | price in USD | USD |", "|---|---|---:|---:|---:|"]
    parts += [_row(one) for one in costs()]
    parts += [f"| | **altogether** | | | **{total()}** |", "", *_notes()]
    return "\n".join(parts) + "\n"


def _about() -> str:
    return (
        f"One account and region with {FUNCTIONS:,} functions, for a month of {DAYS} days. {CHANGES:,} times a function is "
        f"created or changed, {PERMISSIONS:,} times a permission, an alias or an address, or a function is deleted; "
        f"{FAULTS} faults are told. The sweep looks at everything once a day: {SWEPT:,} looks; the quick sweep lists all functions once an hour, and looks once more "
        f"at the {MOVED:,} that moved. Versions and aliases would be "
        "looks of their own. The prices are those of us-east-1 as they were known here in November 2026: look them up before you "
        "rely on them. No free tier is taken off."
    )


def _notes() -> Iterator[str]:
    calls = LOOKED_AT * CALLS_OF_A_LOOK
    trail = Cost("CloudTrail", "", Decimal(calls), Decimal(2), 100_000)
    second = Cost("", "", Decimal(metrics()), Decimal("0.30"))
    yield from _bullet(
        f"Of this, {_of('CloudWatch')} is for watching the guard itself. The first ten alarms and ten metrics of an account are "
        f"free. At most, if each metric were sent in every hour, the {metrics()} metrics would cost {second.dollars} USD."
    )
    yield from _bullet(
        "CloudTrail delivers the first copy of management events for nothing. A second trail that records reads too would "
        f"see the guard's own {calls:,} reads, at 2.00 USD for 100,000: {trail.dollars} USD."
    )
    yield from _bullet(
        "Lambda asks the queue all the time whether something waits. That is within the free million of SQS, if nothing else "
        "uses it up."
    )
    yield from _bullet(
        "CodeDeploy costs nothing for Lambda. If `RollOut` shifts, there is one alarm more (0.10 USD). The dashboard costs "
        "3.00 USD if it is the fourth of the account."
    )
    yield from _bullet(
        "Prices: `https://aws.amazon.com/SERVICE/pricing/`, with the name of the service in small letters."
    )


def _of(service: str) -> str:
    return f"{sum((one.dollars for one in costs() if one.service == service), Decimal(0))} USD"


def _row(one: Cost) -> str:
    per = "" if one.per == 1 else f" for {one.per:,}"
    amount = f"{one.amount:,.2f}".rstrip("0").rstrip(".")
    return f"| {one.service} | {one.what} | {amount} | {one.price}{per} | {one.dollars} |"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 110, break_on_hyphens=False, break_long_words=False)


def _bullet(text: str) -> list[str]:
    return textwrap.wrap(
        f"- {text}", 110, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
    )
