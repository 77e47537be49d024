"""The models in the package: no more than the guard calls, and every one of those calls as with the whole models."""

from __future__ import annotations

import ast
import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.model import Shape
from botocore.session import Session

import trim_models
from tests.aws.calls import named_calls, typed_calls
from trim_models import calls_in, trim

SOURCE = Path(trim_models.__file__).parent
WHOLE = Path(botocore.__file__).parent / "data"
LISTED = calls_in((SOURCE / "aws-calls.txt").read_text())
CALLS = [(service, operation) for service, operations in LISTED.items() for operation in sorted(operations)]


def test_the_list_of_calls_names_what_the_code_calls_and_nothing_else() -> None:
    listed = {f"{service} {operation}" for service, operation in CALLS}

    assert listed == typed_calls() | named_calls()


def test_the_script_is_one_for_python_3_9() -> None:
    ast.parse((SOURCE / "trim_models.py").read_text(), feature_version=(3, 9))


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of botocore's data as the build leaves it; one service that is not called is there at first."""
    data = tmp_path_factory.mktemp("botocore") / "data"
    for service in (*LISTED, "acm"):
        shutil.copytree(WHOLE / service, data / service)
    for path in WHOLE.glob("*.json"):
        shutil.copy(path, data)
    trim(data, LISTED)
    return data


@pytest.fixture(scope="module")
def small(trimmed: Path) -> Session:
    return session(Loader(extra_search_paths=[str(trimmed)], include_default_search_paths=False))


@pytest.fixture(scope="module")
def large() -> Session:
    return session(Loader())


def session(loader: Loader) -> Session:
    made = botocore.session.get_session()
    made.register_component("data_loader", loader)
    made.set_credentials("AKIAEXAMPLE", "secret")
    return made


def sample(shape: Shape | None, above: tuple[str, ...] = ()) -> Any:
    """Something to send in which every member is there, but for what would go round in circles."""
    if shape is None:
        return {}
    least = max(int(shape.metadata.get("min", 1)), 1)
    inner = {
        name: sample(member, (*above, shape.name))
        for name, member in members(shape)
        if member.name not in {*above, shape.name} and len(above) <= DEEPEST
    }
    simple = {"boolean": True, "timestamp": 1_700_000_000, "blob": b"b" * least, "string": "a" * least}
    match shape.type_name:
        case "structure":
            return inner
        case "list":
            return [inner["member"]] * least if inner else []
        case "map":
            return {"key": inner["value"]} if "value" in inner else {}
        case name:
            return next(iter(getattr(shape, "enum", None) or [simple.get(name, least)]))


DEEPEST = 5
"""How far down a sample goes."""


def members(shape: Any) -> Iterator[tuple[str, Shape]]:
    if shape.type_name == "structure":
        yield from shape.members.items()
    elif shape.type_name == "list":
        yield "member", shape.member
    elif shape.type_name == "map":
        yield from (("key", shape.key), ("value", shape.value))


def request(made: Session, service: str, operation: str) -> dict[str, Any]:
    """What would go over the wire."""
    client = made.create_client(service, region_name="eu-west-1")
    sent: list[dict[str, Any]] = []

    def keep(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        sent.append({key: params[key] for key in ("url", "url_path", "query_string", "method", "body")})
        return type("Response", (), {"status_code": 200}), {}

    handler: Any = keep  # botocore's stubs deny that a handler may answer
    client.meta.events.register("before-call", handler)
    model = client.meta.service_model.operation_model(operation)
    arguments = sample(model.input_shape)
    arguments.pop(
        "EndpointId", None
    )  # a global endpoint, which takes the extra botocore[crt]; nothing here has one
    getattr(client, botocore.xform_name(operation))(**arguments)
    return sent[0]


def drawn(shape: Shape | None, above: tuple[str, ...] = ()) -> Any:
    """What a shape is made of."""
    if shape is None or shape.name in above:
        return shape and shape.name
    inner = {name: drawn(member, (*above, shape.name)) for name, member in members(shape)}
    return [shape.type_name, dict(shape.serialization), dict(shape.metadata), inner]


@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_a_call_goes_out_and_is_read_as_with_the_whole_model(
    small: Session, large: Session, service: str, operation: str
) -> None:
    assert request(small, service, operation) == request(large, service, operation)
    ours, whole = (made.get_service_model(service).operation_model(operation) for made in (small, large))
    assert drawn(ours.output_shape) == drawn(whole.output_shape)
    assert [drawn(error) for error in ours.error_shapes] == [drawn(error) for error in whole.error_shapes]


REGIONS = (
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "eusc-de-east-1",
    "mars-1",
)


@pytest.mark.parametrize("service", LISTED)
def test_a_service_is_found_and_signed_for_everywhere_as_with_the_whole_list_of_endpoints(
    small: Session, large: Session, service: str
) -> None:
    def met(made: Session) -> list[tuple[str, str, str]]:
        clients: list[Any] = [made.create_client(service, region_name=region) for region in REGIONS]
        signers = [client._request_signer for client in clients]  # nothing else tells
        return [
            (client.meta.endpoint_url, signer.signing_name, signer.region_name)
            for client, signer in zip(clients, signers, strict=True)
        ]

    assert met(small) == met(large)


def test_the_list_of_endpoints_has_no_other_service(trimmed: Path) -> None:
    partitions = json.loads((trimmed / "endpoints.json").read_text())["partitions"]
    whole = json.loads((WHOLE / "endpoints.json").read_text())["partitions"]
    assert [one["partition"] for one in partitions] == [one["partition"] for one in whole]
    assert {name for one in partitions for name in one["services"]} < {
        name for one in whole for name in one["services"]
    }
    assert len({name for one in partitions for name in one["services"]}) <= len(LISTED)


@pytest.mark.parametrize("service", LISTED)
def test_a_service_keeps_its_newest_model_with_the_listed_calls_and_no_more(
    trimmed: Path, service: str
) -> None:
    (version,) = (trimmed / service).iterdir()
    model = json.loads((version / "service-2.json").read_text())
    names = {path.name.partition(".json")[0] for path in version.iterdir()}

    assert version.name == max(path.name for path in (WHOLE / service).iterdir())
    assert set(model["operations"]) == LISTED[service]
    assert names == {"service-2", "paginators-1", "endpoint-rule-set-1"}
    model.pop("clientContextParams", None)  # botocore reads what they are said to be
    assert '"documentation": "' not in json.dumps(model)


@pytest.mark.parametrize("operation", ["ListAttachedRolePolicies", "ListRolePolicies"])
def test_a_list_that_is_paged_by_boto3_still_is(small: Session, operation: str) -> None:
    client = small.create_client("iam", region_name="eu-west-1")

    assert client.can_paginate(botocore.xform_name(operation))


def test_what_is_not_called_is_gone_and_botocores_own_files_stay(trimmed: Path) -> None:
    assert {path.name for path in trimmed.iterdir()} == {
        *LISTED,
        *(path.name for path in WHOLE.glob("*.json")),
    }


def test_an_operation_or_a_service_that_aws_does_not_have_fails_the_build(tmp_path: Path) -> None:
    shutil.copytree(WHOLE / "sqs", tmp_path / "sqs")
    with pytest.raises(KeyError, match="nothing"):
        trim(tmp_path, {"sqs": {"SendMessage"}, "nothing": {"Call"}})
    shutil.rmtree(tmp_path / "sqs")
    shutil.copytree(WHOLE / "sqs", tmp_path / "sqs")
    with pytest.raises(KeyError, match="SendNothing"):
        trim(tmp_path, {"sqs": {"SendNothing"}})


def test_a_member_that_is_called_documentation_stays(tmp_path: Path) -> None:
    version = tmp_path / "docs" / "2026-01-01"
    version.mkdir(parents=True)
    text = {"type": "string", "documentation": "for people"}
    shape = {"type": "structure", "members": {"documentation": {"shape": "Text", "documentation": "too"}}}
    (tmp_path / "endpoints.json").write_text('{"partitions": []}')
    model = {
        "metadata": {"endpointPrefix": "docs"},
        "operations": {"Get": {"input": {"shape": "Book"}}},
        "shapes": {"Book": shape, "Text": text, "Rest": text},
    }
    (version / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(model).encode()))
    extra = {"merge": {"shapes": {"Text": {"type": "blob"}}}}
    (version / "service-2.sdk-extras.json").write_text(json.dumps(extra))
    trim(tmp_path, {"docs": {"Get"}})

    assert json.loads((version / "service-2.json").read_text())["shapes"] == {
        "Book": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
        "Text": {"type": "blob"},
    }
    assert sorted(path.name for path in version.iterdir()) == ["paginators-1.json", "service-2.json"]
