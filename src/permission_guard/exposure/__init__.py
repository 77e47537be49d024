"""How far does a statement open a function? Strangers and friends are put to the policy, and the answer is a scale."""

from permission_guard.exposure.actions import (
    EVERY,
    INVOKE,
    INVOKE_URL,
    INVOKING,
    MANAGING,
    READ_LAYER,
    READING,
    covered,
    invoking,
)
from permission_guard.exposure.origins import Kin
from permission_guard.exposure.question import VIA_URL, Member
from permission_guard.exposure.scale import Door, Exposure, Scale, door_of

__all__ = [
    "EVERY",
    "INVOKE",
    "INVOKE_URL",
    "INVOKING",
    "MANAGING",
    "READING",
    "READ_LAYER",
    "VIA_URL",
    "Door",
    "Exposure",
    "Kin",
    "Member",
    "Scale",
    "covered",
    "door_of",
    "invoking",
]
