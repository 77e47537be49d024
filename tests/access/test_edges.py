"""Rare cases of the analysis: its limits, and keys whose values are partly known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from permission_guard.access import EVERY, Access, Analysis, Answer, Scale, Target
from permission_guard.access.answer import WitnessRequest
from permission_guard.access.automaton import Automaton, Form
from permission_guard.access.granted import Granted, Resources
from permission_guard.access.letters import Letters
from permission_guard.access.literal import Literals
from permission_guard.access.meter import Meter
from permission_guard.access.shape import compiled, many, one, seq, text
from permission_guard.access.word import Need, Words
from permission_guard.iam import Context, Decision, EvalDecision, IamPrincipal, Policy, Request, Truth
from permission_guard.iam.pattern import is_plain, tokens
from permission_guard.iam.policy import Json
from tests.access.setting import ALONE, FUNCTION, NOW, OWN, UNTRUSTED, allow, answer, deny, policy

TAG = "aws:PrincipalTag/"
S3: Json = {"Service": "s3.amazonaws.com"}
NOT_OURS, SESSION = f"arn:aws:iam::{UNTRUSTED}:", f"arn:aws:sts::{UNTRUSTED}:assumed-role/"


def answers(*statements: Mapping[str, Json]) -> list[Answer]:
    document = policy(*statements)
    analysis = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW)
    return [analysis.answer(one, EVERY) for one in document.statements if one.effect.value == "Allow"]


def unless(**tags: str) -> dict[str, Json]:
    """A Deny that does not apply if one of the tags differs."""
    return deny({"StringNotEquals": {TAG + key: value for key, value in tags.items()}})


def test_a_policy_whose_denies_need_more_than_four_hundred_choices_is_too_complex() -> None:
    contradiction = [
        deny({"StringEquals": {f"{TAG}a0": "x"}, "StringNotEquals": {f"{TAG}c": value}}) for value in "yz"
    ]
    few, many_more = ([unless(**{f"a{n}": "x", f"b{n}": "x"}) for n in range(count)] for count in (50, 420))

    assert answers(allow("*"), *few, *contradiction)[0].access is Access.OPEN
    assert answers(allow("*"), *many_more, *contradiction)[0].access is Access.TOO_COMPLEX


def test_many_statements_under_a_deny_of_everybody_are_closed() -> None:
    nobody = deny({"StringLike": {"aws:PrincipalArn": "*"}}), deny({"Null": {"aws:PrincipalArn": "true"}})

    assert {
        one.access
        for one in answers(*[allow({"AWS": "*"}, {"Bool": {"aws:SecureTransport": "true"}})] * 5, *nobody)
    } == {Access.CLOSED}


def test_many_statements_under_a_deny_that_somebody_passes_are_open() -> None:
    nobody_else = deny({"Null": {"aws:PrincipalArn": "true"}})

    assert {one.access for one in answers(*[allow({"AWS": "*"})] * 5, nobody_else)} == {Access.OPEN}


def test_an_arn_of_which_nobody_knows_the_name_is_unknown_and_not_dead() -> None:
    arn = f"arn:aws:sns:us-east-1:{UNTRUSTED}:${{aws:SomethingNew}}"

    assert (
        answer(allow({"Service": "sns.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": arn}})).access
        is Access.UNKNOWN
    )


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("NumericEquals", "aws:PrincipalOrgPaths", "5"),
        ("ForAnyValue:NumericEquals", "aws:PrincipalOrgPaths", "5"),
        ("ForAnyValue:NumericEquals", "aws:CalledVia", "5"),
        ("ForAnyValue:StringLike", "aws:CalledVia", "${aws:UserAgent}*"),
    ],
)
def test_a_key_compared_with_what_does_not_fit_its_type_or_is_not_known_is_unknown(
    operator: str, key: str, value: str
) -> None:
    found = answer(allow("*", {operator: {key: value}}))

    assert (found.access, found.keys[0]) == (Access.UNKNOWN, key.lower())


def test_an_unknown_answer_names_every_key_that_it_rests_on() -> None:
    found = answer(allow("*", {"StringEquals": {f"{TAG}x": "<>", "aws:UserAgent": "é", f"{TAG}y": "a"}}))

    assert (found.access, set(found.keys)) == (Access.UNKNOWN, {f"{TAG}x".lower(), "aws:useragent"})


def test_values_that_must_differ_from_one_that_is_not_known_are_unknown_beside_another_unknown() -> None:
    other = {"NumericEquals": {f"{TAG}y": "5"}}
    differing = {
        "ForAllValues:StringNotLike": {"aws:CalledVia": f"a${{{TAG}x}}"},
        "Null": {"aws:CalledVia": "false"},
    }

    assert answer(allow("*", differing)).access is Access.OPEN
    assert answer(allow("*", {**differing, **other})).access is Access.UNKNOWN


def test_a_key_of_other_actions_of_lambda_is_absent_from_those_that_invoke_and_from_no_others() -> None:
    wanted = allow("*", {"StringEquals": {"lambda:Principal": "s3.amazonaws.com"}}, Action="lambda:*")
    invoking, managing = ("lambda:InvokeAsync",), ("lambda:AddPermission",)

    assert answer(wanted, actions=invoking).access is Access.CLOSED
    assert answer(wanted, actions=managing).access is Access.UNKNOWN
    assert answer(wanted, actions=(*invoking, *managing)).access is Access.UNKNOWN


@pytest.mark.parametrize(("absent", "access"), [("false", Access.OPEN), ("true", Access.CLOSED)])
def test_a_service_always_shows_the_list_of_its_names(absent: str, access: Access) -> None:
    assert answer(allow(S3, {"Null": {"aws:PrincipalServiceNamesList": absent}})).access is access


def test_a_request_that_the_evaluator_refuses_is_unknown_and_is_called_a_disagreement() -> None:
    class Doubter(Analysis):
        """An analysis whose evaluator refuses every request."""

        def decided(self, witness: WitnessRequest) -> Decision:
            return replace(super().decided(witness), answer=EvalDecision.NOT_ALLOWED)

    document = policy(allow("*"))
    doubter = Doubter.of(document, Target.of(FUNCTION), ALONE, NOW)
    found = doubter.answer(document.statements[0], EVERY)

    assert (found.index, found.access, found.scale) == (0, Access.UNKNOWN, Scale.UNKNOWN)
    assert found.disagreement
    assert found.witness is not None


@pytest.mark.parametrize(
    ("named", "condition", "arn", "session"),
    [
        (f"{NOT_OURS}role/x", None, f"{NOT_OURS}role/x", "x/session"),
        (f"{NOT_OURS}role/a/x", None, f"{NOT_OURS}role/a/x", "x/session"),
        (f"{SESSION}x/me", None, f"{NOT_OURS}role/x", "x/me"),
        (f"{SESSION}x/me", {"StringLike": {"aws:userid": "*:me"}}, f"{NOT_OURS}role/x", "x/me"),
        (f"{SESSION}x/me", {"StringLike": {"aws:userid": "*:you"}}, None, None),
        (
            f"{SESSION}x/me",
            {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/p/x"}},
            f"{NOT_OURS}role/p/x",
            "x/me",
        ),
        (f"{NOT_OURS}user/u", {"StringLike": {"aws:userid": "AIDA*"}}, f"{NOT_OURS}user/u", None),
        (f"{NOT_OURS}user/u", {"StringEquals": {"aws:username": "v"}}, None, None),
        (f"{NOT_OURS}root", {"StringEquals": {"aws:PrincipalType": "Account"}}, f"{NOT_OURS}root", None),
        (
            UNTRUSTED,
            {"StringEquals": {"aws:PrincipalType": "FederatedUser", "aws:userid": f"{UNTRUSTED}:f"}},
            f"arn:aws:sts::{UNTRUSTED}:federated-user/f",
            None,
        ),
    ],
)
def test_whoever_is_named_calls_as_itself(
    named: str, condition: Json, arn: str | None, session: str | None
) -> None:
    witness = answer(allow({"AWS": named}, condition)).witness

    if arn is None:
        assert witness is None
        return
    assert witness is not None
    assert witness.request.principal == IamPrincipal(arn, UNTRUSTED, session and f"{SESSION}{session}")


def test_an_answer_holds_the_statements_place_the_scale_an_example_and_the_keys() -> None:
    opened, unsure, closed = answers(
        deny(Action="lambda:AddPermission"),
        allow("*"),
        allow("*", {"StringEquals": {"aws:SomethingNew": "x"}}),
        allow({"AWS": OWN}),
    )

    assert (opened.index, opened.access, opened.scale, opened.keys) == (1, Access.OPEN, Scale.OPEN, ())
    assert str(opened.witness) == (
        "arn:aws:iam::999999999999:role/x calls lambda:InvokeFunction with aws:somethingnew = unknown"
    )
    assert (unsure.index, unsure.access, unsure.scale) == (2, Access.UNKNOWN, Scale.UNKNOWN)
    assert unsure.keys == ("aws:somethingnew",)
    assert str(unsure.witness).endswith("with aws:somethingnew = unknown")
    assert closed == Answer(3, Access.CLOSED, Scale.ACCOUNT)


def test_a_statement_whose_steps_run_out_says_so() -> None:
    document = policy(deny(), allow("*"))
    found = Analysis.of(document, Target.of(FUNCTION), ALONE, NOW, budget=100).answer(
        document.statements[1], EVERY
    )

    assert found == Answer(1, Access.TOO_COMPLEX, Scale.UNKNOWN)


@pytest.mark.parametrize(
    ("excepted", "access"),
    [
        ({"AWS": UNTRUSTED}, Access.NAMED),
        ({"AWS": [f"{NOT_OURS}role/x", UNTRUSTED]}, Access.NAMED),
        ({"AWS": f"{NOT_OURS}role/x"}, Access.UNKNOWN),
        ({"AWS": OWN}, Access.CLOSED),
        ({"Service": "sns.amazonaws.com"}, Access.OPEN),
        ({"Service": "s*"}, Access.UNKNOWN),
        ({"CanonicalUser": "7"}, Access.UNKNOWN),
        ({"CanonicalUser": "7", "AWS": UNTRUSTED}, Access.NAMED),
        ("*", Access.OPEN),
    ],
)
def test_a_deny_for_all_but_some_leaves_those_whom_it_surely_excepts(excepted: Json, access: Access) -> None:
    denying = {key: value for key, value in deny().items() if key != "Principal"} | {"NotPrincipal": excepted}

    assert answer(allow("*"), denying).access is access


@pytest.mark.parametrize(
    ("excepted", "role", "access"),
    [
        ({"AWS": OWN}, "*", Access.OPEN),
        ({"AWS": UNTRUSTED}, "*", Access.OPEN),
        ({"AWS": UNTRUSTED}, f"{NOT_OURS}role/x", Access.UNKNOWN),
        ({"AWS": [UNTRUSTED, f"{NOT_OURS}role/x"]}, f"{NOT_OURS}role/x", Access.CLOSED),
        ({"AWS": f"{NOT_OURS}role/y"}, f"{NOT_OURS}role/x", Access.NAMED),
        ({"AWS": f"{NOT_OURS}role/x"}, [f"{NOT_OURS}role/x", f"{NOT_OURS}role/y"], Access.NAMED),
        ({"AWS": f"{NOT_OURS}role/y"}, [f"{NOT_OURS}role/x", f"{NOT_OURS}role/y"], Access.NAMED),
        ({"CanonicalUser": "7"}, "*", Access.UNKNOWN),
        (
            {"CanonicalUser": "7", "AWS": f"{NOT_OURS}role/x"},
            [f"{NOT_OURS}role/x", f"{NOT_OURS}role/y"],
            Access.UNKNOWN,
        ),
        ({"AWS": "*"}, "*", Access.CLOSED),
    ],
)
def test_an_allow_for_all_but_some_admits_those_whom_it_surely_does_not_except(
    excepted: Json, role: Json, access: Access
) -> None:
    asked: Json = {
        "StringEquals": {"aws:PrincipalType": "AssumedRole"},
        "ArnLike": {"aws:PrincipalArn": role},
    }
    allowing = {key: value for key, value in allow("*", asked).items() if key != "Principal"}

    found = answer(allowing | {"NotPrincipal": excepted})

    assert (found.access, found.disagreement) == (access, False)


def test_whether_a_principal_element_fits_a_caller_that_is_not_known_is_unknown() -> None:
    (statement,) = policy(allow({"AWS": OWN})).statements
    assert statement.principals is not None
    literal = Literals().about(statement.principals)

    assert literal.truth(Context(), None) is Truth.UNKNOWN
    assert literal.truth(Context(), IamPrincipal(f"arn:aws:iam::{OWN}:root", OWN)) is Truth.YES


def test_a_statement_without_resource_covers_every_resource() -> None:
    role = Policy.parse('{"Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents"}]}')
    some = Resources("arn:x:", text("arn:x:y", 1), "arn:x:y")
    principal = IamPrincipal(f"arn:aws:iam::{OWN}:role/r", OWN)

    def missed(action: str) -> str | None:
        return Granted([role], None, Meter()).not_surely_allowed(Request(action, "", principal), some)

    assert missed("logs:PutLogEvents") is None
    assert missed("logs:CreateLogStream") == "arn:x:y"


def test_a_need_that_one_part_of_a_word_cannot_meet_ends_the_search() -> None:
    """The first part alone has more states than one try visits. The second part cannot be met, which needs few steps to find."""

    def automaton(pattern: str) -> Automaton:
        pieces = tokens(pattern, variables=False)
        assert is_plain(pieces)
        return Automaton([pieces], Form.TEXT, Meter())

    shape = compiled(seq(many(Letters("ab"), 1), one(Letters("xy"), 2)))
    wide = [Need(1, automaton(f"*a{'?' * count}"), wanted=True) for count in (9, 8, 7)]
    last = [Need(2, automaton(letter), wanted=True) for letter in "xy"]
    meter = Meter()

    assert Words(meter).find(shape, [*wide, *last]) is None
    assert meter.spent < 60_000
    assert Words(Meter()).find(shape, [*wide, last[0]]) is not None
