"""Accounts with something to repair, with and without the guard's stack."""

from __future__ import annotations

from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.cli.connection import STACK
from permission_guard.fake_aws import Account
from permission_guard.model.document import statements_of
from tests.aws.surveyed import Wires
from tests.cli.scanning import S3, account, wires

ORDERS = "arn:aws:lambda:us-east-1:111122223333:function:orders"
WRITES = {"AttachRolePolicy", "PutResourcePolicy", "AddPermission", "RemovePermission"}
TO_THE_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def open_to_s3() -> Account:
    """A function that S3 may invoke for anybody, and one with a role that cannot log."""
    made = account()
    made.with_function("billing", role="mute")
    made.with_function("orders", role="logs", aliases=["live"])
    made.add_permission("orders:live", S3)
    return made


def guarded(*accounts: Account) -> Wires:
    """Accounts in which the guard's stack is deployed."""
    there = wires(*accounts)
    for wire in there.wires:
        wire.stacks[STACK] = {"JournalTableName": "journal"}
    return there


def kept(there: Wires, place: int = 0) -> DynamoJournal:
    return DynamoJournal(Table(there.wires[place].clients(), "journal"))


def writes(there: Wires) -> list[str]:
    return [call for call in there.calls if call in WRITES]


def conditions(made: Account) -> list[object]:
    return [one.get("Condition") for one in statements_of(made.functions["orders"].policies["live"][0])]
