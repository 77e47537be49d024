"""A sweep of layers: each version is looked at once, what is shared with everybody is told, and nothing is ever changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permission_guard.finding import Concern
from permission_guard.outcome import Ending
from permission_guard.ports import TryAgain
from permission_guard.report import Report
from permission_guard.settings import Settings, Treatment
from permission_guard.task import Layer, Layers, Page, Sweep
from permission_guard.world import ApiError
from tests.test_sweep import Swept
from tests.watched import Watched
from tests.world.builders import document, settings, statement

LAYER = "arn:aws:lambda:us-east-1:111122223333:layer:tools"


def with_layers(swept: Swept, shared: tuple[int, ...] = (), versions: int = 5) -> Swept:
    """No function, and a layer with so many versions, some of them shared with everybody."""
    account = swept.there.account
    account.functions.clear()
    account.layers["tools"] = versions
    for number in shared:
        arn = f"{LAYER}:{number}"
        everybody = statement("*", sid=f"all-{number}", Action="lambda:GetLayerVersion", Resource=arn)
        account.layer_policies[arn] = (document({**everybody, "Principal": "*"}), "revision")
    return swept


def targets(reports: list[Report]) -> list[str]:
    return [report.facts.target for report in reports]


def test_every_version_of_every_layer_is_looked_at_once_on_however_many_pages() -> None:
    swept = with_layers(Swept(page=2))
    swept.there.account.layers |= {"more": 1, "other": 1}
    found = targets(swept.sweep())
    others = (LAYER.replace("tools", "more") + ":1", LAYER.replace("tools", "other") + ":1")
    assert sorted(found) == sorted([*(f"{LAYER}:{number}" for number in range(1, 6)), *others])
    calls = swept.there.account.calls
    assert (calls.count("ListLayers"), calls.count("ListLayerVersions")) == (2, 5)
    assert calls.count("GetFunctionConfiguration") == 0


def test_what_is_shared_with_everybody_is_told_once_and_never_changed() -> None:
    swept = with_layers(Swept(), shared=(2, 4))
    swept.sweep()
    swept.there.later(days=1)
    swept.sweep()
    assert swept.there.told == [[Ending.TOLD], [Ending.TOLD]]
    assert {report.facts.target for report in swept.there.herald.told} == {f"{LAYER}:2", f"{LAYER}:4"}
    assert [call for call in swept.there.account.calls if call.startswith(("Put", "Add", "Remove"))] == []


def without(*concerns: Concern) -> Settings:
    treatments = {**settings().treatments, **dict.fromkeys(concerns, Treatment.OFF)}
    return replace(settings(), treatments=treatments)


def test_where_nobody_wants_to_know_of_layers_they_are_not_listed() -> None:
    off = without(Concern.LAYER_IS_NOT_PUBLIC, Concern.CROSS_ACCOUNT_ACCESS)
    swept = with_layers(Swept(Watched(settings=off)), shared=(1,))
    assert swept.sweep() == []
    assert swept.there.account.calls == ["ListFunctions"]


@pytest.mark.parametrize("concern", [Concern.LAYER_IS_NOT_PUBLIC, Concern.CROSS_ACCOUNT_ACCESS])
def test_either_of_the_two_concerns_of_layers_has_them_listed(concern: Concern) -> None:
    swept = with_layers(Swept(Watched(settings=without(*{*Concern} - {concern}))))
    swept.sweep()
    assert swept.there.account.calls.count("ListLayers") == 1


def test_the_next_page_is_asked_for_before_this_one_is_looked_at_so_that_no_failure_keeps_it_back() -> None:
    swept = with_layers(Swept(page=2))
    task = Layer(Sweep("1", swept.there.now), "tools")

    def fails(call: str) -> None:
        if call == "GetLayerVersionPolicy":
            raise ApiError("TooManyRequestsException", "Rate exceeded")

    swept.there.account.before = fails
    with pytest.raises(TryAgain, match="Rate exceeded"):
        list(swept.sweeper.look_at(task, swept.there.now))
    assert swept.queue.tasks == [Layer(task.sweep, "tools", "2")]
    assert swept.there.account.calls.count("GetLayerVersionPolicy") == 2


def test_a_layer_that_is_gone_when_its_turn_comes_is_no_error() -> None:
    swept = with_layers(Swept())
    task = Layer(Sweep("1", swept.there.now), "gone")
    assert list(swept.sweeper.look_at(task, swept.there.now)) == []


def test_only_the_last_page_of_the_functions_ends_the_listing_of_a_sweep() -> None:
    """That is what the alarm for a sweep that is missed counts."""
    swept = with_layers(Swept())
    asked = Sweep("1", swept.there.now)
    assert swept.sweeper.list_page(Page(asked)).is_last
    assert not swept.sweeper.list_page(Layers(asked)).is_last
