"""The subject of an analysis: the target, the policies, and the accounts and organizations that requests come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from permission_guard.access import forms, span
from permission_guard.access.literal import PRINCIPAL, Literals, Stance
from permission_guard.access.meter import Meter
from permission_guard.access.node import Either, Fixed, Lines, Node, NumberLine
from permission_guard.access.text import Automata, Spelled, Variables
from permission_guard.access.word import Need
from permission_guard.frozen import frozen
from permission_guard.iam import ABSENT, Arn, Context, Policy, Statement
from permission_guard.model.facts import Trusted

_PATHS, _ID, _ZONE = 1, 2, 4
"""The tracks of an organization's path, of its id, and of the id that decides whether it is trusted."""
_PER_ADDRESS: Final = 16
"""Steps for reading an address range."""
_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ORGANIZATION: Final = re.compile(r"(?<![a-z0-9-])o-[a-z0-9]{10,32}(?![a-z0-9*?])")


@frozen
class Target:
    """The function, version, alias or layer version whose policy is analyzed."""

    arn: str
    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, arn: str) -> Target:
        """Read an ARN. Raises ArnError."""
        parts = Arn.parse(arn)
        return cls(arn, parts.partition, parts.region, parts.account)


@frozen
class Side:
    """The accounts and organizations that requests come from.

    `accounts` and `organizations` are ids, and whether the caller's id must be one of them (True) or none of them
    (False); None stands for any id. `bare` tells whether callers in no organization count, `trusted` whether it is a part
    of the zone of trust, whose services send only what AWS documents. `name` is the only name of resources, roles and
    users; None stands for any.
    """

    accounts: tuple[tuple[str, ...], bool] | None
    organizations: tuple[tuple[str, ...], bool] | None
    bare: bool = True
    trusted: bool = False
    name: str | None = None


@frozen(slots=False)
class Scene:
    """What the models of callers are built from."""

    target: Target
    trusted: Trusted
    now: datetime
    policies: tuple[Policy, ...]
    literals: Literals
    automata: Automata
    _lines: dict[tuple[str, ...], Lines] = field(default_factory=dict)
    _ids: dict[re.Pattern[str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, target: Target, trusted: Trusted, now: datetime, policies: tuple[Policy, ...], meter: Meter
    ) -> Scene:
        """Read the policies."""
        in_one = ["aws:resourceorgid"] if len(trusted.organizations) == 1 else []
        literals = Literals(frozenset({"aws:resourceaccount", *in_one}))
        for policy in policies:
            meter.charge(sum(4 + len(one.conditions) for one in policy.statements))
            literals.read(policy)
        return cls(target, trusted, now, policies, literals, Automata(meter))

    @property
    def meter(self) -> Meter:
        """The step budget."""
        return self.automata.meter

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of the policies."""
        return tuple(one for policy in self.policies for one in policy.statements)

    def mentions(self, *keys: str) -> bool:
        """Return whether the policies mention one of these keys."""
        return any(key in self.literals.mentioned for key in keys)

    def untrusted(self, *, named: bool) -> Side:
        """Return the untrusted callers; with `named`, also those whose account or organization the policy writes in full."""
        accounts, organizations = self.trusted.all_accounts, self.trusted.organizations
        if not named:
            accounts = tuple(dict.fromkeys((*accounts, *self._named(_ACCOUNT))))
            organizations = tuple(dict.fromkeys((*organizations, *self._named(_ORGANIZATION))))
        return Side((accounts, False), (organizations, False))

    def _named(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        if pattern not in self._ids:
            self._ids[pattern] = tuple(found for text in self._texts for found in pattern.findall(text))
        return self._ids[pattern]

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(self._every_text())

    def _every_text(self) -> Iterable[str]:
        for statement in self.statements:
            yield from (one.name for one in statement.principals.named) if statement.principals else ()
            for condition in statement.conditions:
                ignores_case = condition.base.endswith("ignorecase")
                yield from map(str.lower, condition.texts) if ignores_case else condition.texts

    @cached_property
    def principal_names(self) -> tuple[str, ...]:
        """The names in all Principal and NotPrincipal elements."""
        elements = (one.principals for one in self.literals.by_key.get(PRINCIPAL, ()) if one.principals)
        return tuple(one.name for element in elements for one in element.named)

    @property
    def accounts(self) -> Side:
        """The trusted accounts, in any organization or none."""
        return Side((self.trusted.all_accounts, True), None, trusted=True)

    @property
    def members(self) -> Side | None:
        """The accounts of trusted organizations, without the trusted accounts; None if no organization is trusted."""
        if not self.trusted.organizations:
            return None
        others = (self.trusted.all_accounts, False)
        return Side(others, (self.trusted.organizations, True), bare=False, trusted=True)

    def renamed(self, side: Side) -> Side:
        """Return the same side with a single name that no pattern in the policies writes out."""
        return replace(side, name=self._unused)

    @cached_property
    def _unused(self) -> str:
        texts = "".join(self._texts)
        letters = "zqxjkvwyfgbhupmdnclostriea0123456789"
        rarest = min(letters, key=lambda letter: (texts.count(letter), letters.index(letter)))
        return rarest * 8

    def account_needs(self, side: Side, track: int) -> tuple[Need, ...]:
        """What the digits of a caller's account must be."""
        return self._needs(side.accounts, track)

    def organization_needs(self, side: Side, track: int) -> tuple[Need, ...]:
        """What the id of a caller's organization must be."""
        return self._needs(side.organizations, track)

    def _needs(self, among: tuple[tuple[str, ...], bool] | None, track: int) -> tuple[Need, ...]:
        if among is None:
            return ()
        ids, wanted = among
        return (Need(track, self.automata.exactly(ids), wanted),)

    def lines(self, writings: Mapping[str, span.Writing], *domains: span.Spans) -> list[NumberLine]:
        """Return a node for each domain of the keys that show one number. The same keys always have the same domains."""
        keys = tuple(writings)
        if keys not in self._lines:
            literals = (one for key in keys for one in self.literals.by_key.get(key, ()))
            ends = (end for domain in domains for one in domain for end in one)
            self._lines[keys] = Lines(literals, ends, self.meter)
        lines = self._lines[keys]
        return [NumberLine(lines.grid.mask(domain), writings, lines) for domain in domains]

    def organization(self, side: Side, keys: tuple[str, str], known: Context) -> Node:
        """The organization of a caller's or a source's account. Its path begins with its id; without it, both keys are absent."""
        tracks = {keys[0]: _ID, keys[1]: _PATHS}
        shape, variables = forms.organization(_PATHS, _ID, _ZONE), Variables(known, tracks)

        def within(stance: Stance, among: Side) -> tuple[Stance, Node]:
            needs = self.organization_needs(among, _ZONE)
            return stance, Spelled(shape, tracks, self.automata, variables, needs)

        branches: list[tuple[Stance, Node]] = []
        if side.bare:
            branches.append((Stance.SURE, Fixed(dict.fromkeys(keys, ABSENT))))
        anywhere = side.organizations is None and side.trusted
        if anywhere and self.trusted.organizations:
            branches.append(within(Stance.SURE, Side(None, (self.trusted.organizations, True))))
        branches.append(within(Stance.UNSURE if anywhere else Stance.SURE, side))
        return Either(tuple(branches))

    @cached_property
    def named_networks(self) -> span.Spans:
        """The address ranges in the policies that are named networks."""
        texts = self.literals.texts("aws:sourceip", "aws:vpcsourceip")
        self.meter.charge(_PER_ADDRESS * len(texts))
        return span.narrow(texts)
