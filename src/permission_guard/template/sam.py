"""SAM's transform, with a way back: which line of the template made a resource that SAM made."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.template.node import NotReadable, elements, member, members
from permission_guard.template.value import listed

if TYPE_CHECKING:
    from typing import Any

MACRO: Final = "AWS::Serverless-2016-10-31"
Path: TypeAlias = tuple[str | int, ...]
_PLACEHOLDER: Final = "s3://bucket/key"
_IMAGE: Final = "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:1"
_CODE: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
"""What must lie in S3 before the transform; a template in a repository names a folder there."""
_DEFINED: Final = frozenset(
    {"AWS::Serverless::Api", "AWS::Serverless::HttpApi", "AWS::Serverless::StateMachine"}
)


def is_sam(template: Mapping[str, Json]) -> bool:
    """Return whether a template asks for SAM's transform."""
    asked = template.get("Transform")
    return MACRO in (*elements(asked), asked)


@frozen
class _Session:
    """All that the translator asks of a session."""

    region_name: str


def transformed(
    template: Mapping[str, Json], parameters: Mapping[str, str], region: str
) -> Mapping[str, Json]:
    """Return the template as CloudFormation gets it. Raises NotReadable with SAM's own words if SAM refuses it."""
    # It takes a while to load, and only SAM's templates need it.
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    # It warns on standard error of what is no concern of ours.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    given: dict[str, Any] = _packaged(template)
    try:
        made = Translator({}, Parser(), boto_session=_Session(region)).translate(given, dict(parameters))
    except InvalidDocumentException as error:
        # One at a time: each may be a consequence of the one before.
        cause = next(iter(error.causes), error)
        resource = getattr(cause, "_logical_id", None) or getattr(cause, "logical_id", None)
        path = origin(template, resource) if isinstance(resource, str) else ()
        raise NotReadable(f"SAM refuses it: {cause.message}", path=path) from error
    except Exception as error:
        # The translator takes much on trust, and stumbles over what is not as it expects.
        raise NotReadable(f"SAM cannot read it: {type(error).__name__}: {error}") from error
    body: Mapping[str, Json] = made
    return body


def _packaged(template: Mapping[str, Json]) -> dict[str, Json]:
    """Return a copy with what lies in folders taken to lie in S3, as after `sam package`."""
    copied: dict[str, Any] = json.loads(json.dumps(template))
    resources = copied.get("Resources")
    for body in resources.values() if isinstance(resources, dict) else ():
        if not isinstance(body, dict) or not isinstance(body.get("Properties", {}), dict):
            continue
        kind, properties = str(body.get("Type")), body.setdefault("Properties", {})
        if kind == "AWS::Serverless::Application":
            # The translator would ask the application repository to make a template of it.
            where = {"TemplateURL": properties.get("Location"), "Parameters": properties.get("Parameters")}
            body.update({"Type": "AWS::CloudFormation::Stack", "Properties": where})
        if kind in _CODE and "InlineCode" not in properties:
            is_image = properties.get("PackageType") == "Image"
            properties["ImageUri" if is_image else _CODE[kind]] = _IMAGE if is_image else _PLACEHOLDER
        if kind in _DEFINED and isinstance(properties.get("DefinitionUri"), str):
            properties["DefinitionUri"] = _PLACEHOLDER
    return copied


def origin(template: Mapping[str, Json], owner: str) -> Path:
    """Return the path in the template of what made a resource; an empty one if that is not known.

    SAM names what it makes after the resource, the event, the authorizer or the connector that it makes it for.
    """
    resources = members(template.get("Resources"))
    if owner in resources:
        return ("Resources", owner)
    candidates = (found for one, body in resources.items() for found in _makers(one, body))
    fitting = [(len(name), path) for name, path in candidates if owner.startswith(name)]
    return max(fitting, default=(0, ()))[1]


def _makers(logical_id: str, body: Json) -> Iterator[tuple[str, Path]]:
    """Yield how the names begin of what is made for a resource, and the path of its maker."""
    path: Path = ("Resources", logical_id)
    properties = members(member(body, "Properties"))
    yield logical_id, path
    yield from _below(logical_id, body, path, "Connectors")
    yield from _below(logical_id, properties, (*path, "Properties"), "Events")
    for alias in listed(properties.get("AutoPublishAlias")):
        # A trigger of Cognito is named after the alias.
        yield from _below(f"{logical_id}Alias{alias}", properties, (*path, "Properties"), "Events")
    if "FunctionUrlConfig" in properties:
        url: Path = (*path, "Properties", "FunctionUrlConfig")
        yield from ((f"{logical_id}Url", url), (f"{logical_id}URL", url))
    yield from _below(logical_id, properties.get("Auth"), (*path, "Properties", "Auth"), "Authorizers")


def _below(head: str, body: Json, path: Path, section: str) -> Iterator[tuple[str, Path]]:
    for name in members(member(body, section)):
        yield f"{head}{name}", (*path, section, name)
