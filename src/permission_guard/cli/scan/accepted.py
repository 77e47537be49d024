"""Which of a scan's findings a person has accepted, by the journal of the guard's stack."""

from __future__ import annotations

from dataclasses import replace

from permission_guard.aws import login
from permission_guard.aws.accounts import AccountRegion
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.cli.scan.options import Options
from permission_guard.journal.entry import is_accepted
from permission_guard.model.finding import Verdict
from permission_guard.ports import Expired, Refused, RetryLater
from permission_guard.scan.result import Scan, Skipped


def with_accepted(scan: Scan, regions: tuple[AccountRegion, ...], options: Options) -> Scan:
    """Return the scan with what was accepted. A journal that cannot be read is noted. Raises Expired."""
    accepted: dict[tuple[str, str, str], str] = {}
    notes: list[Skipped] = []
    for region in regions:
        where = (region.account.id, region.name)
        if not any(
            (one.account, one.region) == where for one in scan.findings if one.verdict is not Verdict.PASS
        ):
            continue
        try:
            journal = journal_of(region, options)
            for entry in journal.all() if journal is not None else ():
                if entry.acceptance is not None and is_accepted(entry, scan.at):
                    accepted[*where, entry.fault] = entry.acceptance.shown
        except Expired:
            raise
        except (Refused, RetryLater) as error:
            notes.append(Skipped(f"What was accepted in {region.label}", f"not read: {error}"))
    findings = (
        replace(one, accepted=accepted.get((one.account, one.region, one.fault), "")) for one in scan.findings
    )
    return replace(scan, findings=tuple(findings), notes=(*scan.notes, *notes))


def journal_of(region: AccountRegion, options: Options) -> DynamoJournal | None:
    """Find the journal by the guard's stack. Raises Refused if the stack may not be read, and RetryLater."""
    try:
        table = options.table or login.output_of(
            region.clients, region.account.id, options.stack_name, login.TABLE_OUTPUT
        )
    except login.NoOutput:
        return None
    return DynamoJournal(Table(region.clients, table))
