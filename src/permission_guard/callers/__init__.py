"""Who calls Lambda through its resource policy: the services, the ARNs they come with, and the keys they really send.

A key that a service does not send breaks the invocation when it is demanded, so a repair may only demand a key that is
marked SURE here. Each cell names the page it rests on; all were read up to October 2026.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from permission_guard.callers.caller import Caller, Cell, Mark, Region
from permission_guard.callers.occasions import OCCASIONS
from permission_guard.callers.others import OTHERS, Other, Standing
from permission_guard.callers.questions import QUESTIONS

__all__ = [
    "CALLERS",
    "OTHERS",
    "Caller",
    "Cell",
    "Mark",
    "Other",
    "Region",
    "Standing",
    "caller_of",
    "other_of",
]

CALLERS: Final = (*OCCASIONS, *QUESTIONS)
"""The services that show the ARN of a resource of theirs, of which enough is known."""

_CALLERS: Final = MappingProxyType({caller.principal: caller for caller in CALLERS})
_OTHERS: Final = MappingProxyType({name: other for other in OTHERS for name in other.principals})
_REGIONAL: Final = re.compile(
    r"(?P<service>[a-z0-9.-]+?)\.[a-z]{2}(?:-[a-z]+)+-[0-9]\.amazonaws\.com(?:\.cn)?"
)
_SUFFIX_OF_CHINA: Final = ".cn"


def caller_of(principal: str) -> Caller | None:
    """Return what is known of a service that shows the ARN of its resource, or None."""
    return _CALLERS.get(_name(principal))


def other_of(principal: str) -> Other | None:
    """Return what is known of a service that shows no ARN of a known form, or None."""
    return _OTHERS.get(_name(principal))


def _name(principal: str) -> str:
    """Return the name under which the tables have a principal.

    Regional names (`logs.eu-west-1.amazonaws.com`) and those of the China partition are the same service (facts 4.2).
    """
    name = principal.lower()
    regional = _REGIONAL.fullmatch(name)
    if regional:
        name = f"{regional['service']}.amazonaws.com"
    return name.removesuffix(_SUFFIX_OF_CHINA)
