"""What an event shows by itself: a bound permission, and nothing that a look could judge otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from permission_guard.compliant_event import compliant_findings
from permission_guard.events.trigger import EVERYTHING, Kind, Trigger
from permission_guard.model.facts import Trusted
from permission_guard.model.finding import Verdict
from tests.samples import ACCOUNT, NAMES, read, sample, triggered

REGION = "eu-west-1"
OWN = Trusted(ACCOUNT)
BOUND = "s3-permission-for-one-bucket-of-this-account"


def event(name: str = BOUND) -> Trigger:
    return triggered(sample(name))


def saying(**changes: Any) -> Trigger:
    """The event of a bound permission, whose statement says something else."""
    bound = event()
    body = {**json.loads(bound.statement or ""), **changes}
    return replace(bound, statement=json.dumps({key: value for key, value in body.items() if value}))


def test_only_the_sample_of_a_compliant_permission_is_decided_by_its_event() -> None:
    triggers = {name: read(sample(name)) for name in NAMES}
    found = {
        name for name, one in triggers.items() if isinstance(one, Trigger) and compliant_findings(one, OWN)
    }
    assert found == {BOUND}


def test_what_is_shown_is_the_one_finding_about_the_statement_that_arrived() -> None:
    (finding,) = compliant_findings(event(), OWN)
    assert (finding.verdict, finding.subject) == (Verdict.PASS, f"{event().subject} s3")


TARGET = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
OF_THE_ACCOUNT = {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}
LOOKED_AT: dict[str, dict[str, Any]] = {
    "it names no source": {"Condition": None},
    "its source may be anybody's": {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::shop-uploads"}}},
    "its source is a foreign account's": {
        "Condition": {"StringEquals": {"AWS:SourceAccount": "999988887777"}}
    },
    "nobody can use it": {
        "Principal": {"Service": "events.amazonaws.com"},
        "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT, "lambda:EventSourceToken": "t"}},
    },
    "it lets a foreign account in": {
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
        "Condition": None,
    },
    "it lets everybody in": {"Principal": "*", "Condition": None},
    "it lets everybody of the own organisation in": {
        "Principal": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-trusted0000"}},
    },
    "it is a half of a function URL": {
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    },
    "it is the other half": {
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "lambda:InvokeFunctionUrl",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
    },
    "it allows what no rule is about": {"Action": "lambda:SomethingNew"},
    "it has two actions": {"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]},
    "it has a condition that AddPermission cannot write": {
        "Condition": {**OF_THE_ACCOUNT, "StringLike": {"aws:SourceArn": "arn:aws:s3:::shop-uploads"}}
    },
    "it says a variable": {
        "Condition": {**OF_THE_ACCOUNT, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::${a}"}}
    },
    "it is a Deny": {"Effect": "Deny"},
    "it has an element that is not known": {"NotAction": "lambda:GetFunction"},
    "it is about an alias that the call did not name": {"Resource": f"{TARGET}:live"},
    "it is about every function": {"Resource": "*"},
    "it has another Sid than the call": {"Sid": "another"},
}


@pytest.mark.parametrize("why", LOOKED_AT)
def test_the_function_is_looked_at_if(why: str) -> None:
    trusted = Trusted(ACCOUNT, organizations=("o-trusted0000",))
    assert compliant_findings(saying(**LOOKED_AT[why]), trusted) == ()


def test_a_statement_about_an_alias_is_shown_if_the_call_named_the_alias() -> None:
    one = replace(saying(Resource=f"{TARGET}:live"), qualifier="live")
    (finding,) = compliant_findings(one, OWN)
    assert finding.subject == f"{TARGET}:live s3"


def test_a_trusted_account_passes_here_too() -> None:
    partner = saying(Principal={"AWS": "arn:aws:iam::999988887777:root"}, Condition=None)
    assert compliant_findings(partner, Trusted(ACCOUNT, ("999988887777",)))


@pytest.mark.parametrize("text", [None, "[]", '"a text"'])
def test_an_event_without_a_statement_shows_nothing(text: str | None) -> None:
    assert compliant_findings(replace(event(), statement=text), OWN) == ()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.PERMISSION_ADDED])
def test_no_other_call_shows_anything_whatever_its_event_holds(kind: Kind) -> None:
    assert compliant_findings(replace(event(), kind=kind, arrived=EVERYTHING), OWN) == ()
    assert compliant_findings(replace(event(), kind=kind), OWN) == ()
