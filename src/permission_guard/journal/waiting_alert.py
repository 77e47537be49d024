"""An alert that waits in the journal for the next digest. Each is its own item, so that nothing overwrites it."""

from __future__ import annotations

from permission_guard.frozen import frozen
from permission_guard.model.finding import Severity


@frozen
class WaitingAlert:
    """An alert that was stored instead of sent."""

    id: str
    """Its time and a digest of what it reports: two runs for the same event write the same item."""
    severity: Severity
    subject: str
    mail: str
    """The text for people, cut to what an item holds."""
    body: str
    """The alert as JSON, cut to what an item holds."""
