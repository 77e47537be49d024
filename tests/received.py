"""What an alert says, as whoever subscribes to the topic reads it."""

from __future__ import annotations

import json
from typing import Any

from permission_guard.ports import Notification
from permission_guard.repair.outcome import Ending


def body(sent: Notification) -> dict[str, Any]:
    """The JSON of an alert or a digest."""
    read: dict[str, Any] = json.loads(sent.body)
    return read


def findings(sent: Notification) -> list[dict[str, Any]]:
    """What an alert says about each finding."""
    found: list[dict[str, Any]] = body(sent)["findings"]
    return found


def endings(sent: Notification) -> list[Ending]:
    """What became of each finding."""
    return [Ending(one["action"]["outcome"]) for one in findings(sent)]


def whats(sent: Notification) -> list[str]:
    """What was done about each finding, or why not."""
    return [one["action"]["what"] for one in findings(sent)]


def digests(sent: list[Notification]) -> list[int]:
    """How many alerts each digest has."""
    return [len(body(one)["alerts"]) for one in sent if one.attributes["outcome"] == "DIGEST"]


def alerts(sent: list[Notification]) -> list[Notification]:
    """What was sent, without the digests."""
    return [one for one in sent if one.attributes["outcome"] != "DIGEST"]
