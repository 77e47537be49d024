"""Does an event match a pattern of EventBridge? As the emulator's engine says, in a Python of its own.

It agrees with AWS's own engine on every vector that was put to both (tests/test_template_patterns.py).
"""

from __future__ import annotations

import atexit
import json
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.embedded.emulator import PYTHON

ENGINE = """
import json, sys
from ministack.services.eventbridge import _test_event_pattern
for line in sys.stdin:
    pattern, event = json.loads(line)
    asked = {"EventPattern": json.dumps(pattern), "Event": json.dumps(event)}
    status, _, body = _test_event_pattern(asked)
    print(json.dumps(json.loads(body).get("Result")), flush=True)
"""


@cache
def _engine() -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603  # the emulator's own Python, with a program written here
        [PYTHON, "-c", ENGINE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(process.kill)
    return process


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool | None:
    """Tell whether an event matches; None if the pattern is one that EventBridge refuses."""
    process = _engine()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps([pattern, event]) + "\n")
    process.stdin.flush()
    found: bool | None = json.loads(process.stdout.readline())
    return found
