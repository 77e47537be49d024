"""A scan that is broken off anywhere and resumed finds the same, and asks nothing twice that was answered."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from permission_guard.scanned import Scan
from permission_guard.world import ApiError
from tests.aws.surveyed import Surveyed, Wires
from tests.cli.scanning import BOUND, S3, account, run, scanned, told, wires

KEPT = {"ListFunctions", "ListAliases", "GetPolicy"}
"""The calls whose answers are kept; who is looking and what roles may do is asked each time."""
ERRORS: dict[str, tuple[BaseException, int, str]] = {
    "throttled": (
        ApiError("ThrottlingException", "Rate exceeded"),
        2,
        "AWS cannot answer now: ",
    ),
    "expired": (
        ApiError("ExpiredTokenException", "The security token included in the request is expired"),
        3,
        "AWS does not take these credentials any more: ExpiredTokenException: ",
    ),
    "interrupted": (KeyboardInterrupt(), 130, "interrupted"),
}
GO_ON = "; what was read is kept, and the same command with --resume goes on there"


def small() -> Wires:
    """Three pages of functions, versions and aliases, with faults among them."""
    made = account()
    for number, (role, qualifiers) in enumerate(
        (("logs", ["1", "live"]), ("mute", ["1", "2", "live"]), ("logs", []))
    ):
        name = f"f{number}"
        made.with_function(name, role=role, aliases=qualifiers)
        made.add_permission(name, BOUND)
        for one in qualifiers:
            made.add_permission(f"{name}:{one}", S3 if one == "live" else BOUND)
    there = wires(made)
    there.wires[0].page = 2
    return there


def found(there: Wires, *arguments: str) -> Scan:
    """What a scan finds, whenever it began."""
    return replace(scanned(there, *arguments), at=datetime(2026, 11, 20, tzinfo=UTC))


WHOLE = 14
"""Calls that are kept: three pages, three lists of aliases, eight policies."""


def break_at(wire: Surveyed, call: int, error: BaseException) -> None:
    """Let a call of those that are kept end in an error, and every later one."""
    left = call

    def before(name: str) -> None:
        nonlocal left
        left -= name in KEPT
        if left <= 0:
            raise error

    wire.account.before = before


def answered(wire: Surveyed) -> Counter[str]:
    """What was asked, but for the last, which was not answered."""
    return Counter(
        str((call, params)) for call, params in wire.sent if call in KEPT and "PolicyArn" not in params
    )


def test_the_small_world_costs_what_is_said_of_it() -> None:
    there = small()
    assert run(there, "--only", "function-is-not-public").exit_code == 0
    assert answered(there.wires[0]).total() == WHOLE


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("call", range(1, WHOLE + 1))
def test_a_scan_that_is_broken_off_anywhere_finds_the_same_when_it_is_resumed(call: int, kind: str) -> None:
    error, code, line = ERRORS[kind]
    whole, there = found(small()), small()
    (wire,) = there.wires
    break_at(wire, call, error)
    first = run(there, "--format", "json")
    assert first.exit_code == code
    said = told(first)
    assert said.startswith(line)
    assert said.endswith(GO_ON)
    wire.account.before = lambda _name: None
    before = answered(wire)
    wire.sent.clear()
    assert found(there, "--resume") == whole
    twice = before & answered(wire)
    # Of the two that are under way at once, the one that failed.
    assert twice.total() <= 2
    assert answered(wire).total() <= WHOLE - call + 1


def test_a_scan_that_came_to_its_end_leaves_nothing(kept: Path) -> None:
    scanned(small())
    assert list(kept.iterdir()) == []


def test_a_scan_of_many_regions_goes_on_in_the_region_where_it_was_broken_off(kept: Path) -> None:
    there = wires(small().wires[0].account, account(region="eu-west-1"))
    here, elsewhere = there.wires
    elsewhere.account.with_function("other", role="logs")
    break_at(elsewhere, 1, KeyboardInterrupt())
    both = ("--region", "us-east-1", "--region", "eu-west-1")
    assert run(there, *both).exit_code == 130
    assert len(list(kept.iterdir())) == 2
    here.calls.clear()
    elsewhere.account.before = lambda _name: None
    scan = scanned(there, *both, "--resume")
    assert here.calls == ["GetCallerIdentity", "GetAccountAuthorizationDetails"]
    assert (scan.functions, scan.targets) == (4, 9)


@pytest.mark.parametrize(
    "options",
    [
        ("--trusted-account", "999988887777"),
        ("--only", "function-is-not-public"),
        ("--region", "eu-west-1"),
    ],
    ids=" ".join,
)
def test_what_was_kept_of_another_scan_is_not_taken_for_this_one(options: tuple[str, ...]) -> None:
    there = small()
    break_at(there.wires[0], 9, KeyboardInterrupt())
    assert run(there).exit_code == 130
    there.wires[0].account.before = lambda _name: None
    there.wires[0].sent.clear()
    assert found(there, *options, "--resume") == found(small(), *options)


def test_without_resume_a_scan_begins_anew() -> None:
    there = small()
    (wire,) = there.wires
    break_at(wire, 9, KeyboardInterrupt())
    assert run(there).exit_code == 130
    wire.account.before = lambda _name: None
    wire.sent.clear()
    run(there)
    assert answered(wire).total() == WHOLE


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_is_told_whether_there_was_anything_to_go_on_with() -> None:
    there = small()
    break_at(there.wires[0], 9, KeyboardInterrupt())
    assert run(there).exit_code == 130
    there.wires[0].account.before = lambda _name: None
    for said in ("goes on where the scan of 20", "begins, because nothing was kept of it"):
        screen = Terminal()
        run(there, "--resume", screen=screen)
        assert f"111122223333/us-east-1: {said}" in screen.getvalue()
    for options in ((), ("--resume", "--quiet")):
        screen = Terminal()
        run(there, *options, screen=screen)
        assert "111122223333/us-east-1: " not in screen.getvalue()


def test_what_was_refused_is_asked_again() -> None:
    there = small()
    (wire,) = there.wires
    wire.faults["ListAliases"] = ApiError("AccessDeniedException", "no")
    break_at(wire, 5, KeyboardInterrupt())
    assert run(there).exit_code == 130
    wire.account.before = lambda _name: None
    del wire.faults["ListAliases"]
    assert found(there, "--resume") == found(small())
