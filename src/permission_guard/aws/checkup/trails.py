"""The trails of CloudTrail that cover the region, those of other regions and of the organisation included.

(https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html)
"""

from __future__ import annotations

from functools import partial
from typing import Final

from permission_guard.aws.answer import Answer
from permission_guard.aws.calls import Calls
from permission_guard.aws.checkup.looking import seen
from permission_guard.doctor.seen import Trail
from permission_guard.doctor.selectors import AdvancedSelector, EventSelector
from permission_guard.facts import Unreadable

_OPERATORS: Final = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")


def trails(calls: Calls) -> tuple[Trail | Unreadable, ...]:
    """Return every trail that covers the region, with its shadows of other regions. Raises Refused and TryAgain."""
    found = calls.call("cloudtrail", "DescribeTrails", includeShadowTrails=True)
    return tuple(
        seen(f"the trail {one.text('Name')}", partial(_trail, calls, one)) for one in found.each("trailList")
    )


def _trail(calls: Calls, described: Answer) -> Trail:
    """Ask a trail in its own region, by its ARN: a shadow is known by that alone (API_GetTrailStatus)."""
    home, arn = described.text("HomeRegion") or None, described.text("TrailARN")
    status = calls.call("cloudtrail", "GetTrailStatus", region=home, Name=arn)
    found = calls.call("cloudtrail", "GetEventSelectors", region=home, TrailName=arn)
    basic = [_basic(one).takes_writes() for one in found.each("EventSelectors")]
    advanced = [_advanced(one).takes_writes() for one in found.each("AdvancedEventSelectors")]
    # A trail that was given no selectors records all management events (API_PutEventSelectors).
    said = [*basic, *advanced] or [True]
    return Trail(
        described.text("Name"),
        is_logging=status.at("IsLogging").value is True,
        takes_writes=any(said),
    )


def _basic(one: Answer) -> EventSelector:
    return EventSelector(
        one.text("ReadWriteType"),
        one.at("IncludeManagementEvents").value is True,
        tuple(one.texts("ExcludeManagementEventSources")),
    )


def _advanced(one: Answer) -> AdvancedSelector:
    return AdvancedSelector(
        tuple(
            (field.text("Field"), {operator: tuple(field.texts(operator)) for operator in _OPERATORS})
            for field in one.each("FieldSelectors")
        )
    )
