"""The rules that a template ignores: by Metadata on a resource, or by a comment on a line of YAML. Each needs a reason.

Metadata: {permission-guard: {ignore: [RULE], reason: TEXT}}
# permission-guard: ignore RULE -- REASON
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

import yaml

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.model.finding import RULE_IDS
from permission_guard.template.syntax import At, Node, NotReadable, member, members, place
from permission_guard.template.value import listed, text_of

_PATH: Final = ("Metadata", "permission-guard")
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#\s*permission-guard:\s*ignore\b(.*?)(?:\s--(.*))?$")
_METADATA_FORM: Final = "{ignore: [RULE], reason: TEXT}"


@frozen
class Ignore:
    """A rule to ignore, with the reason: on one line, or on the resources whose name matches a pattern (`*`, `?`)."""

    rule: str
    reason: str
    at: At | None = None
    """Where it is written in the template."""
    resource: str | None = None
    """The pattern; None for a comment, which applies to its line."""

    def covers(self, rule: str, names: Collection[str], lines: Collection[int]) -> bool:
        """Return whether a finding is ignored, given its rule, the names of its resource, and its lines."""
        if self.rule != rule:
            return False
        if self.resource is None:
            return self.at is not None and self.at.line in lines
        return any(name == self.resource or fnmatchcase(name, self.resource) for name in names)


def check_ignores(ignores: Sequence[Ignore]) -> None:
    """Check what a template itself ignores. Raises NotReadable, with the place, for a missing reason or an unknown rule."""
    for one in ignores:
        if one.at is None:
            continue
        if not one.reason:
            form = _METADATA_FORM if one.resource else "# permission-guard: ignore RULE -- REASON"
            raise NotReadable(f"to ignore {one.rule or 'a rule'} needs a reason: {form}", one.at)
        if one.rule not in RULE_IDS:
            problem = f"there is no rule {one.rule!r}" if one.rule else "the rule to ignore is missing"
            raise NotReadable(f"{problem}: {', '.join(RULE_IDS)}", one.at)


def in_metadata(body: Mapping[str, Json], root: Node) -> Iterator[Ignore]:
    """Yield what the Metadata of resources ignores. Metadata of another form gives a rule without a reason."""
    for name, resource in members(body.get("Resources")).items():
        entry = member(resource, *_PATH)
        if entry is None:
            continue
        form = members(entry)
        reason = text_of(form.get("reason")) or ""
        for rule in listed(form.get("ignore")) or ("",):
            yield Ignore(str(rule), reason.strip(), place(root, ("Resources", name, *_PATH)), name)


def in_comments(text: str) -> Iterator[Ignore]:
    """Yield what the comments of a YAML text ignore. Text within a scalar is not a comment."""
    found = [
        (At(number, match.start() + 1), match)
        for number, row in enumerate(text.splitlines(), 1)
        if (match := _COMMENT.search(row)) is not None
    ]
    scalars = _scalars(text) if found else ()
    for at, match in found:
        if any(start < at < end for start, end in scalars):
            continue
        rules, reason = match.groups(default="")
        for rule in re.split(r"[\s,]+", rules.strip()):
            yield Ignore(rule, reason.strip(), at)


def _scalars(text: str) -> Sequence[tuple[At, At]]:
    """Return where scalars begin and end. A `#` within one does not begin a comment."""
    tokens = yaml.scan(text, Loader=yaml.SafeLoader)
    return [(_at(one.start_mark), _at(one.end_mark)) for one in tokens if isinstance(one, yaml.ScalarToken)]


def _at(mark: yaml.Mark) -> At:
    return At(mark.line + 1, mark.column + 1)
