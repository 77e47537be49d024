"""Mutants of the guard: one mistake each, and the law that must notice it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
SOURCE: Final = ROOT / "src" / "permission_guard"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake, the law that must notice it, and the source text that makes it: file, what stands there, what instead."""

    mistake: str
    law: str
    edits: tuple[tuple[str, str, str], ...]

    def source(self, folder: Path) -> Path:
        """Write the guard with the mistake in it into a folder."""
        shutil.copytree(SOURCE, folder / "permission_guard", ignore=shutil.ignore_patterns("__pycache__"))
        for file, before, after in self.edits:
            path = folder / "permission_guard" / file
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(before, after), encoding="utf-8")
        return folder


UNPROVED: Final = (
    "repair/remedy.py",
    "from permission_guard.repair.proof import objection\n",
    "objection = lambda *_: None\n",
)
PUBLIC: Final = "rules/function_is_not_public.py"
ANSWERS: Final = "rules/external_access.py"
ANALYSIS: Final = "access/external.py"
SOURCES: Final = "rules/invoke_permission_names_its_source.py"
REMOVE: Final = 'writer.remove_permission(target, str(replacement.before.get("Sid")), revision)'
ADD: Final = "        writer.add_permission(target, replacement.narrow, revision)\n"

CONVERGES: Final = "test_converges.test_a_second_run_plans_nothing_and_changes_nothing"
DIPS: Final = (
    "test_never_dips.test_a_caller_that_has_access_before_and_after_a_repair_has_access_after_every_call"
)
LOST: Final = "test_never_dips.test_no_trusted_caller_is_lost_at_any_moment"
WIDENS: Final = "test_never_widens.test_no_caller_gains_access_at_any_moment_of_a_repair"
ROLE_WIDENS: Final = "test_never_widens.test_the_role_gains_nothing_but_the_three_actions_of_logging"
RESTARTS: Final = (
    "test_restarts.test_a_run_that_was_killed_anywhere_and_is_repeated_ends_and_reports_as_one_that_was_not"
)
ONCE: Final = "test_alerts.test_a_fault_is_reported_once_however_often_and_in_which_order_its_events_come"
PUT_BACK: Final = "test_alerts.test_what_is_put_back_again_and_again_is_escalated_once_and_left_alone"
UNDONE: Final = "test_alerts.test_what_a_person_undid_is_not_repaired_again"
ACCEPTED: Final = "test_accepted.test_an_accepted_fault_is_neither_changed_nor_reported_before_its_last_week"
ENDED: Final = (
    "test_accepted.test_an_accepted_fault_is_reported_when_its_acceptance_has_ended_and_not_repaired"
)
OPENED: Final = "test_accepted.test_a_change_that_takes_a_deny_away_ends_what_was_accepted_at_once"
TAGGED: Final = "test_accepted.test_a_function_with_the_tag_is_never_changed_and_reported_as_in_observe"
WITNESS: Final = "test_honest.test_every_witness_of_a_fault_is_allowed_by_the_whole_policy"
NO_UNTRUSTED_CALL: Final = (
    "test_honest.test_where_no_fault_and_no_doubt_is_found_no_untrusted_call_is_allowed"
)
DEAD: Final = "test_honest.test_a_statement_reported_as_dead_refuses_every_call_of_everybody"
DOUBTS: Final = "test_honest.test_what_is_undecided_is_reported_with_its_reason_and_never_repaired"
ROLE_HONEST: Final = "test_honest.test_the_role_is_faulty_just_if_the_request_of_the_proof_is_refused"
OBSERVES: Final = "test_observes.test_a_guard_that_observes_never_makes_a_call_that_writes"
OTHERS: Final = "test_touches_nothing_else.test_what_somebody_writes_meanwhile_is_kept"
SHOWN: Final = (
    "test_compliant_statement.test_what_an_event_shows_to_be_compliant_passes_in_the_whole_policy_too"
)
SHOWN_CALLS: Final = (
    "test_compliant_statement.test_no_untrusted_call_is_allowed_by_what_an_event_shows_to_be_compliant"
)
OWN: Final = "test_own_account.test_a_message_never_asks_for_anything_in_another_account_or_region"
RETRIES: Final = "test_retries.test_a_message_whose_run_fails_at_any_call_is_received_again_and_ends_as_if_nothing_had_failed"
REPLACED: Final = (
    "test_new.test_a_statement_that_was_reported_as_existing_is_not_new_when_it_is_replaced_under_another_sid"
)
SEEN: Final = "test_new.test_a_statement_that_a_sweep_has_seen_is_never_repaired"
UNSEEN: Final = (
    "test_new.test_a_statement_that_no_sweep_has_seen_is_repaired_by_the_next_as_if_its_event_had_come"
)
UNTOUCHED: Final = (
    "test_touches_nothing_else.test_every_statement_that_is_not_fixed_stays_as_it_was_byte_for_byte"
)

MUTANTS: Final = (
    Mutant(
        "the added condition is forgotten when the document is written",
        CONVERGES,
        (("repair/execute.py", "step.target, step.after,", "step.target, step.before,"),),
    ),
    Mutant("the wide statement is never removed", CONVERGES, (("repair/execute.py", REMOVE, "pass"),)),
    Mutant("the policy is never attached", CONVERGES, (("repair/execute.py", "writer.attach_role_policy(", "(lambda *_: None)("),)),
    Mutant("a policy is attached though it does not help", CONVERGES, (UNPROVED,)),
    Mutant(
        "the wide statement is removed before the narrow one is added",
        DIPS,
        (("repair/execute.py", ADD, f"        {REMOVE}\n{ADD.replace('revision)', 'None)')}"), ("repair/execute.py", f"\n    {REMOVE}\n", "\n")),
    ),
    Mutant(
        "the members of a trusted organization are forgotten",
        LOST,
        (UNPROVED, (SOURCES, "if condition is not None and trusted.organizations:", "if condition is None:")),
    ),
    Mutant(
        "a key is demanded that the service is not sure to send",
        LOST,
        (
            UNPROVED,
            (SOURCES, "all(row.account is Sends.ALWAYS for row in rows)", "True"),
        ),
    ),
    Mutant(
        "a repair forgets the trusted accounts",
        LOST,
        (UNPROVED, (SOURCES, "condition_on(rows, facts.arn, trusted.all_accounts)", "condition_on(rows, facts.arn, trusted.all_accounts[:1])")),
    ),
    Mutant(
        "many changes at once are not proved",
        LOST,
        (("repair/remedy.py", "return objection(change, facts, trusted) if change is not None else None", "return None"),),
    ),
    Mutant(
        "a bare star becomes one statement for principals, and no service is thought of",
        LOST,
        (UNPROVED, (PUBLIC, "return by_account\n", "return by_account[:1]\n")),
    ),
    Mutant(
        "the other conditions of a statement are dropped",
        WIDENS,
        (UNPROVED, ("model/document.py", "{**block, condition.operator: {**keys, condition.key: value}}", "{condition.operator: {condition.key: value}}")),
    ),
    Mutant(
        "a value is added to a condition that is there",
        WIDENS,
        (
            UNPROVED,
            ("model/document.py", "condition.key.lower() in {present.lower() for present in keys}", "False"),
            ("model/document.py", "{**keys, condition.key: value}", "{name: [v, *condition.values] for name, v in keys.items()} | {condition.key: list(condition.values)}"),
        ),
    ),
    Mutant(
        "every Deny is dropped with the document",
        WIDENS,
        (UNPROVED, ("model/document.py", "else list(statements)})", 'else [s for s in statements if s["Effect"] == "Allow"]})')),
    ),
    Mutant(
        "the boundary is taken away with the policy attached",
        ROLE_WIDENS,
        (("fake_aws/account.py", "role.attached.append(arn)", "role.attached.append(arn); role.boundary = None"),),
    ),
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
        "Deny statements are not asked",
        WITNESS,
        (
            (ANALYSIS, "return tuple(one for one in self.policy.statements if one.effect is Effect.DENY)", "return ()"),
            (ANALYSIS, "if not found.unsure and self.decided(witness).answer is EvalDecision.ALLOWED:", "if not found.unsure:"),
        ),
    ),
    Mutant(
        "only services that are named are thought of",
        NO_UNTRUSTED_CALL,
        (("access/callers.py", "yield from (ANONYMOUS, ANY_SERVICE)", "yield ANONYMOUS"),),
    ),
    Mutant(
        "accounts that the policy names are not thought of",
        NO_UNTRUSTED_CALL,
        ((ANALYSIS, "sides = [self.scene.untrusted(named=False), self.scene.untrusted(named=True)]", "sides = [self.scene.untrusted(named=False)]"),),
    ),
    Mutant(
        "a statement passes if it is not the first",
        NO_UNTRUSTED_CALL,
        ((ANSWERS, "    answer = _clearest_example(", "    if finding.statement:\n        return finding\n    answer = _clearest_example("),),
    ),
    Mutant(
        "a statement that only a Deny shuts is said to be dead",
        DEAD,
        (("rules/dead.py", "if any(review.alone(statement, actions, arn).scale is not Scale.DEAD for arn in places):", "if False:"),),
    ),
    Mutant(
        "who may change the function is not asked",
        NO_UNTRUSTED_CALL,
        ((PUBLIC, "if statement.covers(_CHANGING) and not _is_replication(statement):", "if False:"),),
    ),
    Mutant(
        "what cannot be reported is repaired",
        DOUBTS,
        (("repair/plan.py", "if finding.verdict is Verdict.UNKNOWN:", "if finding.proof is None:"),),
    ),
    Mutant(
        "a condition that cannot be known is taken for fulfilled",
        ROLE_HONEST,
        (("access/granted.py", "(Truth.UNKNOWN, Truth.YES)", "(Truth.YES, Truth.UNKNOWN)"),),
    ),
    Mutant(
        "a guard that observes acts",
        OBSERVES,
        (("pipeline.py", "return None if self.settings.mode is Mode.OBSERVE else self.writer", "return self.writer"),),
    ),
    Mutant(
        "a document is written without its revision",
        OTHERS,
        (("repair/execute.py", "step.policy.revision)", "None)"),),
    ),
    Mutant(
        "a statement is removed by its Sid, whatever it says by now",
        OTHERS,
        (("repair/execute.py", "if canonical(replacement.before) not in present:", "if not present:"),),
    ),
    Mutant(
        "a statement is removed without the revision that was read",
        OTHERS,
        (("repair/execute.py", REMOVE, REMOVE.replace("revision)", "None)")),),
    ),
    Mutant(
        "an event is taken to show what is open",
        SHOWN,
        (("compliant_event.py", "finding.verdict is not Verdict.PASS", "finding.verdict is None"),),
    ),
    Mutant(
        "an event is taken to show what only a Deny or nobody knows to be shut",
        SHOWN_CALLS,
        (("compliant_event.py", "any(finding.verdict is not Verdict.PASS for", "all(finding.verdict is not Verdict.PASS for"), (ANSWERS, "            witness = witness_of(answer, review)\n", "            return finding\n            witness = witness_of(answer, review)\n")),
    ),
    Mutant(
        "the statements beside are written anew",
        UNTOUCHED,
        (("repair/step.py", "statements = list(statements_of(self.before))", "statements = [dict(sorted(s.items())) for s in statements_of(self.before)]"),),
    ),
    Mutant(
        "an event of another account is handled",
        OWN,
        (("events/trigger.py", """if (detail.text("recipientAccountId"), detail.text("awsRegion")) != own:""", "if not own:"),),
    ),
    Mutant(
        "an event about another account's function is handled",
        OWN,
        (("events/trigger.py", "if (subject.account, subject.region) != (installation.account, installation.region):", "if not installation.account:"),),
    ),
    Mutant(
        "a sweep task about another account's function is handled",
        OWN,
        (("events/sweep_task.py", "if (function.account, function.region) != (installation.account, installation.region):", "if not installation.account:"),),
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
    Mutant(
        "the tag of a function prevents nothing",
        TAGGED,
        (("repair/mode_tag.py", "return ModeTag(Result.TAGGED)", "return NO_TAG"),),
    ),
)  # fmt: skip
