"""What is put to the test with hostile input, and what must hold whatever the input is.

Each target takes text. Nothing but the typed errors of a door may come of it, and what the guard then did must be lawful:
nothing but the pinned policy attached, nobody let in, a second run without a change, every alert within SNS's limits.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any, Final

from click import unstyle
from permission_guard.follow import Follower

from permission_guard import handler as door
from permission_guard.alert import MESSAGE_LIMIT, SUBJECT_LIMIT, message, subject
from permission_guard.cli import shown
from permission_guard.cli.documents import STDIN
from permission_guard.cli.endings import Unusable
from permission_guard.cli.given import Given, asked
from permission_guard.cli.journal import table
from permission_guard.connected import Connections
from permission_guard.document import dumped
from permission_guard.explanation import explain
from permission_guard.facts import FunctionFacts, Look
from permission_guard.iam import PolicyError
from permission_guard.iam.policy import Json
from permission_guard.journal.lasting import kept_until
from permission_guard.journal.written import EntryError, entry_of, written
from permission_guard.pipeline import look
from permission_guard.ports import ChangedMeanwhile, Refused, TryAgain
from permission_guard.record import BadEvent
from permission_guard.report import Report
from permission_guard.settings import RETENTION
from permission_guard.sweep import Sweeper
from permission_guard.trigger import EVERYTHING, Kind
from permission_guard.undo import CannotUndo, NothingToResume, resume, undo
from permission_guard.world import (
    WorldActor,
    WorldInventory,
    WorldLayers,
    WorldObserver,
    WorldQueue,
    WorldRevisions,
)
from permission_guard.world.sweep import WorldNeighbours
from tests.fuzz import seeds
from tests.laws.callers import Call, admitted, calls
from tests.watched import Watched
from tests.world.builders import ACCOUNT, BASIC, FUNCTION, OWN, TARGET, statement

HELD: Final = frozenset({BASIC})


@dataclass(frozen=True, slots=True)
class Target:
    """A door: what its inputs are made from, and what takes one."""

    name: str
    seeds: Callable[[], tuple[Json, ...]]
    take: Callable[[str], None]


# What must hold


@cache
def _asked() -> tuple[Call, ...]:
    return calls(TARGET)


@lru_cache(maxsize=512)
def _inside(document: str) -> frozenset[int] | None:
    try:
        return admitted(document, _asked())
    except PolicyError:
        return None


def _document(there: Watched) -> str | None:
    function = there.account.functions.get("orders")
    return function.policies.get(None, (None, ""))[0] if function else None


@contextmanager
def _lawful(there: Watched) -> Iterator[None]:
    """Hold what the guard does within to its laws."""
    before, attached = _document(there), set(there.attached)
    yield
    after = _document(there)
    assert set(there.attached) <= attached | HELD, "something else than the pinned policy was attached"
    if after is not None and after != before:
        inside = _inside(before or dumped({"Statement": []}))
        now = _inside(after)
        assert inside is not None, "a policy that cannot be read was changed"
        assert now is not None, "what was written cannot be read"
        assert now <= inside, "somebody was let in"
    for report in there.herald.told:
        _renders(report)


def _renders(report: Report) -> None:
    """An alert can be sent as it is, and forges nothing."""
    title, whole = subject(report), message(report)
    assert title.isascii()
    assert title.isprintable()
    assert 0 < len(title) <= SUBJECT_LIMIT
    assert len(whole.encode()) <= MESSAGE_LIMIT
    versions = json.loads(whole)
    assert json.loads(versions["default"], parse_constant=_constant)["subject"] == title
    assert all(row.isprintable() for row in versions["email"].split("\n"))


def _constant(name: str) -> None:
    raise AssertionError(f"the alert holds {name}, which JSON does not have")


def _twice(there: Watched, kind: Kind) -> None:
    """Let the guard deal with an event twice: the second time it changes nothing."""
    with _lawful(there):
        there.handle(kind)
        once = _document(there), list(there.attached)
        there.handle(kind)
    assert (_document(there), there.attached) == once, "a second run changed something"


# The doors


class _Context:
    """What Lambda passes beside the event."""

    function_name = "guard"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:guard"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return how much of the five minutes is left."""
        return 299_000


def _anybody() -> Watched:
    there = Watched()
    there.open(statement("s3.amazonaws.com", sid="s3-may-invoke"))
    return there


class _Queue(WorldQueue):
    """A queue whose messages come back by themselves."""

    def bring_back(self, messages: tuple[object, ...]) -> None:
        """Leave them: nobody waits here."""


@contextmanager
def _connected(there: Watched) -> Iterator[StringIO]:
    """Connect the handler to a world, and yield what it writes."""
    made: Any = there.guard
    queue: Any = _Queue(there.account)
    here = door.Standby(there.settings)
    inventory = WorldInventory(there.account)
    follower = Follower(made, inventory, queue, WorldNeighbours(there.account))
    clients: Any = None  # nothing here tries itself
    vars(here)["connections"] = Connections(
        clients,
        made,
        Sweeper(made, inventory, WorldLayers(there.account), WorldRevisions(there.account), queue),
        follower,
        queue,
    )
    handler_of_logs: Any = door.logger.registered_handler
    former = door.standby
    module, log, stream = vars(door), StringIO(), handler_of_logs.stream
    module["standby"], handler_of_logs.stream = lambda *_: here, log
    try:
        with redirect_stdout(log):
            yield log
    finally:
        module["standby"], handler_of_logs.stream = former, stream


_TYPED: Final = (BadEvent, Refused, door.SelfTestFailed)
"""What an event may end in. A self-test fails here, because there is no AWS to make clients for."""


def event(text: str) -> None:
    """What Lambda hands over; text that is no JSON is a message of the queue."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = {"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": text}]}
    there, handle = _anybody(), _handler()
    with _connected(there) as log, _lawful(there), suppress(*_TYPED):
        answer = handle(value, _Context())
        assert isinstance(answer, dict)
        json.dumps(answer)
    for line in log.getvalue().split("\n"):
        said = json.loads(line) if line else {}
        assert isinstance(said, dict), "a line of the log was forged"
        assert said.get("kind") in {None, *(one.__name__ for one in _TYPED)}, (
            f"{said.get('kind')}: {said.get('why')}"
        )


def _handler() -> Any:
    return door.handler


def policy(text: str) -> None:
    """What stands in a resource policy and in the policies of a role, where anything may stand that AWS let in."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = {"policy": text, "role": {"policies": {"spoiled": text}, "tags": {text[:40]: text}}}
    for documents in (True, False):
        there = Watched()
        there.account.has_resource_policy_calls = documents
        there.account.functions["orders"].policies[None] = (_raw(_in(given, "policy")), "first")
        role = there.account.roles["role"]
        named = _in(_in(given, "role"), "policies")
        role.inline = {name: _raw(body) for name, body in named.items()} if isinstance(named, dict) else {}
        role.trust = (
            _raw(_in(_in(given, "role"), "trust")) if _in(_in(given, "role"), "trust") else role.trust
        )
        if boundary := _in(_in(given, "role"), "boundary"):
            there.account.managed["boundary"], role.boundary = _raw(boundary), "boundary"
        tags = _in(_in(given, "role"), "tags")
        role.tags = {key: str(value) for key, value in tags.items()} if isinstance(tags, dict) else {}
        seen = look(there.guard.observer, FunctionFacts(FUNCTION), Look.POLICY | Look.ROLE, OWN)
        for one in explain(seen, OWN):
            assert one.sentence.endswith(".")
        _twice(there, Kind.POLICY_WRITTEN)
        if documents:
            _twice(there, Kind.FUNCTION_CREATED)


def _in(value: Json, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _raw(value: Json) -> str:
    return value if isinstance(value, str) else dumped(value)


def entry(text: str) -> None:
    """What stands in the journal: an item that somebody has edited."""
    try:
        one = entry_of(text)
    except EntryError:
        return
    assert entry_of(written(one)) == one
    kept_until(one, RETENTION)
    assert all(row.isprintable() for row in table([one]).split("\n"))
    there = _anybody()
    there.journal.entries[one.subject, one.fault] = one
    with _lawful(there):
        there.handle(Kind.POLICY_WRITTEN, brought=EVERYTHING)
        there.handle(Kind.FUNCTION_CHANGED)
    observer, actor = WorldObserver(there.account, BASIC), WorldActor(there.account)
    there.journal.entries = {(one.subject, one.fault): one}
    with suppress(CannotUndo, Refused, TryAgain, ChangedMeanwhile):
        undo(one, observer, actor, there.journal, there.now)
    with suppress(NothingToResume, Refused, TryAgain, ChangedMeanwhile):
        resume(one, there.journal)


def explained(text: str) -> None:
    """What a person hands to `explain`."""
    stdin = TextIOWrapper(BytesIO(text.encode("utf-8", "surrogatepass")))
    with _stdin(stdin), suppress(Unusable):
        what = asked(Given(policies=(STDIN,)))
        explanations = explain(what.facts, what.trusted)
        rows = unstyle(shown.text(what, explanations)).split("\n")
        assert all(row.isprintable() for row in rows), "the terminal was sent a command"
        body = shown.body(what, explanations)
        assert body.isascii()
        assert json.loads(body, parse_constant=_constant)["schema"] == shown.SCHEMA


@contextmanager
def _stdin(stdin: TextIOWrapper) -> Iterator[None]:
    former, sys.stdin = sys.stdin, stdin
    try:
        yield
    finally:
        sys.stdin = former


TARGETS: Final = (
    Target("event", seeds.events, event),
    Target("policy", seeds.policies, policy),
    Target("entry", seeds.entries, entry),
    Target("explain", lambda: tuple(_in(one, "policy") for one in seeds.policies()), explained),
)
