"""The lines to change where a function is defined, for one finding, in SAM, CloudFormation, Terraform and CDK.

A repair in AWS alone is overwritten by the next deployment. So the same change is shown in the language of the source: one
text for each language, the language of the tool that made the change first.
"""

from __future__ import annotations

from typing import Final

from permission_guard.alerts.patches.cdk import in_cdk
from permission_guard.alerts.patches.cloudformation import in_cloudformation, in_sam
from permission_guard.alerts.patches.patch import Language, Patch, languages
from permission_guard.alerts.patches.selection import change_of
from permission_guard.alerts.patches.terraform import in_terraform
from permission_guard.events.trigger import Trigger
from permission_guard.model.facts import FunctionFacts
from permission_guard.repair.report import ReportLine

__all__ = ["Language", "Patch", "languages", "patches_for"]

_WRITERS: Final = {
    Language.SAM: in_sam,
    Language.CLOUDFORMATION: in_cloudformation,
    Language.TERRAFORM: in_terraform,
    Language.CDK: in_cdk,
}


def patches_for(line: ReportLine, facts: FunctionFacts, trigger: Trigger) -> tuple[Patch, ...]:
    """Return the lines in every language, the likely ones first; none if they are not known."""
    change = change_of(line, facts, trigger)
    if change is None:
        return ()
    first = languages(trigger.actor.tool)
    order = (*first, *(one for one in Language if one not in first))
    return tuple(Patch(language, _WRITERS[language](change)) for language in order)
