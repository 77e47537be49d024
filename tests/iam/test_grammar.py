"""What is a policy and what is not, and where a document goes wrong.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json

import pytest

from permission_guard.iam import Effect, EvalDecision, Policy, PolicyError
from permission_guard.iam.policy import Json, loads
from permission_guard.iam.principal import NamedPrincipal
from tests.iam.asking import Keys, answer, policy, request, statement

GOOD = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def one(**elements: Json) -> dict[str, Json]:
    return {"Statement": [{**GOOD, **elements}]}


def without(element: str) -> dict[str, Json]:
    return {"Statement": [{key: value for key, value in GOOD.items() if key != element}]}


def conditioned(block: Json) -> dict[str, Json]:
    return {"Statement": [GOOD, {**GOOD, "Condition": block}]}


NOT_STRINGS = "is neither a string nor a list of strings"
BLOCK = "Statement[1].Condition"
MALFORMED: list[tuple[Json, str, str]] = [
    ([], "document", "is not a JSON object"),
    ("text", "document", "is not a JSON object"),
    (None, "document", "is not a JSON object"),
    (7, "document", "is not a JSON object"),
    ({}, "Statement", "is missing"),
    ({"Version": "2012-10-17"}, "Statement", "is missing"),
    (
        {"Statement": GOOD, "statement": GOOD},
        "document.statement",
        "is not an element of the policy language",
    ),
    (
        {"Statement": GOOD, "Version": "2012-10-18"},
        "Version",
        "is '2012-10-18', not one of 2008-10-17, 2012-10-17",
    ),
    ({"Statement": GOOD, "Version": 2012}, "Version", "is 2012, not one of 2008-10-17, 2012-10-17"),
    (
        {"Statement": GOOD, "Version": ["2012-10-17"]},
        "Version",
        "is ['2012-10-17'], not one of 2008-10-17, 2012-10-17",
    ),
    ({"Statement": GOOD, "Id": 7}, "Id", "is not a string"),
    ({"Statement": "Allow"}, "Statement", "is neither an object nor a list of objects"),
    ({"Statement": None}, "Statement", "is neither an object nor a list of objects"),
    ({"Statement": 7}, "Statement", "is neither an object nor a list of objects"),
    ({"Statement": [GOOD, "Allow"]}, "Statement[1]", "is not an object"),
    ({"Statement": [[GOOD]]}, "Statement[0]", "is not an object"),
    (one(Sid=7), "Statement[0].Sid", "is not a string"),
    (one(Actions="*"), "Statement[0].Actions", "is not an element of the policy language"),
    (without("Effect"), "Statement[0].Effect", "is None, not Allow or Deny"),
    (one(Effect="allow"), "Statement[0].Effect", "is 'allow', not Allow or Deny"),
    (one(Effect=["Allow"]), "Statement[0].Effect", "is ['Allow'], not Allow or Deny"),
    (one(Effect={"Allow": True}), "Statement[0].Effect", "is {'Allow': True}, not Allow or Deny"),
    (without("Action"), "Statement[0]", "has neither Action nor NotAction"),
    (one(NotAction="*"), "Statement[0]", "has both Action and NotAction"),
    (one(NotResource="*"), "Statement[0]", "has both Resource and NotResource"),
    (one(Principal="*", NotPrincipal="*"), "Statement[0]", "has both Principal and NotPrincipal"),
    (one(Action=[]), "Statement[0].Action", NOT_STRINGS),
    (one(Action=None), "Statement[0].Action", NOT_STRINGS),
    (one(Action={"s3": "*"}), "Statement[0].Action", NOT_STRINGS),
    (one(Action=["*", 7]), "Statement[0].Action[1]", "is not a string"),
    (one(Resource=True), "Statement[0].Resource", NOT_STRINGS),
    (one(Resource=["*", ["*"]]), "Statement[0].Resource[1]", "is not a string"),
    (
        one(Principal="123456789012"),
        "Statement[0].Principal",
        "is the string '123456789012'; only \"*\" is allowed as a string",
    ),
    (
        one(NotPrincipal="x"),
        "Statement[0].NotPrincipal",
        "is the string 'x'; only \"*\" is allowed as a string",
    ),
    (one(Principal=["*"]), "Statement[0].Principal", 'is neither "*" nor an object'),
    (one(Principal={}), "Statement[0].Principal", 'is neither "*" nor an object'),
    (one(Principal=None), "Statement[0].Principal", 'is neither "*" nor an object'),
    (one(Principal={"aws": "*"}), "Statement[0].Principal.aws", "is not an element of the policy language"),
    (one(Principal={"AWS": []}), "Statement[0].Principal.AWS", NOT_STRINGS),
    (one(Principal={"AWS": 123456789012}), "Statement[0].Principal.AWS", NOT_STRINGS),
    (one(NotPrincipal={"Service": ["a", 1]}), "Statement[0].NotPrincipal.Service[1]", "is not a string"),
    (conditioned(None), BLOCK, "is not an object"),
    (conditioned([]), BLOCK, "is not an object"),
    (conditioned({"Bool": "true"}), f"{BLOCK}.Bool", "is not an object of keys and values"),
    (conditioned({"Bool": {"a:b": []}}), f"{BLOCK}.Bool.a:b", "is an empty list"),
    (conditioned({"Bool": {"a:b": None}}), f"{BLOCK}.Bool.a:b[0]", "is not a string, a number or a Bool"),
    (conditioned({"Bool": {"a:b": {}}}), f"{BLOCK}.Bool.a:b[0]", "is not a string, a number or a Bool"),
    (
        conditioned({"Bool": {"a:b": ["x", ["y"]]}}),
        f"{BLOCK}.Bool.a:b[1]",
        "is not a string, a number or a Bool",
    ),
]

TEXTS = [
    ("", "line 1 column 1", "is not JSON: Expecting value"),
    ('{\n "Statement": [,]}', "line 2 column 16", "is not JSON: Expecting value"),
    ("{} {}", "line 1 column 4", "is not JSON: Extra data"),
    ("[" * 100_000, "document", "is nested too deeply"),
    ('{"Statement": [], "Statement": []}', "document", "has the key 'Statement' twice in one object"),
    ('{"Statement": {"a": {"b": 1, "c": 2, "b": 3}}}', "document", "has the key 'b' twice in one object"),
    ('{"Statement": NaN}', "document", "contains NaN, which is not JSON"),
    ('{"Statement": -Infinity}', "document", "contains -Infinity, which is not JSON"),
    ('{"Statement": ' + "1" * 5_000 + "}", "document", "contains a number of more than 1000 digits"),
    ("null", "document", "is not a JSON object"),
]


@pytest.mark.parametrize(
    ("document", "path", "problem"), MALFORMED, ids=[f"{path} {problem}" for _, path, problem in MALFORMED]
)
def test_a_malformed_document_is_one_error_that_names_the_place(
    document: Json, path: str, problem: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(json.dumps(document))

    assert (caught.value.path, caught.value.problem) == (path, problem)
    assert str(caught.value) == f"{path}: {problem}"


@pytest.mark.parametrize(("text", "path", "problem"), TEXTS, ids=[problem for *_, problem in TEXTS])
def test_a_malformed_text_is_one_error_that_names_the_place(text: str, path: str, problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text)

    assert (caught.value.path, caught.value.problem) == (path, problem)


def test_a_key_that_comes_back_after_ten_thousand_others_is_found() -> None:
    keys = ", ".join(f'"k{number}": 0' for number in range(10_000))

    with pytest.raises(PolicyError, match="has the key 'k9999' twice"):
        Policy.parse(f'{{{keys}, "k9999": 1}}')


def test_a_number_of_a_thousand_digits_is_read() -> None:
    assert loads("1" * 1_000) == int("1" * 1_000)


@pytest.mark.parametrize("version", [None, "2008-10-17", "2012-10-17"])
def test_the_version_may_be_absent_or_either_of_two(version: str | None) -> None:
    assert policy(GOOD, version=version).version == version


def test_a_statement_may_stand_alone_or_in_a_list() -> None:
    assert Policy.parse({"Statement": GOOD}).statements == Policy.parse({"Statement": [GOOD]}).statements


def test_a_policy_without_statements_allows_nothing() -> None:
    assert answer(request()) is EvalDecision.NOT_ALLOWED


def test_a_policy_keeps_its_name_and_the_text_it_was_read_from() -> None:
    text = json.dumps({"Id": "i", "Statement": GOOD})

    assert (Policy.parse(text, name="inline").name, Policy.parse(text).text) == ("inline", text)
    assert Policy.parse({"Id": "i", "Statement": GOOD}).text == ""
    assert Policy.parse(text).name == "policy"
    assert Policy.parse(text) == Policy.parse({"Id": "i", "Statement": GOOD})


def test_a_statement_keeps_its_place_its_sid_and_its_effect() -> None:
    first, second = policy({**GOOD, "Sid": "Open"}, {**GOOD, "Effect": "Deny"}).statements

    assert (first.index, first.sid, first.label, first.effect) == (0, "Open", "Open", Effect.ALLOW)
    assert (second.index, second.sid, second.label, second.effect) == (1, None, "Statement[1]", Effect.DENY)
    assert (first.principals, first.conditions) == (None, ())


def test_a_statement_may_do_without_a_resource_as_trust_policies_do() -> None:
    (trusting,) = policy(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    ).statements

    assert trusting.resources is None
    assert (
        answer(request("sts:AssumeRole"), {"Effect": "Allow", "Action": "sts:AssumeRole"})
        is EvalDecision.ALLOWED
    )


def test_every_kind_of_principal_is_read_in_its_order() -> None:
    named: Json = {"AWS": ["1", "2"], "Service": "s", "Federated": ["f"], "CanonicalUser": "c"}
    (read,) = policy({**GOOD, "Principal": named}).statements

    assert read.principals is not None
    assert read.principals.named == (
        *(NamedPrincipal("AWS", "1"), NamedPrincipal("AWS", "2"), NamedPrincipal("Service", "s")),
        *(NamedPrincipal("Federated", "f"), NamedPrincipal("CanonicalUser", "c")),
    )


@pytest.mark.parametrize("block", [{}, {"StringEquals": {}}], ids=["no-operator", "no-key"])
def test_an_empty_condition_is_always_true(block: Json) -> None:
    assert answer(request(), statement(Condition=block)) is EvalDecision.ALLOWED


@pytest.mark.parametrize(
    ("operator", "written", "have"),
    [
        ("Bool", True, "true"),
        ("Bool", [False], "false"),
        ("NumericEquals", 10, "10"),
        ("NumericEquals", 10.5, "10.50"),
        ("StringEquals", 123456789012, "123456789012"),
        ("StringEquals", True, "true"),
        ("StringEquals", False, "false"),
        ("Null", True, ()),
        ("NumericLessThan", [1, "2"], "1.5"),
    ],
)
def test_bools_and_numbers_may_be_unquoted(operator: str, written: Json, have: str | tuple[str, ...]) -> None:
    keys: Keys = {"a:b": have}

    assert (
        answer(request(keys=keys), statement(Condition={operator: {"a:b": written}})) is EvalDecision.ALLOWED
    )


def test_an_operator_that_aws_does_not_have_is_read_and_is_undecided() -> None:
    condition: Json = {"StringMatches": {"a:b": "x"}}

    assert answer(request(), statement(Condition=condition)) is EvalDecision.UNDECIDED


def test_a_resource_that_is_no_arn_is_refused_as_iam_refuses_it() -> None:
    document: Json = {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "Stmt1428341300017",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Effect": "Allow",
            "Resource": "arn.aws.dynamodb:ap-southeast-2:xxxxx:xxxx",
        },
    }
    with pytest.raises(PolicyError) as refused:
        Policy.parse(json.dumps(document))
    assert refused.value.path == "Statement[0].Resource"
    assert refused.value.problem == (
        "is 'arn.aws.dynamodb:ap-southeast-2:xxxxx:xxxx', neither an ARN nor \"*\""
    )
