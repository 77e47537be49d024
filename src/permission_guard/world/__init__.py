"""AWS in memory, as strict as AWS: what the tests and the dry demo act upon."""

from permission_guard.world.account import Account
from permission_guard.world.alerts import WorldAlertCounter
from permission_guard.world.journal import WorldJournal
from permission_guard.world.layers import WorldLayers
from permission_guard.world.ports import WorldActor, WorldHerald, WorldObserver
from permission_guard.world.resources import ApiError
from permission_guard.world.sweep import WorldInventory, WorldNeighbours, WorldQueue, WorldRevisions

__all__ = [
    "Account",
    "ApiError",
    "WorldActor",
    "WorldAlertCounter",
    "WorldHerald",
    "WorldInventory",
    "WorldJournal",
    "WorldLayers",
    "WorldNeighbours",
    "WorldObserver",
    "WorldQueue",
    "WorldRevisions",
]
