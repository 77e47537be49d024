"""Check templates and plans by the guard's rules before a deployment. Returns verdicts with their places; calls no AWS API."""

from permission_guard.template.findings import Checked, TemplateFinding, Trust, check
from permission_guard.template.fix import FixedText, fixable, fixed
from permission_guard.template.flat import scan_of
from permission_guard.template.ignore import Ignore, check_ignores
from permission_guard.template.resources import Nested
from permission_guard.template.source import LARGEST, CheckOptions, Source
from permission_guard.template.syntax import NotReadable
from permission_guard.template.terraform_plan import PLAN_COMMANDS

__all__ = [
    "LARGEST",
    "PLAN_COMMANDS",
    "CheckOptions",
    "Checked",
    "FixedText",
    "Ignore",
    "Nested",
    "NotReadable",
    "Source",
    "TemplateFinding",
    "Trust",
    "check",
    "check_ignores",
    "fixable",
    "fixed",
    "scan_of",
]
