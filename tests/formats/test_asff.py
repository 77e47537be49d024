"""ASFF: held against AWS's own model of BatchImportFindings and its documented limits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from permission_guard.formats import CannotShow, show
from permission_guard.formats.asff import BATCH
from permission_guard.formats.untrusted_text import cut, inert, line
from permission_guard.model.finding import Severity, Verdict
from permission_guard.scan.result import Scan
from tests.formats.hostile import is_harmless, scans
from tests.formats.sample import CHECK, EMPTY, LAYER, NO_LOGS, OPEN, PASSES, SCAN, UNREAD
from tests.formats.schemas import asff_faults, outside_the_model

LIMITS = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "ProductArn": 2048}
"""Of https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html; the model does not have them."""
LARGEST_FINDING, LARGEST_REQUEST = 240_000, 6_000_000
"""Bytes (https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html)."""


def requests(scan: Scan) -> list[dict[str, Any]]:
    return [json.loads(one) for one in show("asff", scan).splitlines()]


def only(scan: Scan) -> dict[str, Any]:
    (request,) = requests(scan)
    (finding,) = request["Findings"]
    assert isinstance(finding, dict)
    return finding


def faults(request: dict[str, Any]) -> list[str]:
    """What Security Hub would have against it, as far as AWS publishes it."""
    found = [*filter(None, [asff_faults(request)]), *outside_the_model(request)]
    for one in request["Findings"]:
        found += [key for key, limit in LIMITS.items() if len(one[key].encode()) > limit]
        found += [key for key, value in one["ProductFields"].items() if len(value.encode()) > 2048]
        found += ["Text"] if len(one["Remediation"]["Recommendation"]["Text"].encode()) > 512 else []
        found += ["size"] if len(json.dumps(one).encode()) > LARGEST_FINDING else []
    return found


@pytest.mark.parametrize("scan", [SCAN, EMPTY], ids=["scan", "nothing"])
def test_it_is_valid_by_the_published_model_and_limits(scan: Scan) -> None:
    assert [faults(one) for one in requests(scan)] == [[] for _ in requests(scan)]


def test_the_model_that_is_asked_is_able_to_refuse() -> None:
    (request, *_) = requests(SCAN)
    request["Findings"][0]["Severity"]["Label"] = "GRAVE"
    assert faults(request) == [".Findings[].Severity.Label: 'GRAVE'"]


def test_a_request_is_of_one_account_and_one_region() -> None:
    places = [
        {(one["AwsAccountId"], one["Resources"][0]["Region"]) for one in request["Findings"]}
        for request in requests(SCAN)
    ]
    assert [len(place) for place in places] == [1] * 4
    assert len(set().union(*places)) == 4


def test_a_request_holds_no_more_than_the_call_takes() -> None:
    long = "x" * 4000
    many = tuple(
        replace(OPEN, subject=f"s{n}", before=long, after=long, proof=long, advice=long, sentence=long)
        for n in range(BATCH + 1)
    )
    shown = show("asff", replace(SCAN, findings=many)).splitlines()
    assert [len(json.loads(one)["Findings"]) for one in shown] == [100, 1]
    assert len(shown[0].encode()) < LARGEST_REQUEST
    assert faults(json.loads(shown[0])) == []


@pytest.mark.parametrize(
    ("finding", "status", "label"),
    [
        (OPEN, "FAILED", "HIGH"),
        (UNREAD, "NOT_AVAILABLE", "MEDIUM"),
        (replace(UNREAD, proof_kind="undecided"), "WARNING", "MEDIUM"),
        (PASSES[0], "PASSED", "INFORMATIONAL"),
        (replace(OPEN, severity=Severity.CRITICAL), "FAILED", "CRITICAL"),
    ],
)
def test_the_status_and_the_label_follow_the_verdict(finding: Any, status: str, label: str) -> None:
    made = only(replace(SCAN, findings=(finding,)))
    assert made["Compliance"]["Status"] == status
    assert made["Severity"]["Label"] == made["FindingProviderFields"]["Severity"]["Label"] == label


def test_a_finding_that_passes_now_is_the_one_that_failed() -> None:
    fixed = replace(OPEN, verdict=Verdict.PASS, fault="another")
    assert only(replace(SCAN, findings=(fixed,)))["Id"] == only(replace(SCAN, findings=(OPEN,)))["Id"]


def test_a_resource_is_a_function_or_a_layer_version() -> None:
    (layer,) = only(replace(SCAN, findings=(LAYER,)))["Resources"]
    assert (layer["Type"], layer["Details"]) == (
        "AwsLambdaLayerVersion",
        {"AwsLambdaLayerVersion": {"Version": 7}},
    )
    (version,) = only(replace(SCAN, findings=(UNREAD,)))["Resources"]
    assert version["Details"] == {"AwsLambdaFunction": {"FunctionName": "billing", "Version": "3"}}
    (odd,) = only(replace(SCAN, findings=(replace(LAYER, target=f"{LAYER.target}x"),)))["Resources"]
    assert odd["Details"] == {"AwsLambdaLayerVersion": {}}


def test_a_partition_that_security_hub_does_not_know_is_left_out() -> None:
    china = replace(NO_LOGS, target=NO_LOGS.target.replace("arn:aws:", "arn:aws-cn:"), region="cn-north-1")
    made = only(replace(SCAN, findings=(china,)))
    assert made["ProductArn"] == "arn:aws-cn:securityhub:cn-north-1:111122223333:product/111122223333/default"
    assert made["Resources"][0]["Partition"] == "aws-cn"
    isolated = replace(NO_LOGS, target=NO_LOGS.target.replace("arn:aws:", "arn:aws-iso:"))
    assert "Partition" not in only(replace(SCAN, findings=(isolated,)))["Resources"][0]


def test_what_is_in_no_account_cannot_be_shown() -> None:
    with pytest.raises(CannotShow, match=r"^OrdersPermission is in no account yet"):
        show("asff", CHECK)


@settings(max_examples=25, deadline=None)
@given(scans)
def test_hostile_text_stays_text(scan: Scan) -> None:
    shown = show("asff", scan)
    assert is_harmless(shown)
    made = [json.loads(one) for one in shown.splitlines()]
    assert [faults(one) for one in made] == [[] for _ in made]
    reported = [one for request in made for one in request["Findings"]]
    assert sorted(one["ProductFields"].get("permission-guard/Subject", "") for one in reported) == sorted(
        cut(inert(one.subject), 2048) if one.subject.strip() else "" for one in scan.findings
    )
    assert sorted(one["Resources"][0]["Id"] for one in reported) == sorted(
        line(one.target) for one in scan.findings
    )


def test_a_long_text_is_cut_at_a_character_and_says_so() -> None:
    assert cut("ééé", 6) == "ééé"
    assert cut("éééé", 6) == "é..."
    assert cut(" \n", 6) == "-"
