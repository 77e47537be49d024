"""Templates and plans: the guard's rules before the deploy. Text in, verdicts with their places out; asks no AWS."""

from permission_guard.template.findings import Checked, TemplateFinding, Trust, check
from permission_guard.template.fix import FixedText, fixable, fixed
from permission_guard.template.flat import scan_of
from permission_guard.template.ignore import Ignore, check_ignores
from permission_guard.template.node import NotReadable
from permission_guard.template.plan import PLAN_COMMANDS
from permission_guard.template.resources import Nested
from permission_guard.template.source import LARGEST, Said, Source

__all__ = [
    "LARGEST",
    "PLAN_COMMANDS",
    "Checked",
    "FixedText",
    "Ignore",
    "Nested",
    "NotReadable",
    "Said",
    "Source",
    "TemplateFinding",
    "Trust",
    "check",
    "check_ignores",
    "fixable",
    "fixed",
    "scan_of",
]
