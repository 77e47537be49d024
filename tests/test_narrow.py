"""A sweep that is asked to names what is connected by then, in a statement that the guard has bound to the account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.alert.mail import text
from permission_guard.document import Body, canonical
from permission_guard.facts import Source, Trusted
from permission_guard.finding import Concern
from permission_guard.journal.entry import Entry, Rewritten
from permission_guard.outcome import Ending
from permission_guard.settings import Mode, Treatment
from permission_guard.trigger import Kind
from permission_guard.undo import undo
from permission_guard.world import ApiError, WorldActor, WorldObserver
from tests.test_sweep import Swept
from tests.watched import LOGGING, Watched
from tests.world.builders import ACCOUNT, BASIC, TARGET, TOPIC, settings, statement

REPAIRED, NARROWED, TOLD = [Ending.REPAIRED], [Ending.NARROWED], [Ending.TOLD]
OTHER = "210987654321"
ANY_TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:*"
THE_TOPIC = Source(TOPIC, ACCOUNT, TARGET)
BUCKET = Source("arn:aws:s3:::pictures", ACCOUNT, TARGET)


def bounded(*given: Body, documents: bool = True, trusted: Trusted | None = None) -> Swept:
    """A permission arrived before its trigger, so that the guard has bound it to the account. Sweeps narrow it."""
    chosen = replace(settings(repair_existing=False), narrow_to_wired=True)
    there = Watched(settings=replace(chosen, trusted=trusted) if trusted else chosen)
    there.account.with_role("role", logs=LOGGING)
    there.account.has_resource_policy_calls = documents
    there.open(*(given or (statement("sns.amazonaws.com", sid="topics"),)))
    there.handle()
    there.later(hours=1)
    return Swept(there)


def wired(swept: Swept, *sources: Source, service: str = "sns.amazonaws.com") -> Swept:
    swept.there.account.wiring[service] = list(sources)
    return swept


def buckets(*, documents: bool) -> Swept:
    """A permission for S3, by either way of writing: what AddPermission can say, binds it to the account too."""
    swept = bounded(statement("s3.amazonaws.com", sid="buckets"), documents=documents)
    return wired(swept, BUCKET, service="s3.amazonaws.com")


both_ways = pytest.mark.parametrize("documents", [True, False], ids=["PutResourcePolicy", "AddPermission"])
EXACT = {"aws:sourcearn": BUCKET.arn, "aws:sourceaccount": ACCOUNT}


def _bounds(there: Watched) -> dict[str, object]:
    (only,) = there.statements
    block = only["Condition"]
    assert isinstance(block, dict)
    return {key.lower(): value for keys in block.values() for key, value in keys.items()}


def conditions(there: Watched) -> list[object]:
    return [one.get("Condition") for one in there.statements]


def entry_of(there: Watched) -> Entry:
    (entry,) = there.journal.of(TARGET)
    return entry


@both_ways
def test_what_is_connected_by_then_is_named_and_told_once(*, documents: bool) -> None:
    swept = buckets(documents=documents)
    assert _bounds(swept.there) == {"aws:sourceaccount": ACCOUNT}
    swept.sweep()
    assert _bounds(swept.there) == EXACT
    assert swept.there.told == [REPAIRED, NARROWED]
    swept.there.later(days=1)
    swept.sweep()
    assert swept.there.told == [REPAIRED, NARROWED]


def test_the_mail_shows_both_statements_what_to_write_at_the_source_and_how_to_undo_it() -> None:
    swept = wired(bounded(), THE_TOPIC)
    swept.sweep()
    said = text(swept.there.herald.told[-1])
    assert "1. NARROWED invoke-permission-names-its-source\n" in said
    assert f'-      "aws:SourceArn": "{ANY_TOPIC}"'.replace("us-east-1", "*") in said
    assert f'+      "aws:SourceArn": "{TOPIC}"' in said
    assert f"SourceArn: {TOPIC}" in said.replace('"', "")
    assert f"permission-guard undo {entry_of(swept.there).id}" in said


def test_a_bucket_is_named_beside_the_account_that_its_arn_does_not_carry() -> None:
    swept = bounded(statement("s3.amazonaws.com", sid="buckets"))
    wired(swept, BUCKET, service="s3.amazonaws.com").sweep()
    assert conditions(swept.there) == [
        {"ArnLike": {"aws:SourceArn": BUCKET.arn}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    ]


@pytest.mark.parametrize(
    "sources",
    [(), (replace(THE_TOPIC, account=OTHER, arn=TOPIC.replace(ACCOUNT, OTHER)),)],
    ids=["nothing", "a topic of a foreign account, which does not get in"],
)
def test_where_nothing_that_gets_in_is_connected_it_stays_bound_to_the_account(
    sources: tuple[Source, ...],
) -> None:
    swept = wired(bounded(), *sources)
    before = swept.there.statements
    swept.sweep()
    assert (swept.there.statements, swept.there.told) == (before, [REPAIRED])


def test_what_trusted_accounts_may_have_connected_is_kept() -> None:
    swept = wired(bounded(trusted=Trusted(ACCOUNT, (OTHER,))), THE_TOPIC)
    swept.sweep()
    assert conditions(swept.there) == [{"ArnLike": {"aws:SourceArn": [TOPIC, f"arn:aws:sns:*:{OTHER}:*"]}}]


def test_an_account_that_is_not_trusted_any_more_is_no_reason_to_narrow() -> None:
    swept = bounded(trusted=Trusted(ACCOUNT, (OTHER,)))
    before = swept.there.statements
    swept.there.settings = replace(swept.there.settings, trusted=Trusted(ACCOUNT, ()))
    swept.sweep()
    assert swept.there.statements == before


@pytest.mark.parametrize(
    "change",
    [
        {"narrow_to_wired": False},
        {"mode": Mode.OBSERVE},
        {
            "treatments": {
                **settings().treatments,
                Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: Treatment.ALERT,
            }
        },
    ],
    ids=["not asked to", "observing", "not to repair"],
)
def test_nothing_is_narrowed_that_the_settings_do_not_ask_for(change: dict[str, object]) -> None:
    swept = wired(bounded(), THE_TOPIC)
    swept.there.settings = replace(swept.there.settings, **change)  # type: ignore[arg-type]  # one field of many
    before = swept.there.statements
    swept.sweep()
    assert (swept.there.statements, swept.there.told) == (before, [REPAIRED])


def test_an_event_narrows_nothing_because_what_is_being_deployed_is_not_all_there_yet() -> None:
    swept = wired(bounded(), THE_TOPIC)
    before = swept.there.statements
    swept.there.handle(Kind.POLICY_WRITTEN)
    assert swept.there.statements == before


def test_a_statement_of_somebody_elses_that_is_bound_to_the_account_is_left_alone() -> None:
    swept = wired(bounded(), THE_TOPIC)
    (ours,) = swept.there.statements
    theirs = {**ours, "Sid": "theirs"}
    swept.there.open(theirs)
    swept.sweep()
    assert swept.there.statements == (theirs,)


def test_while_a_service_does_not_answer_it_stays_as_it_is_and_the_next_sweep_asks_again() -> None:
    swept = wired(bounded(), THE_TOPIC)
    before, denied = swept.there.statements, True

    def throttled(call: str) -> None:
        if denied and call == "wiring of sns.amazonaws.com":
            raise ApiError("TooManyRequestsException", "Rate exceeded")

    swept.there.account.before = throttled
    swept.sweep()
    assert (swept.there.statements, swept.there.told) == (before, [REPAIRED])
    denied = False
    swept.sweep()
    assert swept.there.told == [REPAIRED, NARROWED]


def test_several_are_narrowed_by_one_write_and_each_is_told() -> None:
    both = (statement("sns.amazonaws.com", sid="topics"), statement("s3.amazonaws.com", sid="buckets"))
    swept = wired(wired(bounded(*both), THE_TOPIC), BUCKET, service="s3.amazonaws.com")
    swept.there.account.calls.clear()
    swept.sweep()
    assert swept.there.account.calls.count("PutResourcePolicy") == 1
    assert swept.there.told[1:] == [NARROWED, NARROWED]


@both_ways
def test_an_undo_leads_back_to_what_stood_there_before_the_repair(*, documents: bool) -> None:
    swept = buckets(documents=documents)
    swept.sweep()
    there, wide = swept.there, canonical(statement("s3.amazonaws.com", sid="buckets"))
    observer, actor = WorldObserver(there.account, BASIC), WorldActor(there.account)
    undo(entry_of(there), observer, actor, there.journal, there.now)
    assert [canonical(one) for one in there.statements] == [wide]
    swept.sweep()
    assert [canonical(one) for one in there.statements] == [wide]


def test_what_is_put_back_after_that_is_a_fault_again_and_repaired_as_one() -> None:
    swept = wired(bounded(), THE_TOPIC)
    swept.sweep()
    swept.there.open(statement("sns.amazonaws.com", sid="topics"))
    swept.there.handle()
    assert swept.there.told == [REPAIRED, NARROWED, REPAIRED]
    change = entry_of(swept.there).change
    assert isinstance(change, Rewritten)
    assert change.narrower is None


@both_ways
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "at", ["TransactWriteItems", "PutResourcePolicy", "AddPermission", "RemovePermission", "Publish"]
)
def test_a_sweep_that_died_is_finished_and_told_by_the_next(at: str, *, after: bool, documents: bool) -> None:
    swept = buckets(documents=documents)
    there = swept.there
    there.handle_and_die(at, after=after, kind=Kind.SWEEP)
    there.later(days=1)
    swept.sweep()
    assert {one for told in there.told for one in told} == {Ending.REPAIRED, Ending.NARROWED}
    assert _bounds(there) == EXACT
    told = len(there.told)
    swept.sweep()
    assert len(there.told) == told


def test_several_sources_that_addpermission_cannot_say_leave_it_bound_to_the_account() -> None:
    swept = buckets(documents=False)
    wired(swept, BUCKET, replace(BUCKET, arn="arn:aws:s3:::films"), service="s3.amazonaws.com")
    swept.sweep()
    assert _bounds(swept.there) == {"aws:sourceaccount": ACCOUNT}


def test_more_sources_than_a_policy_has_room_for_leave_it_bound_to_the_account() -> None:
    swept = buckets(documents=True)
    many = (replace(BUCKET, arn=f"arn:aws:s3:::{number:060d}") for number in range(300))
    wired(swept, *many, service="s3.amazonaws.com").sweep()
    assert _bounds(swept.there) == {"aws:sourceaccount": ACCOUNT}


def test_what_was_connected_when_it_was_repaired_is_named_already() -> None:
    there = Watched(settings=replace(settings(), narrow_to_wired=True))
    there.account.with_role("role", logs=LOGGING)
    there.open()
    swept = wired(Swept(there), BUCKET, service="s3.amazonaws.com")
    swept.sweep()
    assert (_bounds(there), there.told) == (EXACT, [REPAIRED])
    swept.sweep()
    assert (_bounds(there), there.told) == (EXACT, [REPAIRED])


@pytest.mark.parametrize("call", ["TransactWriteItems", "PutResourcePolicy"])
def test_what_may_not_be_written_leaves_everything_as_it_is_and_undoable(call: str) -> None:
    swept = buckets(documents=True)
    there = swept.there

    def denied(made: str) -> None:
        if made == call:
            raise ApiError("AccessDeniedException", "no")

    there.account.before = denied
    swept.sweep()
    assert (_bounds(there), there.told) == ({"aws:sourceaccount": ACCOUNT}, [REPAIRED])
    there.account.before = lambda _call: None
    there.later(days=1)
    swept.sweep()
    assert (_bounds(there), there.told) == (EXACT, [REPAIRED, NARROWED])


def test_what_this_very_sweep_has_repaired_is_left_to_the_next() -> None:
    swept = buckets(documents=True)
    swept.there.settings = replace(swept.there.settings, repair_existing=True)
    opened = (*swept.there.statements, statement("sns.amazonaws.com", sid="topics"))
    swept.there.open(*opened)
    swept.sweep()
    assert swept.there.told == [REPAIRED, REPAIRED]
    swept.sweep()
    assert swept.there.told == [REPAIRED, REPAIRED, NARROWED]


def test_a_statement_that_somebody_has_changed_since_is_not_ours_to_narrow() -> None:
    swept = buckets(documents=True)
    (ours,) = swept.there.statements
    swept.there.open({**ours, "Action": "lambda:*"})
    before = swept.there.statements
    swept.sweep()
    assert swept.there.statements == before


def test_a_service_that_cannot_be_asked_stays_bound_to_the_account() -> None:
    swept = bounded(statement("workmail.amazonaws.com", sid="mail"))
    before = swept.there.statements
    assert swept.there.told == [REPAIRED]
    swept.sweep()
    assert swept.there.statements == before
