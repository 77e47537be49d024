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

ARNS = {
    "Guard": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guard",
    "GuardRole": f"arn:aws:iam::{ACCOUNT}:role/guard",
    "GuardLogs": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:guard:*",
    "Journal": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/journal",
    "Alerts": f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts",
    "AlertsKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/alerts",
    **{name: f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in ("Events", "SweepTasks", "DeadLetters")},
    **{
        name: f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"
        for name in ("Changes", "DigestIsDue", "SweepIsDue")
    },
}
"""What the resources of a stack are called by `Ref` or `GetAtt Arn`, as far as its policies name them."""


def written() -> dict[str, Any]:
    """The template as it is written; each caller has one of his own."""
    return deepcopy(_written())


_written = cache(template.written)


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
        case {"Fn::If": [_, yes, _]}:
            return fill(yes)
        case {"Fn::Sub": text}:
            text, names = text if isinstance(text, list) else (text, {})
            return _substituted(text, {**parameters, **fill(names)}, resources)
        case _:
            return _joined({key: fill(one) for key, one in value.items()})


def _joined(value: dict[str, Any]) -> Any:
    """Join, split or select, once the parts are filled in."""
    match value:
        case {"Fn::Join": [between, parts]}:
            # A list of the parameters' is filled in as its text.
            return parts if isinstance(parts, str) else between.join(parts)
        case {"Fn::Split": [between, text]}:
            return text.split(between)
        case {"Fn::Select": [place, parts]}:
            return parts[place]
        case _:
            return value


def _substituted(text: str, parameters: dict[str, str], resources: dict[str, str]) -> str:
    for name, value in {**_PSEUDO, **parameters, **resources}.items():
        text = text.replace(f"${{{name}}}", value).replace(f"${{{name}.Arn}}", value)
    return text
