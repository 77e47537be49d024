"""The SAM template as data, as it stands and as CloudFormation gets it."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from boto3 import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

PATH = Path(__file__).parent.parent / "template.yaml"
ACCOUNT, REGION = "123456789012", "eu-west-1"

_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "permission-guard",
}


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]  # one of two
    """YAML with CloudFormation's short forms, read as their long forms."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _intrinsic)


def written() -> dict[str, Any]:
    """The template as it is written; each caller has one of his own."""
    return deepcopy(_parsed(PATH.read_text()))


@cache
def _parsed(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506  # it is a SafeLoader
    return loaded


def expanded() -> dict[str, Any]:
    """The template as CloudFormation gets it after the SAM transform."""
    template = json.loads(json.dumps(written()))
    function = template["Resources"]["Guard"]["Properties"]
    function["CodeUri"] = "s3://bucket/key"
    return deepcopy(_translated(json.dumps(template)))


@cache
def _translated(text: str) -> dict[str, Any]:
    made: dict[str, Any] = Translator({}, Parser(), boto_session=Session(region_name=REGION)).translate(
        json.loads(text), {}
    )
    return made


def resolved(value: Any, parameters: dict[str, str], resources: dict[str, str]) -> Any:
    """Fill in parameters, pseudo parameters and attributes, as far as the guard's own policies need it."""

    def fill(one: Any) -> Any:
        return resolved(one, parameters, resources)

    if isinstance(value, list):
        return [fill(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": name}:
            return {**_PSEUDO, **parameters, **resources}.get(name, name)
        case {"Fn::GetAtt": [name, *_]}:
            return resources.get(name, name)
        case {"Fn::Sub": text}:
            return _substituted(text if isinstance(text, str) else text[0], parameters, resources)
        case {"Fn::If": [_, yes, _]}:
            return fill(yes)
        case _:
            return {key: fill(one) for key, one in value.items()}


def _substituted(text: str, parameters: dict[str, str], resources: dict[str, str]) -> str:
    for name, value in {**_PSEUDO, **parameters, **resources}.items():
        text = text.replace(f"${{{name}}}", value).replace(f"${{{name}.Arn}}", value)
    return text
