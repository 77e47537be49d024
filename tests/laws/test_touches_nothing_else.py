"""A repair changes only the statement that it fixes, and no concurrent write is lost."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from permission_guard.model.document import Body, canonical, dumped
from permission_guard.repair.step import RewriteStatements
from tests.laws.profile import policy_law
from tests.laws.stories import Sandbox, Story

SOMEBODY: Body = {
    "Sid": "somebody",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "lambda:DeleteFunction",
    "Resource": "*",
}


def replaced(sandbox: Sandbox) -> dict[str, int]:
    """The statements that the guard replaced, in canonical form, each with the number of its replacements."""
    steps = [
        step for report in sandbox.run() for step in report.plan.steps if isinstance(step, RewriteStatements)
    ]
    return {
        canonical(replacement.before): len(replacement.after)
        for step in steps
        for replacement in step.replacements
    }


@policy_law()
def test_every_statement_that_is_not_fixed_stays_as_it_was_byte_for_byte(story: Story) -> None:
    sandbox = story.sandbox()
    before = sandbox.statements

    replaced_by = replaced(sandbox)

    kept = [dumped(statement) for statement in before if canonical(statement) not in replaced_by]
    assert [text for text in map(dumped, sandbox.statements) if text in kept] == kept
    assert len(sandbox.statements) == sum(replaced_by.get(canonical(statement), 1) for statement in before)


LAST: Final = 9
"""An index beyond all calls of one repair."""
MOMENTS: Final = (4, 5, 6, 7)
"""The indexes of the call before a document is written, and of those from the second read to the removal."""


@policy_law(
    st.integers(0, LAST),
    st.booleans(),
    examples_first=((moment, way) for moment in MOMENTS for way in (True, False)),
)
def test_a_concurrent_write_by_somebody_else_is_kept(story: Story, moment: int, replaces: bool) -> None:  # noqa: FBT001  # drawn
    sandbox = story.sandbox()
    function = sandbox.account.functions["orders"]
    written = SOMEBODY

    def somebody(_call: str) -> None:
        nonlocal moment, written
        moment -= 1
        if moment != -1 or not sandbox.statements:
            return
        others = list(sandbox.statements)
        if replaces and "Sid" in others[0]:
            written = {**SOMEBODY, "Sid": others.pop(0)["Sid"]}
        document: Body = {"Version": "2012-10-17", "Id": "default", "Statement": [*others, written]}
        function.policies[story.qualifier] = (dumped(document), "somebody's")

    sandbox.account.after = somebody
    sandbox.run()

    wrote = moment < 0 and bool(story.statements)
    assert wrote == (canonical(written) in {canonical(statement) for statement in sandbox.statements})
