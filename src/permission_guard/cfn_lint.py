"""The rules as rules of cfn-lint: `cfn-lint -a permission_guard.cfn_lint`. It calls the evaluation of `check`, and nothing else.

So cfn-lint's own ignores, configuration, editors and output formats work. E9401 to E9408 are FAIL, one for each of our
rules; W9400 is UNKNOWN. https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/getting_started/rules.md
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from permission_guard.model.finding import Concern, Verdict
from permission_guard.rules.about import ABOUT
from permission_guard.template import Checked, CheckOptions, NotReadable, Trust, check

IDS: Final = {concern: f"E{9401 + number}" for number, concern in enumerate(Concern)}
"""The rule id of each concern."""
_PAGE: Final = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"


@lru_cache(maxsize=1)
def _checked(file: str, _changed: int) -> Checked | None:
    """Evaluate a file once for all rules; None for one that cfn-lint itself rejects."""
    try:
        return check(Path(file).read_text(encoding="utf-8"), file, CheckOptions(), Trust())
    except (NotReadable, OSError, UnicodeDecodeError):
        return None


class _Shared:
    """What the rules have in common: which findings each shows."""

    id = ""
    shortdesc = ""
    description = ""
    source_url = _PAGE
    tags: Final = ("lambda", "security")

    def shows(self, verdict: Verdict, concern: Concern) -> bool:
        """Return whether a finding belongs to this rule."""
        return verdict is Verdict.FAIL and IDS[concern] == self.id

    def match(self, cfn: Any) -> list[Any]:
        """Return the findings of this rule in a template, as cfn-lint has them."""
        file = Path(cfn.filename or "")
        checked = _checked(str(file), file.stat().st_mtime_ns) if file.is_file() else None
        return [] if checked is None else [*self._matches(checked)]

    def _matches(self, checked: Checked) -> Iterator[Any]:
        for one in checked.verdicts:
            ignored = checked.source.ignore_of(one.owner, one.finding)
            is_ignored = ignored is not None and ignored.reason != ""
            if self.shows(one.finding.verdict, one.finding.concern) and not is_ignored:
                path = list(checked.source.path(one.owner))
                yield RuleMatch(path or ["Resources"], one.explanation.sentence)


class NotDecided(_Shared, CloudFormationLintRule):  # type: ignore[misc]  # cfn-lint is in another environment
    """A verdict that depends on values that the template does not have."""

    id = "W9400"
    shortdesc = "Lambda Permission Guard: not decided"
    description = "The verdict depends on a value that the template does not have"

    def shows(self, verdict: Verdict, _concern: Concern) -> bool:
        """Return whether a finding is UNKNOWN."""
        return verdict is Verdict.UNKNOWN


def _rule(concern: Concern) -> type[_Shared]:
    about = ABOUT[concern]
    body = {
        "id": IDS[concern],
        "shortdesc": f"Lambda Permission Guard: {concern.value}",
        "description": f"Reported if {about.reports}",
        "source_url": about.rule.reference,
        "__module__": __name__,
    }
    return type(concern.name.title().replace("_", ""), (_Shared, CloudFormationLintRule), body)


globals().update({made.__name__: made for made in map(_rule, Concern)})
