"""A DynamoDB table in memory, as far as the journal uses one: keys, conditions, pages, transactions and their tokens.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from permission_guard.fake_aws import ApiError

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
        """UpdateItem: SET and ADD with values, upon a condition of `attribute_not_exists`, `<=` and `=`."""
        self._must_exist(params)
        key, values = _key(params["Key"]), params["ExpressionAttributeValues"]
        standing = self.items.get(key, {})
        if "ConditionExpression" in params and not _fulfils(standing, params["ConditionExpression"], values):
            raise TableError("ConditionalCheckFailedException", _REFUSED)
        item = {**params["Key"], **standing}
        added, _, set_ = params["UpdateExpression"].rpartition("SET ")
        for clause in set_.split(", "):
            name, value = clause.split(" = ")
            item[name] = values[value]
        if added:
            name, value = added.removeprefix("ADD ").split()
            if "N" not in item.get(name, {"N": "0"}):
                raise TableError(
                    "ValidationException", "An operand in the update expression has an incorrect data type"
                )
            total = Decimal(item.get(name, {"N": "0"})["N"]) + Decimal(values[value]["N"])
            item[name] = {"N": str(total)}
        self.items[key] = item
        return {"Attributes": dict(item)} if params.get("ReturnValues") == "ALL_NEW" else {}

    def delete(self, params: Params) -> Answer:
        """DeleteItem."""
        self._must_exist(params)
        self.items.pop(_key(params["Key"]), None)
        return {}

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


def _fulfils(item: Params, condition: str, values: Params) -> bool:
    """Tell whether an item fulfils one of the clauses that stand between ORs."""
    for clause in condition.split(" OR "):
        if clause.startswith("attribute_not_exists("):
            if clause[len("attribute_not_exists(") : -1] not in item:
                return True
            continue
        name, operator, value = clause.split()
        have = item.get(name)
        if have == values[value] or (
            operator == "<=" and have is not None and have["S"] <= values[value]["S"]
        ):
            return True
    return False


def cancelled(*codes: str) -> TableError:
    """A transaction that was cancelled for these reasons, one for each item."""
    return TableError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]",
        CancellationReasons=[{"Code": code} for code in codes],
    )


def _key(item: Mapping[str, Any]) -> Key:
    return item["subject"]["S"], item["fault"]["S"]
