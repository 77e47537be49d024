"""The steps of a plan: each is one change, with the rights that it needs and the facts after it."""

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
    fixes: tuple[Finding, ...]
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
    fixes: tuple[Finding, ...]

    @property
    def what(self) -> str:
        """The change in words."""
        return f"detach {_last(self.policy_arn)} from {_last(self.role_arn)}"

    @property
    def done(self) -> str:
        """The change in words, once it is made."""
        return f"Detached {_last(self.policy_arn)} from {_last(self.role_arn)}"


@frozen
class Replacement:
    """One statement and what replaces it; `narrow` is the one that replaces it, as AddPermission makes it, where only that call exists."""

    before: Body
    after: tuple[Body, ...]
    narrow: Grant | None = None
    fixes: tuple[Finding, ...] = ()


@frozen
class RewriteStatements:
    """Replace statements of a resource policy; everything else stays.

    With PutResourcePolicy that is one atomic write. Where there is only AddPermission, each narrow statement is added
    under a Sid of its own and read back before the wide one is removed. So no caller loses access in between.
    """

    permissions: ClassVar[tuple[str, ...]] = (
        "lambda:PutResourcePolicy",
        "lambda:AddPermission",
        "lambda:RemovePermission",
    )
    target: str
    policy: PolicyFacts
    replacements: tuple[Replacement, ...]
    verbatim: str | None = None
    """The whole new document, if it is known to the byte."""

    @property
    def fixes(self) -> tuple[Finding, ...]:
        """Every finding that the replacements fix."""
        return tuple(finding for replacement in self.replacements for finding in replacement.fixes)

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
        texts = list(map(canonical, statements))
        for replacement in self.replacements:
            place, after = _place(replacement, texts), [canonical(one) for one in replacement.after]
            if replacement.narrow is None:
                statements[place : place + 1], texts[place : place + 1] = replacement.after, after
                continue
            # AddPermission appends. An earlier run that was interrupted may have added the narrow statement already.
            del statements[place], texts[place]
            if after[0] not in texts:
                statements += replacement.after
                texts += after
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
        sids = [replacement.before.get("Sid") for replacement in self.replacements]
        named = ", ".join(f'statement "{sid}"' if sid else "a statement without a Sid" for sid in sids)
        return f"{named} of {self.target.split(':', 6)[-1]}"


def _place(replacement: Replacement, texts: Sequence[str]) -> int:
    """Return the place of the statement to replace: of equal ones without a Sid, the one that was evaluated."""
    wanted = canonical(replacement.before)
    places = [i for i, statement in enumerate(texts) if statement == wanted]
    evaluated = replacement.fixes[0].statement if replacement.fixes else None
    return evaluated if evaluated in places else places[0]


Step: TypeAlias = AttachRolePolicy | DetachRolePolicy | RewriteStatements
"""Every change that the guard can make."""

Repair: TypeAlias = AttachRolePolicy | RewriteStatements
"""Those that fix a finding."""

STEPS: tuple[type[Step], ...] = (AttachRolePolicy, DetachRolePolicy, RewriteStatements)


def parts(step: Repair) -> tuple[Repair, ...]:
    """Return the parts of a step that succeed or fail alone: where only AddPermission is available, each statement."""
    return pieces(step) if isinstance(step, RewriteStatements) else (step,)


def pieces(step: RewriteStatements) -> tuple[RewriteStatements, ...]:
    """Return the parts of these changes that are written alone."""
    if step.policy.family is Family.STATEMENTS:
        return tuple(replace(step, replacements=(replacement,)) for replacement in step.replacements)
    return (step,)


def apply(step: Step, facts: FunctionFacts) -> FunctionFacts:
    """Return the facts after the step. Dry runs, proofs and the tests' AWS rely on this function."""
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
        case RewriteStatements(policy=policy):
            parsed = Policy.parse(step.after, name=step.target)
            return facts.with_policy(replace(policy, policy=parsed))
        case _:
            assert_never(step)


def diffs(step: Step) -> tuple[tuple[Finding, str, str], ...]:
    """Return each finding that a step fixes, with its statement or policy before and after."""
    match step:
        case AttachRolePolicy():
            return tuple((finding, "", step.policy.name) for finding in step.fixes)
        case DetachRolePolicy():
            return tuple((finding, step.policy_arn, "") for finding in step.fixes)
        case RewriteStatements():
            return tuple(
                (finding, dumped(replacement.before), written(replacement.after))
                for replacement in step.replacements
                for finding in replacement.fixes
            )
        case _:
            assert_never(step)
