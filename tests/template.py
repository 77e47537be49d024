"""The SAM template as data, as it stands and as CloudFormation gets it."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from organization import template

PATH = template.WRITTEN
ACCOUNT, REGION = "123456789012", "eu-west-1"

_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "permission-guard",
}


def written() -> dict[str, Any]:
    """The template as it is written; each caller has one of his own."""
    return deepcopy(_written())


def expanded(**parameters: str) -> dict[str, Any]:
    """The template as CloudFormation gets it after the SAM transform, which is told the parameters' values."""
    return deepcopy(_expanded(tuple(parameters.items())))


_written = cache(template.written)


@cache
def _expanded(parameters: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return template.expanded("s3://bucket/key", REGION, dict(parameters))


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
