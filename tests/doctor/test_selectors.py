"""Which trails record the writes of Lambda: every shape that event selectors have."""

from __future__ import annotations

import pytest

from permission_guard.doctor.selectors import AdvancedSelector, EventSelector

BASIC = {
    "all": (EventSelector("All", management=True), True),
    "writes": (EventSelector("WriteOnly", management=True), True),
    "reads": (EventSelector("ReadOnly", management=True), False),
    "only data": (EventSelector("All", management=False), False),
    "without KMS": (EventSelector("All", management=True, excluded=("kms.amazonaws.com",)), True),
    "without Lambda": (EventSelector("All", management=True, excluded=("lambda.amazonaws.com",)), False),
}


@pytest.mark.parametrize("kind", BASIC)
def test_a_basic_selector_takes_the_writes_if_it_takes_management_events_and_not_only_reads(
    kind: str,
) -> None:
    selector, takes = BASIC[kind]
    assert selector.takes_writes() is takes


MANAGEMENT = ("eventCategory", {"Equals": ("Management",)})
ADVANCED = {
    "all": ((MANAGEMENT,), True),
    "writes": ((MANAGEMENT, ("readOnly", {"Equals": ("false",)})), True),
    "reads": ((MANAGEMENT, ("readOnly", {"Equals": ("true",)})), False),
    "both": ((MANAGEMENT, ("readOnly", {"Equals": ("true", "false")})), True),
    "data": ((("eventCategory", {"Equals": ("Data",)}),), False),
    "no category": ((("readOnly", {"Equals": ("false",)}),), False),
    "without KMS": (
        (MANAGEMENT, ("eventSource", {"NotEquals": ("kms.amazonaws.com", "rdsdata.amazonaws.com")})),
        True,
    ),
    "without Lambda": ((MANAGEMENT, ("eventSource", {"NotEquals": ("lambda.amazonaws.com",)})), False),
    "Lambda by its beginning": ((MANAGEMENT, ("eventSource", {"StartsWith": ("lambda.",)})), True),
    "another by its beginning": ((MANAGEMENT, ("eventSource", {"StartsWith": ("s3.",)})), False),
    "all that end so": ((MANAGEMENT, ("eventSource", {"EndsWith": (".amazonaws.com",)})), True),
    "none that begins so": ((MANAGEMENT, ("eventSource", {"NotStartsWith": ("lambda",)})), False),
    "an operator without values": ((MANAGEMENT, ("eventSource", {"NotEquals": ()})), True),
    "some names": ((MANAGEMENT, ("eventName", {"StartsWith": ("Create",)})), False),
}


@pytest.mark.parametrize("kind", ADVANCED)
def test_an_advanced_selector_takes_the_writes_if_every_field_admits_them(kind: str) -> None:
    fields, takes = ADVANCED[kind]
    assert AdvancedSelector(fields).takes_writes() is takes
