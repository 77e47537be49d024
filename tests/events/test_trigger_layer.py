"""Where the event of a shared layer says to look."""

from __future__ import annotations

import pytest

from permission_guard.events.record import BadEvent
from permission_guard.events.trigger import Ignored
from tests.events.calls import REGION, Event, call
from tests.samples import ACCOUNT, read, triggered

LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools"
SHARE = "AddLayerVersionPermission20181031"


@pytest.mark.parametrize("name", ["tools", LAYER])
@pytest.mark.parametrize("version", [7, "7"])
def test_a_shared_layer_leads_to_its_version(name: str, version: object) -> None:
    trigger = triggered(call(SHARE, {"layerName": name, "versionNumber": version, "statementId": "all"}))
    assert (str(trigger.subject), trigger.qualifier, trigger.arrived) == (f"{LAYER}:7", None, "all")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"versionNumber": 7}, "detail.requestParameters.layerName is missing"),
        ({"layerName": "to:ols", "versionNumber": 7}, "detail.requestParameters.layerName not the ARN"),
        ({"layerName": "tools"}, "detail.requestParameters.versionNumber is null"),
        ({"layerName": "tools", "versionNumber": True}, "detail.requestParameters.versionNumber is a Bool"),
        (
            {"layerName": "tools", "versionNumber": "latest"},
            "detail.requestParameters.versionNumber is a text",
        ),
    ],
)
def test_a_layer_that_cannot_be_read_is_named_by_its_field(request_: Event, field: str) -> None:
    with pytest.raises(BadEvent, match=field):
        read(call(SHARE, {"statementId": "all", **request_}))


def test_a_layer_of_another_account_is_left_to_it() -> None:
    arn = LAYER.replace(ACCOUNT, "444455556666")
    event = call(SHARE, {"layerName": arn, "versionNumber": 1, "statementId": "all"})
    assert read(event) == Ignored(f"{arn}:1 belongs to another account or Region")


@pytest.mark.parametrize(
    "version", ["9" * 5000, 10**5000, -1, "1" * 19], ids=["text", "number", "negative", "19 digits"]
)
def test_a_number_beyond_every_layers_is_named_by_its_field(version: object) -> None:
    event = call(SHARE, {"layerName": "tools", "versionNumber": version, "statementId": "all"})
    with pytest.raises(BadEvent, match=r"detail\.requestParameters\.versionNumber"):
        read(event)
