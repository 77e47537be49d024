"""What is known of one caller: the ARN it comes with, the keys it really sends, where that is written, how to find it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

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
class Lookup:
    """One API call of a reverse lookup: which resources of a service are wired to a function.

    `client` and `operation` are the names that AWS's API models give them, `page_size` the most that one page holds
    (None if it is not documented), `paginated` whether boto3 has a paginator, `says` what to ask for and where the
    function's ARN stands in the answer.
    """

    client: str
    operation: str
    page_size: int | None = None
    paginated: bool = False
    says: str = ""


REGIONS: Final = Lookup("account", "ListRegions", 50, paginated=True, says="those that are enabled")
"""What is asked first of a service that invokes functions of other regions."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One service that invokes functions through their resource policy and shows the ARN of its resource.

    `service` and `resource` are the parts of its SourceArn; the first `*` of `resource` stands for what names the
    single one, a second one is a star that the service itself puts there.
    `stays` tells whether it can invoke functions of its own account and region only, so that whoever looks through these
    has found every caller.
    `owned` tells whether the ARN carries the account; if not, another account can take the name over.
    `wired` are the calls, in their order, that list what is wired to a function: none if the service has no such call.
    """

    principal: str
    service: str
    resource: str
    sends_arn: Cell
    sends_account: Cell
    stays: Cell
    remark: str
    wired: tuple[Lookup, ...] = ()
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

    @property
    def stays_at_home(self) -> bool:
        """Whether it is documented to invoke functions of its own account and region only."""
        return self.stays.mark is Mark.SURE

    @property
    def account_required(self) -> bool:
        """Whether a condition on SourceArn alone is no bound, so that SourceAccount is required beside it."""
        return not self.owned

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
