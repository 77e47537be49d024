"""What holds for the lookup of every service: the whole answer, or none and the reason."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError

from permission_guard.aws.wiring import LOOKUPS
from permission_guard.callers import CALLERS, caller_of
from permission_guard.facts import NotFound, Source, Unreadable, Wired
from permission_guard.ports import TryAgain
from permission_guard.world import ApiError
from tests.aws.wired_world import ACCOUNT, FUNCTION, WiredWorld
from tests.aws.wiring.services import SERVICES, Service

MINE = (str(FUNCTION), FUNCTION.qualified("live"))
STRANGERS = (
    f"{FUNCTION}2",
    str(FUNCTION).replace(ACCOUNT, "444455556666"),
    str(FUNCTION).replace("us-east-1", "eu-west-1"),
    "arn:aws:sqs:us-east-1:111122223333:orders",
)
NAMES = [service.principal for service in SERVICES]


def operations(principal: str) -> list[str]:
    caller = caller_of(principal)
    assert caller is not None
    return [f"{lookup.client} {lookup.operation}" for lookup in caller.wired]


EACH_CALL = [
    pytest.param(service, call, id=f"{service.principal} {call}")
    for service in SERVICES
    for call in operations(service.principal)
]


def test_every_service_whose_wiring_can_be_listed_has_a_lookup_and_a_test() -> None:
    listed = {caller.principal for caller in CALLERS if caller.wired}

    assert set(LOOKUPS) == listed
    assert set(NAMES) == listed


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_what_invokes_the_function_or_its_alias_is_found_on_every_page(service: Service) -> None:
    world = WiredWorld(service.answers(MINE))

    assert world.wiring(service.principal) == Wired(
        tuple(Source(service.source(n), ACCOUNT, target) for n, target in enumerate(MINE))
    )


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_the_calls_are_those_that_the_table_of_callers_lists_in_their_order(service: Service) -> None:
    world = WiredWorld(service.answers(MINE))
    world.wiring(service.principal)

    assert list(dict.fromkeys(world.calls)) == sorted(
        set(world.calls), key=operations(service.principal).index
    )
    assert set(world.calls) == set(operations(service.principal))


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_where_nothing_is_wired_nothing_is_found(service: Service) -> None:
    assert WiredWorld(service.answers(())).wiring(service.principal) == NotFound("nothing is wired")


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_what_invokes_another_function_is_not_taken(service: Service, stranger: str) -> None:
    found = WiredWorld(service.answers([stranger])).wiring(service.principal)

    assert found == NotFound("nothing is wired")


@pytest.mark.parametrize(("service", "call"), EACH_CALL)
def test_a_call_that_is_refused_makes_the_answer_unknown_and_is_named(service: Service, call: str) -> None:
    world = WiredWorld(service.answers(MINE), faults={call: ApiError("AccessDenied", "no")})
    found = world.wiring(service.principal)

    assert isinstance(found, Unreadable)
    assert found.what == f"what {service.principal} has set up to invoke {FUNCTION}"
    assert found.why == f"AccessDenied: no ({call.split()[1]})"


@pytest.mark.parametrize(("service", "call"), EACH_CALL)
def test_a_service_that_the_region_does_not_have_is_unknown_and_is_named(service: Service, call: str) -> None:
    fault = EndpointConnectionError(endpoint_url="https://service.us-east-1.amazonaws.com")
    found = WiredWorld(service.answers(MINE), faults={call: fault}).wiring(service.principal)

    assert isinstance(found, Unreadable)
    assert found.why.endswith(f"({call} in us-east-1)")


@pytest.mark.parametrize(("service", "call"), EACH_CALL)
def test_a_call_that_is_throttled_is_to_be_tried_again(service: Service, call: str) -> None:
    fault = ApiError("ThrottlingException", "Rate exceeded")
    with pytest.raises(TryAgain):
        WiredWorld(service.answers(MINE), faults={call: fault}).wiring(service.principal)


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
def test_with_one_call_less_than_it_takes_nothing_is_found_not_a_part(service: Service) -> None:
    world = WiredWorld(service.answers(MINE))
    whole = world.wiring(service.principal)
    needed = len(world.calls)

    assert WiredWorld(service.answers(MINE)).wiring(service.principal, budget=needed) == whole
    for budget in (0, 1, needed - 1):
        assert WiredWorld(service.answers(MINE)).wiring(service.principal, budget=budget) == NotFound(
            f"more than {budget} calls would be needed to look through it"
        )
