"""A world in which something is about to be repaired, released or undone, and what has been told in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from permission_guard.events.trigger import Kind, Trigger
from permission_guard.fake_aws import FakeObserver, FakeWriter
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import Entry
from permission_guard.model.document import Body, canonical, dumped, statements_of
from permission_guard.model.finding import Concern
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater
from permission_guard.repair.outcome import Result
from permission_guard.repair.undo import CannotUndo, undo
from tests.fake_aws.builders import ACCOUNT, BASIC, TARGET, document, settings, statement
from tests.faults.fault import Fault
from tests.received import alerts, endings, findings
from tests.watched import Watched

SOMEBODY: Body = statement(ACCOUNT, sid="somebody", Action="lambda:GetFunction")
"""What somebody else adds to the resource policy meanwhile: it lets nobody invoke the function."""
OTHERS = f"arn:aws:iam::{ACCOUNT}:policy/somebody"
"""What somebody else attaches to the role meanwhile."""
UNDONE, NOTHING_TO_UNDO, REFUSED = "UNDONE", "NOTHING TO UNDO", "REFUSED"
"""What the command line answers."""
LATER = " LATER"
"""Behind what waits for the next digest."""


def guarded() -> Watched:
    """Return the function `orders` under a guard that repairs what has just arrived, and whose alerts are calls too."""
    there = Watched(settings=settings(repair_existing=False))
    there.notifier.account = there.account
    there.account.managed[OTHERS] = dumped({"Version": "2012-10-17", "Statement": []})
    return there


@dataclass(slots=True)
class Stage:
    """A world and the event in it; `person` is set where not the guard acts but somebody with the command line."""

    there: Watched
    kind: Kind
    person: bool = False
    answers: list[str] = field(default_factory=list)
    """What the command line said."""
    event: Trigger = field(init=False)

    def __post_init__(self) -> None:
        self.event = self.there.event(self.kind)
        self.there.notifier.sent.clear()
        self.there.account.calls.clear()

    def run(self) -> None:
        """Let the guard deal with the event, or the person undo the repair unless that is done. Raises RetryLater."""
        if self.person and self.answers[-1:] in ([], [REFUSED]):
            self.undo()
        else:
            self.wake()

    def wake(self) -> None:
        """Let the guard deal with the event. Raises RetryLater."""
        self.there.guard.handle(self.event, self.there.now)

    def undo(self) -> None:
        """Undo the repair, as `permission-guard undo` does. Raises RetryLater where a person would try again."""
        there = self.there
        observer, writer = FakeObserver(there.account, BASIC), FakeWriter(there.account)
        try:
            (entry,) = there.journal.of(TARGET).entries
            outcome = undo(
                entry,
                observer,
                writer,
                there.journal,
                Acceptance("ann", there.now),
            )
        except CannotUndo as error:
            self.answers.append(REFUSED if "could not be read" in str(error) else NOTHING_TO_UNDO)
            return
        except Refused:
            self.answers.append(REFUSED)
            return
        except ChangedMeanwhile as error:
            raise RetryLater(str(error)) from error
        if outcome.result in {Result.RETRY_LATER, Result.CHANGED_MEANWHILE}:
            raise RetryLater(outcome.detail)
        self.answers.append(UNDONE if outcome.result is Result.DONE else REFUSED)

    def meanwhile(self, fault: Fault) -> None:
        """Let happen what somebody else does, or another guard that the same event has woken."""
        if fault is Fault.OVERTAKEN:
            self.wake()
            return
        function = self.there.account.functions.get("orders")
        if function is not None:
            statements = (*self.there.statements, SOMEBODY)
            function.policies[None] = (document(*statements), "somebody's")
        if OTHERS not in self.there.attached:
            self.there.attached.append(OTHERS)

    @property
    def reported(self) -> tuple[str, ...]:
        """What people have been told or will be with the next digest, one word for each finding."""
        at_once = (ending.value for one in alerts(self.there.notifier.sent) for ending in endings(one))
        waiting = (f"{word}{LATER}" for words in self.there.waiting for word in words)
        return (*at_once, *waiting, *self.answers)

    @property
    def said(self) -> str:
        """Every sentence of what people have been told."""
        found = [line for one in alerts(self.there.notifier.sent) for line in findings(one)]
        at_once = [f"{one['action']['what']}; {one['proof']['sentence']}" for one in found]
        return "\n".join([*at_once, *(one.mail for one in self.there.journal.alerts.values())])

    @property
    def end(self) -> End:
        """How it stands now, without what somebody did meanwhile."""
        there = self.there
        return End(
            tuple(sorted(map(canonical, (one for one in _statements(there) if one != SOMEBODY)))),
            tuple(sorted(arn for arn in there.attached if arn != OTHERS)),
            tuple(_noted(entry) for _, entry in sorted(there.journal.entries.items())),
        )


Noted = tuple[str, Concern, str, str | None, int]


@dataclass(frozen=True, slots=True)
class End:
    """How it stands: the resource policy, what is attached to the role, and what the journal says."""

    statements: tuple[str, ...]
    attached: tuple[str, ...]
    entries: tuple[Noted, ...]
    """Of each entry: the subject, the concern, the state, how it was told, how often it was repaired."""

    @property
    def stands(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What stands in AWS."""
        return self.statements, self.attached

    @property
    def repaired(self) -> tuple[tuple[str, Concern, str, int], ...]:
        """What the journal says of faults that were ever repaired, however they were told."""
        return tuple((one[0], one[1], one[2], one[4]) for one in self.entries if one[4])


def _statements(there: Watched) -> tuple[Body, ...]:
    function = there.account.functions.get("orders")
    found = function.policies.get(None) if function else None
    return statements_of(found[0]) if found else ()


def _noted(entry: Entry) -> Noted:
    reported_as = entry.reported_as.value if entry.reported_as else None
    return entry.subject, entry.finding.concern, entry.state.value, reported_as, len(entry.repairs)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way in which a step is taken."""

    name: str
    step: type
    stage: Callable[[], Stage]
