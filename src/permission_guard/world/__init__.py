"""AWS in memory, as strict as AWS: what the tests and the dry demo act upon."""

from permission_guard.world.account import Account
from permission_guard.world.journal import WorldJournal
from permission_guard.world.ports import WorldActor, WorldHerald, WorldObserver
from permission_guard.world.resources import ApiError
from permission_guard.world.sweep import WorldInventory, WorldQueue, WorldSweepRecords

__all__ = [
    "Account",
    "ApiError",
    "WorldActor",
    "WorldHerald",
    "WorldInventory",
    "WorldJournal",
    "WorldObserver",
    "WorldQueue",
    "WorldSweepRecords",
]
