"""What a scan of one region consists of: jobs, each a call or a few, whose answers bring the next ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from permission_guard.aws.inventory import AwsInventory, Described, Version
from permission_guard.aws.layers import AwsLayers
from permission_guard.facts import Configuration, FunctionFacts, Look, Trusted
from permission_guard.iam import FunctionArn, LayerVersionArn
from permission_guard.iam.policy import Json
from permission_guard.pipeline import look
from permission_guard.ports import ListedLayers, ListedVersions, Observer, Refused
from permission_guard.record import Record
from permission_guard.rules import layer_is_not_public
from permission_guard.scan_json import finding_body, finding_in
from permission_guard.scanned import ScannedFinding, Skipped
from permission_guard.scanning import findings, looks_of
from permission_guard.trigger import is_replica


@dataclass(frozen=True, slots=True)
class Page:
    """List one page of the functions and their versions."""

    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Aliases:
    """List the aliases of a function."""

    function: FunctionArn


@dataclass(frozen=True, slots=True)
class Layers:
    """List one page of the layers."""

    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """List one page of a layer's versions."""

    layer: str
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Read and judge a function, a version or an alias, or a layer version."""

    facts: FunctionFacts
    looks: Look


Job: TypeAlias = Page | Aliases | Layers | Versions | Target
Listing: TypeAlias = Page | Layers
"""What names what there is, page by page."""


@dataclass(frozen=True, slots=True)
class Names:
    """The aliases of a function."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found about a target."""

    findings: tuple[ScannedFinding, ...]


Known: TypeAlias = Described | Names | ListedLayers | ListedVersions | Judged
Answer: TypeAlias = Known | Skipped
"""What was refused is not kept: it may be allowed when the scan is resumed."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Does the jobs of one region, from any number of threads."""

    source: str
    inventory: AwsInventory
    layers: AwsLayers
    observer: Observer
    trusted: Trusted
    rules: frozenset[str]
    at: datetime
    stop: Callable[[], None]
    """Lets no more calls be made."""

    @property
    def first(self) -> tuple[Listing, ...]:
        """The jobs with which the scan of a region begins: only what the rules are about is listed."""
        of_functions = (Page(),) if self.rules - {layer_is_not_public.ID} else ()
        of_layers = (Layers(),) if layer_is_not_public.ID in self.rules else ()
        return (*of_functions, *of_layers)

    def do(self, job: Job) -> Answer:
        """Do one job. Raises TryAgain."""
        if isinstance(job, Target):
            read = look(self.observer, job.facts, job.looks, self.trusted)
            return Judged(findings(read, self.trusted, self.rules, self.at))
        try:
            return self._listed(job)
        except Refused as error:
            return Skipped(_unseen(job, self.source), str(error))

    def _listed(self, job: Page | Aliases | Layers | Versions) -> Known:
        match job:
            case Page(marker):
                return self.inventory.described(marker)
            case Aliases(function):
                return Names(self.inventory.aliases(function))
            case Layers(marker):
                return self.layers.layers(marker)
            case Versions(layer, marker):
                return self.layers.layer_versions(layer, marker)
            case _:
                assert_never(job)

    def next(self, job: Job, answer: Answer) -> Iterator[Job]:
        """Yield the jobs that an answer brings."""
        if isinstance(answer, ListedLayers):
            yield from (Versions(name) for name in answer.names)
            yield from (Layers(answer.marker),) if answer.marker is not None else ()
        elif isinstance(answer, ListedVersions) and isinstance(job, Versions):
            yield from (Target(FunctionFacts(version), Look.POLICY) for version in answer.versions)
            yield from (Versions(job.layer, answer.marker),) if answer.marker is not None else ()
        else:
            yield from self._about_functions(job, answer)

    def _about_functions(self, job: Job, answer: Answer) -> Iterator[Job]:
        looks = looks_of(self.rules - {layer_is_not_public.ID})
        if isinstance(answer, Described):
            for version in answer.found:
                if not is_replica(version.arn):
                    yield from _about(version, looks)
            if answer.marker is not None:
                yield Page(answer.marker)
        elif isinstance(answer, Names) and isinstance(job, Aliases):
            for name in answer.names:
                yield Target(FunctionFacts(job.function, name), Look.POLICY)


def _about(version: Version, looks: Look) -> Iterator[Job]:
    """A role is judged with the function itself, a policy with whatever can have one."""
    facts = FunctionFacts(version.arn, version.qualifier, version.configuration)
    mine = looks if version.qualifier is None else looks & Look.POLICY
    if mine:
        yield Target(facts, mine)
    if version.qualifier is None and Look.POLICY in looks:
        yield Aliases(version.arn)


def _unseen(job: Page | Aliases | Layers | Versions, source: str) -> str:
    """Name what a job was to find."""
    match job:
        case Page(marker):
            return f"the other functions of {source}" if marker else f"the functions of {source}"
        case Aliases(function):
            return f"the aliases of {function}"
        case Layers(marker):
            return f"the other layers of {source}" if marker else f"the layers of {source}"
        case Versions(layer):
            return f"versions of the layer {layer} of {source}"
        case _:
            assert_never(job)


def key_of(job: Job) -> str:
    """Return what tells a job from the others of its region."""
    match job:
        case Page(marker):
            return f"page {marker or ''}"
        case Aliases(function):
            return f"aliases {function}"
        case Layers(marker):
            return f"layers {marker or ''}"
        case Versions(layer, marker):
            return f"versions {layer} {marker or ''}"
        case Target(facts):
            return f"target {facts.target}"
        case _:
            assert_never(job)


def line_of(job: Job, answer: Answer) -> dict[str, Json] | None:
    """Return an answer as it is kept; None if it is not."""
    head: dict[str, Json] = {"job": key_of(job)}
    match answer:
        case Described(found, marker):
            return {**head, "functions": [_written(one) for one in found], "marker": marker}
        case Names(names):
            return {**head, "names": names}
        case ListedLayers(names, marker):
            return {**head, "layers": names, "marker": marker}
        case ListedVersions(versions, marker):
            return {**head, "versions": [str(one) for one in versions], "marker": marker}
        case Judged(found):
            return {**head, "findings": [finding_body(one) for one in found]}
        case Skipped():
            return None
        case _:
            assert_never(answer)


def _written(version: Version) -> dict[str, Json]:
    configuration = version.configuration
    return {
        "arn": str(version.arn),
        "version": version.qualifier,
        "role": configuration.role_arn,
        "group": configuration.log_group,
    }


def known_in(line: Record) -> tuple[str, Known]:
    """Read an answer that was kept, and the key of its job. Raises BadEvent and ArnError."""
    key = line.text("job")
    marker = line.text("marker") if line.has("marker") else None
    if line.has("layers"):
        return key, ListedLayers(_texts(line, "layers"), marker)
    if line.has("versions"):
        return key, ListedVersions(tuple(map(LayerVersionArn.parse, _texts(line, "versions"))), marker)
    if line.has("functions"):
        return key, Described(tuple(map(_version, line.each("functions"))), marker)
    if line.has("names"):
        return key, Names(_texts(line, "names"))
    return key, Judged(tuple(map(finding_in, line.each("findings"))))


def _texts(line: Record, field: str) -> tuple[str, ...]:
    return line.texts(field) if line.body[field] != [] else ()


def _version(line: Record) -> Version:
    qualifier = line.text("version") if line.has("version") else None
    configuration = Configuration(line.text("role"), line.text("group"))
    return Version(FunctionArn.parse(line.text("arn")), qualifier, configuration)
