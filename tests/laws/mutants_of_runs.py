"""Mutants of the journal and the runs: what is completed, reported, new, undone and accepted."""

from __future__ import annotations

from typing import Final

from tests.laws.mutant import Mutant

RESTARTS: Final = (
    "test_restarts.test_a_run_that_was_killed_anywhere_and_is_repeated_ends_and_reports_as_one_that_was_not"
)
ONCE: Final = "test_alerts.test_a_fault_is_reported_once_however_often_and_in_which_order_its_events_come"
PUT_BACK: Final = (
    "test_alerts.test_a_fault_that_comes_back_repeatedly_is_escalated_once_and_not_repaired_again"
)
UNDONE: Final = "test_alerts.test_what_a_person_undid_is_not_repaired_again"
ACCEPTED: Final = "test_accepted.test_an_accepted_fault_is_neither_changed_nor_reported_before_its_last_week"
ENDED: Final = (
    "test_accepted.test_an_accepted_fault_is_reported_when_its_acceptance_has_ended_and_not_repaired"
)
OPENED: Final = "test_accepted.test_removing_a_deny_ends_an_acceptance_at_once"
RETRIES: Final = "test_retries.test_a_message_whose_run_fails_at_any_call_is_received_again_and_ends_as_if_nothing_had_failed"
REPLACED: Final = (
    "test_new.test_a_statement_that_was_reported_as_existing_is_not_new_when_it_is_replaced_under_another_sid"
)
SEEN: Final = "test_new.test_a_statement_that_a_sweep_has_seen_is_never_repaired"
UNSEEN: Final = (
    "test_new.test_a_statement_that_no_sweep_has_seen_is_repaired_by_the_next_sweep_as_by_its_event"
)

MUTANTS: Final = (
    Mutant(
        "the narrow statement is added though an earlier run added it",
        RESTARTS,
        (("repair/execute.py", "    if not after <= present:\n        writer", "    if present:\n        writer"),),
    ),
    Mutant(
        "the narrow statement has another Sid in each run",
        RESTARTS,
        (("repair/grant.py", "sha256(content.encode()).hexdigest()", "__import__('uuid').uuid4().hex"),),
    ),
    Mutant(
        "a repair is not written down before it is made",
        RESTARTS,
        (("repair/apply.py", "session.write_before_alert(entries, now)\n", "pass\n"),),
    ),
    Mutant(
        "a repair is written down as made before it is made",
        RESTARTS,
        (("journal/history.py", "replace(seen(history, finding, facts, trigger, now), state=State.PLANNED, change=change)", "reported(counted(replace(seen(history, finding, facts, trigger, now), state=State.PLANNED, change=change), now), Ending.REPAIRED, now)"),),
    ),
    Mutant(
        "a repair that was made is not counted if that could not be written down at once",
        RESTARTS,
        (("repair/interrupted.py", "one if is_made(entry, report.facts) is False else counted(one, now), ending, now", "one, ending, now"),),
    ),
    Mutant(
        "a report is noted before it is sent",
        RESTARTS,
        (("alerts/delivery.py", "        notifier.send(notification(made))\n", "        session.note(alert.entries)\n        notifier.send(notification(made))\n"),),
    ),
    Mutant(
        "a repair is noted as reported before it is made",
        RESTARTS,
        (("repair/apply.py", "    return execute(step, writer)\n", "    session.note(lambda history: tuple(replace(one, state=one.state.__class__.REPORTED) for one in history.entries))\n    return execute(step, writer)\n"),),
    ),
    Mutant(
        "what an earlier run left is not finished",
        RESTARTS,
        (("pipeline.py", "chain(complete_interrupted(report, session, now), ", "chain((), "),),
    ),
    Mutant(
        "what was repaired is forgotten if the fault is gone at the next run",
        RESTARTS,
        (("repair/interrupted.py", "return entry.last_seen == now and stands is False", "return True"),),
    ),
    Mutant(
        "each evaluation of a fault is reported",
        ONCE,
        (("journal/news.py", "if not is_due(", "if False and not is_due("),),
    ),
    Mutant(
        "a report is not noted after it was sent",
        ONCE,
        (("alerts/delivery.py", "    session.note(alert.entries)\n    return made\n", "    return made\n"),),
    ),
    Mutant(
        "what is put back is repaired each time",
        PUT_BACK,
        (("journal/history.py", "len(recent) >= PUT_BACK_LIMIT", "False"),),
    ),
    Mutant(
        "a statement that is put back under another Sid is another fault",
        PUT_BACK,
        (("journal/fault.py", "return facts.target, finding.rule,", "return str(facts.resource_policy and facts.policy.revision), finding.rule,"),),
    ),
    Mutant(
        "what a person undid is repaired again",
        UNDONE,
        (("repair/plan.py", "if entry is not None and accepted is not None and (", "if entry is None and accepted is not None and ("),),
    ),
    Mutant(
        "of two faults that one repair has fixed only one is left alone when it is undone",
        UNDONE,
        (("repair/undo.py", "(entry, *fixed_with(entry, journal)), writer", "(entry,), writer"),),
    ),
    Mutant(
        "a message that fails is not received again",
        RETRIES,
        (("handler.py", "        _failed(error, message)\n        return _again(message, here, message.retry_after)\n", "        _failed(error, message)\n"),),
    ),
    Mutant(
        "a repair that is not finished is taken for done",
        RETRIES,
        (("pipeline.py", "            raise RetryLater(unfinished[0].detail)\n", "            return Handled(report, alert, noted, new.known)\n"),),
    ),
    Mutant(
        "a statement that is replaced is new",
        REPLACED,
        (("journal/history.py", "any(entry.is_existing for entry in self.entries if entry.fault in faults)", "False"),),
    ),
    Mutant(
        "that a statement was reported as existing is not written down",
        REPLACED,
        (("journal/history.py", "is_existing=entry.is_existing or is_existing", "is_existing=False"),),
    ),
    Mutant(
        "what a sweep has seen is new",
        SEEN,
        (("repair/plan.py", "if statement_digest(facts.target, statement) in seen:", "if not seen:"),),
    ),
    Mutant(
        "what no sweep has seen is existing",
        UNSEEN,
        (("repair/plan.py", "    if seen is not None:\n", "    if seen:\n"),),
    ),
    Mutant(
        "what was accepted is reported like anything else",
        ACCEPTED,
        (("journal/history.py", "if accepted is not None:", "if accepted:"),),
    ),
    Mutant(
        "what was accepted is repaired once that has ended",
        ENDED,
        (("repair/plan.py", "(accepted.holds(now) or not settings.repair_existing)", "accepted.holds(now)"),),
    ),
    Mutant(
        "the Deny statements do not count for which fault it is",
        OPENED,
        (("journal/fault.py", "return tuple(sorted({", "return () and tuple(sorted({"),),
    ),
)  # fmt: skip
