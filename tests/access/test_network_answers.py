"""A named network closes a statement for invoking, never one for managing."""

from __future__ import annotations

import pytest

from permission_guard.access import INVOKING, MANAGING, Access
from permission_guard.iam.policy import Json
from tests.access.setting import OWN, UNTRUSTED, allow, answer, deny, equals

RANGE: Json = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


@pytest.mark.parametrize(
    "condition",
    [
        RANGE,
        equals("aws:SourceVpce", "vpce-0123456789abcdef0"),
        equals("aws:SourceVpc", "vpc-0123456789abcdef0"),
        equals("aws:VpceAccount", OWN),
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}},
    ],
)
def test_a_named_network_is_enough_for_invoking_and_not_for_managing(condition: Json) -> None:
    invoking = answer(allow("*", condition))
    managing = answer(allow("*", condition, Action="lambda:UpdateFunctionCode"))

    assert (invoking.access, invoking.network) == (Access.CLOSED, True)
    assert managing.access is Access.OPEN


@pytest.mark.parametrize(
    ("principal", "more"), [({"AWS": UNTRUSTED}, {}), ("*", equals("aws:SomethingNew", "x"))]
)
def test_a_pass_rests_on_a_network_that_alone_keeps_the_untrusted_out(
    principal: Json, more: dict[str, Json]
) -> None:
    result = answer(allow(principal, {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}, **more}))

    assert (result.access, result.network) == (Access.CLOSED, True)


def test_a_pass_by_account_does_not_depend_on_a_network_that_is_named_too() -> None:
    result = answer(allow({"AWS": OWN}, RANGE))

    assert (result.access, result.network) == (Access.CLOSED, False)


@pytest.mark.parametrize(
    "ranges",
    [
        [f"{first}.0.0.0/8" for first in range(256)],
        [f"{first}.0.0.0/8" for first in range(128)],
        ["0.0.0.0/7"],
        ["2000::/3"],
    ],
)
def test_ranges_that_together_are_half_the_addresses_limit_nobody(ranges: list[str]) -> None:
    assert answer(allow("*", {"IpAddress": {"aws:SourceIp": list[Json](ranges)}})).access is Access.OPEN


def test_a_range_that_a_deny_leaves_is_found_between_the_others() -> None:
    condition: Json = {
        "IpAddress": {
            "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/4", "240.0.0.0/5"]
        }
    }

    result = answer(
        allow("*"),
        deny(condition),
        deny({"IpAddress": {"aws:SourceIp": "::/0"}}),
        deny({"Null": {"aws:SourceIp": "true"}}),
    )

    assert result.access is Access.OPEN
    assert result.witness is not None
    assert result.witness.request.context.values("aws:sourceip") == ("248.0.0.0",)


def test_invoking_and_managing_have_separate_answers() -> None:
    statements = (allow("*", Action="lambda:*"), deny(Action="lambda:Invoke*"))

    assert answer(*statements, actions=INVOKING).access is Access.CLOSED
    assert answer(*statements, actions=MANAGING).access is Access.OPEN
