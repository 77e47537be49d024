"""What people read about each rule id: what it reports, why that matters, and AWS's page."""

from __future__ import annotations

from typing import Final

from permission_guard.frozen import frozen
from permission_guard.model.finding import Concern
from permission_guard.rules import (
    function_is_not_public,
    invoke_permission_names_its_source,
    layer_is_not_public,
    role_can_write_logs,
)
from permission_guard.rules.rule import Rule

WHY: Final = {
    Concern.PERMISSION_IS_USABLE: "Whatever was meant to call the function is refused, and no error shows it on this side.",
    Concern.CROSS_ACCOUNT_ACCESS: "That account can do what the statement allows, at any time.",
    Concern.MANAGEMENT_ACCESS: "Whoever can change a function can run code with its role. Whoever can read it can read its "
    "code and its environment variables.",
}
"""Why a finding matters, where the rule's own reason is about something else."""


@frozen
class About:
    """A rule id in words; `reports` has no full stop and begins in lower case."""

    reports: str
    why: str
    rule: Rule
    """What finds it; its `reference` is AWS's page."""


_REPORTS: Final[dict[Concern, tuple[str, Rule]]] = {
    Concern.ROLE_CAN_WRITE_LOGS: (
        "the execution role cannot write the function's logs",
        role_can_write_logs.RULE,
    ),
    Concern.INVOKE_PERMISSION_NAMES_ITS_SOURCE: (
        "an AWS service may invoke the function for any account",
        invoke_permission_names_its_source.RULE,
    ),
    Concern.FUNCTION_IS_NOT_PUBLIC: (
        "any AWS account may invoke the function",
        function_is_not_public.RULE,
    ),
    Concern.CROSS_ACCOUNT_ACCESS: (
        "a statement names an account or organization that is not trusted",
        function_is_not_public.RULE,
    ),
    Concern.FUNCTION_URL_IS_NOT_PUBLIC: ("the function URL is public", function_is_not_public.RULE),
    Concern.MANAGEMENT_ACCESS: (
        "an untrusted principal may change the function or read about it",
        function_is_not_public.RULE,
    ),
    Concern.PERMISSION_IS_USABLE: (
        "nobody can use the statement, so its trigger cannot work",
        invoke_permission_names_its_source.RULE,
    ),
    Concern.LAYER_IS_NOT_PUBLIC: (
        "a layer version is shared with every AWS account",
        layer_is_not_public.RULE,
    ),
}
ABOUT: Final = {
    id_: About(reports, WHY.get(id_, rule.why), rule) for id_, (reports, rule) in _REPORTS.items()
}
"""Each rule id."""
