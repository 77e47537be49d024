"""Shows findings in AWS Security Hub. It is loaded only if the setting SecurityHub is On."""

from __future__ import annotations

from datetime import datetime

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.response import Response
from permission_guard.formats.imported import imports
from permission_guard.journal.entry import Entry
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater

PERMISSIONS = ("securityhub:BatchImportFindings",)
"""The right that this module's call needs."""


class SecurityHub:
    """Imports findings. What fails is kept in `failures` and not repeated: the next sweep imports it again."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.failures: list[str] = []

    def update(self, entries: tuple[Entry, ...], now: datetime) -> None:
        """Import the findings of these entries; each call that fails, and each finding that is not taken, is a failure."""
        for findings in imports(entries, now):
            parameters = {"Findings": findings}
            try:
                with translated():
                    answer = Response(
                        self._clients.ask(
                            "securityhub", "BatchImportFindings", self._clients.region, parameters
                        )
                    )
            except (RetryLater, Refused, ChangedMeanwhile) as error:
                self.failures.append(str(error))
                continue
            # A 200 may hold findings that were not taken (API_BatchImportFindings.html, FailedFindings).
            self.failures += [
                f"{one.text('ErrorCode')}: {one.text('ErrorMessage')} ({one.text('Id')})"
                for one in answer.each("FailedFindings")
            ]
