"""What was asked of us: the settings, each checked when it is read and each error naming the setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeVar

from permission_guard.facts import Trusted
from permission_guard.finding import Concern
from permission_guard.iam.arn import is_account, partition_of


class SettingsError(ValueError):
    """A setting that is missing or cannot be read. `name` says which."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.name = name


class Mode(Enum):
    """Whether the guard may write at all."""

    ENFORCE = "Enforce"
    OBSERVE = "Observe"


class Treatment(Enum):
    """What is done about one kind of finding."""

    REPAIR = "Repair"
    ALERT = "Alert"
    OFF = "Off"


_E = TypeVar("_E", Mode, Treatment)

SETTINGS: Final = {
    Concern.ROLE_CAN_WRITE_LOGS: "ROLE_CAN_WRITE_LOGS",
    Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: "INVOKE_PERMISSION_NAMES_ITS_SOURCE",
    Concern.FUNCTION_IS_NOT_PUBLIC: "FUNCTION_IS_NOT_PUBLIC",
    Concern.FOREIGN_ACCOUNTS: "FOREIGN_ACCOUNTS",
    Concern.PUBLIC_FUNCTION_URLS: "PUBLIC_FUNCTION_URLS",
    Concern.MANAGEMENT_ACTIONS: "MANAGEMENT_ACTIONS",
    Concern.DEAD_PERMISSIONS: "DEAD_PERMISSIONS",
    Concern.LAYER_IS_NOT_PUBLIC: "LAYER_IS_NOT_PUBLIC",
}
"""The setting that says how each concern is treated."""

NEEDED: Final = (
    "ALERTS_TOPIC_ARN",
    "DEAD_LETTER_QUEUE_URL",
    "GUARD_ROLE_ARN",
    "JOURNAL_TABLE",
    "WAITING_QUEUE_URL",
)
"""What the Lambda function must be given beside the settings: without it the guard could tell nobody, would chase its
own calls, would forget what it did, or could not sweep."""

NEVER_REPAIRED: Final = frozenset(
    {
        Concern.FOREIGN_ACCOUNTS,
        Concern.PUBLIC_FUNCTION_URLS,
        Concern.DEAD_PERMISSIONS,
        Concern.LAYER_IS_NOT_PUBLIC,
    }
)
"""What somebody may have meant, or what no change of ours can mend: it is told, or looked away from."""

_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_TOPIC_ARN: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_POLICY_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(?:aws|[0-9]{12}):policy/[\w+=,.@/-]+")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a setting that is a whole number is if it is left out, and between what it must lie."""

    default: int
    least: int
    most: int


NUMBERS: Final = MappingProxyType(
    {
        "REMINDER_DAYS": Bounds(7, 1, 365),
        # The journal remembers a hundred repairs of a fault.
        "PUT_BACK_LIMIT": Bounds(3, 1, 100),
        # What nothing rests on is remembered for a month at least, so no window may be longer.
        "PUT_BACK_WINDOW_HOURS": Bounds(24, 1, 720),
        "JOURNAL_RETENTION_DAYS": Bounds(365, 30, 3650),
        "ALERTS_PER_HOUR": Bounds(20, 2, 1000),
        "ACCOUNT_ALERTS_PER_HOUR": Bounds(100, 2, 100_000),
    }
)
"""The settings that are whole numbers."""

RETENTION: Final = timedelta(days=NUMBERS["JOURNAL_RETENTION_DAYS"].default)

FRESH: Final = timedelta(hours=1)
"""How long after it was added a permission counts as having no caller yet that relies on it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The template's parameters, as the core understands them."""

    mode: Mode
    treatments: Mapping[Concern, Treatment]
    repair_existing: bool
    trusted: Trusted
    logging_policy_arn: str
    guard_role_arn: str
    reminder: timedelta = timedelta(days=NUMBERS["REMINDER_DAYS"].default)
    """After which a fault that is still there is told again."""
    put_back_limit: int = NUMBERS["PUT_BACK_LIMIT"].default
    """How often the same fault may be repaired within `put_back_window`; if it is then put back again, it is only told."""
    put_back_window: timedelta = timedelta(hours=NUMBERS["PUT_BACK_WINDOW_HOURS"].default)
    retention: timedelta = RETENTION
    """How long the journal remembers what nothing rests on any more."""
    central_topic_arn: str = ""
    """The topic of the organisation that is told too; empty if there is none."""
    role_change_regions: tuple[str, ...] = ()
    """The regions whose guards are told of changes to roles."""
    alerts_per_hour: int = NUMBERS["ALERTS_PER_HOUR"].default
    """How many alerts about one function are sent within an hour; what is more is told together later."""
    account_alerts_per_hour: int = NUMBERS["ACCOUNT_ALERTS_PER_HOUR"].default
    """How many alerts about all functions together are asked for within an hour; what is more is told later."""

    @classmethod
    def of(cls, given: Mapping[str, str], *, account: str, region: str) -> Settings:
        """Read the settings of a guard in this account and region. Raises SettingsError, which names the setting."""
        partition = partition_of(region)
        arn = given.get("LOGGING_POLICY_ARN", "").strip()
        arn = arn or f"arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        if not _POLICY_ARN.fullmatch(arn):
            raise SettingsError("LOGGING_POLICY_ARN", f"is no ARN of a managed policy: {arn!r}")
        return cls(
            mode=_one_of(Mode, given, "MODE", Mode.ENFORCE),
            treatments={concern: _treatment(concern, given) for concern in Concern},
            repair_existing=_flag(given, "REPAIR_EXISTING"),
            trusted=Trusted(
                account,
                _listed(given, "TRUSTED_ACCOUNTS", is_account, "account ids"),
                _listed(given, "TRUSTED_ORGANIZATION_IDS", is_organization, "organisation ids"),
            ),
            logging_policy_arn=arn,
            guard_role_arn=given.get("GUARD_ROLE_ARN", ""),
            reminder=timedelta(days=_whole(given, "REMINDER_DAYS")),
            put_back_limit=_whole(given, "PUT_BACK_LIMIT"),
            put_back_window=timedelta(hours=_whole(given, "PUT_BACK_WINDOW_HOURS")),
            retention=timedelta(days=_whole(given, "JOURNAL_RETENTION_DAYS")),
            central_topic_arn=_topic(given),
            role_change_regions=_listed(given, "ROLE_CHANGE_REGIONS", is_region, "regions"),
            alerts_per_hour=_whole(given, "ALERTS_PER_HOUR"),
            account_alerts_per_hour=_whole(given, "ACCOUNT_ALERTS_PER_HOUR"),
        )


def _treatment(concern: Concern, given: Mapping[str, str]) -> Treatment:
    name = SETTINGS[concern]
    default = Treatment.ALERT if concern in NEVER_REPAIRED else Treatment.REPAIR
    treatment = _one_of(Treatment, given, name, default)
    if treatment is Treatment.REPAIR and concern in NEVER_REPAIRED:
        raise SettingsError(name, "is Repair, but this is never repaired: say Alert or Off")
    return treatment


def _one_of(kind: type[_E], given: Mapping[str, str], name: str, default: _E) -> _E:
    text = given.get(name, "").strip()
    if not text:
        return default
    try:
        return kind(text)
    except ValueError as error:
        raise SettingsError(
            name, f"is {text!r}, not one of {', '.join(one.value for one in kind)}"
        ) from error


def _flag(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false").strip().lower() or "false"
    if text not in {"true", "false"}:
        raise SettingsError(name, f"is {text!r}, neither true nor false")
    return text == "true"


def _whole(given: Mapping[str, str], name: str) -> int:
    bounds = NUMBERS[name]
    text = given.get(name, "").strip() or str(bounds.default)
    if not _DIGITS.fullmatch(text) or not bounds.least <= int(text) <= bounds.most:
        raise SettingsError(name, f"is {text!r}, not a whole number from {bounds.least} to {bounds.most}")
    return int(text)


def _topic(given: Mapping[str, str]) -> str:
    arn = given.get("CENTRAL_ALERTS_TOPIC_ARN", "").strip()
    if arn and not _TOPIC_ARN.fullmatch(arn):
        raise SettingsError("CENTRAL_ALERTS_TOPIC_ARN", f"is no ARN of a topic: {arn!r}")
    return arn


def is_region(text: str) -> bool:
    """Tell whether the text can be the name of a region."""
    return _REGION.fullmatch(text) is not None


def is_organization(text: str) -> bool:
    """Tell whether the text is the id of an organisation."""
    return _ORGANIZATION.fullmatch(text) is not None


def _listed(
    given: Mapping[str, str], name: str, is_valid: Callable[[str], bool], what: str
) -> tuple[str, ...]:
    texts = tuple(text.strip() for text in given.get(name, "").split(",") if text.strip())
    wrong = [text for text in texts if not is_valid(text)]
    if wrong:
        raise SettingsError(name, f"takes {what} with commas between; this is none: {wrong[0]!r}")
    return texts
