"""Which trails record the writes of Lambda: every shape that event selectors have."""

from __future__ import annotations

from typing import Any

import pytest

from permission_guard.aws.checkup.trails import takes_writes
from permission_guard.aws.response import Response


def basic(kind: str, *, management: bool = True, excluded: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "ReadWriteType": kind,
        "IncludeManagementEvents": management,
        "ExcludeManagementEventSources": list(excluded),
    }


BASIC = {
    "all": (basic("All"), True),
    "writes": (basic("WriteOnly"), True),
    "reads": (basic("ReadOnly"), False),
    "only data": (basic("All", management=False), False),
    "without KMS": (basic("All", excluded=("kms.amazonaws.com",)), True),
    "without Lambda": (basic("All", excluded=("lambda.amazonaws.com",)), False),
}


@pytest.mark.parametrize("kind", BASIC)
def test_a_basic_selector_takes_the_writes_if_it_takes_management_events_and_not_only_reads(
    kind: str,
) -> None:
    selector, takes = BASIC[kind]
    assert takes_writes(Response({"EventSelectors": [selector]})) is takes


MANAGEMENT = ("eventCategory", {"Equals": ["Management"]})
ADVANCED: dict[str, tuple[list[tuple[str, dict[str, list[str]]]], bool]] = {
    "all": ([MANAGEMENT], True),
    "writes": ([MANAGEMENT, ("readOnly", {"Equals": ["false"]})], True),
    "reads": ([MANAGEMENT, ("readOnly", {"Equals": ["true"]})], False),
    "both": ([MANAGEMENT, ("readOnly", {"Equals": ["true", "false"]})], True),
    "data": ([("eventCategory", {"Equals": ["Data"]})], False),
    "no category": ([("readOnly", {"Equals": ["false"]})], False),
    "without KMS": (
        [MANAGEMENT, ("eventSource", {"NotEquals": ["kms.amazonaws.com", "s3.amazonaws.com"]})],
        True,
    ),
    "without Lambda": ([MANAGEMENT, ("eventSource", {"NotEquals": ["lambda.amazonaws.com"]})], False),
    "Lambda by its beginning": ([MANAGEMENT, ("eventSource", {"StartsWith": ["lambda."]})], True),
    "another by its beginning": ([MANAGEMENT, ("eventSource", {"StartsWith": ["s3."]})], False),
    "all that end so": ([MANAGEMENT, ("eventSource", {"EndsWith": [".amazonaws.com"]})], True),
    "none that begins so": ([MANAGEMENT, ("eventSource", {"NotStartsWith": ["lambda"]})], False),
    "an operator without values": ([MANAGEMENT, ("eventSource", {"NotEquals": []})], True),
    "some names": ([MANAGEMENT, ("eventName", {"StartsWith": ["Create"]})], False),
}


@pytest.mark.parametrize("kind", ADVANCED)
def test_an_advanced_selector_takes_the_writes_if_every_field_admits_them(kind: str) -> None:
    fields, takes = ADVANCED[kind]
    selector = {"FieldSelectors": [{"Field": name, **operators} for name, operators in fields]}
    assert takes_writes(Response({"AdvancedEventSelectors": [selector]})) is takes


def test_a_trail_without_selectors_takes_every_management_event_and_of_several_one_suffices() -> None:
    assert takes_writes(Response({})) is True
    assert takes_writes(Response({"EventSelectors": [basic("ReadOnly"), basic("All")]})) is True
