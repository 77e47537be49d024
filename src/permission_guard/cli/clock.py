"""The time, and how to wait: of the commands that follow what the guard does. Tests have their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from permission_guard.frozen import frozen


@frozen
class Clock:
    """The time, and how to wait for some seconds."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
