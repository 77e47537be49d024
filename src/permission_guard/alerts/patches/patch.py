"""A patch: the lines to change in the source, in one language."""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from permission_guard.events.tool import Tool
from permission_guard.frozen import frozen


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
