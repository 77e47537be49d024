"""The options of `scan`, checked before AWS is called."""

from __future__ import annotations

from permission_guard.cli.errors import Unusable
from permission_guard.cli.explain_input import role_in, trusted_in
from permission_guard.frozen import frozen
from permission_guard.model.finding import RULE_IDS
from permission_guard.settings import Settings, SettingsError


@frozen
class Options:
    """The options as they were typed. Raises Unusable, which names the option that cannot be used."""

    profile: str | None = None
    regions: tuple[str, ...] = ()
    all_regions: bool = False
    role_arns: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    trusted_accounts: tuple[str, ...] = ()
    trusted_organizations: tuple[str, ...] = ()
    logging_policy: str | None = None
    format_: str = "table"
    output: str | None = None
    quiet: bool = False
    repair: bool = False
    repair_existing: bool = False
    yes: bool = False
    stack_name: str = ""
    table: str | None = None

    def __post_init__(self) -> None:
        if self.regions and self.all_regions:
            raise Unusable("Pass either --region or --all-regions, not both.")
        if not self.repair and (self.yes or self.repair_existing):
            option = "--yes" if self.yes else "--repair-existing"
            raise Unusable(f"{option} needs --repair.")
        for role_arn in self.role_arns:
            role_in(role_arn, "--role-arn")
        trusted_in(self.trusted_accounts, self.trusted_organizations)
        try:
            self.settings("", "us-east-1")
        except SettingsError as error:
            # Whatever else the settings are made of has been checked.
            raise Unusable(
                f"--logging-policy: {self.logging_policy!r} is not the ARN of a managed policy"
            ) from error

    def settings(self, account: str, region: str) -> Settings:
        """Return the settings of a guard with these options in this account and Region."""
        given = {
            "LOGGING_POLICY_ARN": self.logging_policy or "",
            "REPAIR_EXISTING": str(self.repair_existing).lower(),
            "TRUSTED_ACCOUNTS": ",".join(self.trusted_accounts),
            "TRUSTED_ORGANIZATION_IDS": ",".join(self.trusted_organizations),
        }
        return Settings.of(given, account=account, region=region)

    @property
    def chosen(self) -> frozenset[str]:
        """The rules to evaluate."""
        return frozenset(self.rules or RULE_IDS)
