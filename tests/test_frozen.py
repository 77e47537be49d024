"""What must not change by accident, for every case, sample event and repair: `frozen.jsonl`, a line for each thing recorded.

Every line begins with its kind: the `verdict` of a case's rule; what was `reported` and what `waits` for the digest, the `end`
in AWS (what a policy or a role has more, `+`, and what it lacks, `-`) and the `calls` of a run from the event on; how each
run for a sample event ended, its `answer`. Where nothing is reported, changed or called there is
no line.
**A line changes only in a commit that says why.** After a change that is meant, write it anew and read the difference:

    make test ARGS="tests/test_frozen.py" FROZEN=write
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from difflib import unified_diff
from operator import methodcaller
from pathlib import Path
from typing import Any
from unittest import mock

from permission_guard.events.trigger import Kind
from tests import test_golden
from tests.aws.guarded import Guarded, guarded
from tests.aws.transport import Transport
from tests.faults.scenarios import SCENARIOS
from tests.frozen import outcome, play, staged, state, verdicts
from tests.rules.case import CASES, Case
from tests.samples import FOLDER, LOGGING, MESSAGES, sample, scene

RECORD = Path(__file__).parent / "frozen.jsonl"
AN_EVENT = "a-function-was-created-by-terraform"
PRINCIPALS = [
    f"{name}.amazonaws.com" for name in ("apigateway", "cognito-idp", "events", "logs", "s3", "sns")
]
CREATED = methodcaller("happen", Kind.FUNCTION_CREATED, role="arn:aws:iam::111122223333:role/role")
Recorded = Iterator[tuple[str, str, Any]]
"""The kind of a record, what it is about, and what is recorded."""


def of_cases() -> Recorded:
    for path in CASES.glob("*/*.json"):
        case, name = Case.of(path), f"case {path.parent.name}/{path.stem}"
        yield "verdict", name, verdicts(case)
        event, wire, settings = staged(case)
        before = state(wire.account)
        play(event, wire, **settings)
        yield from ((kind, name, value) for kind, value in outcome(wire, before))


def of_events() -> Recorded:
    for path in FOLDER.glob("*.json"):
        event, name = sample(path.stem), f"event {path.stem}"
        wire = Transport(scene(sample(AN_EVENT) if path.stem in MESSAGES else event).account)
        before = state(wire.account)
        yield "answer", name, play(event, wire)
        yield from ((kind, name, value) for kind, value in outcome(wire, before))


def of_repairs() -> Recorded:
    before = state(guarded().account)
    for name, documents, happens in repairs():
        there = guarded(documents=documents)
        happens(there)
        yield from ((kind, f"repair {name}", value) for kind, value in outcome(there.wire, before))
    for name, unrepaired in test_golden.TYPICAL.items():
        made: list[Guarded] = []
        with mock.patch.object(test_golden, "guarded", lambda made=made, **given: noted(made, **given)):
            report = unrepaired()
        found = outcome(made[0].wire, before, report)
        yield from ((kind, f"golden {name}", value) for kind, value in found)


def noted(made: list[Guarded], **given: Any) -> Guarded:
    made.append(guarded(**given))
    return made[-1]


def repairs() -> Iterator[tuple[str, bool, Callable[[Guarded], Any]]]:
    """Every repair on the wire, by what has happened, and whether PutResourcePolicy exists there."""
    for principal in ("*", "999988887777", *PRINCIPALS):
        yield (
            f"a permission for {principal}, by PutResourcePolicy",
            True,
            methodcaller("permission_added", principal),
        )
        yield (
            f"a permission for {principal}, by AddPermission",
            False,
            methodcaller("permission_added", principal),
        )
    own = methodcaller("permission_added", "s3.amazonaws.com", source_account="111122223333")
    yield "a permission that names its account", True, own
    yield "a permission removed", True, methodcaller("happen", Kind.PERMISSION_REMOVED)
    yield "the same event again", True, again
    yield "a function whose role may not log", True, CREATED
    yield "a function whose role may log", True, lambda there: CREATED(may_log(there))
    yield "a sweep of a function", True, methodcaller("happen", Kind.SWEEP)


def again(there: Guarded) -> None:
    there.permission_added("s3.amazonaws.com")
    there.wire.calls.clear()
    there.wire.published.clear()
    there.happen(Kind.PERMISSION_ADDED, arrived="it")


def may_log(there: Guarded) -> Guarded:
    there.account.with_role("role", logs=LOGGING)
    return there


def of_scenarios() -> Recorded:
    """In memory, without a wire: what a person undoes and what is released."""
    for scenario in SCENARIOS:
        stage, name = scenario.stage(), f"scenario {scenario.name}"
        account = stage.there.account
        wire, before = Transport(account, calls=account.calls), state(account)
        stage.run()
        found = {**dict(outcome(wire, before)), "reported": stage.reported}
        yield from ((kind, name, value) for kind, value in found.items())


def test_nothing_is_otherwise_than_the_record_says() -> None:
    found = (one for part in (of_cases, of_events, of_repairs, of_scenarios) for one in part())
    actual = sorted(json.dumps({kind: name, "is": value}) for kind, name, value in found if value)
    if os.environ.get("FROZEN") == "write":
        RECORD.write_text("\n".join(actual) + "\n", encoding="utf-8")
    kept = RECORD.read_text(encoding="utf-8").splitlines()
    assert "\n".join(unified_diff(kept, actual, "kept", "actual", n=0, lineterm="")) == ""
