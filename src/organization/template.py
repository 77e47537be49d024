"""The template as StackSets take it: without the SAM transform, and with its code in a bucket of each region.

A StackSet that AWS Organizations manages refuses every template with a macro, and SAM's transform is one
(AWSCloudFormation/latest/APIReference/API_CreateStackSet.html, Capabilities). So it is expanded here, by AWS's own translator.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

WRITTEN: Final = Path(__file__).parents[2] / "template.yaml"
CENTRAL: Final = Path(__file__).parent / "central.yaml"

PREFIX: Final = "CodeBucketPrefix"
"""The parameter that says how the names of the buckets begin; the rest is a hyphen and the region."""

_PREFIX_PARAMETER: Final = {
    "Description": (
        "How the names of the buckets begin that hold the code, one in each region: a hyphen and the region follow."
    ),
    "Type": "String",
    "AllowedPattern": "^[a-z0-9][a-z0-9-]{1,40}[a-z0-9]$",
    "ConstraintDescription": "must be 3 to 42 small letters, digits and hyphens, so that the region has room behind it",
}


# It warns that nobody has collected the measurements that it makes of itself, and of features that only AWS switches on.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


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
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:  # there is no fourth kind of node
        raise TypeError(f"!{suffix} stands before {node}")
    return {name: value}


_Loader.add_multi_constructor("!", _intrinsic)


def written(path: Path = WRITTEN) -> dict[str, Any]:
    """Read a template as it is written."""
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506  # it is a SafeLoader
    return loaded


def expanded(code: str, region: str = "us-east-1") -> dict[str, Any]:
    """Return the template as CloudFormation gets it after the SAM transform. `code` is where the guard's code is.

    The translator asks boto3 for the Region, to know the partition; nothing of what it makes here depends on it.
    """
    template = written()
    template["Resources"]["Guard"]["Properties"]["CodeUri"] = code
    made: dict[str, Any] = Translator({}, Parser(), boto_session=boto3.Session(region_name=region)).translate(
        template, {}
    )
    return made


def for_stack_sets(key: str) -> dict[str, Any]:
    """Return the template for a StackSet, whose code has this key in the bucket of each region."""
    made = expanded(f"s3://bucket/{key}")
    bucket = {"Fn::Sub": f"${{{PREFIX}}}-${{AWS::Region}}"}
    made["Resources"]["Guard"]["Properties"]["Code"] = {"S3Bucket": bucket, "S3Key": key}
    made["Parameters"] = {PREFIX: _PREFIX_PARAMETER, **made["Parameters"]}
    return made
