"""The lines to change where a function is defined, for one finding, in SAM, CloudFormation, Terraform and CDK.

A repair in AWS alone is overwritten by the next deployment. So the same change is shown in the language of the source: one
text for each language, the language of the tool that made the change first.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, assert_never

from permission_guard.alerts.patches.cdk import in_cdk
from permission_guard.alerts.patches.cloudformation import in_cloudformation, in_sam
from permission_guard.alerts.patches.selection import change_of
from permission_guard.alerts.patches.terraform import in_terraform
from permission_guard.events.tool import Tool
from permission_guard.events.trigger import Trigger
from permission_guard.frozen import frozen
from permission_guard.model.facts import FunctionFacts
from permission_guard.repair.report import ReportLine

__all__ = ["Language", "Patch", "languages", "patches_for"]


class Language(Enum):
    """The languages that a patch is written in, by their names in alerts."""

    SAM = "SAM"
    CLOUDFORMATION = "CloudFormation"
    TERRAFORM = "Terraform"
    CDK = "CDK"


@frozen
class Patch:
    """The lines for one language. Untrusted text in them is quoted, and never in a comment."""

    language: Language
    text: str


def languages(tool: Tool) -> tuple[Language, ...]:
    """Return the languages that the source may be written in, given the tool that made the change."""
    match tool:
        case Tool.SAM:
            return (Language.SAM,)
        case Tool.CDK:
            return (Language.CDK,)
        case Tool.TERRAFORM | Tool.OPENTOFU:
            return (Language.TERRAFORM,)
        case Tool.CLOUDFORMATION:
            return (Language.CLOUDFORMATION, Language.SAM, Language.CDK)
        case Tool.PULUMI | Tool.CONSOLE | Tool.CLI | Tool.SDK | Tool.SERVICE | Tool.UNKNOWN:
            return tuple(Language)
        case _:
            assert_never(tool)


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
