"""What a finding is: a rule's verdict on one subject, with a proof that can be checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import Enum, IntEnum
from typing import Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam import Decision, Request
from permission_guard.model.facts import Unreadable


class Verdict(Enum):
    """PASS, FAIL, or UNKNOWN, which is reported and never repaired."""

    PASS = "PASS"  # noqa: S105  # a verdict, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


GRAVITY: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
"""The gravest first."""


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """FAIL if anything failed, else UNKNOWN if anything is in doubt, else PASS."""
    found = set(verdicts)
    return next((one for one in GRAVITY if one in found), Verdict.PASS)


class Severity(IntEnum):
    """How severe a finding is, by AWS Security Hub's names."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Concern(Enum):
    """What a finding is about: the rule ids that the settings AlertOnly and Ignore take."""

    ROLE_CAN_WRITE_LOGS = "role-can-write-logs"
    INVOKE_PERMISSION_NAMES_ITS_SOURCE = "invoke-permission-names-its-source"
    FUNCTION_IS_NOT_PUBLIC = "function-is-not-public"
    CROSS_ACCOUNT_ACCESS = "cross-account-access"
    FUNCTION_URL_IS_NOT_PUBLIC = "function-url-is-not-public"
    MANAGEMENT_ACCESS = "management-access"
    PERMISSION_IS_USABLE = "permission-is-usable"
    LAYER_IS_NOT_PUBLIC = "layer-is-not-public"


RULE_IDS: Final = tuple(one.value for one in Concern)
"""Every rule id."""


@frozen
class DeniedRequest:
    """A request that should be allowed and that the policies refuse. `blocker` says why."""

    request: Request
    decision: Decision
    blocker: str


@frozen
class Witness:
    """A request from outside the zone of trust, as an example of those that the whole policy allows."""

    request: Request
    decision: Decision
    caller: str
    """Who makes it, in words."""


@frozen
class Undecided:
    """A request that the policies leave undecided, and why."""

    request: Request
    decision: Decision
    doubt: str


@frozen
class Missing:
    """Something required does not exist."""

    what: str


@frozen
class Unused:
    """A statement that no caller needs, and why."""

    why: str


@frozen
class Recorded:
    """A proof of an earlier run, as the journal keeps it: its kind, and the sentence that was reported."""

    kind: str
    sentence: str


Proof: TypeAlias = DeniedRequest | Witness | Undecided | Missing | Unused | Unreadable | Recorded | None
"""Why a verdict is what it is; None for a PASS."""


HELP_TO_READ: Final = (
    "Find out why the guard's role was refused this call (its own policies, a service control policy). Until then, check "
    "the function by hand."
)
"""The advice where the guard could not read."""


@frozen
class Finding:
    """A rule's verdict on one subject: a role, or one statement of a resource policy."""

    rule: str
    concern: Concern
    subject: str
    verdict: Verdict
    severity: Severity
    summary: str
    proof: Proof = None
    statement: int | None = None
    """The index of the statement in the resource policy, where the subject is one."""
    advice: str = ""
    """What a person should change at the source, so that the fault does not come back."""
    fault: str = field(default="", compare=False)
    """The digest by which the journal knows the fault, once it is computed (`journal.fault`)."""

    @property
    def key(self) -> tuple[str, Concern, str]:
        """What identifies it among the findings about the same facts."""
        return self.rule, self.concern, self.subject
