"""How Lambda lists an account's layers on the wire."""

from __future__ import annotations

from typing import Any

from permission_guard.world import Account, WorldLayers

Params = dict[str, Any]
Answer = dict[str, Any]


def layers_listed(account: Account, params: Params) -> Answer:
    """ListLayers."""
    page = WorldLayers(account, page=params["MaxItems"]).layers(params.get("Marker"))
    return {"Layers": [{"LayerName": name} for name in page.names], **_next(page.marker)}


def layer_versions_listed(account: Account, params: Params) -> Answer:
    """ListLayerVersions."""
    there = WorldLayers(account, versions=params["MaxItems"])
    page = there.layer_versions(params["LayerName"], params.get("Marker"))
    return {"LayerVersions": [{"LayerVersionArn": str(one)} for one in page.versions], **_next(page.marker)}


def _next(marker: str | None) -> Answer:
    return {"NextMarker": marker} if marker else {}
