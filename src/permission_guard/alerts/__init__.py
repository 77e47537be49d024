"""A report as a mail, and as JSON for machines."""

from permission_guard.alerts.machine import SCHEMA, body, finding_json
from permission_guard.alerts.mail import text
from permission_guard.alerts.message import MESSAGE_LIMIT, message
from permission_guard.alerts.printable import printable
from permission_guard.alerts.subject import SUBJECT_LIMIT, subject, worst_ending

__all__ = [
    "MESSAGE_LIMIT",
    "SCHEMA",
    "SUBJECT_LIMIT",
    "body",
    "finding_json",
    "message",
    "printable",
    "subject",
    "text",
    "worst_ending",
]
