"""Looking at regions other than the function's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from permission_guard.aws.wiring.calls import Incomplete
from permission_guard.aws.wiring.search import Search
from permission_guard.ports import Refused


@contextmanager
def looked_at(region: str, search: Search) -> Iterator[None]:
    """Turn a refusal of another region than the function's into Incomplete.

    Many organisations deny whole regions by a service control policy. What is there is then not known, so the answer is
    incomplete; but it does not hinder a bound that holds for every resource of the account (decision 11).
    """
    try:
        yield
    except Refused as error:
        if region == search.function.region:
            raise
        raise Incomplete(f"what {search.caller.principal} has in {region} is not known: {error}") from error
