"""How Lambda lists an account's layers on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from permission_guard.aws.layers import ListedLayers, ListedVersions
from permission_guard.fake_aws import Account
from permission_guard.fake_aws.translated import translated
from permission_guard.iam import LayerVersionArn

Params = dict[str, Any]
Answer = dict[str, Any]


def layers_listed(account: Account, params: Params) -> Answer:
    """ListLayers."""
    page = FakeLayers(account, page=params["MaxItems"]).layers(params.get("Marker"))
    return {"Layers": [{"LayerName": name} for name in page.names], **_next(page.marker)}


def layer_versions_listed(account: Account, params: Params) -> Answer:
    """ListLayerVersions."""
    there = FakeLayers(account, versions=params["MaxItems"])
    page = there.layer_versions(params["LayerName"], params.get("Marker"))
    return {"LayerVersions": [{"LayerVersionArn": str(one)} for one in page.versions], **_next(page.marker)}


def _next(marker: str | None) -> Answer:
    return {"NextMarker": marker} if marker else {}


@dataclass(slots=True)
class FakeLayers:
    """Lists the layers of an account and their versions, so many at once; the newest version first, as Lambda does."""

    account: Account
    page: int = 50
    versions: int = 10

    def layers(self, marker: str | None) -> ListedLayers:
        """Return one page of the layers."""
        with translated(), self.account.call("ListLayers"):
            names, start = sorted(self.account.layers), int(marker or 0)
            end = start + self.page
            return ListedLayers(tuple(names[start:end]), str(end) if end < len(names) else None)

    def layer_versions(self, layer: str, marker: str | None) -> ListedVersions:
        """Return one page of a layer's versions; none if it is gone."""
        with translated(), self.account.call("ListLayerVersions"):
            here, start = self.account, int(marker or 0)
            numbers = range(here.layers.get(layer, 0), 0, -1)
            end = start + self.versions
            found = tuple(
                LayerVersionArn(here.partition, here.region, here.account, layer, str(number))
                for number in numbers[start:end]
            )
            return ListedVersions(found, str(end) if end < len(numbers) else None)
