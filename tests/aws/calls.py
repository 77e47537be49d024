"""Which calls of AWS the Lambda function makes, read from the code that it loads."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from botocore import xform_name
from botocore.session import Session

PACKAGE = Path(__file__).parent.parent.parent / "src" / "permission_guard"
SOURCE = PACKAGE / "aws"
AWS = Session()


@cache
def carried() -> tuple[Path, ...]:
    """Our own modules that the build puts into the Lambda package."""
    with TemporaryDirectory() as made:
        command = ["make", "--directory", str(PACKAGE.parent), "code", f"ARTIFACTS_DIR={made}"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # as the build does
        copies = Path(made, PACKAGE.name).rglob("*.py")
        return tuple(sorted(PACKAGE.parent / copy.relative_to(made) for copy in copies))


def _modules() -> Iterator[ast.Module]:
    return (ast.parse(path.read_text()) for path in carried() if SOURCE in path.parents)


def _clients() -> dict[str, str]:
    """The properties of `Clients`, and the service that each is a client of."""
    tree = ast.parse((SOURCE / "clients.py").read_text())
    return {
        function.name: call.args[0].value
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def _methods(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in AWS.get_service_model(service).operation_names}


def typed_calls() -> set[str]:
    """`clients.iam.get_role`, called or handed on, and `clients.iam.get_paginator("list_role_policies")`."""
    services = _clients()
    found = set()
    for tree in _modules():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        attr="get_paginator", value=ast.Attribute(attr=client) | ast.Name(id=client)
                    ),
                    args=[ast.Constant(value=str(method))],
                ) if client in services:
                    found.add(f"{services[client]} {_methods(services[client])[method]}")
                case ast.Attribute(attr=method, value=ast.Attribute(attr=client) | ast.Name(id=client)) if (
                    client in services and method in _methods(services[client])
                ):
                    found.add(f"{services[client]} {_methods(services[client])[method]}")
    return found


def named_calls() -> set[str]:
    """`calls.pages("lambda", "ListFunctions", ...)`."""
    services = set(AWS.get_available_services())
    return {
        f"{service} {operation}"
        for tree in _modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for service, operation in [_two_words(call)]
        if service in services and operation[:1].isupper()
    }


def _two_words(call: ast.Call) -> tuple[str, str]:
    match call.args:
        case [ast.Constant(value=str(service)), ast.Constant(value=str(operation)), *_]:
            return service, operation
        case _:
            return "", ""
