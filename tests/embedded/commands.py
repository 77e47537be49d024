"""`permission-guard` as Alice types it: with her credentials and nothing else of AWS's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

from click.testing import CliRunner

from permission_guard.aws import login
from permission_guard.cli import main
from permission_guard.cli.connection import Connection, StackPlace, connected
from tests.embedded.clients import environment_of
from tests.embedded.cloudtrail import ApiCall, watch

if TYPE_CHECKING:
    import boto3

    from tests.embedded.scene import Scene


class CommandFailedError(Exception):
    """The command ended with an error; the message is what it said."""


def run(scene: Scene, *arguments: str) -> str:
    """Run a command and return what it printed. CloudTrail delivers what it changed, after it has ended."""
    people = scene.people
    calls: list[ApiCall] = []

    def session_of(profile: str | None, region: str | None) -> boto3.Session:
        session = login.session_of(profile, region)
        watch(session.events, people.emulator.region, calls.append)
        return session

    def connect(place: StackPlace) -> Connection:
        return connected(place, session_of)

    environment = environment_of(people.emulator, people.credentials)
    with mock.patch.dict(os.environ, environment, clear=True):
        ended = CliRunner().invoke(main, arguments, obj=connect)
    if ended.exit_code:
        raise CommandFailedError(f"permission-guard {' '.join(arguments)}\n{ended.output}{ended.exception}")
    for call in calls:
        people.trail.record(call)
        scene.settle()
    return ended.output
