"""The account's roles, all read at once, for a scan of many functions."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock

from permission_guard.aws.clients import Clients
from permission_guard.aws.inventory import AwsInventory
from permission_guard.aws.roles import RoleStore
from permission_guard.iam import Policy
from permission_guard.model.facts import MissingRole, RoleFacts, Unreadable
from permission_guard.ports import Refused


class BulkRoles(RoleStore):
    """The roles of an account, read all at once when the first is asked for; safe for many threads.

    A role that is not in the list may be newer: it is read by itself, once. If the list is refused, every role is
    Unreadable.
    """

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self._lock = Lock()
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        """So that no role or policy is read twice, and a slow one delays no other."""
        self._roles: dict[str, RoleFacts | MissingRole | Unreadable] | None = None
        self._policies: dict[str, Policy | Unreadable] = {}

    def role(self, arn: str) -> RoleFacts | MissingRole | Unreadable:
        """Return a role. Raises RetryLater."""
        with self._lock:
            roles = self._roles = self._listed() if self._roles is None else self._roles
            mine = self._locks[arn]
        with mine:
            if arn not in roles:
                roles[arn] = super().role(arn)
            return roles[arn]

    def managed_policy(self, arn: str) -> Policy | Unreadable:
        """Return the default version of a managed policy. Raises RetryLater."""
        with self._lock:
            mine = self._locks[arn]
        with mine:
            if arn not in self._policies:
                self._policies[arn] = super().managed_policy(arn)
            return self._policies[arn]

    def _listed(self) -> dict[str, RoleFacts | MissingRole | Unreadable]:
        try:
            return {role.arn: role for page in AwsInventory(self._clients).roles() for role in page}
        except Refused:
            # A part of the list may lack any role.
            return {}
