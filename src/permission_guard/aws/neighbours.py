"""Handing the change of a role on to the guards of the account's other regions, over their event buses."""

from __future__ import annotations

from permission_guard.aws.answer import Answer
from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.ports import ChangedMeanwhile, TryAgain
from permission_guard.role_change import DETAIL_TYPE, HANDED_ON, RoleChange

PERMISSIONS = ("events:PutEvents",)
"""The right that this module's call needs, if there are other regions to tell."""


class EventBridgeNeighbours:
    """The default event buses of some regions. IAM's events are seen in one region, so only the guard there has any."""

    def __init__(self, clients: Clients, regions: tuple[str, ...]) -> None:
        """`regions` may name the guard's own, which needs no telling."""
        self._clients = clients
        self._regions = tuple(region for region in dict.fromkeys(regions) if region != clients.region)

    def tell(self, change: RoleChange) -> None:
        """Put the change on the bus of each region. Raises TryAgain and Refused; the others are told all the same."""
        failed: Exception | None = None
        for region in self._regions:
            try:
                self._put(change, region)
            except Exception as error:  # noqa: BLE001  # raised below: one region must not keep it from the next
                failed = error
        if failed is not None:
            raise failed

    def _put(self, change: RoleChange, region: str) -> None:
        entry = {"Source": HANDED_ON, "DetailType": DETAIL_TYPE, "Detail": change.detail, "Time": change.at}
        try:
            with translated():
                answer = Answer(self._clients.ask("events", "PutEvents", region, {"Entries": [entry]}))
        except ChangedMeanwhile as error:
            raise TryAgain(str(error)) from error
        for one in answer.each("Entries"):
            code = one.text("ErrorCode")
            if code:
                raise TryAgain(f"PutEvents in {region}: {code}: {one.text('ErrorMessage')}")
