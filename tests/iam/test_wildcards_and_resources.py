"""Wildcards in Action and Resource, their Not forms, and log-group ARNs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import pytest

from permission_guard.iam import Context, EvalDecision, Truth
from permission_guard.iam.pattern import Pattern
from permission_guard.iam.policy import Json
from tests.iam.asking import answer, holds, request, statement

ALLOWED, NOT_ALLOWED = EvalDecision.ALLOWED, EvalDecision.NOT_ALLOWED

LOGS = "arn:aws:logs:us-east-1:123456789012"
GROUP = f"{LOGS}:log-group:/aws/lambda/orders"
SHAPES = (GROUP, f"{GROUP}:log-stream:", f"{GROUP}:log-stream:2026/11/20/[$LATEST]0123456789abcdef")

LOG_GROUPS = [
    # The resource in a policy; whether it covers the group, its unnamed stream, and a stream of it.
    ("*", (True, True, True)),
    ("arn:aws:logs:*:*:*", (True, True, True)),
    (f"{LOGS}:*", (True, True, True)),
    (f"{LOGS}:log-group:*", (True, True, True)),
    (f"{GROUP}*", (True, True, True)),
    (f"{LOGS}:log-group:/aws/lambda/*", (True, True, True)),
    (GROUP, (True, False, False)),
    (f"{GROUP}:*", (False, True, True)),
    (f"{GROUP}:log-stream:*", (False, True, True)),
    (f"{GROUP}:log-stream:", (False, True, False)),
    (f"{GROUP}:log-stream:?*", (False, False, True)),
    (f"{LOGS}:log-group:*:*", (False, True, True)),
    (f"{LOGS}:log-group:/aws/lambda/*:*", (False, True, True)),
    (f"{LOGS}:log-group:*:log-stream:*", (False, True, True)),
    (f"{LOGS}:log-group:/aws/lambda/order?", (True, False, False)),
    (f"{LOGS}:log-group:/aws/lambda/ORDERS*", (False, False, False)),
    (f"{LOGS}:log-group:/aws/lambda/order", (False, False, False)),
    ("arn:aws:logs:us-west-2:123456789012:*", (False, False, False)),
    ("arn:aws:logs:us-east-1:999999999999:*", (False, False, False)),
    ("arn:aws-cn:logs:*:*:*", (False, False, False)),
]

ACTIONS = [
    ("logs:PutLogEvents", True),
    ("LOGS:putlogevents", True),
    ("logs:*", True),
    ("logs:Put*", True),
    ("logs:P?tLogEvents", True),
    ("l*:*Events", True),
    ("*", True),
    ("logs:Put", False),
    ("logs:PutLogEvent?", True),
    ("logs:PutLogEvents?", False),
    ("log:*", False),
    ("s3:*", False),
]

GLOBS = [
    ("", "", True),
    ("", "a", False),
    ("*", "", True),
    ("**", "", True),
    ("?", "", False),
    ("?", "\n", True),
    ("a", "a", True),
    ("a", "ab", False),
    ("a*", "a", True),
    ("a*a", "a", False),
    ("a*a", "aa", True),
    ("ab*ba", "aba", False),
    ("*ab*ab*", "abab", True),
    ("*ab*ab*", "ab", False),
    ("*ab*ab*", "xxxab", False),
    ("*ab*b", "xab", False),
    ("*a?*b", "xab", False),
    ("a*b?", "axbc", True),
    ("a*b?", "axcb", False),
    ("*aba*aba*", "xababax", False),
    ("*a?c*", "xxabcxx", True),
    ("*a?c*", "xxabxx", False),
    ("*a*b*c", "xaxbxc", True),
    ("*a*b*c", "xaxcxb", False),
    ("*?", "a", True),
    ("?*?", "a", False),
    ("[a]", "[a]", True),
    ("[a]", "a", False),
    (".+(", ".+(", True),
]


@pytest.mark.parametrize("operator", ["Resource", "ArnLike", "StringLike"])
@pytest.mark.parametrize(("resource", "covers"), LOG_GROUPS)
def test_which_log_arns_a_pattern_covers(
    resource: str, covers: tuple[bool, bool, bool], operator: str
) -> None:
    """A logs ARN keeps its colons in its last part, so a glob and ArnLike agree on every row."""
    for shape, covered in zip(SHAPES, covers, strict=True):
        if operator == "Resource":
            asked = request("logs:PutLogEvents", shape)
            assert answer(asked, statement(Resource=resource)) is (ALLOWED if covered else NOT_ALLOWED)
        else:
            assert holds(operator, resource, shape) is (Truth.YES if covered else Truth.NO)


@pytest.mark.parametrize(("pattern", "covered"), ACTIONS)
def test_an_action_is_matched_in_any_case_and_with_wildcards(pattern: str, *, covered: bool) -> None:
    asked = request("logs:PutLogEvents", GROUP)

    assert answer(asked, statement(Action=pattern)) is (ALLOWED if covered else NOT_ALLOWED)
    assert answer(asked, statement(NotAction=pattern)) is (NOT_ALLOWED if covered else ALLOWED)


@pytest.mark.parametrize(
    ("resource", "pattern", "covered"),
    [
        ("arn:aws:s3:::reports/2026/x", "arn:aws:s3:::reports/*", True),
        ("arn:aws:s3:::reports", "arn:aws:s3:::reports/*", False),
        ("arn:aws:s3:::Reports/x", "arn:aws:s3:::reports/*", False),
        # A Resource is one glob: its `*` crosses colons, where that of ArnLike does not.
        ("arn:aws:sns:us-east-1:123456789012:alerts", "arn:aws:sns:*:alerts", True),
        ("arn:aws:sns:us-east-1:123456789012:alerts", "arn:*", True),
        ("arn:aws:sns:us-east-1:123456789012:alerts", "arn:aws:sns:us-east-?:*:a*s", True),
    ],
)
def test_a_resource_is_matched_as_one_case_sensitive_glob(
    resource: str, pattern: str, *, covered: bool
) -> None:
    asked = request(resource=resource)

    assert answer(asked, statement(Resource=pattern)) is (ALLOWED if covered else NOT_ALLOWED)
    assert answer(asked, statement(NotResource=pattern)) is (NOT_ALLOWED if covered else ALLOWED)


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_one_pattern_of_a_list_is_enough_and_its_not_form_wants_none(element: str) -> None:
    fits = {"Action": "s3:Get*", "Resource": "arn:aws:s3:::*"}[element]
    patterns: dict[str, Json] = {element: ["arn:nothing:like:it", fits]}
    negated: dict[str, Json] = {f"Not{element}": ["arn:nothing:like:it", fits]}

    assert answer(request(), statement(**patterns)) is ALLOWED
    assert answer(request(), statement(**negated)) is NOT_ALLOWED


def test_allow_with_not_action_grants_all_else_and_deny_with_it_denies_all_else() -> None:
    assert answer(request("iam:CreateUser"), statement(NotAction="s3:*")) is ALLOWED
    assert answer(request("iam:CreateUser"), statement(), statement("Deny", NotAction="s3:*")) is (
        EvalDecision.DENIED
    )
    assert answer(request("s3:GetObject"), statement(), statement("Deny", NotAction="s3:*")) is ALLOWED


@pytest.mark.parametrize(("pattern", "text", "fits"), GLOBS)
def test_a_star_is_any_run_and_a_question_mark_is_one_character(
    pattern: str, text: str, *, fits: bool
) -> None:
    found = Pattern(pattern, variables=False).match(text, Context())

    assert found is (Truth.YES if fits else Truth.NO)


def test_patterns_are_equal_if_they_say_the_same_in_the_same_version() -> None:
    new, old = Pattern("${*}", variables=True), Pattern("${*}", variables=False)

    assert new == Pattern("${*}", variables=True)
    assert hash(new) == hash(Pattern("${*}", variables=True))
    assert new != old
    assert new != "${*}"
    assert repr(new) == "Pattern('${*}')"
