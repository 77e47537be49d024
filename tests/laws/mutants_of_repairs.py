"""Mutants of the repairs: what is written to a policy or a role, and that nothing else is."""

from __future__ import annotations

from typing import Final

from tests.laws.mutant import Mutant

UNPROVED: Final = (
    "repair/remedy.py",
    "from permission_guard.repair.proof import objection\n",
    "objection = lambda *_: None\n",
)
PUBLIC: Final = "rules/function_is_not_public.py"
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
TAGGED: Final = (
    "test_accepted.test_a_function_with_the_observe_tag_is_never_changed_and_reported_as_in_observe_mode"
)
OBSERVES: Final = "test_observes.test_a_guard_that_observes_never_makes_a_call_that_writes"
OTHERS: Final = "test_touches_nothing_else.test_a_concurrent_write_by_somebody_else_is_kept"
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
        "the statements beside are written anew",
        UNTOUCHED,
        (("repair/step.py", "statements = list(statements_of(self.before))", "statements = [dict(sorted(s.items())) for s in statements_of(self.before)]"),),
    ),
    Mutant(
        "the tag of a function prevents nothing",
        TAGGED,
        (("repair/mode_tag.py", "return ModeTag(Result.TAGGED)", "return NO_TAG"),),
    ),
)  # fmt: skip
