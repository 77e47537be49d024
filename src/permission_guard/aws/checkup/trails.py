"""The trails of CloudTrail that cover the region, those of other regions and of the organization included.

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
"""What is to be recorded, in the fields by which a trail can choose management events."""
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
    """Ask a trail in its own region, by its ARN: a shadow is known by that alone (API_GetTrailStatus)."""
    home, arn = described.text("HomeRegion") or None, described.text("TrailARN")
    status = calls.call("cloudtrail", "GetTrailStatus", region=home, Name=arn)
    found = calls.call("cloudtrail", "GetEventSelectors", region=home, TrailName=arn)
    return Trail(
        described.text("Name"),
        is_logging=status.at("IsLogging").value is True,
        takes_writes=takes_writes(found),
    )


def takes_writes(found: Response) -> bool:
    """Tell by a trail's event selectors whether it records every write of Lambda's."""
    selected = [
        *map(_selects_writes, found.each("EventSelectors")),
        *map(_selects_writes_by_field, found.each("AdvancedEventSelectors")),
    ]
    # A trail that was given no selectors records all management events (API_PutEventSelectors).
    return any(selected or [True])


def _selects_writes(selector: Response) -> bool:
    """Tell whether a basic selector takes every write of Lambda's (API_EventSelector)."""
    return (
        selector.at("IncludeManagementEvents").value is True
        and selector.text("ReadWriteType") in {"All", "WriteOnly"}
        and _WANTED["eventSource"] not in selector.texts("ExcludeManagementEventSources")
    )


def _selects_writes_by_field(selector: Response) -> bool:
    """Tell whether an advanced selector takes every write of Lambda's (API_AdvancedFieldSelector).

    All of its fields must hold. A field that is not wanted makes it take some writes only.
    """
    fields = {one.text("Field"): one for one in selector.each("FieldSelectors")}
    return "eventCategory" in fields and all(
        name in _WANTED and _admits(field, _WANTED[name]) for name, field in fields.items()
    )


def _admits(field: Response, value: str) -> bool:
    """Tell whether every operator admits a value: a list by any of its texts, a negated list by all."""
    for operator, holds in _OPERATORS.items():
        given, denied = [*field.texts(operator)], field.texts(f"Not{operator}")
        if (given and not any(holds(value, one) for one in given)) or any(
            holds(value, one) for one in denied
        ):
            return False
    return True
