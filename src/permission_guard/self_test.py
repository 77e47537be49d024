"""Does this guard still do what it is for? The mistakes that everybody makes, dealt with by the whole pipeline.

They are made in an account in memory, so nothing is changed and nobody is told. What comes out must be what is written
here: no rule, no right and no answer of AWS can make a difference, only the code that runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from permission_guard.actor import SWEEP
from permission_guard.document import Body, dumped
from permission_guard.finding import Verdict
from permission_guard.iam import FunctionArn
from permission_guard.outcome import Ending
from permission_guard.pipeline import Guard
from permission_guard.report import Report
from permission_guard.rules import function_is_not_public, judge, role_can_write_logs
from permission_guard.rules import invoke_permission_names_its_source as names_its_source
from permission_guard.settings import Settings
from permission_guard.trigger import Kind, Trigger
from permission_guard.world import Account, WorldActor, WorldHerald, WorldJournal, WorldObserver

ACCOUNT: Final = "111122223333"
STRANGER: Final = "999999999999"
REGION: Final = "us-east-1"
FUNCTION: Final = FunctionArn("aws", REGION, ACCOUNT, "self-test")
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

_CONDITION: Final[Body] = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@dataclass(frozen=True, slots=True)
class Known:
    """A call that somebody has just made, and what must become of it.

    Without a statement the function was created. Its role may read objects of S3 and nothing more.
    """

    what: str
    statement: Body | None
    ends: tuple[tuple[str, Verdict, Ending], ...]
    """What is told: the rule, its verdict, and what became of the fault. Nothing if there is no fault."""


KNOWN: Final = (
    Known(
        "a role that may not log may write its function's logs afterwards",
        None,
        ((role_can_write_logs.RULE.id, Verdict.FAIL, Ending.REPAIRED),),
    ),
    Known(
        "a permission for S3 on behalf of anybody names this account afterwards",
        {"Principal": {"Service": "s3.amazonaws.com"}},
        ((names_its_source.RULE.id, Verdict.FAIL, Ending.REPAIRED),),
    ),
    Known(
        "a permission for everybody is bound to this account afterwards",
        {"Principal": "*"},
        ((function_is_not_public.RULE.id, Verdict.FAIL, Ending.REPAIRED),),
    ),
    Known(
        "a permission for another account is told, and stands",
        {"Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"}},
        ((function_is_not_public.RULE.id, Verdict.FAIL, Ending.TOLD),),
    ),
    Known(
        "a permission that depends on what nobody can know is told, and stands",
        {"Principal": {"Service": "s3.amazonaws.com"}, "Condition": {"StringEquals": {"aws:Unheard": "of"}}},
        ((names_its_source.RULE.id, Verdict.UNKNOWN, Ending.TOLD),),
    ),
    Known(
        "a permission that names its source is left alone",
        {"Principal": {"Service": "s3.amazonaws.com"}, "Condition": _CONDITION},
        (),
    ),
)
"""The mistakes, and one that is none."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that was tried: what must be so, and what is so instead; None if it is as it must be."""

    what: str
    wrong: str | None = None


def try_the_known(known: tuple[Known, ...] = KNOWN) -> tuple[Tried, ...]:
    """Let the pipeline deal with each known call, twice: what is repaired must stay so, and be told once."""
    return tuple(Tried(one.what, _wrong(one)) for one in known)


def _wrong(known: Known) -> str | None:
    guard, herald, trigger = _brought_about(known)
    try:
        guard.handle(trigger, NOW)
        again = guard.handle(trigger, NOW)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what was asked for
        return f"{type(error).__name__}: {error}"
    told = tuple(_ends(report) for report in herald.told)
    if told != ((known.ends,) if known.ends else ()):
        return f"{_said(told)} was told instead of {_said((known.ends,))}"
    found = judge(again.facts, guard.settings.trusted)
    left = tuple(finding.rule for finding in found if finding.verdict is not Verdict.PASS)
    stays = tuple(rule for rule, _, ending in known.ends if ending is not Ending.REPAIRED)
    return None if left == stays else f"afterwards {left} is found instead of {stays}"


def _ends(report: Report) -> tuple[tuple[str, Verdict, Ending], ...]:
    return tuple((line.finding.rule, line.finding.verdict, line.ending) for line in report.lines)


def _said(told: tuple[tuple[tuple[str, Verdict, Ending], ...], ...]) -> str:
    listed = [f"{rule} {verdict.value} {ending.value}" for one in told for rule, verdict, ending in one]
    return ", ".join(listed) or "nothing"


def _brought_about(known: Known) -> tuple[Guard, WorldHerald, Trigger]:
    """Return a guard over an account in which the call has just been made, who hears of it, and where to look."""
    settings = Settings.of({}, account=ACCOUNT, region=REGION)
    account = Account(ACCOUNT, REGION)
    logging = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    account.managed[settings.logging_policy_arn] = dumped(_document(logging))
    account.with_role(reading=_document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}))
    account.with_function(FUNCTION.name)
    sid = None
    if known.statement is not None:
        sid = "given"
        given = {"Sid": sid, "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": str(FUNCTION)}
        document = _document({**given, **known.statement})
        account.put_resource_policy(str(FUNCTION), dumped(document), None)
    herald = WorldHerald()
    observer = WorldObserver(account, settings.logging_policy_arn)
    guard = Guard(settings, observer, WorldActor(account), herald, WorldJournal(account))
    kind = Kind.FUNCTION_CREATED if sid is None else Kind.PERMISSION_ADDED
    return guard, herald, Trigger(kind, FUNCTION, None, SWEEP, "self-test", NOW, sid)


def _document(statement: Body) -> Body:
    return {"Version": "2012-10-17", "Statement": [statement]}
