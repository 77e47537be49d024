"""The CloudTrail trails that cover the Region, including those of other Regions and of the organization.

(https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from permission_guard.aws.calls import Calls
from permission_guard.aws.checkup.parts import seen
from permission_guard.aws.response import Response
from permission_guard.doctor.stack_state import Trail
from permission_guard.model.facts import Unreadable

_WANTED: Final = {
    "eventCategory": "Management",
    "readOnly": "false",
    "eventSource": "lambda.amazonaws.com",
}
"""The events that must be recorded, by the fields of advanced event selectors."""
_OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "Equals": lambda value, given: value == given,
    "StartsWith": lambda value, given: value.startswith(given),
    "EndsWith": lambda value, given: value.endswith(given),
}


def trails(calls: Calls) -> tuple[Trail | Unreadable, ...]:
    """Return every trail that covers the region, with its shadows of other regions. Raises Refused and RetryLater."""
    found = calls.call("cloudtrail", "DescribeTrails", includeShadowTrails=True)
    return tuple(
        seen(f"the trail {one.text('Name')}", partial(_trail, calls, one)) for one in found.each("trailList")
    )


def _trail(calls: Calls, described: Response) -> Trail:
    """Read a trail in its home Region, by its ARN: a shadow trail is known only by that (API_GetTrailStatus)."""
    home, arn = described.text("HomeRegion") or None, described.text("TrailARN")
    status = calls.call("cloudtrail", "GetTrailStatus", region=home, Name=arn)
    found = calls.call("cloudtrail", "GetEventSelectors", region=home, TrailName=arn)
    return Trail(
        described.text("Name"),
        is_logging=status.at("IsLogging").value is True,
        takes_writes=takes_writes(found),
        arn=arn,
    )


def takes_writes(found: Response) -> bool:
    """Return whether a trail's event selectors record every write event of Lambda."""
    selected = [
        *map(_selects_writes, found.each("EventSelectors")),
        *map(_selects_writes_by_field, found.each("AdvancedEventSelectors")),
    ]
    # A trail without selectors records all management events (API_PutEventSelectors).
    return any(selected or [True])


def _selects_writes(selector: Response) -> bool:
    """Return whether a basic selector records every write event of Lambda (API_EventSelector)."""
    return (
        selector.at("IncludeManagementEvents").value is True
        and selector.text("ReadWriteType") in {"All", "WriteOnly"}
        and _WANTED["eventSource"] not in selector.texts("ExcludeManagementEventSources")
    )


def _selects_writes_by_field(selector: Response) -> bool:
    """Return whether an advanced selector records every write event of Lambda (API_AdvancedFieldSelector).

    All of its fields must match. Any other field excludes some writes.
    """
    fields = {one.text("Field"): one for one in selector.each("FieldSelectors")}
    return "eventCategory" in fields and all(
        name in _WANTED and _admits(field, _WANTED[name]) for name, field in fields.items()
    )


def _admits(field: Response, value: str) -> bool:
    """Return whether every operator matches a value: a list by any of its texts, a negated list by all."""
    for operator, holds in _OPERATORS.items():
        given, denied = [*field.texts(operator)], field.texts(f"Not{operator}")
        if (given and not any(holds(value, one) for one in given)) or any(
            holds(value, one) for one in denied
        ):
            return False
    return True
