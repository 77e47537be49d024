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
from datetime import timedelta
from functools import cache, lru_cache
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any, Final

from click import unstyle

from permission_guard import handler as entry_point
from permission_guard.alerts import MESSAGE_LIMIT, SUBJECT_LIMIT
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.sns import message
from permission_guard.cli import explanation_text
from permission_guard.cli.documents import STDIN
from permission_guard.cli.errors import Unusable
from permission_guard.cli.explain_input import ExplainOptions, asked
from permission_guard.cli.journal import table
from permission_guard.connections import Connections
from permission_guard.events.message import QueueName
from permission_guard.events.record import BadEvent
from permission_guard.events.trigger import EVERYTHING, Installation, Kind
from permission_guard.fake_aws import (
    FakeInventory,
    FakeObserver,
    FakeQueue,
    FakeSweepRecords,
    FakeWriter,
)
from permission_guard.iam import PolicyError
from permission_guard.iam.policy import Json
from permission_guard.journal.acceptance import Acceptance
from permission_guard.journal.entry import kept_until
from permission_guard.journal.entry_json import EntryError, entry_of, written
from permission_guard.model.document import dumped
from permission_guard.model.facts import FactKind, FunctionFacts
from permission_guard.ports import ChangedMeanwhile, Notification, Refused, RetryLater
from permission_guard.read import read_facts
from permission_guard.repair.accept import NothingToRemove, lift
from permission_guard.repair.undo import CannotUndo, undo
from permission_guard.scan.explanation import explain
from permission_guard.settings import RETENTION
from permission_guard.sweep import Sweeper
from tests.aws.delivered import Context
from tests.fake_aws.builders import ACCOUNT, BASIC, FUNCTION, OWN, TARGET, statement
from tests.fuzz import seeds
from tests.laws.callers import Call, admitted, calls
from tests.watched import Watched

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
    for sent in there.notifier.sent:
        _renders(sent)


def _renders(sent: Notification) -> None:
    """An alert can be sent as it is, and forges nothing."""
    title, whole = sent.subject, message(sent)
    assert title.isascii()
    assert title.isprintable()
    assert 0 < len(title) <= SUBJECT_LIMIT
    assert len(whole.encode()) <= MESSAGE_LIMIT
    assert json.loads(sent.body, parse_constant=_constant)["subject"] == title
    assert all(row.isprintable() for row in sent.mail.split("\n"))


def _constant(name: str) -> None:
    raise AssertionError(f"the alert contains {name}, which is not JSON")


def _twice(there: Watched, kind: Kind) -> None:
    """Let the guard deal with an event twice: the second time it changes nothing."""
    with _lawful(there):
        there.handle(kind)
        once = _document(there), list(there.attached)
        there.handle(kind)
    assert (_document(there), there.attached) == once, "a second run changed something"


# The doors


def _anybody() -> Watched:
    there = Watched()
    there.open(statement("s3.amazonaws.com", sid="s3-may-invoke"))
    return there


class _Queue(FakeQueue):
    """A queue whose messages come back by themselves."""

    def receive_again(self, receipt: str, after: timedelta) -> None:
        """Leave it: nobody waits here."""


@contextmanager
def _connected(there: Watched) -> Iterator[StringIO]:
    """Connect the handler to a world, and yield what it writes."""
    queue: Any = _Queue(there.account)
    nothing: Any = None  # no call of AWS is made here
    sweeper = Sweeper(there.guard, FakeInventory(there.account), FakeSweepRecords(there.journal), queue)
    home = Installation(there.account.account, there.account.region, "")
    here = entry_point.Environment(there.settings, home, {_arn(name): name for name in QueueName})
    connections = Connections(there.guard, dict.fromkeys(QueueName, queue), Table(nothing, "journal"))
    vars(connections)["sweeper"] = sweeper
    vars(here)["connections"] = connections
    handler_of_logs: Any = entry_point.logger.registered_handler
    former = entry_point.environment
    module, log, stream = vars(entry_point), StringIO(), handler_of_logs.stream
    module["environment"], handler_of_logs.stream = lambda *_: here, log
    try:
        with redirect_stdout(log):
            yield log
    finally:
        module["environment"], handler_of_logs.stream = former, stream


def _arn(queue: QueueName) -> str:
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue.value}"


_TYPED: Final = (BadEvent, Refused, RetryLater)
"""What a message may end in."""


def event(text: str) -> None:
    """What Lambda hands over; what is none of its events is a message of each queue."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and "Records" in value:
        _handled(value)
    else:
        for queue in QueueName:
            _handled({"Records": [seeds.record(text, _arn(queue))]})


def _handled(value: object) -> None:
    there, handle = _anybody(), _handler()
    with _connected(there) as log, _lawful(there), suppress(*_TYPED):
        answer = handle(value, Context(f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:guard"))
        json.dumps(answer)
        assert set(answer) == {"batchItemFailures"}
    for line in log.getvalue().split("\n"):
        said = json.loads(line) if line else {}
        assert isinstance(said, dict), "a line of the log was forged"
        assert said.get("kind") in {None, *(one.__name__ for one in _TYPED)}, (
            f"{said.get('kind')}: {said.get('why')}"
        )


def _handler() -> Any:
    return entry_point.handler


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
        seen = read_facts(there.guard.observer, FunctionFacts(FUNCTION), FactKind.POLICY | FactKind.ROLE)
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
        there.handle(Kind.POLICY_WRITTEN, added=EVERYTHING)
        there.handle(Kind.FUNCTION_CHANGED)
    observer, writer = FakeObserver(there.account, BASIC), FakeWriter(there.account)
    there.journal.entries = {(one.subject, one.fault): one}
    with suppress(CannotUndo, Refused, RetryLater, ChangedMeanwhile):
        undo(one, observer, writer, there.journal, Acceptance("ann", there.now))
    with suppress(NothingToRemove, Refused, RetryLater, ChangedMeanwhile):
        lift(one, there.journal)


def explained(text: str) -> None:
    """What a person hands to `explain`."""
    stdin = TextIOWrapper(BytesIO(text.encode("utf-8", "surrogatepass")))
    with _stdin(stdin), suppress(Unusable):
        what = asked(ExplainOptions(policies=(STDIN,)))
        explanations = explain(what.facts, what.trusted)
        rows = unstyle(explanation_text.text(what, explanations)).split("\n")
        assert all(row.isprintable() for row in rows), "the terminal was sent a command"
        body = explanation_text.body(what, explanations)
        assert body.isascii()
        assert json.loads(body, parse_constant=_constant)["schema"] == explanation_text.SCHEMA


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
