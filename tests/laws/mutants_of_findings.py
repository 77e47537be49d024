"""Mutants of the findings: whether a verdict is true, and which messages may ask for one."""

from __future__ import annotations

from typing import Final

from tests.laws.mutant import Mutant

PUBLIC: Final = "rules/function_is_not_public.py"
ANSWERS: Final = "rules/external_access.py"
ANALYSIS: Final = "access/external.py"
WITNESS: Final = "test_honest.test_every_witness_of_a_fault_is_allowed_by_the_whole_policy"
NO_UNTRUSTED_CALL: Final = "test_honest.test_without_a_fail_or_an_unknown_no_untrusted_call_is_allowed"
DEAD: Final = "test_honest.test_a_statement_reported_as_unusable_allows_no_call_of_any_caller"
DOUBTS: Final = "test_honest.test_an_unknown_is_reported_with_its_reason_and_never_repaired"
ROLE_HONEST: Final = "test_honest.test_a_role_fails_exactly_if_the_request_in_its_proof_is_refused"
SHOWN: Final = "test_compliant_statement.test_a_statement_that_its_event_shows_to_be_compliant_passes_in_the_whole_policy_too"
SHOWN_CALLS: Final = (
    "test_compliant_statement.test_a_statement_that_its_event_shows_to_be_compliant_allows_no_untrusted_call"
)
OWN: Final = "test_own_account.test_no_message_causes_a_call_to_another_account_or_region"

MUTANTS: Final = (
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
)  # fmt: skip
