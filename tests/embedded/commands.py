"""`permission-guard` as people type it: with their own credentials and nothing else of AWS's."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final
from unittest import mock

from click.testing import CliRunner

from permission_guard.aws import login
from permission_guard.cli import main
from permission_guard.cli.clock import Clock
from permission_guard.cli.connection import Connection, StackPlace, connected
from permission_guard.cli.drill.command import Around
from permission_guard.cli.following import SweepSurroundings
from tests.embedded.clients import Credentials, environment_of
from tests.embedded.cloudtrail import ApiCall, Trail, watch
from tests.embedded.emulator import ROOT
from tests.embedded.people import come

if TYPE_CHECKING:
    import boto3

    from tests.embedded.scene import Scene


PAUSE: Final = 0.3
"""Seconds between two reads of the journal: everything is on this machine."""
DRILLER = "Driller"
POLICY = ROOT / "docs" / "examples" / "drill-policy.json"


class CommandFailedError(Exception):
    """The command ended with an error; the message is what it said."""


def run(scene: Scene, *arguments: str, credentials: Credentials | None = None, code: int = 0) -> str:
    """Run a command and return what it printed. CloudTrail delivers what it changed, after it has ended.

    The credentials are Alice's, if no others are given; `code` is the exit code to expect.
    """
    people = scene.people
    calls: list[ApiCall] = []

    def session_of(profile: str | None, region: str | None) -> boto3.Session:
        session = login.session_of(profile, region)
        watch(session.events, people.emulator.region, calls.append)
        return session

    def connect(place: StackPlace) -> Connection:
        return connected(place, session_of)

    around = SweepSurroundings(session_of, Clock(sleep=_pause)) if arguments[0] == "sweep" else connect
    environment = environment_of(people.emulator, credentials or people.credentials)
    printed = _printed(environment, arguments, around, code)
    for call in calls:
        people.trail.record(call)
        scene.settle()
    return printed


def drill(scene: Scene, *arguments: str) -> str:
    """Run `drill` with the rights of its page and no other. CloudTrail delivers each call while the command waits."""
    people = scene.people
    caller, credentials = come(people.admin, DRILLER, "dora", POLICY.read_text())
    people.roles.add(DRILLER)
    trail = Trail(people.admin, caller)

    def session_of(profile: str | None, region: str | None) -> boto3.Session:
        session = login.session_of(profile, region)
        watch(session.events, people.emulator.region, trail.record)
        return session

    around = Around(Clock(sleep=_pause), session_of)
    return _printed(environment_of(people.emulator, credentials), ("drill", *arguments), around)


def _pause(_seconds: float) -> None:
    time.sleep(PAUSE)


def _printed(environment: dict[str, str], arguments: tuple[str, ...], given: object, code: int = 0) -> str:
    with mock.patch.dict(os.environ, environment, clear=True):
        ended = CliRunner().invoke(main, arguments, obj=given)
    if ended.exit_code != code:
        raise CommandFailedError(f"permission-guard {' '.join(arguments)}\n{ended.output}{ended.exception}")
    return ended.output
