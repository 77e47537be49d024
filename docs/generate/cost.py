"""The page on what the guard costs each month, for an account with a thousand functions: amounts times prices, summed."""

from __future__ import annotations

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
"""Functions that are created or changed. Their messages are received twice: once too early."""
PERMISSIONS: Final = 600
"""Permissions, aliases, function URLs and deletions."""
FAULTS: Final = 100
"""Faults that are reported. A digest a day has the sweep's summary."""
SWEPT: Final = DAYS * FUNCTIONS
EVENTS: Final = CHANGES + PERMISSIONS
EVALUATED: Final = EVENTS + SWEPT
RUNS: Final = EVALUATED + CHANGES + DAYS + HOURS
"""The last two: the runs that list everything, and the digests."""
LISTING: Final = 60
"""Seconds of a run that lists everything."""
POLLS: Final = 2 * 650_000
"""How often Lambda asks the two queues: five pollers each, which wait twenty seconds."""
LOG_BYTES: Final = 2_000
"""What a run writes into the log."""
SOMETIMES: Final = Decimal("0.2")
"""In how many of the hours a metric is sent that counts what happens; CloudWatch charges by the hour."""
WRITES: Final = 3
"""Writes for a fault: before the repair, the counter of alerts, after the alert."""
SEEN_BYTES: Final = 500
"""Of the item about a function that each sweep writes, with the statements that it has seen."""
SCANS: Final = 2
"""Of the journal's table in a day: one when a sweep begins, one for its summary."""
CALLS_OF_AN_EVENT: Final = 8
CALLS_OF_A_SWEEP: Final = 2
"""For each function: its policy and its aliases."""
METRICS: Final = (
    *("Evaluated", "Compliant", "Ignored", "NotSettled", "Swept", "SweepsFinished"),
    *("FailFindings", "UnknownFindings", "SecondsFromCallToRepair", "RetryLater", "JournalFailures"),
    "SecurityHubFailures",
    *("Repaired", "WouldRepair", "Reported", "Failed", "Escalated", "Released"),
)
"""The metrics of its own that the guard sends."""
ALWAYS: Final = 1
"""How many of them every hour has: SweepsFinished."""

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
    """Return how many alarms there are."""
    return sum(one["Type"] == "AWS::CloudWatch::Alarm" for one in _RESOURCES.values())


def costs() -> tuple[Cost, ...]:
    """Return every line, without any free allowance but those that every account has for the thing itself."""
    seconds = (EVALUATED + DAYS * LISTING) * Decimal(_GUARD["MemorySize"]) / 1024
    sometimes = (len(METRICS) - ALWAYS) * SOMETIMES
    read = EVENTS + 2 * HOURS + SCANS * SWEPT * SEEN_BYTES // 4_096
    wrote = FAULTS * WRITES + EVENTS + SWEPT + 3 * DAYS
    messages = POLLS + 2 * (EVENTS + HOURS + DAYS) + CHANGES + SWEPT // 10 + SWEPT
    return (
        Cost("Lambda", "GB-seconds: a second for each evaluation", seconds, Decimal("0.0000133334")),
        Cost("Lambda", "requests", Decimal(RUNS), Decimal("0.20"), MILLION),
        Cost("EventBridge", "events of AWS services, and schedules", Decimal(0), Decimal(0)),
        Cost("SQS", "requests: nearly all are polls", Decimal(messages), Decimal("0.40"), MILLION),
        Cost("DynamoDB", "read units", Decimal(read), Decimal("0.125"), MILLION),
        Cost("DynamoDB", "write units", Decimal(wrote), Decimal("0.625"), MILLION),
        Cost("SNS", "alerts as mail", Decimal(FAULTS + DAYS), Decimal(2), 100_000),
        Cost("KMS", "the key of the topic", Decimal(1), Decimal("1.00")),
        Cost("KMS", "requests: two for each alert", Decimal(2 * (FAULTS + DAYS)), Decimal("0.03"), 10_000),
        Cost("CloudWatch", "alarms", Decimal(alarms()), Decimal("0.10")),
        Cost("CloudWatch", "metrics of every hour", Decimal(ALWAYS), Decimal("0.30")),
        Cost("CloudWatch", "metrics of one hour in five", sometimes, Decimal("0.30")),
        Cost("CloudWatch", "GB of logs", Decimal(RUNS * LOG_BYTES) / 10**9, Decimal("0.50")),
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
    parts += [f"| | **total** | | | **{total()}** |", "", *_notes()]
    return "\n".join(parts) + "\n"


def _about() -> str:
    return (
        f"One account and Region with {FUNCTIONS:,} functions, for a month of {DAYS} days: {CHANGES:,} functions are created or "
        f"changed, {PERMISSIONS:,} permissions, aliases or function URLs are changed or functions deleted, {FAULTS} faults are "
        f"reported, and a sweep evaluates everything once a day. The prices are those of us-east-1 in November 2026: look them up "
        "before you rely on them. No free tier is deducted."
    )


def _notes() -> Iterator[str]:
    calls = EVENTS * CALLS_OF_AN_EVENT + SWEPT * CALLS_OF_A_SWEEP
    trail = Cost("CloudTrail", "", Decimal(calls), Decimal(2), 100_000)
    every = Cost("", "", Decimal(len(METRICS)), Decimal("0.30"))
    yield from _bullet(
        f"{_of('CloudWatch')} of it is for monitoring the guard. The first ten alarms and ten metrics of an account are free. "
        f"If each of the {len(METRICS)} metrics were sent in every hour, they would cost {every.dollars} USD."
    )
    yield from _bullet(
        f"Lambda polls the two queues all the time, {POLLS:,} times. The first million requests are free."
    )
    yield from _bullet(
        "The first copy of management events is free in CloudTrail. A second trail that logs reads would log the guard's "
        f"{calls:,} reads at 2.00 USD for 100,000: {trail.dollars} USD."
    )
    yield from _bullet("The dashboard costs 3.00 USD if it is the fourth of the account.")
    yield from _bullet("Prices: `https://aws.amazon.com/SERVICE/pricing/`.")


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
