"""What AWS documents about one service: the ARN that it sends, and the condition keys."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from permission_guard.frozen import frozen


class Sends(Enum):
    """How surely a service sends a condition key."""

    ALWAYS = "AWS's page shows it for every way in which the service calls"
    UNDOCUMENTED = "no page shows it for every way"
    DISPUTED = "AWS's pages contradict each other"


class Region(Enum):
    """Which Region stands in the ARN."""

    FUNCTION = "the function's own"
    ANY = "any"
    NONE = "none"


_PLACES: Final = re.compile(r"\{[a-z]+\}")
_MATCHING: Final = {"{name}": "[^:/]+", "{path}": "[^:]+", "{plain}": "[^*?]+", "{any}": ".+"}


@frozen
class Service:
    """One row: a service that invokes functions on behalf of an account.

    `forms` are the resource parts of the ARNs that it shows: `{name}` holds no colon and no slash, `{path}` no colon,
    `{plain}` no wildcard, `{any}` anything. `owned` tells whether the ARN carries the account: a bucket's does not;
    `within_account` that the service is documented to invoke functions of its own account only. `page` lies below
    https://docs.aws.amazon.com/.
    """

    principal: str
    namespace: str
    forms: tuple[str, ...]
    arn: Sends
    account: Sends
    page: str
    region: Region = Region.ANY
    owned: bool = True
    within_account: bool = False

    @property
    def condition_key(self) -> str | None:
        """The key by which a repair limits the service to accounts; None if it always sends none."""
        if self.account is Sends.ALWAYS:
            return "aws:SourceAccount"
        return "aws:SourceArn" if self.arn is Sends.ALWAYS and self.owned else None

    def arn_of(self, partition: str, region: str, account: str, name: str = "NAME") -> str:
        """Return an ARN as the service shows it: of the resource `name`, and `*` for what follows it."""
        resource = _PLACES.sub("*", _PLACES.sub(name, self.forms[0], count=1))
        place = "" if self.region is Region.NONE else region
        return f"arn:{partition}:{self.namespace}:{place}:{account if self.owned else ''}:{resource}"

    def shows(self, arn: str) -> bool:
        """Return whether an ARN is of this service and has one of the forms."""
        forms = "|".join(_PLACES.sub(lambda one: _MATCHING[one[0]], form) for form in self.forms)
        return re.fullmatch(rf"arn:[^:]*:{self.namespace}:[^:]*:[^:]*:(?:{forms})", arn) is not None

    def by_account(self, partition: str, region: str, account: str) -> str:
        """Return the pattern of every ARN that the service shows for an account; it must be `owned`.

        The Region is the function's where the service calls within its Region, and otherwise any.
        """
        place = {Region.FUNCTION: region, Region.ANY: "*", Region.NONE: ""}[self.region]
        return f"arn:{partition}:{self.namespace}:{place}:{account}:*"
