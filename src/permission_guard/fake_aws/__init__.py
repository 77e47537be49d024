"""AWS in memory, as strict as AWS: what the tests and the dry demo act upon."""

from permission_guard.fake_aws.account import Account
from permission_guard.fake_aws.journal import WorldJournal
from permission_guard.fake_aws.ports import WorldActor, WorldHerald, WorldObserver
from permission_guard.fake_aws.resources import ApiError
from permission_guard.fake_aws.sweep import WorldInventory, WorldQueue, WorldSweepRecords

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
