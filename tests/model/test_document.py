"""Documents as text: what is the same statement, and the smallest change to one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from permission_guard.iam import Policy, PolicyError
from permission_guard.model.document import (
    Body,
    ConditionExists,
    NewCondition,
    body_of,
    canonical,
    dumped,
    statements_of,
    with_condition,
    with_statements,
)
from tests.fake_aws.builders import ACCOUNT, TOPIC, document, statement

SNS = statement("sns.amazonaws.com")


def test_a_document_is_written_as_aws_returns_it_compact_and_in_its_own_order() -> None:
    assert dumped({"b": 1, "a": ["ü", True]}) == '{"b":1,"a":["ü",true]}'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"Sid": "a", "Effect": "Allow"}, {"Effect": "Allow", "Sid": "a"}, id="order of keys"),
        pytest.param({"Action": ["a"]}, {"Action": "a"}, id="a list of one"),
        pytest.param({"Action": ["a", "b"]}, {"Action": ["b", "a"]}, id="order of values"),
        pytest.param({"Principal": "*"}, {"Principal": {"AWS": "*"}}, id="a star for everyone"),
        pytest.param({"Principal": "*"}, {"Principal": {"AWS": ["*"]}}, id="a star in a list"),
        pytest.param(
            {"Condition": {"ArnLike": {"AWS:SourceArn": TOPIC}}},
            {"Condition": {"ArnLike": {"aws:sourcearn": [TOPIC]}}},
            id="case of condition keys",
        ),
    ],
)
def test_statements_that_say_the_same_have_one_canonical_text(one: Body, other: Body) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"Sid": "a"}, {"Sid": "A"}, id="case of a Sid"),
        pytest.param({"Resource": "arn:a"}, {"Resource": "arn:A"}, id="case of a resource"),
        pytest.param({"Action": ["a", "b"]}, {"Action": ["a"]}, id="one value fewer"),
        pytest.param({"Principal": {"AWS": "a"}}, {"Principal": {"Service": "a"}}, id="kind of principal"),
        pytest.param(
            {"Condition": {"StringEquals": {"k": "v"}}},
            {"Condition": {"StringLike": {"k": "v"}}},
            id="operator",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"k": "v"}}},
            {"Condition": {"StringEquals": {"k": "V"}}},
            id="case of a value",
        ),
    ],
)
def test_statements_that_say_something_else_have_another_canonical_text(one: Body, other: Body) -> None:
    assert canonical(one) != canonical(other)


def test_statements_are_read_in_order_and_a_single_one_as_a_list_of_one() -> None:
    assert statements_of(document(SNS, statement(sid="two"))) == (SNS, statement(sid="two"))
    assert statements_of(json.dumps({"Statement": SNS})) == (SNS,)


def test_other_statements_leave_the_rest_of_a_document_as_it_stands() -> None:
    text = '{"Version":"2012-10-17","Id":"mine","Statement":[{"Sid":"one"},{"Sid":"two"}]}'

    changed = with_statements(text, [{"Sid": "one"}, {"Sid": "three"}])

    assert changed == text.replace("two", "three")


def test_a_single_statement_stays_an_object_as_long_as_it_is_alone() -> None:
    text = dumped({"Id": "x", "Statement": SNS})

    assert json.loads(with_statements(text, [{"Sid": "s"}])) == {"Id": "x", "Statement": {"Sid": "s"}}
    assert json.loads(with_statements(text, [SNS, {"Sid": "s"}]))["Statement"] == [SNS, {"Sid": "s"}]


def test_a_condition_is_added_and_everything_else_is_the_same_byte_for_byte() -> None:
    before = statement("s3.amazonaws.com", Condition={"Bool": {"aws:SecureTransport": "true"}})

    after = with_condition(before, NewCondition("StringEquals", "aws:SourceAccount", (ACCOUNT,)))

    added = f',"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}}}}'
    assert dumped(after) == dumped(before).replace('"true"}}', '"true"}' + added)


def test_a_condition_is_added_beside_another_key_of_the_same_operator() -> None:
    before = statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})

    after = with_condition(before, NewCondition("StringEquals", "aws:SourceAccount", ("1", "2")))

    assert after["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij", "aws:SourceAccount": ["1", "2"]}
    }


@pytest.mark.parametrize("key", ["aws:SourceAccount", "AWS:SOURCEACCOUNT"])
def test_a_condition_that_is_there_is_never_widened_by_another_value(key: str) -> None:
    before = statement(Condition={"StringEquals": {key: "1"}})

    with pytest.raises(ConditionExists, match="already has another StringEquals on aws:SourceAccount"):
        with_condition(before, NewCondition("StringEquals", "aws:SourceAccount", ("2",)))


@pytest.mark.parametrize("block", ["text", {"StringEquals": "text"}])
def test_a_condition_that_is_no_object_is_not_added_to(block: str | dict[str, str]) -> None:
    with pytest.raises(ConditionExists):
        with_condition({"Condition": block}, NewCondition("StringEquals", "aws:SourceAccount", ("1",)))


def test_malformed_text_is_refused_with_its_line_and_column() -> None:
    text = '{\n  "Version": "2012-10-17",\n  "Statement": {\n    "Effect": "Allow",\n  }\n}'

    with pytest.raises(PolicyError) as refused:
        Policy.parse(text)

    assert refused.value.path == "line 5 column 3"
    assert "is not JSON" in refused.value.problem


@pytest.mark.parametrize(
    ("read", "text"),
    [(body_of, "[]"), (statements_of, '{"Statement":"x"}'), (statements_of, '{"Statement":1}')],
)
def test_a_text_that_is_no_document_is_no_document(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(TypeError):
        read(text)
