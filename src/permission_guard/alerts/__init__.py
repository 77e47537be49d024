"""An alert as a mail, and as JSON for machines."""

from permission_guard.alerts.machine import SCHEMA, finding_json
from permission_guard.alerts.printable import printable
from permission_guard.alerts.rendered import MESSAGE_LIMIT, RenderedAlert, notification, rendered
from permission_guard.alerts.subject import SUBJECT_LIMIT

__all__ = [
    "MESSAGE_LIMIT",
    "SCHEMA",
    "SUBJECT_LIMIT",
    "RenderedAlert",
    "finding_json",
    "notification",
    "printable",
    "rendered",
]
