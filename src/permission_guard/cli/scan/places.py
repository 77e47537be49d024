"""The Regions to scan: of the caller's account, or of the accounts of the roles to assume."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from permission_guard.aws.accounts import AccountRegion, Opens, ScannedAccount, assumed
from permission_guard.aws.login import Login, NoLogin, NoRegion, log_in
from permission_guard.cli.errors import Unusable
from permission_guard.cli.scan.options import Options
from permission_guard.ports import Refused
from permission_guard.scan.result import Skipped

_ANYWHERE: Final = "us-east-1"
"""Where all Regions are listed if no Region is set."""


def places(options: Options, opens: Opens) -> tuple[tuple[AccountRegion, ...], tuple[Skipped, ...]]:
    """Return the Regions to scan, and what cannot be scanned. Raises Unusable if nothing can; RetryLater."""
    own = _own(options, opens)
    skipped: list[Skipped] = []
    regions: list[AccountRegion] = []
    for account in _accounts(options, own, opens, skipped):
        try:
            regions += map(account.place, _regions(options, own, account))
        except Refused as error:
            skipped.append(Skipped(f"the regions of account {account.id}", str(error)))
    if not regions:
        raise Unusable(f"Nothing could be read: {'; '.join(f'{one.what}: {one.why}' for one in skipped)}")
    return tuple(regions), tuple(skipped)


def _own(options: Options, opens: Opens) -> Login:
    region = options.regions[0] if options.regions else None
    try:
        try:
            return log_in(options.profile, region, opens)
        except NoRegion:
            if not options.all_regions:
                raise
            return log_in(options.profile, _ANYWHERE, opens)
    except NoLogin as error:
        raise Unusable(str(error)) from error


def _accounts(options: Options, own: Login, opens: Opens, skipped: list[Skipped]) -> Iterator[ScannedAccount]:
    if not options.role_arns:
        yield ScannedAccount(own.account, own.arn, own.clients.session)
    for role_arn in dict.fromkeys(options.role_arns):
        try:
            yield assumed(role_arn, own.clients, opens)
        except Refused as error:
            skipped.append(Skipped(f"the account of {role_arn}", str(error)))


def _regions(options: Options, own: Login, account: ScannedAccount) -> tuple[str, ...]:
    if options.all_regions:
        return account.regions(own.region)
    return tuple(dict.fromkeys(options.regions)) or (own.region,)
