"""Where an event says to look: every form of a function's name, and every answer of Lambda's that cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from permission_guard.events.record import BadEvent
from permission_guard.events.trigger import EVERYTHING, Ignored, Kind
from permission_guard.model.facts import FactKind
from tests.events.calls import REGION, Event, call
from tests.samples import ACCOUNT, read, sample, triggered

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"


def test_an_event_says_which_role_the_function_has_where_aws_answered_with_it() -> None:
    role = "arn:aws:iam::123456789012:role/service-role/shop/orders-role"
    event = sample("a-function-was-created-with-a-role-in-a-path")
    assert triggered(event).role == role
    event["detail"]["responseElements"]["role"] = {"not": "a text"}
    assert triggered(event).role is None


FORMS = {
    "orders": None,
    "orders:live": "live",
    "orders:7": "7",
    "orders:$LATEST": None,
    "function:orders": None,
    f"{ACCOUNT}:function:orders": None,
    f"{ACCOUNT}:function:orders:live": "live",
    ARN: None,
    f"{ARN}:live": "live",
    f"{ARN}:$LATEST": None,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_functions_name_leads_to_the_same_function(form: str) -> None:
    trigger = triggered(
        call("AddPermission20150331v2", {"functionName": form, "statementId": "open"}),
    )
    assert (str(trigger.subject), trigger.qualifier) == (ARN, FORMS[form])


@pytest.mark.parametrize("form", FORMS)
def test_a_qualifier_beside_the_name_is_the_one_that_counts(form: str) -> None:
    request = {"functionName": form, "statementId": "open", "qualifier": "blue"}
    assert triggered(call("AddPermission20150331v2", request)).qualifier == "blue"


NOT_A_NAME = ["", "no name", "a:b:c:d", "arn:aws:s3:::bucket", f"{ARN}:live:more", "x" * 141, "ordérs"]


@pytest.mark.parametrize("form", NOT_A_NAME)
def test_what_is_no_functions_name_is_refused_by_its_field(form: str) -> None:
    with pytest.raises(BadEvent) as caught:
        triggered(call("AddPermission20150331v2", {"functionName": form, "statementId": "open"}))
    assert caught.value.field == "detail.requestParameters.functionName"


ELSEWHERE = {
    "its account": {"recipientAccountId": "999999999999"},
    "its Region": {"awsRegion": "us-east-1"},
    "nothing that is an account": {"recipientAccountId": "12"},
    "nothing that is a Region": {"awsRegion": f"{REGION}\n"},
}


@pytest.mark.parametrize("wrong", ELSEWHERE)
def test_an_event_of_another_account_or_region_is_ignored_by(wrong: str) -> None:
    event = call("AddPermission20150331v2", {"functionName": "orders", "statementId": "open"})
    event["detail"] |= ELSEWHERE[wrong]
    assert read(event) == Ignored("the event belongs to another account or Region")


@pytest.mark.parametrize("name", ["orders", ARN.replace(ACCOUNT, "444455556666")])
@pytest.mark.parametrize("arn", [ARN.replace(REGION, "us-east-1"), ARN.replace(ACCOUNT, "444455556666")])
def test_a_function_of_another_account_or_region_is_left_to_it(name: str, arn: str) -> None:
    event = call("CreateFunction20150331", {"functionName": name}, {"functionArn": arn})
    assert read(event) == Ignored(f"{arn} belongs to another account or Region")


KINDS = {
    "CreateFunction20150331": Kind.FUNCTION_CREATED,
    "UpdateFunctionConfiguration20150331v2": Kind.FUNCTION_CHANGED,
    "UpdateFunctionConfiguration20150331": Kind.FUNCTION_CHANGED,
    "DeleteFunction20150331": Kind.FUNCTION_DELETED,
    "AddPermission20150331v2": Kind.PERMISSION_ADDED,
    "AddPermission20150331": Kind.PERMISSION_ADDED,
    "RemovePermission20150331v2": Kind.PERMISSION_REMOVED,
    "RemovePermission20150331": Kind.PERMISSION_REMOVED,
    "PutResourcePolicy": Kind.POLICY_WRITTEN,
    "PutResourcePolicy20260709": Kind.POLICY_WRITTEN,
    "CreateAlias20150331": Kind.ALIAS_CREATED,
    "UpdateAlias20150331": Kind.ALIAS_CHANGED,
    "CreateFunctionUrlConfig": Kind.URL_CREATED,
    "UpdateFunctionUrlConfig": Kind.URL_CHANGED,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_call_is_known_by_its_name_with_and_without_the_date(name: str) -> None:
    request = {"functionName": "orders", "statementId": "open", "name": "live", "resourceArn": ARN}
    trigger = triggered(call(name, request))
    assert trigger.kind is KINDS[name]
    arrived: dict[Kind, object] = {Kind.PERMISSION_ADDED: "open", Kind.POLICY_WRITTEN: EVERYTHING}
    assert trigger.arrived == arrived.get(trigger.kind)
    about_an_alias = trigger.kind in {Kind.ALIAS_CREATED, Kind.ALIAS_CHANGED}
    assert trigger.qualifier == ("live" if about_an_alias else None)


OTHERS = [
    "CreateFunctionUrlConfigs",
    "UpdateFunctionCode20150331v2",
    "UpdateFunctionCodeSigningConfig",
    "AddLayerVersionPermissions20181031",
    "DeleteResourcePolicy",
    "DeleteFunctionUrlConfig",
    "DeleteFunctionConcurrency20171031",
    "createfunction20150331",
    "CreateFunction20150331v2v2",
]


@pytest.mark.parametrize("name", OTHERS)
def test_a_call_whose_name_only_begins_alike_changes_no_verdict(name: str) -> None:
    event = call(name, {"functionName": "orders"})
    assert read(event) == Ignored(f"{name} changes no verdict")


VERSIONS = [
    {"functionName": "orders", "qualifier": "3"},
    {"functionName": "orders:3"},
    {"functionName": f"{ARN}:3"},
    {"functionName": ARN, "qualifier": "$LATEST.PUBLISHED"},
]


@pytest.mark.parametrize("request_", VERSIONS, ids=str)
def test_a_version_that_was_deleted_leaves_the_function(request_: Event) -> None:
    event = call("DeleteFunction20150331", request_)
    assert read(event) == Ignored("only one version was deleted")


def test_a_function_that_was_deleted_and_made_anew_is_evaluated_as_a_new_one_is() -> None:
    trigger = triggered(call("DeleteFunction20150331", {"functionName": "orders", "qualifier": None}))
    assert (str(trigger.subject), trigger.qualifier) == (ARN, None)
    assert trigger.to_read is replace(trigger, kind=Kind.FUNCTION_CREATED).to_read is FactKind.ROLE


def test_a_version_that_was_published_with_the_function_leads_to_the_function() -> None:
    response = {"functionArn": f"{ARN}:1", "version": "1"}
    trigger = triggered(call("CreateFunction20150331", {"functionName": "orders"}, response))
    assert (str(trigger.subject), trigger.qualifier) == (ARN, None)


def test_lambdas_own_answer_says_the_partition() -> None:
    arn = f"arn:aws-cn:lambda:{REGION}:{ACCOUNT}:function:orders"
    trigger = triggered(call("CreateFunction20150331", {"functionName": "orders"}, {"functionArn": arn}))
    assert str(trigger.subject) == arn


@pytest.mark.parametrize(
    ("flag", "why"), [(True, "the call only reads"), ("true", "the call only reads"), ("false", "")]
)
def test_a_flag_may_be_a_text(flag: object, why: str) -> None:
    event = call("AddPermission20150331v2", {"functionName": "orders", "statementId": "open"}, readOnly=flag)
    found = read(event)
    assert (found.why if isinstance(found, Ignored) else "") == why


ANSWERS: dict[str, tuple[object, str]] = {
    "an ARN of something else": (
        {"functionArn": "arn:aws:s3:::bucket"},
        "detail.responseElements.functionArn not a function's name or ARN: 'arn:aws:s3:::bucket'",
    ),
    "a name where an ARN belongs": (
        {"functionArn": "orders"},
        "detail.responseElements.functionArn not a function ARN: 'orders'",
    ),
    "a statement on everything": (
        {"statement": json.dumps({"Resource": "*"})},
        "detail.responseElements.statement not a function's name or ARN: '*'",
    ),
    "a statement that is truncated": (
        {"statement": '{"Resource": "arn:'},
        "detail.responseElements.statement is not JSON: ",
    ),
    "a statement nested without end": (
        {"statement": "[" * 100_000},
        "detail.responseElements.statement is nested too deeply",
    ),
    "a statement that is a number without end": (
        {"statement": "1" * 5000},
        "detail.responseElements.statement contains a number of more than",
    ),
    "a list": ([], "detail.responseElements is a list, not an object"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_of_lambdas_that_cannot_be_read_is_named(answer: str) -> None:
    response, problem = ANSWERS[answer]
    request = {"functionName": "orders", "statementId": "open"}
    with pytest.raises(BadEvent) as caught:
        triggered(call("AddPermission20150331v2", request, response))
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize("statement", ["null", "7", "[]", '"text"', "{}", '{"Resource": ["a", "b"]}'])
def test_a_statement_that_names_no_function_leaves_it_to_the_request(statement: str) -> None:
    request = {"functionName": "orders", "statementId": "open"}
    assert str(triggered(call("AddPermission20150331v2", request, {"statement": statement})).subject) == ARN


@pytest.mark.parametrize("value", [[], {}, {"a": 1}, 1, "yes"])
def test_a_flag_that_is_none_is_named(value: object) -> None:
    with pytest.raises(BadEvent) as caught:
        triggered(call("AddPermission20150331v2", {"functionName": "orders"}, readOnly=value))
    assert caught.value.field == "detail.readOnly"


def test_a_removal_names_its_statement_even_if_there_was_none() -> None:
    request = {"functionName": "orders", "statementId": "open"}
    failed = call("RemovePermission20150331v2", request, errorCode="ResourceNotFoundException")
    for event in (failed, call("RemovePermission20150331v2", request)):
        trigger = triggered(event)
        assert (trigger.kind, trigger.removed, trigger.arrived) == (Kind.PERMISSION_REMOVED, "open", None)
    failed["detail"]["eventName"] = "AddPermission20150331v2"
    assert read(failed) == Ignored("the call failed: ResourceNotFoundException")


def test_a_call_that_could_not_be_recorded_whole_is_named_and_not_passed_over() -> None:
    event = call("CreateFunction20150331", {})
    event["detail"]["requestParameters"] = None
    with pytest.raises(BadEvent, match=r"detail\.requestParameters is missing"):
        triggered(event)


def test_a_replica_of_the_edge_is_not_evaluated() -> None:
    event = call("CreateFunction20150331", {"functionName": "us-east-1.orders"})
    assert read(event) == Ignored(
        "it is a replica that Lambda@Edge made; the function itself is evaluated in us-east-1"
    )


@pytest.mark.parametrize(
    ("name", "request_", "field"),
    [
        (
            "AddPermission20150331v2",
            {"functionName": "orders", "statementId": "s", "qualifier": "../x"},
            "qualifier",
        ),
        ("CreateAlias20150331", {"functionName": "orders", "name": "a:b"}, "name"),
    ],
)
def test_what_is_no_version_or_alias_is_named_by_its_field(name: str, request_: Event, field: str) -> None:
    with pytest.raises(BadEvent, match=rf"detail\.requestParameters\.{field} is no version or alias"):
        read(call(name, request_))
