"""The journal's entries as findings of AWS Security Hub: what the Lambda imports. `asff.py` is the mapping.

A finding keeps its Id while its fault goes on, and has the Id under which `report --format asff` shows it. A fault that was
repaired or is gone has passed, and is archived; one that a person has accepted has still failed, and is archived too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from permission_guard.formats.asff import asff, batches
from permission_guard.formats.found import identities, moment
from permission_guard.iam.policy import Json
from permission_guard.journal.entry import Entry, is_accepted, stands
from permission_guard.journal.news import before_and_after
from permission_guard.model.finding import Verdict
from permission_guard.model.proof_text import proof_kind, sentence
from permission_guard.rules import rule_of
from permission_guard.scan.result import ScannedFinding


def imports(entries: Iterable[Entry], now: datetime) -> Iterator[list[Json]]:
    """Yield the findings of each call. Of two with one Id, as a statement before and after a change, the open one counts."""
    found: dict[str, Json] = {}
    for entry in sorted(entries, key=stands):
        finding = _finding(entry, now)
        (id_,) = identities((finding,))
        shown = asff(finding, id_, moment(now))
        archived: dict[str, Json] = {} if stands(entry) else {"RecordState": "ARCHIVED"}
        found[id_] = {**shown, "CreatedAt": moment(entry.first_seen), **archived}
    yield from batches(list(found.values()))


def _finding(entry: Entry, now: datetime) -> ScannedFinding:
    """Return the finding of an entry; it has passed if the fault is not there any more."""
    finding, subject, qualifier = entry.finding, entry.cause.subject, entry.cause.qualifier
    rule = rule_of(finding)
    before, after = before_and_after(entry.change)
    return ScannedFinding(
        fault=entry.fault,
        target=str(subject.qualified(qualifier)),
        name=subject.name,
        qualifier=qualifier,
        account=subject.account,
        region=subject.region,
        subject=finding.subject,
        rule=finding.concern,
        title=rule.title,
        verdict=finding.verdict if stands(entry) else Verdict.PASS,
        severity=finding.severity,
        summary=finding.summary,
        proof_kind=proof_kind(finding.proof),
        proof=sentence(finding.proof),
        sentence=finding.summary,
        because=(),
        why=rule.why,
        repair=entry.reported_as.value if entry.reported_as else "",
        before=before or "",
        after=after or "",
        obstacle="",
        advice=finding.advice,
        patches=(),
        accepted=entry.acceptance.shown if entry.acceptance and is_accepted(entry, now) else "",
    )
