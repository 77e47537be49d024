"""What a plan is made of: each step one change, the rights it needs, and the facts as it leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, TypeAlias, assert_never

from permission_guard.frozen import frozen
from permission_guard.iam import Policy
from permission_guard.model.document import Body, canonical, dumped, statements_of, with_statements, written
from permission_guard.model.facts import Family, FunctionFacts, PolicyFacts, RoleFacts
from permission_guard.model.finding import Finding
from permission_guard.repair.grant import Grant


def _last(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rsplit("/", 1)[-1]


@frozen
class AttachRolePolicy:
    """Attach a managed policy to the function's role; attaching it twice is the same as once."""

    permissions: ClassVar[tuple[str, ...]] = ("iam:AttachRolePolicy",)
    role_arn: str
    policy: Policy
    mends: tuple[Finding, ...]
    role_id: str = ""

    @property
    def what(self) -> str:
        """The change in words."""
        return f"attach {_last(self.policy.name)} to {_last(self.role_arn)}"

    @property
    def done(self) -> str:
        """The change in words, once it is made."""
        return f"Attached {_last(self.policy.name)} to {_last(self.role_arn)}"


@frozen
class DetachRolePolicy:
    """Detach a managed policy that the guard attached and that nothing needs any more."""

    permissions: ClassVar[tuple[str, ...]] = ("iam:DetachRolePolicy",)
    role_arn: str
    policy_arn: str
    mends: tuple[Finding, ...]

    @property
    def what(self) -> str:
        """The change in words."""
        return f"detach {_last(self.policy_arn)} from {_last(self.role_arn)}"

    @property
    def done(self) -> str:
        """The change in words, once it is made."""
        return f"Detached {_last(self.policy_arn)} from {_last(self.role_arn)}"


@frozen
class Swap:
    """One statement and what replaces it; `narrow` says the one statement that does to AddPermission, where that is the way."""

    before: Body
    after: tuple[Body, ...]
    narrow: Grant | None = None
    mends: tuple[Finding, ...] = ()


@frozen
class BoundStatements:
    """Put narrower statements in the place of open ones in a resource policy; everything else stays.

    With PutResourcePolicy that is one atomic write. Where there is only AddPermission, each narrow statement is added
    under a Sid of its own and read back before the wide one is removed, so that no caller is locked out in between.
    """

    permissions: ClassVar[tuple[str, ...]] = (
        "lambda:PutResourcePolicy",
        "lambda:AddPermission",
        "lambda:RemovePermission",
    )
    target: str
    policy: PolicyFacts
    swaps: tuple[Swap, ...]
    verbatim: str | None = None
    """The document as it is to be, where that is known to the byte."""

    @property
    def mends(self) -> tuple[Finding, ...]:
        """Every finding that the swaps mend."""
        return tuple(finding for swap in self.swaps for finding in swap.mends)

    @property
    def before(self) -> str:
        """The policy document as it was read."""
        return self.policy.policy.text if self.policy.policy else ""

    @property
    def after(self) -> str:
        """The policy document as it will be."""
        if self.verbatim is not None:
            return self.verbatim
        statements = list(statements_of(self.before))
        said = list(map(canonical, statements))
        for swap in self.swaps:
            place, after = _place(swap, said), [canonical(one) for one in swap.after]
            if swap.narrow is None:
                statements[place : place + 1], said[place : place + 1] = swap.after, after
                continue
            # AddPermission appends; an earlier run that died may have added the narrow statement already.
            del statements[place], said[place]
            if after[0] not in said:
                statements += swap.after
                said += after
        return with_statements(self.before, statements)

    @property
    def what(self) -> str:
        """The change in words."""
        return f"add a condition to {self._statements}"

    @property
    def done(self) -> str:
        """The change in words, once it is made."""
        return f"Added a condition to {self._statements}"

    @property
    def _statements(self) -> str:
        sids = [swap.before.get("Sid") for swap in self.swaps]
        named = ", ".join(f'statement "{sid}"' if sid else "a statement without a Sid" for sid in sids)
        return f"{named} of {self.target.split(':', 6)[-1]}"


def _place(swap: Swap, said: Sequence[str]) -> int:
    """Return where the statement stands that is swapped: of equal ones without a Sid, the one that was judged."""
    wanted = canonical(swap.before)
    places = [i for i, statement in enumerate(said) if statement == wanted]
    judged = swap.mends[0].statement if swap.mends else None
    return judged if judged in places else places[0]


Step: TypeAlias = AttachRolePolicy | DetachRolePolicy | BoundStatements
"""Every change that the guard can make."""

Repair: TypeAlias = AttachRolePolicy | BoundStatements
"""Those that mend a finding."""

STEPS: tuple[type[Step], ...] = (AttachRolePolicy, DetachRolePolicy, BoundStatements)


def parts(step: Repair) -> tuple[Repair, ...]:
    """Return what of a step is made or not made by itself: where there is only AddPermission, each statement."""
    return pieces(step) if isinstance(step, BoundStatements) else (step,)


def pieces(step: BoundStatements) -> tuple[BoundStatements, ...]:
    """Return what of these changes is written or not written by itself."""
    if step.policy.family is Family.STATEMENTS:
        return tuple(replace(step, swaps=(swap,)) for swap in step.swaps)
    return (step,)


def apply(step: Step, facts: FunctionFacts) -> FunctionFacts:
    """Return the facts as the step leaves them. Dry runs, proofs and the tests' AWS all believe this function."""
    match step:
        case AttachRolePolicy(policy=policy):
            if not isinstance(facts.role, RoleFacts) or policy.name in facts.role.attached:
                return facts
            role = facts.role
            return facts.with_role(
                replace(role, identity=(*role.identity, policy), attached=(*role.attached, policy.name))
            )
        case DetachRolePolicy(policy_arn=arn):
            if not isinstance(facts.role, RoleFacts):
                return facts
            role = facts.role
            return facts.with_role(
                replace(
                    role,
                    identity=tuple(policy for policy in role.identity if policy.name != arn),
                    attached=tuple(one for one in role.attached if one != arn),
                )
            )
        case BoundStatements(policy=policy):
            parsed = Policy.parse(step.after, name=step.target)
            return facts.with_policy(replace(policy, policy=parsed))
        case _:
            assert_never(step)


def diffs(step: Step) -> tuple[tuple[Finding, str, str], ...]:
    """Return each finding that a step fixes, with what stands there before it and after it."""
    match step:
        case AttachRolePolicy():
            return tuple((finding, "", step.policy.name) for finding in step.mends)
        case DetachRolePolicy():
            return tuple((finding, step.policy_arn, "") for finding in step.mends)
        case BoundStatements():
            return tuple(
                (finding, dumped(swap.before), written(swap.after))
                for swap in step.swaps
                for finding in swap.mends
            )
        case _:
            assert_never(step)
