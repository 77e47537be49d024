"""`permission-guard` as Alice types it: a process of its own that has her credentials and nothing else of AWS's."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from tests.embedded.clients import environment_of
from tests.embedded.cloudtrail import ApiCall
from tests.embedded.emulator import ROOT

if TYPE_CHECKING:
    from tests.embedded.scene import Scene


class CommandFailedError(Exception):
    """The command ended with an error; the message is what it said."""


def run(scene: Scene, *arguments: str) -> str:
    """Run a command and return what it printed. CloudTrail delivers what it changed, after it has ended."""
    people = scene.people
    with tempfile.NamedTemporaryFile("r") as calls:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.embedded.recorded", calls.name, *arguments],
            cwd=ROOT,
            env=environment_of(people.emulator, people.credentials) | {"PYTHONPATH": str(ROOT / "src")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise CommandFailedError(f"permission-guard {' '.join(arguments)}\n{ended.stdout}{ended.stderr}")
        for call in calls:
            people.trail.record(ApiCall(**json.loads(call)))
            scene.settle()
    return ended.stdout
