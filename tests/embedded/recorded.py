"""`python -m tests.embedded.recorded FILE ARGUMENT...`: the command line, each change of which is noted in FILE.

Run by `commands.py` in a process of its own. The commands are those that a person has installed; CloudTrail would see
their calls too, and stands beside them here.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from permission_guard.aws import login
from permission_guard.cli import main
from permission_guard.cli.connection import Connection, Place, connected
from tests.embedded.cloudtrail import ApiCall, watch

if TYPE_CHECKING:
    import boto3


def _run(path: Path, arguments: list[str]) -> None:
    def note(call: ApiCall) -> None:
        with path.open("a") as file:
            file.write(json.dumps(asdict(call), default=str) + "\n")

    def session_of(profile: str | None, region: str | None) -> boto3.Session:
        session = login.session_of(profile, region)
        watch(session.events, session.region_name or "", note)
        return session

    def connect(place: Place) -> Connection:
        return connected(place, session_of)

    main(arguments, obj=connect)


if __name__ == "__main__":
    _run(Path(sys.argv[1]), sys.argv[2:])
