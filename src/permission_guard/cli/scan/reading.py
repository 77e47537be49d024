"""Reads one region of an account: what there is, page by page, and then each function, version, alias and layer version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeAlias, TypeVar

from permission_guard.aws.accounts import AccountRegion
from permission_guard.events.trigger import is_replica
from permission_guard.frozen import frozen
from permission_guard.model.facts import FactKind, FunctionFacts, Trusted
from permission_guard.ports import ListedFunction, Observer, Refused
from permission_guard.read import read_facts
from permission_guard.rules import layer_is_not_public
from permission_guard.scan.evaluate import findings, needed_by
from permission_guard.scan.result import ScannedFinding, Skipped
from permission_guard.settings import Settings

WORKERS: Final = 8
"""Calls at once: at a tenth of a second each they could be eighty a second, so the pace is what limits them."""

Progress: TypeAlias = Callable[[int, int], None]
"""Is given how many jobs are done, and how many there are."""


@dataclass(slots=True)
class RegionResult:
    """What was found in a region, or in a part of it."""

    is_listed: bool = False
    """Whether what the scan is for could be listed at all: the functions, or the layers if no other rule is asked for."""
    functions: int = 0
    targets: int = 0
    findings: list[ScannedFinding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, part: RegionResult) -> None:
        """Add what was found in a part."""
        self.functions += part.functions
        self.targets += part.targets
        self.findings += part.findings
        self.skipped += part.skipped


def read(reader: Reader, progress: Progress, workers: int = WORKERS) -> RegionResult:
    """List the region, then read and evaluate everything in it, several at once. Raises RetryLater."""
    found = RegionResult()
    jobs = reader.jobs(found)
    with ThreadPoolExecutor(workers) as pool:
        try:
            for number, job in enumerate(as_completed([pool.submit(job) for job in jobs]), 1):
                found.add(job.result())
                progress(number, len(jobs))
        except BaseException:
            # Calls that wait for their turn, or to be repeated, would hold up whoever pressed Ctrl-C.
            reader.region.pace.stop()
            pool.shutdown(cancel_futures=True)
            raise
    return found


_Job: TypeAlias = Callable[[], RegionResult]


class _Page(Protocol):
    @property
    def marker(self) -> str | None: ...


_P = TypeVar("_P", bound=_Page)


@frozen
class Reader:
    """Reads and evaluates by these rules; from many threads."""

    region: AccountRegion
    observer: Observer
    trusted: Trusted
    rules: frozenset[str]
    at: datetime

    @classmethod
    def of(cls, region: AccountRegion, settings: Settings, rules: frozenset[str], at: datetime) -> Reader:
        """Make the reader of a region."""
        return cls(region, region.observer(settings.logging_policy_arn), settings.trusted, rules, at)

    @property
    def _to_read(self) -> FactKind:
        """What the rules ask of functions."""
        return needed_by(self.rules - {layer_is_not_public.ID})

    def jobs(self, found: RegionResult) -> list[_Job]:
        """List what is to be read; what may not be listed is added to what was skipped. Raises RetryLater."""
        # What moves to the next page while it is read would otherwise be evaluated twice.
        jobs: dict[object, _Job] = {}
        to_read, source = self._to_read, self.region.label
        if to_read:
            listed = [one for one in self._functions(found) if not is_replica(one.arn)]
            own = {one.arn: one.configuration for one in listed if one.version is None}
            for one in listed:
                # A version keeps the role that it was published with (lambda/latest/dg/configuration-versions.html).
                is_evaluated = one.version is not None and own.get(one.arn) == one.configuration
                asked = to_read & ~FactKind.ROLE if is_evaluated else to_read
                if asked:
                    jobs[one.arn, one.version] = partial(self._function, one, asked)
        if layer_is_not_public.ID in self.rules:
            for layers in _pages(self.region.layers.layers, f"layers of {source}", found):
                found.is_listed = found.is_listed or not to_read
                jobs |= {name: partial(self._layer, name) for name in layers.names}
        return list(jobs.values())

    def _functions(self, found: RegionResult) -> Iterator[ListedFunction]:
        """Yield the functions and their versions; what may not be listed is added to what was skipped. Raises RetryLater."""
        try:
            for page in self.region.inventory.functions(all_versions=True):
                found.is_listed = True
                yield from page
        except Refused as error:
            which = "other functions" if found.is_listed else "functions"
            found.skipped.append(Skipped(f"the {which} of {self.region.label}", str(error)))

    def _function(self, version: ListedFunction, to_read: FactKind) -> RegionResult:
        """Evaluate a published version, or a function with its aliases.

        A role is evaluated with the function itself, and with a version that has another one, or another log group.
        """
        facts = FunctionFacts(version.arn, version.version, version.configuration, at=self.at)
        found = self._evaluated(facts, to_read)
        if version.version is not None:
            return found
        found.functions = 1
        if FactKind.POLICY in to_read:
            try:
                names = tuple(alias.name for alias in self.region.inventory.aliases(version.arn))
            except Refused as error:
                found.skipped.append(Skipped(f"the aliases of {version.arn}", str(error)))
                names = ()
            for name in names:
                found.add(self._evaluated(FunctionFacts(version.arn, name, at=self.at), FactKind.POLICY))
        return found

    def _layer(self, name: str) -> RegionResult:
        found = RegionResult()
        pages = partial(self.region.layers.layer_versions, name)
        for page in _pages(pages, f"versions of the layer {name} of {self.region.label}", found):
            for version in page.versions:
                found.add(self._evaluated(FunctionFacts(version, at=self.at), FactKind.POLICY))
        return found

    def _evaluated(self, facts: FunctionFacts, to_read: FactKind) -> RegionResult:
        facts = read_facts(self.observer, facts, to_read)
        return RegionResult(targets=1, findings=list(findings(facts, self.trusted, self.rules, self.at)))


def _pages(page_at: Callable[[str | None], _P], what: str, found: RegionResult) -> Iterator[_P]:
    """Yield page after page. What may not be listed is added to what was skipped. Raises RetryLater."""
    marker: str | None = None
    while True:
        try:
            page = page_at(marker)
        except Refused as error:
            found.skipped.append(Skipped(f"the {'other ' if marker else ''}{what}", str(error)))
            return
        yield page
        marker = page.marker
        if marker is None:
            return
