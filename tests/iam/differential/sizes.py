"""How much is asked: by default what a developer waits for, and with DIFFERENTIAL=long many times as much."""

from __future__ import annotations

import os
from typing import Final

LONG: Final = os.environ.get("DIFFERENTIAL") == "long"
MANAGED_POLICIES: Final = 1_582
"""How many managed policies the pinned moto brings along."""
