"""Alerts that wait in the journal for the next digest: each an item of its own, so that nothing overwrites it."""

from __future__ import annotations

from permission_guard.frozen import frozen
from permission_guard.model.finding import Severity


@frozen
class WaitingAlert:
    """An alert that was written down instead of being sent."""

    id: str
    """Its time and a digest of what it reports: two runs for the same event write the same item."""
    severity: Severity
    subject: str
    mail: str
    """The text for people, as long as an item takes."""
    body: str
    """The alert as JSON, as long as an item takes."""
