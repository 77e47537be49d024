"""What is known of one caller: the ARN it comes with, the keys it really sends, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from permission_guard.iam import FunctionArn, LayerVersionArn


class Mark(Enum):
    """How surely a service does what a cell says."""

    SURE = "documented or recorded"
    LIKELY = "one weak source, or several that agree indirectly"
    UNSURE = "nobody says"
    NEVER = "documented not to"


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer of the table: how sure it is, and the page below https://docs.aws.amazon.com/ that it rests on.

    With UNSURE, the page is the one that ought to say it and does not.
    """

    mark: Mark
    page: str


class Region(Enum):
    """Which region stands in the ARN of a caller's resource."""

    FUNCTION = "the function's own"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Caller:
    """One service that invokes functions through their resource policy and shows the ARN of its resource.

    `service` and `resource` are the parts of its SourceArn; the first `*` of `resource` stands for what names the
    single one, a second one is a star that the service itself puts there.
    `owned` tells whether the ARN carries the account; if not, another account can take the name over.
    """

    principal: str
    service: str
    resource: str
    sends_arn: Cell
    sends_account: Cell
    remark: str
    region: Region = Region.ANY
    owned: bool = True

    @property
    def source_arn(self) -> Mark:
        """How surely it sends `aws:SourceArn`."""
        return self.sends_arn.mark

    @property
    def source_account(self) -> Mark:
        """How surely it sends `aws:SourceAccount`."""
        return self.sends_account.mark

    def arn(
        self, function: FunctionArn | LayerVersionArn, account: str, *, name: str = "*", region: str = "*"
    ) -> str:
        """Return the SourceArn of this service's resource `name` (`*` for all) in an account.

        `region` fills the region where the service may call from another one than the function's. With an empty name
        the ARN ends where the name would begin.
        """
        place = {Region.FUNCTION: function.region, Region.ANY: region, Region.NONE: ""}[self.region]
        before, _, after = self.resource.partition("*")
        resource = f"{before}{name}{after if name else ''}"
        return f"arn:{function.partition}:{self.service}:{place}:{account if self.owned else ''}:{resource}"

    def by_account(self, function: FunctionArn | LayerVersionArn, account: str) -> str:
        """Return the pattern of every SourceArn that this service shows for an account; it must be `owned`.

        The Region is the function's where the service calls within its Region, and otherwise any.
        """
        place = {Region.FUNCTION: function.region, Region.ANY: "*", Region.NONE: ""}[self.region]
        return f"arn:{function.partition}:{self.service}:{place}:{account}:*"
