"""The account's layers in the Region, and their versions."""

from __future__ import annotations

from typing import Final

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.frozen import frozen
from permission_guard.iam import LayerVersionArn
from permission_guard.ports import NOT_FOUND, Refused

PERMISSIONS: Final = ("lambda:ListLayers", "lambda:ListLayerVersions")
"""The rights that this module's calls need."""

PAGE: Final = 50
"""The most layers that are returned at once (API_ListLayers.html, MaxItems)."""
VERSIONS: Final = 10
"""How many versions of a layer one page has. Each costs a call."""


@frozen
class ListedLayers:
    """One page of the names of the account's layers. `marker` is where the next begins; None if this is the last."""

    names: tuple[str, ...]
    marker: str | None = None


@frozen
class ListedVersions:
    """One page of a layer's versions, as `ListedLayers`."""

    versions: tuple[LayerVersionArn, ...]
    marker: str | None = None


class AwsLayers:
    """Lists layers and their versions. Layers of other accounts are not listed (API_ListLayers.html)."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def layers(self, marker: str | None) -> ListedLayers:
        """Return one page of the region's layers, in one call. Raises RetryLater and Refused."""
        lambda_ = self._clients.lambda_
        with translated():
            page = (
                lambda_.list_layers(MaxItems=PAGE, Marker=marker)
                if marker
                else lambda_.list_layers(MaxItems=PAGE)
            )
        return ListedLayers(tuple(one["LayerName"] for one in page["Layers"]), page.get("NextMarker") or None)

    def layer_versions(self, layer: str, marker: str | None) -> ListedVersions:
        """Return one page of a layer's versions, in one call; none if it is gone. Raises RetryLater and Refused."""
        lambda_ = self._clients.lambda_
        try:
            with translated():
                page = (
                    lambda_.list_layer_versions(LayerName=layer, MaxItems=VERSIONS, Marker=marker)
                    if marker
                    else lambda_.list_layer_versions(LayerName=layer, MaxItems=VERSIONS)
                )
        except Refused as error:
            if error.code in NOT_FOUND:
                return ListedVersions(())
            raise
        found = tuple(LayerVersionArn.parse(one["LayerVersionArn"]) for one in page["LayerVersions"])
        return ListedVersions(found, page.get("NextMarker") or None)
