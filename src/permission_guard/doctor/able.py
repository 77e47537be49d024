"""Can the guard do what it is set to? Its settings, its rights, its version."""

from __future__ import annotations

from typing import Final

from permission_guard.doctor.check import Check, good, untold, wrong
from permission_guard.doctor.seen import Denied, Function, Rights
from permission_guard.facts import Unreadable
from permission_guard.settings import NEEDED, Settings, SettingsError

_SETTINGS: Final = "settings"
_DEPLOY: Final = "Deploy the stack again (make deploy), which sets every variable."
_BY_HAND: Final = (
    "Somebody has changed the function or its alias by hand: set it back, and deploy the stack with the setting that is "
    "meant."
)
_RIGHTS: Final = "rights"
_VERSION: Final = "version"


def settings(function: Function, account: str, region: str) -> Check:
    """The guard's environment is one that it starts with, and the version that events go to has it."""
    given, live = function.environment, function.live
    if isinstance(given, Unreadable):
        return untold(_SETTINGS, given)
    if isinstance(live, Unreadable):
        return untold(_SETTINGS, live)
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        return wrong(_SETTINGS, f"{', '.join(missing)} is missing: the guard refuses every event.", _DEPLOY)
    try:
        found = Settings.of(given, account=account, region=region)
    except SettingsError as error:
        return wrong(_SETTINGS, f"{error}: the guard refuses every event.", _DEPLOY)
    other = [] if live is None else [name for name in given if live.get(name) != given[name]]
    if other:
        what = f"The version that events go to has another {', '.join(other)} than the function."
        return wrong(_SETTINGS, what, _BY_HAND)
    return good(_SETTINGS, f"Every setting can be read; the mode is {found.mode.value}.")


def rights(found: Rights | Unreadable) -> Check:
    """The role may do what the mode and the settings ask of it, service control policies included."""
    if isinstance(found, Unreadable):
        return untold(_RIGHTS, found, _TO_SIMULATE)
    if found.denied:
        listed = "; ".join(map(_denied, found.denied))
        return wrong(_RIGHTS, f"The guard's role is denied {listed}.", _TO_ALLOW)
    if found.unread:
        return untold(_RIGHTS, f"It could not be told: {'; '.join(map(str, found.unread))}.", _TO_SIMULATE)
    return good(_RIGHTS, f"The guard's role has all {found.asked} rights that its mode and settings need.")


_TO_SIMULATE: Final = "Run it again later, or as somebody who may call iam:SimulatePrincipalPolicy."
_TO_ALLOW: Final = (
    "Deploy the stack again (make deploy); if a service control policy or a boundary denies it, have the guard's role "
    "excepted there."
)


def _denied(one: Denied) -> str:
    return f"{one.action} on {one.resource} ({one.why})"


def version(deployed: str | None, here: str) -> Check:
    """The code that runs is the code that asks."""
    if deployed is None:
        what = f"The stack does not say its version: it is older than {here}."
        return wrong(_VERSION, what, "Deploy this version: make deploy")
    if deployed != here:
        what = f"The stack is version {deployed}, and this is {here}."
        return wrong(_VERSION, what, f"Deploy {here} (make deploy), or use the command line of {deployed}.")
    return good(_VERSION, f"The stack is version {here}, as this is.")
