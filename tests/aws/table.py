"""A DynamoDB table in memory, as far as the journal uses one: keys, conditions, pages, transactions and their tokens.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from permission_guard.world import ApiError

Params = dict[str, Any]
Answer = dict[str, Any]
Key = tuple[str, str]

_REFUSED = "The conditional request failed"


class TableError(ApiError):
    """An error of DynamoDB, and what its answer says beside code and message."""

    def __init__(self, code: str, message: str, **beside: Any) -> None:
        super().__init__(code, message)
        self.beside = beside


@dataclass(slots=True)
class Table:
    """Items by subject and fault. A query returns `page` of them at a time."""

    name: str = "journal"
    items: dict[Key, Params] = field(default_factory=dict)
    page: int = 100
    sent_twice: bool = False
    """Whether each write is sent again because its first answer was lost, as botocore does."""
    tokens: set[str] = field(default_factory=set)
    """Of the transactions that were done: one that is sent again is answered again, and not done again."""

    def query(self, params: Params) -> Answer:
        """Query, by the partition key alone."""
        self._must_exist(params)
        assert params["KeyConditionExpression"] == "subject = :subject"
        subject = params["ExpressionAttributeValues"][":subject"]["S"]
        return self._page(params, (key for key in self.items if key[0] == subject))

    def scan(self, params: Params) -> Answer:
        """Scan, of everything."""
        self._must_exist(params)
        return self._page(params, self.items)

    def _page(self, params: Params, keys: Iterable[Key]) -> Answer:
        after = _key(params["ExclusiveStartKey"]) if "ExclusiveStartKey" in params else ("", "")
        found = sorted(key for key in keys if key > after)
        answer: Answer = {"Items": [self.items[key] for key in found[: self.page]]}
        if len(found) >= self.page:
            # A full page may be the last: DynamoDB says so only with the next, which is empty.
            answer["LastEvaluatedKey"] = dict(
                zip(("subject", "fault"), ({"S": part} for part in found[self.page - 1]), strict=True)
            )
        return answer

    def put(self, params: Params) -> Answer:
        """PutItem."""
        return self._twice(self._put, params)

    def update(self, params: Params) -> Answer:
        """UpdateItem, as the counter of alerts makes it."""
        self._must_exist(params)
        key, values = _key(params["Key"]), params["ExpressionAttributeValues"]
        item = self.items.setdefault(key, dict(params["Key"]))
        match params["UpdateExpression"]:
            case "ADD asked :one SET expires = :expires":
                asked = int(item.get("asked", {"N": "0"})["N"]) + int(values[":one"]["N"])
                item |= {"asked": {"N": str(asked)}, "expires": values[":expires"]}
            case "SET said = :yes":
                item["said"] = values[":yes"]
            case other:
                raise TableError("ValidationException", f"Invalid UpdateExpression: {other}")
        return {"Attributes": dict(item)} if params.get("ReturnValues") == "ALL_NEW" else {}

    def transact(self, params: Params) -> Answer:
        """TransactWriteItems, of Puts alone."""
        return self._twice(self._transact, params)

    def _twice(self, call: Any, params: Params) -> Answer:
        answer: Answer = call(params)
        return call(params) if self.sent_twice else answer

    def _put(self, params: Params) -> Answer:
        self._must_exist(params)
        if not self._holds(params):
            standing = self.items.get(_key(params["Item"]))
            shown = params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and standing
            raise TableError(
                "ConditionalCheckFailedException", _REFUSED, **({"Item": standing} if shown else {})
            )
        self.items[_key(params["Item"])] = params["Item"]
        return {}

    def _transact(self, params: Params) -> Answer:
        puts = [one["Put"] for one in params["TransactItems"]]
        keys = [_key(put["Item"]) for put in puts]
        if not 0 < len(puts) <= 100 or sum(len(json.dumps(put["Item"])) for put in puts) > 4_300_000:
            raise TableError("ValidationException", "Member must have length less than or equal to 100")
        if len(set(keys)) < len(keys):
            raise TableError(
                "ValidationException", "Transaction request cannot include multiple operations on one item"
            )
        if params["ClientRequestToken"] in self.tokens:
            return {}
        for put in puts:
            self._must_exist(put)
        codes = ["None" if self._holds(put) else "ConditionalCheckFailed" for put in puts]
        if set(codes) != {"None"}:
            raise cancelled(*codes)
        self.items |= {key: put["Item"] for key, put in zip(keys, puts, strict=True)}
        self.tokens.add(params["ClientRequestToken"])
        return {}

    def _must_exist(self, params: Params) -> None:
        if params["TableName"] != self.name:
            raise TableError("ResourceNotFoundException", "Requested resource not found")

    def _holds(self, put: Params) -> bool:
        standing = self.items.get(_key(put["Item"]))
        match put.get("ConditionExpression"):
            case None:
                return True
            case "attribute_not_exists(subject)":
                assert "ExpressionAttributeValues" not in put
                return standing is None
            case "version = :upon":
                wanted = put["ExpressionAttributeValues"][":upon"]
                return standing is not None and standing.get("version") == wanted
            case other:
                raise TableError("ValidationException", f"Invalid ConditionExpression: {other}")


def cancelled(*codes: str) -> TableError:
    """A transaction that was cancelled for these reasons, one for each item."""
    return TableError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]",
        CancellationReasons=[{"Code": code} for code in codes],
    )


def _key(item: Mapping[str, Any]) -> Key:
    return item["subject"]["S"], item["fault"]["S"]
