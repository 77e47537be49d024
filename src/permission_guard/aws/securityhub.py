"""Shows findings in AWS Security Hub. It is loaded only if the setting SecurityHub is On."""

from __future__ import annotations

from datetime import datetime

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.response import Response
from permission_guard.formats.imported import imports
from permission_guard.iam.policy import Json
from permission_guard.journal.entry import Entry

PERMISSIONS = ("securityhub:BatchImportFindings",)
"""The right that this module's call needs."""


class SecurityHub:
    """Imports findings. What fails is kept in `failures` and not repeated: the next sweep imports it again."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.failures: list[str] = []

    def update(self, entries: tuple[Entry, ...], now: datetime) -> None:
        """Import the findings of these entries. A call that fails, or a finding that is not taken, is a failure."""
        try:
            for findings in imports(entries, now):
                self._import(findings)
        except Exception as error:  # noqa: BLE001  # whatever it is, no alert and no repair waits for it
            self.failures.append(f"{type(error).__name__}: {error}")

    def _import(self, findings: list[Json]) -> None:
        call = {"Findings": findings}
        with translated():
            answer = Response(
                self._clients.ask("securityhub", "BatchImportFindings", self._clients.region, call)
            )
        # A 200 may hold findings that were not taken (API_BatchImportFindings.html, FailedFindings).
        self.failures += [
            f"{one.text('ErrorCode')}: {one.text('ErrorMessage')} ({one.text('Id')})"
            for one in answer.each("FailedFindings")
        ]
