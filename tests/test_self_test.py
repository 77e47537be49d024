"""The guard tries itself: all that is known is as it must be, and a guard that errs is noticed."""

from __future__ import annotations

import pytest

from permission_guard import iam, rules, self_test
from permission_guard.document import Body
from permission_guard.finding import Verdict
from permission_guard.outcome import Ending
from permission_guard.rules import RULES
from permission_guard.self_test import KNOWN, Known, Tried, try_the_known

SOURCE = "invoke-permission-names-its-source"


def test_this_guard_passes() -> None:
    assert try_the_known() == tuple(Tried(one.what) for one in KNOWN)


def test_the_known_holds_each_verdict_each_rule_about_functions_and_what_must_be_left_alone() -> None:
    ends = [end for one in KNOWN for end in one.ends]
    assert {rule for rule, _, _ in ends} == {rule.id for rule in RULES} - {"layer-is-not-public"}
    assert {verdict for _, verdict, _ in ends} == {Verdict.FAIL, Verdict.UNKNOWN}
    assert {ending for _, _, ending in ends} == {Ending.REPAIRED, Ending.TOLD}
    assert [one.ends for one in KNOWN].count(()) == 1


S3: Body = {"Principal": {"Service": "s3.amazonaws.com"}}


def test_what_is_told_otherwise_than_it_must_be_is_said() -> None:
    known = Known("it", S3, ((SOURCE, Verdict.FAIL, Ending.TOLD),))
    (tried,) = try_the_known((known,))
    assert tried.wrong == f"{SOURCE} FAIL REPAIRED was told instead of {SOURCE} FAIL TOLD"
    (tried,) = try_the_known((Known("it", S3, ()),))
    assert tried.wrong == f"{SOURCE} FAIL REPAIRED was told instead of nothing"
    nothing: Body = {**S3, "Condition": {"StringEquals": {"aws:SourceAccount": self_test.ACCOUNT}}}
    (tried,) = try_the_known((Known("it", nothing, known.ends),))
    assert tried.wrong == f"nothing was told instead of {SOURCE} FAIL TOLD"


def test_what_does_not_stay_as_it_must_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "judge", lambda _facts, _trusted: ())
    told = next(one for one in KNOWN if any(ending is Ending.TOLD for _, _, ending in one.ends))
    (tried,) = try_the_known((told,))
    assert tried.wrong == "afterwards () is found instead of ('function-is-not-public',)"


def test_a_guard_that_dies_of_it_is_noticed_and_says_of_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RULES", (None,))
    tried = try_the_known()
    assert {one.wrong for one in tried} == {"AttributeError: 'NoneType' object has no attribute 'looks_at'"}


@pytest.mark.parametrize("answer", iam.Truth)
def test_an_evaluator_for_which_every_statement_answers_the_same_is_noticed(
    monkeypatch: pytest.MonkeyPatch, answer: iam.Truth
) -> None:
    monkeypatch.setitem(iam.decide.__globals__, "applies", lambda *_: answer)
    assert any(one.wrong for one in try_the_known())
