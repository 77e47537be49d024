"""The calls of one look-up, counted, with every failure translated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from botocore.exceptions import (
    DataNotFoundError,
    EndpointConnectionError,
    EndpointProviderError,
    UnknownRegionError,
    UnknownServiceError,
)

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.aws.response import Response
from permission_guard.ports import ChangedMeanwhile, Refused, RetryLater

CALLS: Final = 100
"""How many calls, each page of a list counted, one look-up may make.

At a fifth of a second each they fit into the minute that the guard's Lambda function has, with time left for the rest.
Fewer would not be enough for every Region.
"""

_NOWHERE: Final = (
    DataNotFoundError,
    EndpointConnectionError,
    EndpointProviderError,
    UnknownRegionError,
    UnknownServiceError,
)
"""botocore's errors where a service has no endpoint in the Region."""


class Incomplete(Exception):
    """The complete answer is not available, and a part of it could be wrong."""


class Calls:
    """Calls in one region, unless another is named. Raises Refused, RetryLater, and Incomplete when all are used up."""

    def __init__(self, clients: Clients, region: str, budget: int = CALLS) -> None:
        self._clients = clients
        self._budget = budget
        self._left = budget
        self.region = region

    def call(
        self, service: str, operation: str, *, region: str | None = None, **parameters: object
    ) -> Response:
        """Make one call. A missing endpoint counts as a refusal: retrying does not help."""
        if not self._left:
            raise Incomplete(f"it would take more than {self._budget} calls")
        self._left -= 1
        where = region or self.region
        try:
            with translated():
                try:
                    return Response(self._clients.ask(service, operation, where, parameters))
                except _NOWHERE as error:
                    raise Refused("NoEndpoint", f"{error} ({service} {operation} in {where})") from error
        except ChangedMeanwhile as error:  # a conflict, which a read cannot have caused
            raise RetryLater(str(error)) from error

    def pages(
        self,
        service: str,
        operation: str,
        token: str,
        *,
        following: tuple[str, ...] = (),
        region: str | None = None,
        **parameters: object,
    ) -> Iterator[Response]:
        """Go through the pages of a list, whose calls pass `token` on; `following` is where a response has the next one.

        The list of something that was deleted meanwhile is empty.
        """
        while True:
            try:
                page = self.call(service, operation, region=region, **parameters)
            except Refused as error:
                if error.code != "ResourceNotFoundException":
                    raise
                return
            yield page
            following_token = page.text(*(following or (token,)))
            if not following_token:
                return
            parameters = {**parameters, token: following_token}

    def regions(self) -> tuple[str, ...]:
        """Return the account's enabled regions, this one first."""
        statuses = ["ENABLED", "ENABLED_BY_DEFAULT"]
        pages = self.pages(
            "account", "ListRegions", "NextToken", RegionOptStatusContains=statuses, MaxResults=50
        )
        enabled = (region.text("RegionName") for page in pages for region in page.each("Regions"))
        return (self.region, *(region for region in enabled if region != self.region))
