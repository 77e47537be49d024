"""Does AWS let this guard work? What every event needs, tried by calls that only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import urllib3

from permission_guard.aws.clients import Clients
from permission_guard.aws.failures import translated
from permission_guard.ports import ChangedMeanwhile, Journal, Refused, TryAgain
from permission_guard.self_test import Tried

SUBJECT: Final = "self-test"
"""A subject that nothing can have: the journal holds nothing about it."""
PERMISSIONS = ("lambda:GetFunctionConfiguration", "cloudformation:DescribeStacks")
"""The rights that this module's own calls need."""


def try_the_connections(clients: Clients, journal: Journal, function: str) -> Iterator[Tried]:
    """Try what every event needs. `function` is the guard's own ARN. Nothing is raised, and nothing is changed."""
    yield _tried("a client can be made for each service that it writes to or tells", lambda: _made(clients))
    yield _tried("its journal can be read", lambda: journal.of(SUBJECT))
    yield _tried("Lambda answers it", lambda: _seen(clients, function))


def _made(clients: Clients) -> None:
    _ = (clients.lambda_, clients.iam, clients.logs, clients.sns, clients.sqs, clients.dynamodb)


def _seen(clients: Clients, function: str) -> None:
    with translated():
        clients.lambda_.get_function_configuration(FunctionName=function)


def _tried(what: str, attempt: Callable[[], object]) -> Tried:
    try:
        attempt()
    except (TryAgain, Refused, ChangedMeanwhile) as error:
        return Tried(what, str(error))
    except Exception as error:  # noqa: BLE001  # what botocore lacks in a package is told, whatever it is
        return Tried(what, f"{type(error).__name__}: {error}")
    return Tried(what)


def is_going_back(clients: Callable[[], Clients], stack: str) -> bool:
    """Tell whether a stack is on its way back (DescribeStacks): then nothing may hold it up.

    If that cannot be told, for whatever reason, it is not.
    """
    with suppress(Exception):
        (found,) = clients().cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return "ROLLBACK" in found["StackStatus"]
    return False


_RETRIES: Final = urllib3.Retry(
    total=4, backoff_factor=0.5, status_forcelist=(500, 502, 503, 504), allowed_methods=None
)
_SECONDS: Final = 10


def put(url: str, body: str) -> None:
    """Put an answer to an address that AWS has signed. Raises TryAgain if it does not get there."""
    try:
        with urllib3.PoolManager() as pool:
            # The signature is over an empty content type.
            sent = pool.request(
                "PUT", url, body=body, headers={"Content-Type": ""}, retries=_RETRIES, timeout=_SECONDS
            )
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise TryAgain(f"the answer could not be put: {error}") from error
    if sent.status >= _WRONG:
        raise TryAgain(f"the answer was not taken: status {sent.status}")


_WRONG: Final = 400
