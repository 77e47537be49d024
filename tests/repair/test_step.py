"""Steps: what a step predicts is exactly what the account holds when it has been carried out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.fake_aws import Account, FakeObserver, FakeWriter
from permission_guard.iam import Policy
from permission_guard.model.document import Body, canonical, dumped, statements_of
from permission_guard.model.facts import (
    MISSING_ROLE,
    FactKind,
    Family,
    FunctionFacts,
    PolicyFacts,
    RoleFacts,
    Unreadable,
)
from permission_guard.repair.execute import execute
from permission_guard.repair.grant import Grant
from permission_guard.repair.outcome import Outcome, Result
from permission_guard.repair.step import (
    STEPS,
    AttachRolePolicy,
    DetachRolePolicy,
    Replacement,
    RewriteStatements,
    apply,
    diffs,
)
from permission_guard.rules import evaluate
from tests.fake_aws.builders import (
    ACCOUNT,
    BASIC,
    FUNCTION,
    LOGGING,
    OWN,
    ROLE,
    TARGET,
    TOPIC,
    document,
    facts_with,
    facts_with_role,
    statement,
)

BOTH = pytest.mark.parametrize("family", list(Family))
OPEN = statement("sns.amazonaws.com", sid="open")
OTHER = statement(ACCOUNT, sid="other", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
LAST = statement("s3.amazonaws.com", sid="last")
NARROW = {"ArnLike": {"AWS:SourceArn": TOPIC}}


def replacement(before: Body, condition: Body, family: Family) -> Replacement:
    after = {**before, "Condition": condition}
    if family is Family.DOCUMENT:
        return Replacement(before, (after,))
    narrow = Grant.of(after, TARGET).twin()
    return Replacement(before, (narrow.statement(TARGET),), narrow)


def read(account: Account) -> FunctionFacts:
    return FakeObserver(account, BASIC).read(FunctionFacts(FUNCTION), FactKind.POLICY)


def account_with(family: Family, *statements: Body) -> Account:
    account = Account(has_resource_policy_calls=family is Family.DOCUMENT)
    account.with_function("orders").policies[None] = (document(*statements), "first")
    return account


def rewriting(facts: FunctionFacts, *replacements: Replacement) -> RewriteStatements:
    assert isinstance(facts.policy, PolicyFacts)
    found = zip(replacements, evaluate(facts, OWN), strict=False)
    return RewriteStatements(
        TARGET, facts.policy, tuple(replace(one, fixes=(fixed,)) for one, fixed in found)
    )


def text_of(facts: FunctionFacts) -> str:
    assert isinstance(facts.policy, PolicyFacts)
    return facts.policy.policy.text if facts.policy.policy else ""


@BOTH
def test_a_rewritten_statement_is_what_the_account_then_holds(family: Family) -> None:
    account = account_with(family, OPEN, OTHER, LAST)
    facts = read(account)
    step = rewriting(
        facts,
        replacement(OPEN, NARROW, family),
        replacement(LAST, {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}, family),
    )

    predicted = apply(step, facts)
    outcome = execute(step, FakeWriter(account))

    assert outcome == Outcome(step, Result.DONE)
    assert text_of(predicted) == text_of(read(account))
    assert evaluate(predicted, OWN) == evaluate(read(account), OWN)


def test_a_statement_that_an_earlier_run_added_already_is_not_added_twice() -> None:
    change = replacement(OPEN, NARROW, Family.STATEMENTS)
    account = account_with(Family.STATEMENTS, OPEN, *change.after, OTHER)
    facts = read(account)
    step = rewriting(facts, change)

    assert execute(step, FakeWriter(account)).result is Result.DONE
    assert "AddPermission" not in account.calls
    assert text_of(apply(step, facts)) == text_of(read(account)) == document(*change.after, OTHER)


def test_by_document_a_statement_is_rewritten_in_its_place_under_its_own_sid() -> None:
    facts = facts_with(OPEN, OTHER)

    after = text_of(apply(rewriting(facts, replacement(OPEN, NARROW, Family.DOCUMENT)), facts))

    assert after == document({**OPEN, "Condition": NARROW}, OTHER)


def test_by_statements_the_narrow_one_goes_to_the_end_under_a_sid_of_its_own() -> None:
    facts = facts_with(OPEN, OTHER, family=Family.STATEMENTS)

    after = statements_of(
        text_of(apply(rewriting(facts, replacement(OPEN, NARROW, Family.STATEMENTS)), facts))
    )

    assert dumped(after[0]) == dumped(OTHER)
    assert {**after[1], "Sid": "open"} == {**OPEN, "Condition": NARROW}
    assert str(after[1]["Sid"]).startswith("open-")


def test_of_two_equal_statements_each_gets_the_condition() -> None:
    nameless = statement("sns.amazonaws.com", sid=None)
    facts = facts_with(nameless, nameless)
    change = replacement(nameless, NARROW, Family.DOCUMENT)

    after = statements_of(text_of(apply(rewriting(facts, change, change), facts)))

    assert [canonical(one) for one in after] == [canonical(change.after[0])] * 2


def test_an_attached_policy_is_what_the_account_then_holds() -> None:
    account = Account()
    account.managed[BASIC] = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}'
    )
    account.with_function("orders", role="orders")
    account.with_role("orders")
    facts = FakeObserver(account, BASIC).read(FunctionFacts(FUNCTION), FactKind.ROLE | FactKind.REMEDY)
    assert isinstance(facts.remedy, Policy)
    step = AttachRolePolicy(ROLE, facts.remedy, ())

    predicted = apply(step, facts)

    assert execute(step, FakeWriter(account)) == Outcome(step, Result.DONE)
    assert predicted.role == FakeObserver(account, BASIC).read(facts, FactKind.ROLE).role


def test_attaching_what_is_attached_changes_nothing_nor_does_attaching_to_no_role() -> None:
    attached = facts_with_role(RoleFacts(ROLE, identity=(LOGGING,), attached=(BASIC,)))
    nothing = FunctionFacts(FUNCTION, role=Unreadable("role", "AccessDenied"))
    step = AttachRolePolicy(ROLE, LOGGING, ())

    assert apply(step, attached) is attached
    assert apply(step, nothing) is nothing


def test_each_step_says_what_it_does_and_which_rights_it_needs() -> None:
    facts = facts_with(OPEN, statement("s3.amazonaws.com", sid=None))
    nameless = statement("s3.amazonaws.com", sid=None)
    step = rewriting(
        facts, replacement(OPEN, NARROW, Family.DOCUMENT), replacement(nameless, NARROW, Family.DOCUMENT)
    )

    assert step.what == 'add a condition to statement "open", a statement without a Sid of orders'
    assert step.done == 'Added a condition to statement "open", a statement without a Sid of orders'
    assert AttachRolePolicy(ROLE, LOGGING, ()).what == "attach AWSLambdaBasicExecutionRole to orders"
    assert AttachRolePolicy(ROLE, LOGGING, ()).done == "Attached AWSLambdaBasicExecutionRole to orders"
    assert {permission for kind in STEPS for permission in kind.permissions} == {
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "lambda:PutResourcePolicy",
        "lambda:AddPermission",
        "lambda:RemovePermission",
    }


def test_each_finding_that_a_step_fixes_is_put_beside_what_was_and_what_will_be() -> None:
    facts = facts_with(OPEN)
    change = replacement(OPEN, NARROW, Family.DOCUMENT)
    finding = evaluate(facts, OWN)[0]

    assert diffs(rewriting(facts, change)) == ((finding, dumped(change.before), dumped(change.after[0])),)
    assert diffs(AttachRolePolicy(ROLE, LOGGING, (finding,))) == ((finding, "", BASIC),)


def test_a_policy_that_is_not_there_has_no_text() -> None:
    assert RewriteStatements(TARGET, PolicyFacts(None, None, None, Family.DOCUMENT), ()).before == ""


def test_detaching_takes_the_policy_and_its_rights_from_the_role_and_from_no_other_facts() -> None:
    step = DetachRolePolicy(ROLE, BASIC, ())
    attached = facts_with_role(RoleFacts(ROLE, identity=(LOGGING,), attached=(BASIC,)))
    nothing = replace(attached, role=MISSING_ROLE)

    assert apply(step, attached) == facts_with_role(RoleFacts(ROLE))
    assert apply(step, nothing) is nothing


def test_a_detached_policy_is_shown() -> None:
    (finding,) = evaluate(facts_with_role(RoleFacts(ROLE)), OWN)

    assert diffs(DetachRolePolicy(ROLE, BASIC, (finding,))) == ((finding, BASIC, ""),)
