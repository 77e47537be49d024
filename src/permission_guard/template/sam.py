"""SAM's transform, and the way back from a generated resource to the lines of the template that it comes from."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from permission_guard.frozen import frozen
from permission_guard.iam.policy import Json
from permission_guard.template.syntax import NotReadable, elements, member, members
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
"""Properties that must name an object in S3 for the transform. In a source repository they name a folder."""
_DEFINED: Final = frozenset(
    {"AWS::Serverless::Api", "AWS::Serverless::HttpApi", "AWS::Serverless::StateMachine"}
)


def is_sam(template: Mapping[str, Json]) -> bool:
    """Return whether a template declares SAM's transform."""
    asked = template.get("Transform")
    return MACRO in (*elements(asked), asked)


@frozen
class _Session:
    """The only attribute of a boto3 session that the translator reads."""

    region_name: str


def transformed(
    template: Mapping[str, Json], parameters: Mapping[str, str], region: str
) -> Mapping[str, Json]:
    """Return the template after SAM's transform. Raises NotReadable with SAM's message if SAM refuses it."""
    # The translator loads slowly, and only SAM templates need it.
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    # Its warnings on standard error do not concern the rules.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    given: dict[str, Any] = _packaged(template)
    try:
        made = Translator({}, Parser(), boto_session=_Session(region)).translate(given, dict(parameters))
    except InvalidDocumentException as error:
        # Only the first error: the others may be its consequences.
        cause = next(iter(error.causes), error)
        resource = getattr(cause, "_logical_id", None) or getattr(cause, "logical_id", None)
        path = origin(template, resource) if isinstance(resource, str) else ()
        raise NotReadable(f"SAM refuses it: {cause.message}", path=path) from error
    except Exception as error:
        # The translator does not check its input fully, so it can fail with any exception.
        raise NotReadable(f"SAM cannot read it: {type(error).__name__}: {error}") from error
    body: Mapping[str, Json] = made
    return body


def _packaged(template: Mapping[str, Json]) -> dict[str, Json]:
    """Return a copy whose local folders are replaced by S3 locations, as `sam package` does."""
    copied: dict[str, Any] = json.loads(json.dumps(template))
    resources = copied.get("Resources")
    for body in resources.values() if isinstance(resources, dict) else ():
        if not isinstance(body, dict) or not isinstance(body.get("Properties", {}), dict):
            continue
        kind, properties = str(body.get("Type")), body.setdefault("Properties", {})
        if kind == "AWS::Serverless::Application":
            # The translator would call the Serverless Application Repository.
            where = {"TemplateURL": properties.get("Location"), "Parameters": properties.get("Parameters")}
            body.update({"Type": "AWS::CloudFormation::Stack", "Properties": where})
        if kind in _CODE and "InlineCode" not in properties:
            is_image = properties.get("PackageType") == "Image"
            properties["ImageUri" if is_image else _CODE[kind]] = _IMAGE if is_image else _PLACEHOLDER
        if kind in _DEFINED and isinstance(properties.get("DefinitionUri"), str):
            properties["DefinitionUri"] = _PLACEHOLDER
    return copied


def origin(template: Mapping[str, Json], owner: str) -> Path:
    """Return the path in the template that a generated resource comes from; an empty path if it is not known.

    SAM names a generated resource after the resource, event, authorizer or connector that needs it.
    """
    resources = members(template.get("Resources"))
    if owner in resources:
        return ("Resources", owner)
    candidates = (found for one, body in resources.items() for found in _makers(one, body))
    fitting = [(len(name), path) for name, path in candidates if owner.startswith(name)]
    return max(fitting, default=(0, ()))[1]


def _makers(logical_id: str, body: Json) -> Iterator[tuple[str, Path]]:
    """Yield the prefixes of the names that SAM generates for a resource, each with the path that it comes from."""
    path: Path = ("Resources", logical_id)
    properties = members(member(body, "Properties"))
    yield logical_id, path
    yield from _below(logical_id, body, path, "Connectors")
    yield from _below(logical_id, properties, (*path, "Properties"), "Events")
    for alias in listed(properties.get("AutoPublishAlias")):
        # SAM names a Cognito trigger after the alias.
        yield from _below(f"{logical_id}Alias{alias}", properties, (*path, "Properties"), "Events")
    if "FunctionUrlConfig" in properties:
        url: Path = (*path, "Properties", "FunctionUrlConfig")
        yield from ((f"{logical_id}Url", url), (f"{logical_id}URL", url))
    yield from _below(logical_id, properties.get("Auth"), (*path, "Properties", "Auth"), "Authorizers")


def _below(head: str, body: Json, path: Path, section: str) -> Iterator[tuple[str, Path]]:
    for name in members(member(body, section)):
        yield f"{head}{name}", (*path, section, name)
