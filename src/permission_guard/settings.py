"""The settings. Each is checked when it is read, and each error names the setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import Enum
from typing import Final, TypeVar

from permission_guard.frozen import frozen
from permission_guard.iam.arn import is_account, partition_of
from permission_guard.model.facts import Trusted
from permission_guard.model.finding import Concern


class SettingsError(ValueError):
    """A setting that is missing or cannot be read. `name` says which."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.name = name


class Mode(Enum):
    """Whether the guard may change anything."""

    ENFORCE = "Enforce"
    OBSERVE = "Observe"


class Switch(Enum):
    """Whether something is done."""

    ON = "On"
    OFF = "Off"


class Treatment(Enum):
    """What the guard does about the findings of one rule."""

    REPAIR = "Repair"
    ALERT = "Alert"
    IGNORE = "Ignore"


_E = TypeVar("_E", Mode, Switch, Treatment)

NEEDED: Final = (
    "ALERTS_TOPIC_ARN",
    "EVENTS_QUEUE_URL",
    "GUARD_ROLE_ARN",
    "JOURNAL_TABLE",
    "SWEEP_TASKS_QUEUE_URL",
)
"""The variables that the Lambda function needs besides the settings."""

NEVER_REPAIRED: Final = frozenset(
    {
        Concern.CROSS_ACCOUNT_ACCESS,
        Concern.FUNCTION_URL_IS_NOT_PUBLIC,
        Concern.PERMISSION_IS_USABLE,
        Concern.LAYER_IS_NOT_PUBLIC,
    }
)
"""Rules whose findings are reported and never repaired: they may be intended, or no change of the guard's fixes them."""

_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_TOPIC_ARN: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_POLICY_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(?:aws|[0-9]{12}):policy/[\w+=,.@/-]+")


ALERTS_PER_HOUR: Final = 30
"""The default of AlertsPerHour."""
MOST_ALERTS_PER_HOUR: Final = 10_000

RETENTION: Final = timedelta(days=365)
"""How long the journal keeps a fault after it was last seen, if its entry is no longer needed."""

MODE_TAG: Final = "permission-guard:mode"
"""The tag of a function whose value `observe` keeps the guard from changing it."""

NEW_STATEMENT_AGE: Final = timedelta(hours=1)
"""From the event to the first receipt of its message. An older statement counts as existing: callers may rely on it."""


@frozen
class Settings:
    """The template's parameters as values."""

    mode: Mode
    treatments: Mapping[Concern, Treatment]
    repair_existing: bool
    trusted: Trusted
    logging_policy_arn: str
    guard_role_arn: str
    region: str = ""
    alerts_per_hour: int = ALERTS_PER_HOUR
    """How many alerts of the account and Region are sent at once within an hour; the digest reports what is beyond."""
    central_topic_arn: str = ""
    """The organization's topic, which receives the alerts too; empty if there is none."""
    security_hub: bool = False
    """Whether findings are shown in AWS Security Hub too."""

    @classmethod
    def of(cls, given: Mapping[str, str], *, account: str, region: str) -> Settings:
        """Read the settings of a guard in this account and region. Raises SettingsError, which names the setting."""
        partition = partition_of(region)
        arn = given.get("LOGGING_POLICY_ARN", "").strip()
        arn = arn or f"arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        if not _POLICY_ARN.fullmatch(arn):
            raise SettingsError("LOGGING_POLICY_ARN", f"is not the ARN of a managed policy: {arn!r}")
        return cls(
            mode=_one_of(Mode, given, "MODE", Mode.ENFORCE),
            treatments=_treatments(given),
            repair_existing=_flag(given, "REPAIR_EXISTING"),
            trusted=Trusted(
                account,
                _listed(given, "TRUSTED_ACCOUNTS", is_account, "account ids"),
                _listed(given, "TRUSTED_ORGANIZATION_IDS", is_organization, "organization ids"),
            ),
            logging_policy_arn=arn,
            guard_role_arn=given.get("GUARD_ROLE_ARN", ""),
            region=region,
            alerts_per_hour=_alerts_per_hour(given),
            central_topic_arn=_topic(given),
            security_hub=_one_of(Switch, given, "SECURITY_HUB", Switch.OFF) is Switch.ON,
        )


def _treatments(given: Mapping[str, str]) -> Mapping[Concern, Treatment]:
    rules = {concern.value: concern for concern in Concern}
    ignored = {rules[one] for one in _listed(given, "IGNORE", rules.__contains__, "rule ids")}
    alert_only = {rules[one] for one in _listed(given, "ALERT_ONLY", rules.__contains__, "rule ids")}
    return {
        concern: Treatment.IGNORE
        if concern in ignored
        else Treatment.ALERT
        if concern in alert_only | NEVER_REPAIRED
        else Treatment.REPAIR
        for concern in Concern
    }


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


def _alerts_per_hour(given: Mapping[str, str]) -> int:
    name = "ALERTS_PER_HOUR"
    text = given.get(name, "").strip() or str(ALERTS_PER_HOUR)
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MOST_ALERTS_PER_HOUR:
        raise SettingsError(name, f"is {text!r}, not a whole number from 1 to {MOST_ALERTS_PER_HOUR}")
    return int(text)


def _topic(given: Mapping[str, str]) -> str:
    arn = given.get("CENTRAL_ALERTS_TOPIC_ARN", "").strip()
    if arn and not _TOPIC_ARN.fullmatch(arn):
        raise SettingsError("CENTRAL_ALERTS_TOPIC_ARN", f"is not the ARN of an SNS topic: {arn!r}")
    return arn


def is_organization(text: str) -> bool:
    """Return whether the text is the id of an organization."""
    return _ORGANIZATION.fullmatch(text) is not None


def _listed(
    given: Mapping[str, str], name: str, is_valid: Callable[[str], bool], what: str
) -> tuple[str, ...]:
    texts = tuple(text.strip() for text in given.get(name, "").split(",") if text.strip())
    wrong = [text for text in texts if not is_valid(text)]
    if wrong:
        raise SettingsError(name, f"takes {what}, separated by commas; {wrong[0]!r} is none")
    return texts
