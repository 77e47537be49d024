"""One look at a time: what one may not see does not hide the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from permission_guard.aws.calls import Incomplete
from permission_guard.facts import Unreadable
from permission_guard.ports import Refused, TryAgain

_Seen = TypeVar("_Seen")


def seen(what: str, look: Callable[[], _Seen]) -> _Seen | Unreadable:
    """Return what is seen, or why it is not."""
    try:
        return look()
    except (Refused, TryAgain, Incomplete) as error:
        return Unreadable(what, str(error))
