"""Runs `doctor` on a stack in memory, over the wire."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from click.testing import CliRunner, Result

from permission_guard.cli import main
from permission_guard.cli.doctor import read_stack
from tests.aws.deployed import Deployed
from tests.template import REGION

NAMES = {
    *("CloudTrail", "rule", "function", "settings", "rights"),
    *("alerts", "key", "queue", "sweep", "journal", "version"),
}


def run(there: Deployed, *arguments: str, color: bool = False) -> Result:
    session = partial(there.session)
    place = ("--region", REGION) if "--region" not in arguments else ()
    obj = partial(read_stack, session_of=session)
    return CliRunner().invoke(
        main, ["doctor", *place, *arguments], obj=obj, color=color, catch_exceptions=False
    )


def verdicts(there: Deployed, code: int) -> dict[str, str]:
    """The verdict on each name; of several the worst."""
    result = run(there, "--json")
    assert result.exit_code == code
    found: dict[str, Any] = json.loads(result.stdout)
    order = ["good", "unknown", "wrong"]
    reported: dict[str, str] = {}
    for one in found["checks"]:
        reported[one["name"]] = max(reported.get(one["name"], "good"), one["verdict"], key=order.index)
    return reported
