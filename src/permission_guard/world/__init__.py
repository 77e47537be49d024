"""AWS in memory, as strict as AWS: what the tests and the dry demo act upon."""

from permission_guard.world.account import Account, ApiError
from permission_guard.world.journal import WorldJournal
from permission_guard.world.ports import WorldActor, WorldHerald, WorldObserver

__all__ = ["Account", "ApiError", "WorldActor", "WorldHerald", "WorldJournal", "WorldObserver"]
