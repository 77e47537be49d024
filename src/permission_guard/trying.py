"""The guard tries itself: on mistakes whose verdicts are known, by its settings, and by what it can reach of AWS.

Nothing is changed, and nobody is told. Whoever imports this pays for an account in memory and for boto3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from permission_guard.aws.trial import try_the_connections
from permission_guard.connected import Connections
from permission_guard.deployment import Deployment, Request
from permission_guard.self_test import Tried, try_the_known
from permission_guard.settings import SettingsError


def tried(connected: Callable[[], Connections], function_arn: str) -> tuple[Tried, ...]:
    """Try the code on what is known, then the settings and AWS."""
    known, settings = try_the_known(), "every setting can be read"
    try:
        there = connected()
    except SettingsError as error:
        return (*known, Tried(settings, str(error)))
    return (
        *known,
        Tried(settings),
        *try_the_connections(there.clients, there.guard.journal, function_arn),
    )


def wrong(found: tuple[Tried, ...]) -> str:
    """Return in one line what is not as it must be; nothing if all is."""
    return "; ".join(f"{one.what}: {one.wrong}" for one in found if one.wrong is not None)


def not_ready(
    deployment: Deployment, variables: Mapping[str, str], try_all: Callable[[], tuple[Tried, ...]]
) -> str:
    """Return why the version may not take over; nothing if it may. To leave it never waits for anything."""
    if deployment.request is Request.DELETE:
        return ""
    other = [name for name, value in deployment.variables.items() if variables.get(name) != value]
    if other:
        return f"the function has not got what the stack says for {', '.join(other)}"
    try:
        return wrong(try_all())
    except Exception as error:  # noqa: BLE001  # whatever it is, CloudFormation waits for an answer
        return f"{type(error).__name__}: {error}"
