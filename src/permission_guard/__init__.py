"""Lambda Permission Guard: finds functions that cannot write their logs or that untrusted accounts can invoke, and repairs them.

`__all__` is the Python API (docs/api.md). Everything else may change in any version.
"""

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than everything that --version needs
if TYPE_CHECKING:
    from permission_guard.iam import FunctionArn, Policy, PolicyError
    from permission_guard.model.facts import (
        Configuration,
        Family,
        FunctionFacts,
        PolicyFacts,
        RoleFacts,
        Trusted,
        Unreadable,
    )
    from permission_guard.model.finding import Concern, Finding, Severity, Verdict
    from permission_guard.model.proof_text import sentence
    from permission_guard.repair.remedy import repair_of
    from permission_guard.repair.step import diffs
    from permission_guard.rules import evaluate

# hatchling reads it from here (pyproject.toml) and supports no annotation but `str`.
__version__ = "0.1.0"

PROGRAM = "permission-guard"
"""The name of the command line, as alerts show it."""

__all__ = [
    "Concern",
    "Configuration",
    "Family",
    "Finding",
    "FunctionArn",
    "FunctionFacts",
    "Policy",
    "PolicyError",
    "PolicyFacts",
    "RoleFacts",
    "Severity",
    "Trusted",
    "Unreadable",
    "Verdict",
    "diffs",
    "evaluate",
    "repair_of",
    "sentence",
]

_HOMES = {
    "model.facts": (
        "Configuration",
        "Family",
        "FunctionFacts",
        "PolicyFacts",
        "RoleFacts",
        "Trusted",
        "Unreadable",
    ),
    "model.finding": ("Concern", "Finding", "Severity", "Verdict"),
    "iam": ("FunctionArn", "Policy", "PolicyError"),
    "repair.remedy": ("repair_of",),
    "rules": ("evaluate",),
    "model.proof_text": ("sentence",),
    "repair.step": ("diffs",),
}
"""The module of each name of the API. It is loaded when the name is first used, so that the program starts at once."""


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415  # only users of the API need it

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"permission_guard.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
