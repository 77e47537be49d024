"""How far does a statement open a function? Strangers and friends are put to the policy, and the answer is a scale."""

from permission_guard.exposure.family import INVOKE_URL, Member
from permission_guard.exposure.origins import Kin
from permission_guard.exposure.scale import Door, Exposure, Scale, door_of, invoking

__all__ = ["INVOKE_URL", "Door", "Exposure", "Kin", "Member", "Scale", "door_of", "invoking"]
