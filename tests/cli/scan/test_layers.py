"""Layers are scanned as functions are: each version once, in the fewest calls, and only if a rule is about them."""

from __future__ import annotations

from collections import Counter

import pytest

from permission_guard.fake_aws import Account, ApiError
from permission_guard.model.finding import Verdict
from tests.cli.scanning import account, faulty, reported, run, scanned, wires
from tests.fake_aws.builders import document

LAYER = "arn:aws:lambda:us-east-1:111122223333:layer:tools"


def layered(made: Account, versions: int = 12, shared: int = 3) -> Account:
    """A layer of so many versions, one of them shared with everyone."""
    made.layers["tools"] = versions
    arn = f"{LAYER}:{shared}"
    everybody = {
        "Sid": "all",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:GetLayerVersion",
        "Resource": arn,
    }
    made.layer_policies[arn] = (document(everybody), "revision")
    return made


def test_a_layer_version_that_is_shared_with_everybody_is_found() -> None:
    scan = scanned(wires(layered(account())))
    assert [(one.target, one.rule.value, one.verdict) for one in scan.findings] == [
        (f"{LAYER}:3", "layer-is-not-public", Verdict.FAIL)
    ]
    assert (scan.functions, scan.targets) == (0, 12)


def test_it_is_not_repaired_and_nothing_is_asked() -> None:
    there = wires(layered(account()))
    result = run(there, "--repair", "--table", "journal")
    assert result.exit_code == 1
    assert "tools:3  layer-is-not-public" in result.stdout
    assert [call for call in there.calls if call.startswith(("Put", "Add", "Attach"))] == []


def test_layers_cost_their_pages_and_one_policy_for_each_version() -> None:
    there = wires(layered(faulty()))
    run(there, "--only", "layer-is-not-public", workers=4)
    assert Counter(there.calls) == Counter(
        {"GetCallerIdentity": 1, "ListLayers": 1, "ListLayerVersions": 2, "GetLayerVersionPolicy": 12}
        | {"DescribeStacks": 1}
    )


@pytest.mark.parametrize("rule", ["role-can-write-logs", "function-is-not-public"])
def test_no_layer_is_listed_where_no_rule_is_about_one(rule: str) -> None:
    there = wires(layered(faulty()))
    run(there, "--only", rule)
    assert [call for call in there.calls if "Layer" in call] == []


REFUSED = {
    "ListLayers": "the layers of 111122223333/us-east-1",
    "ListLayerVersions": "the versions of the layer tools of 111122223333/us-east-1",
}


@pytest.mark.parametrize("call", REFUSED)
def test_layers_that_may_not_be_listed_are_reported_as_not_looked_at(call: str) -> None:
    there = wires(layered(account()))
    there.wires[0].faults[call] = ApiError("AccessDeniedException", "no")
    scan = scanned(there)
    assert [(one.what, one.why) for one in scan.skipped] == [
        (REFUSED[call], f"AccessDeniedException: no ({call})")
    ]


def test_where_only_layers_are_scanned_and_may_not_be_listed_there_is_no_verdict() -> None:
    there = wires(layered(faulty()))
    there.wires[0].faults["ListLayers"] = ApiError("AccessDeniedException", "no")
    result = run(there, "--only", "layer-is-not-public")
    assert result.exit_code == 3
    assert reported(result) == "AWS refused every call: AccessDeniedException: no (ListLayers)"
