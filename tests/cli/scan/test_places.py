"""Where a scan looks: one region, several, all; one's own account, or those that roles lead to."""

from __future__ import annotations

import boto3
import pytest

from permission_guard.aws.accounts import ScannedAccount
from permission_guard.aws.pace import RATE, Stopped
from permission_guard.fake_aws import ApiError
from permission_guard.repair.grant import Grant
from tests.aws.surveyed import Wires, params_of
from tests.cli.scanning import HOME, account, reported, run, scanned, wires

OTHERS = "444455556666"
ROLE = f"arn:aws:iam::{OTHERS}:role/audit/scan"


def everywhere() -> Wires:
    """Own functions in two regions, and another account that can be looked at."""
    there = wires(account(), account(region="eu-west-1"), account(OTHERS))
    for wire, name in zip(there.wires, ("here", "west", "theirs"), strict=True):
        wire.account.with_function(name, role="logs")
    there.wires[0].regions = ("eu-west-1", "us-east-1")
    there.let_assume(ROLE)
    return there


def names(there: Wires, *options: str) -> list[str]:
    return sorted(one.name for one in scanned(there, *options).findings)


def test_a_scan_looks_where_the_configuration_says() -> None:
    there = everywhere()
    scan = scanned(there)
    assert scan.sources == (HOME,)
    assert [one.name for one in scan.findings] == ["here"]
    there.home = "eu-west-1"
    assert names(there) == ["west"]


def test_a_region_is_scanned_once_however_often_it_is_given() -> None:
    options = ("--region", "eu-west-1", "--region", "us-east-1", "--region", "eu-west-1")
    scan = scanned(everywhere(), *options)
    assert scan.sources == ("111122223333/eu-west-1", HOME)
    assert sorted(one.name for one in scan.findings) == ["here", "west"]


def test_all_regions_are_those_that_the_account_has_enabled_ones_own_first() -> None:
    there = everywhere()
    assert scanned(there, "--all-regions").sources == (HOME, "111122223333/eu-west-1")
    assert there.calls.count("ListRegions") == 1


def test_all_regions_need_no_region_to_begin_with() -> None:
    there = everywhere()
    there.home = None
    assert names(there, "--all-regions") == ["here", "west"]


def test_the_account_of_a_role_is_looked_at_and_ones_own_is_not() -> None:
    there = everywhere()
    scan = scanned(there, "--role-arn", ROLE, "--role-arn", ROLE)
    assert scan.sources == (f"{OTHERS}/us-east-1",)
    assert [one.name for one in scan.findings] == ["theirs"]
    assert params_of(there.wires[0], "AssumeRole") == [
        {"RoleArn": ROLE, "RoleSessionName": "permission-guard-scan"}
    ]
    assert "ListFunctions" not in there.wires[0].calls


def test_a_function_of_another_account_is_evaluated_for_its_own_account() -> None:
    there = everywhere()
    own = Grant("s3", "lambda:InvokeFunction", "s3.amazonaws.com", source_account=OTHERS)
    there.wires[2].account.add_permission("theirs", own)
    assert run(there, "--role-arn", ROLE).exit_code == 0
    foreign = Grant("t", "lambda:InvokeFunction", "s3.amazonaws.com", source_account="111122223333")
    there.wires[2].account.add_permission("theirs", foreign)
    assert run(there, "--role-arn", ROLE).exit_code == 1


def test_a_role_that_may_not_be_assumed_hides_no_other_account_and_is_no_pass() -> None:
    there = everywhere()
    denied = f"arn:aws:iam::{OTHERS}:role/other"
    result = run(there, "--role-arn", denied, "--role-arn", ROLE)
    assert result.exit_code == 2
    assert f"Could not read the account of {denied}: AccessDenied: " in result.stdout
    assert "0 FAIL, 0 UNKNOWN, 1 PASS in 1 function" in result.stdout


def test_a_region_that_may_not_be_looked_at_hides_no_other_and_is_no_pass() -> None:
    there = everywhere()
    there.wires[1].faults["ListFunctions"] = ApiError("AccessDeniedException", "explicit deny in an SCP")
    result = run(there, "--all-regions")
    assert result.exit_code == 2
    assert "Could not read the functions of 111122223333/eu-west-1: AccessDeniedException" in result.stdout


def test_a_replica_of_lambda_at_the_edge_is_not_looked_at() -> None:
    made = account(region="eu-west-1")
    made.with_function("us-east-1.orders", role="logs", aliases=["1"])
    there = wires(account(), made)
    scan = scanned(there, "--region", "eu-west-1")
    assert (scan.functions, scan.targets, scan.findings) == (0, 0, ())


def test_a_rule_about_roles_looks_at_no_version_and_no_alias() -> None:
    made = account()
    made.with_function("orders", role="logs", aliases=["1", "live"])
    scan = scanned(wires(made), "--only", "role-can-write-logs")
    assert (scan.functions, scan.targets) == (1, 1)


NOTHING = {
    "no role can be assumed": (
        ["--role-arn", f"arn:aws:iam::{OTHERS}:role/other"],
        "",
        (
            f"Nothing could be read: the account of arn:aws:iam::{OTHERS}:role/other: AccessDenied: "
            f"not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{OTHERS}:role/other (AssumeRole)"
        ),
    ),
    "the regions may not be listed": (
        ["--all-regions"],
        "ListRegions",
        (
            "Nothing could be read: the regions of account 111122223333: "
            "AccessDeniedException: no (ListRegions)"
        ),
    ),
    "no function may be listed": (
        [],
        "ListFunctions",
        "AWS refused every call: AccessDeniedException: no (ListFunctions)",
    ),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_where_nothing_can_be_looked_at_there_is_one_line_and_no_verdict(kind: str) -> None:
    options, call, line = NOTHING[kind]
    there = everywhere()
    there.wires[0].faults[call] = ApiError("AccessDeniedException", "no")
    result = run(there, *options)
    assert result.exit_code == 3
    assert reported(result) == line


def test_what_moves_from_one_page_to_the_next_while_they_are_read_is_looked_at_once() -> None:
    made = account()
    for name in ("b", "c"):
        made.with_function(name, role="logs")
    there = wires(made)
    there.wires[0].page = 1

    def before(call: str) -> None:
        if call == "ListFunctions" and made.calls.count("ListFunctions") == 2:
            made.with_function("a", role="logs")

    made.before = before
    scan = scanned(there)
    assert [one.name for one in scan.findings] == ["b", "c"]
    assert (scan.functions, scan.targets) == (2, 2)
    assert there.calls.count("GetPolicy") == 2


def test_a_region_is_asked_at_a_pace_of_its_own_until_nobody_waits_any_more() -> None:
    mine = ScannedAccount("111122223333", "arn", boto3.Session("testing", "testing"))
    here, there = mine.place("us-east-1"), mine.place("eu-west-1")
    assert (here.pace.rate, there.pace.rate) == (RATE, RATE)
    here.pace.stop()
    with pytest.raises(Stopped):
        here.clients.lambda_.meta.events.emit("before-send.lambda.ListFunctions", request=None)
    there.clients.lambda_.meta.events.emit("before-send.lambda.ListFunctions", request=None)
