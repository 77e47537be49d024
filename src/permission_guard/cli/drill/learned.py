"""What a drill has shown of the account: facts that AWS does not document, or that differ between Regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.aws.drill import WriteEvent
from permission_guard.cli.drill.run import Drill
from permission_guard.cli.drill.steps import GRANT, Call
from permission_guard.cli.rows import row
from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Family, Unreadable

_NO_NAME: Final = "not named by this version of the guard"
_FACTS: Final = {
    "hasPutResourcePolicy": "PutResourcePolicy is available in this Region",
    "keepsSid": "The repaired statement has the Sid that it had",
    "movesRevisionId": "The repair changed the RevisionId of the resource policy",
    "sharesRevisionId": "The function and its resource policy have the same RevisionId",
    "showsPolicy": "The event of PutResourcePolicy shows the policy",
}


@frozen
class KnownEvent:
    """CloudTrail's event of a call."""

    call: str
    name: str
    seconds: int | None
    """From its time to the run of the guard that first saw the fault; None for a call of the guard itself."""


def events(drill: Drill, written: WriteEvent | Unreadable | None) -> Iterator[KnownEvent]:
    """Yield the events that the journal's entries name, and that of the guard's PutResourcePolicy (facts 1.2 and 1.3)."""
    causes = {one.cause.kind.value: one for one in drill.seen.entries}
    for one in (causes[call.value] for call in Call if call.value in causes):
        seconds = round((one.first_seen - one.cause.at).total_seconds())
        yield KnownEvent(one.cause.kind.value, one.cause.event_name or _NO_NAME, seconds)
    if isinstance(written, WriteEvent):
        yield KnownEvent("PutResourcePolicy", written.name, None)


def answers(drill: Drill, written: WriteEvent | Unreadable | None) -> dict[str, bool]:
    """Return what is known about the repaired statement (facts 3.1 and 9); what the drill has not shown is missing."""
    seen, before, repair = drill.seen, drill.unrepaired, drill.rewritten
    if repair is None:
        return {}
    found = {
        "hasPutResourcePolicy": repair.family is Family.DOCUMENT,
        "keepsSid": GRANT.sid in {one.get("Sid") for one in seen.statements},
        "sharesRevisionId": seen.revision == seen.function_revision,
    }
    if before is not None:
        found["movesRevisionId"] = seen.revision != before.revision
    if isinstance(written, WriteEvent):
        found["showsPolicy"] = written.shows_policy
    return found


def learned(drill: Drill, written: WriteEvent | Unreadable | None) -> dict[str, Json]:
    """Return all of it for machines."""
    found = {one.call: {"name": one.name, "seconds": one.seconds} for one in events(drill, written)}
    return {"events": found, **answers(drill, written)}


def shown(drill: Drill, written: WriteEvent | Unreadable | None, guard: str) -> Iterator[str]:
    """Yield all of it as rows. `guard` is the name of the guard's function, with its Region as an option."""
    for one in events(drill, written):
        delay = "" if one.seconds is None else f", evaluated {one.seconds} s after its time"
        yield row("Learned", f"{one.call}: its event is {one.name}{delay}.")
    found = answers(drill, written)
    for fact, answer in found.items():
        yield row("Learned", f"{_FACTS[fact]}: {'yes' if answer else 'no'}.")
    if found.get("hasPutResourcePolicy") and not isinstance(written, WriteEvent):
        why = written or "CloudTrail's event history does not have it yet"
        yield row("Unknown", f"The event of PutResourcePolicy: {why}. Look in 15 minutes:")
        yield f"           {_LOOK} AttributeKey=Username,AttributeValue={guard}"


_LOOK: Final = "aws cloudtrail lookup-events --lookup-attributes"
