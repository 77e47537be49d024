"""AWS in memory, as strict as AWS: what the tests and the dry demo act upon."""

from permission_guard.fake_aws.account import Account
from permission_guard.fake_aws.contents import ApiError
from permission_guard.fake_aws.journal import FakeJournal
from permission_guard.fake_aws.ports import FakeNotifier, FakeObserver, FakeWriter
from permission_guard.fake_aws.sweep import FakeInventory, FakeQueue, FakeSweepRecords

__all__ = [
    "Account",
    "ApiError",
    "FakeInventory",
    "FakeJournal",
    "FakeNotifier",
    "FakeObserver",
    "FakeQueue",
    "FakeSweepRecords",
    "FakeWriter",
]
