"""The answers about one policy: the versions and aliases that a statement covers, and AWS's own topics."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from permission_guard.access import BUDGET, INVOKING, Access, Answer, Scale
from permission_guard.access.meter import BudgetSpent
from permission_guard.iam import ABSENT, Anonymous, Context, Request
from permission_guard.iam.policy import Json
from permission_guard.model.document import Body, statements_of
from permission_guard.model.finding import Concern, Finding, Undecided, Verdict
from permission_guard.rules import evaluate
from permission_guard.rules.review import review_of
from tests.access.hostile import digits_wanted, largest
from tests.fake_aws.builders import ACCOUNT, FOREIGN, OWN, TARGET, facts_with, statement


def evaluated(*statements: Body, qualifier: str | None = None) -> tuple[Finding, ...]:
    return evaluate(facts_with(*statements, qualifier=qualifier), OWN)


def found(*statements: Body, qualifier: str | None = None) -> tuple[Verdict, Concern]:
    (finding,) = evaluated(*statements, qualifier=qualifier)
    return finding.verdict, finding.concern


def source(*arns: str) -> dict[str, Json]:
    return {"ArnLike": {"aws:SourceArn": list(arns)}}


def outside(arns: Sequence[Json], condition: Json) -> Body:
    """A Deny of all resources but some."""
    deny = statement(Effect="Deny", Condition=condition, NotResource=list(arns))
    return {key: value for key, value in deny.items() if key != "Resource"}


MINE: dict[str, Json] = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
DEAD = (Verdict.FAIL, Concern.PERMISSION_IS_USABLE)
UNKNOWN = (Verdict.UNKNOWN, Concern.FUNCTION_IS_NOT_PUBLIC)
CLOSED = (Verdict.PASS, Concern.FUNCTION_IS_NOT_PUBLIC)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"{TARGET}:beta", UNKNOWN),
        (f"{TARGET}:beta-*", UNKNOWN),
        (f"{TARGET}:beta-?", UNKNOWN),
        (f"{TARGET}:be ta", DEAD),
        (f"{TARGET}:", DEAD),
    ],
)
def test_a_statement_about_an_alias_that_can_exist_is_in_doubt_and_about_another_is_dead(
    resource: str, expected: tuple[Verdict, Concern]
) -> None:
    assert found(statement(Resource=resource)) == expected


def test_a_version_or_alias_has_no_versions_of_its_own() -> None:
    assert found(statement(Resource=f"{TARGET}:live:*"), qualifier="live") == DEAD


def test_a_deny_closes_the_aliases_that_it_covers_and_no_others() -> None:
    on_all = statement(Resource=f"{TARGET}:*")
    deny = statement(sid="d", Effect="Deny")
    everywhere = {key: value for key, value in deny.items() if key != "Resource"}

    assert found(on_all, {**deny, "Resource": f"{TARGET}:1"}) == UNKNOWN
    assert found(on_all, {**deny, "Resource": f"{TARGET}:*"}) == CLOSED
    assert found(on_all, everywhere) == CLOSED


@pytest.mark.parametrize(
    ("allowed", "denied", "expected"),
    [
        ("*", ["1", "live", "$LATEST"], UNKNOWN),
        ("*", ["?", "??", "???", "????", "$LATEST"], UNKNOWN),
        ("*", ["1*", "l*", "$*"], UNKNOWN),
        ("p*", ["p1", "prod"], UNKNOWN),
        ("*x", ["1x"], UNKNOWN),
        ("p?", ["p*"], CLOSED),
        ("p?", ["p??", "*"], CLOSED),
        ("b ?", ["*"], DEAD),
    ],
)
def test_every_version_and_alias_counts_however_it_is_called(
    allowed: str, denied: list[str], expected: tuple[Verdict, Concern]
) -> None:
    deny = statement(sid="d", Effect="Deny", Resource=[f"{TARGET}:{one}" for one in denied])

    assert found(statement(Resource=f"{TARGET}:{allowed}"), deny) == expected


def test_of_denies_that_leave_out_no_alias_together_each_leaves_out_its_own() -> None:
    own, foreign = ({"StringEquals": {"aws:PrincipalAccount": one}} for one in (ACCOUNT, FOREIGN))
    a = statement(sid="a", Effect="Deny", Resource=f"{TARGET}:a*", Condition=foreign)
    plain = statement(sid="b", Effect="Deny", Condition=own, NotResource=[TARGET, f"{TARGET}:a*"])
    rest = {key: value for key, value in plain.items() if key != "Resource"}
    to_foreign = statement({"AWS": FOREIGN}, Resource=f"{TARGET}:*")

    assert found(to_foreign, a, rest)[0] is Verdict.UNKNOWN
    everybody = {key: value for key, value in rest.items() if key != "Condition"}
    assert found(to_foreign, a, everybody)[0] is Verdict.PASS


def test_an_alias_in_one_deny_alone_counts_whatever_the_order_of_the_denies() -> None:
    near, far = (f"{TARGET}:{one}*" for one in "ab")
    others = [f"{TARGET}:{one}*" for one in ("1", "l", "$", "orders")]
    browser: Json = {"StringEquals": {"aws:UserAgent": "x"}}
    weak = outside([TARGET, near, far, *others], browser)
    strong = [
        statement(Effect="Deny", Condition={"StringEquals": {"aws:PrincipalAccount": FOREIGN}}, Resource=each)
        for each in ([near, *others], far)
    ]
    to_foreign = statement({"AWS": FOREIGN}, Resource=f"{TARGET}:*")

    assert found(to_foreign, weak, *strong)[0] is Verdict.UNKNOWN
    assert found(to_foreign, *strong, weak)[0] is Verdict.UNKNOWN


def test_a_deny_of_a_resource_with_a_variable_may_close_an_alias() -> None:
    deny = statement(sid="d", Effect="Deny", Resource=f"{TARGET}:${{aws:PrincipalTag/alias}}")
    assert found(statement(Resource=f"{TARGET}:*"), deny) == UNKNOWN


def test_a_statement_that_is_dead_at_this_moment_is_so_by_its_time() -> None:
    past: Json = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
    assert found(statement(Condition=past)) == DEAD


def test_what_single_statements_cost_has_one_budget_for_all_of_them() -> None:
    review, other = (review_of(facts_with(statement(), statement({"AWS": ACCOUNT})), OWN) for _ in range(2))
    first, second = review.others

    assert review.alone(first, INVOKING).access is Access.OPEN
    spent = review._spent
    assert [one.alone(second, INVOKING).access for one in (review, other)] == [Access.CLOSED] * 2
    assert 0 < spent < review._spent == spent + other._spent
    other._spent = BUDGET
    assert other.alone(first, INVOKING) == Answer(0, Access.TOO_COMPLEX, Scale.UNKNOWN)
    assert other._spent == BUDGET


def test_several_statements_about_versions_that_cannot_be_analyzed_in_time_are_each_unknown() -> None:
    allow, *denies = statements_of(largest(digits_wanted).text)
    versions = [{**one, "Resource": f"{TARGET}:*"} for one in (allow, *denies)]
    findings = evaluate(facts_with(*versions, {**allow, "Sid": "live", "Resource": f"{TARGET}:live"}), OWN)

    doubt = "whether an untrusted account has access is unknown: the policy is too complex to evaluate"
    assert [one.summary for one in findings] == [f"Statement[0]: {doubt}", f'Statement "live": {doubt}']
    asked = Request("lambda:InvokeFunction", TARGET, Anonymous(), Context(unlisted=ABSENT))
    assert [one.proof.request for one in findings if isinstance(one.proof, Undecided)] == [asked, asked]
    assert {one.advice.partition(":")[0] for one in findings} == {"Simplify the policy"}


TOPIC = "arn:aws:sns:us-east-1:806199016981:AmazonIpSpaceChanged"


def test_beside_a_topic_of_awss_own_another_source_counts_as_ever() -> None:
    both: Json = {"ArnLike": {"aws:SourceArn": [TOPIC, f"arn:aws:sns:us-east-1:{FOREIGN}:x"]}}
    alone, beside = (
        evaluated(statement("sns.amazonaws.com", Condition=one))[0] for one in (source(TOPIC), both)
    )

    assert alone.verdict is Verdict.PASS
    assert "AWS's own topic" in alone.summary
    assert beside.concern is Concern.CROSS_ACCOUNT_ACCESS
    assert f"untrusted account {FOREIGN}" in beside.summary


def test_a_topic_of_awss_own_is_found_behind_another_condition_which_stays_for_the_other_sources() -> None:
    encrypted: dict[str, Json] = {"Bool": {"aws:SecureTransport": "true"}}
    both: Json = {**MINE, "ArnLike": {"aws:SourceArn": [TOPIC, "arn:aws:sns:us-east-1:*:x"]}}
    alone, beside = (
        evaluated(statement("sns.amazonaws.com", Condition=one))[0]
        for one in ({**encrypted, **source(TOPIC)}, both)
    )

    own = f"{TOPIC} is AWS's own topic, on which it publishes to everyone"
    assert (alone.verdict, alone.summary) == (Verdict.PASS, f'Statement "s": {own}')
    assert beside.verdict is Verdict.PASS
    assert beside.summary.endswith(f"; {own}")


def test_beside_a_topic_of_awss_own_a_topic_of_the_account_is_within_the_zone_of_trust() -> None:
    both: Json = {"ArnLike": {"aws:SourceArn": [TOPIC, f"arn:aws:sns:us-east-1:{ACCOUNT}:x"]}}
    (finding,) = evaluated(statement("sns.amazonaws.com", Condition=both))

    assert finding.verdict is Verdict.PASS
    assert (
        "allows named resources or principals of trusted accounts to invoke orders; arn:" in finding.summary
    )


def test_beside_a_topic_of_awss_own_a_source_with_a_variable_is_as_open_as_ever() -> None:
    both: Json = {"ArnLike": {"aws:SourceArn": [TOPIC, "arn:aws:sns:us-east-1:${aws:SourceAccount}:x"]}}
    (finding,) = evaluated(statement("sns.amazonaws.com", Condition=both))

    assert finding.concern is Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE
    assert finding.verdict is Verdict.FAIL


@pytest.mark.parametrize("operator", ["ArnLikeIfExists", "ForAllValues:ArnLike", "ArnNotLike"])
def test_under_an_operator_that_an_absent_key_meets_a_topic_of_awss_own_excuses_nothing(
    operator: str,
) -> None:
    (finding,) = evaluated(statement("sns.amazonaws.com", Condition={operator: {"aws:SourceArn": TOPIC}}))

    assert finding.concern is Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE
    assert finding.verdict is Verdict.FAIL


def test_several_topics_of_awss_own_are_named_together() -> None:
    other = "arn:aws:sns:us-east-1:242987662583:GuardDutyAnnouncements"
    (finding,) = evaluated(statement("sns.amazonaws.com", Condition=source(TOPIC, other)))

    own = f"{TOPIC} and {other} are AWS's own topics, on which it publishes to everyone"
    assert finding.summary == f'Statement "s": {own}'


def test_one_statement_whose_aliases_take_many_steps_leaves_some_to_the_others() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    ends = [f"{TARGET}:*{one}*{letters[place * 7 % 26]}*{place}*{place}" for place, one in enumerate(letters)]
    asked: Json = {"StringEquals": {"aws:UserAgent": "x"}}
    mine = [statement({"AWS": ACCOUNT}, Resource=f"{TARGET}:{one}*") for one in ("x", "y")]
    denies = [outside([one], asked) for one in ends]
    review = review_of(facts_with(*mine, *denies), OWN)

    for spent in (BUDGET // 4, BUDGET // 4 + BUDGET * 3 // 16):
        with pytest.raises(BudgetSpent):
            review.qualified(review.others[spent > BUDGET // 4])
        assert review._spent == spent
    assert review.answer(review.others[0], INVOKING).access is Access.TOO_COMPLEX
