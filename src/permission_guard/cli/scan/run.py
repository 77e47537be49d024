"""A scan from its options to its exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from permission_guard import __version__
from permission_guard.aws.accounts import Opens, Region, opened
from permission_guard.cli.endings import Again, Interrupted, Unusable
from permission_guard.cli.output import written
from permission_guard.cli.scan import state as states
from permission_guard.cli.scan.formats import show
from permission_guard.cli.scan.jobs import Worker
from permission_guard.cli.scan.options import Options
from permission_guard.cli.scan.places import places
from permission_guard.cli.scan.progress import shown
from permission_guard.cli.scan.repairing import Repairs
from permission_guard.cli.scan.state import State
from permission_guard.cli.scan.walk import WORKERS, Walked, walk
from permission_guard.finding import Verdict
from permission_guard.ports import Expired, TryAgain
from permission_guard.scanned import Scan, Skipped, worst_first
from permission_guard.scanning import verdict

EXIT_CODES: Final = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 2}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a scan finds around it: how sessions are opened, how many calls may be made at once, and who looks on."""

    opens: Opens = opened
    workers: int = WORKERS
    screen: TextIO | None = None
    """Where a person sees how far it is; standard error if it is None."""


def run(options: Options, around: Surroundings | None) -> int:
    """Look, show, repair; the exit code is the verdict on what is left. Raises Unusable and Again."""
    around = around or Surroundings()
    kept: list[State] = []
    try:
        regions, skipped = places(options, around.opens)
        parts = [(region, *_walked(region, options, around, kept)) for region in regions]
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted{_how_to_go_on(kept)}") from error
    except Expired as error:
        raise Unusable(
            f"AWS does not take these credentials any more: {error}{_how_to_go_on(kept)}"
        ) from error
    except TryAgain as error:
        raise Again(f"AWS cannot answer now: {error}{_how_to_go_on(kept)}") from error
    finally:
        for state in kept:
            state.close()
    scan = _scan(parts, skipped)
    if not any(walked.is_listed for _, _, walked in parts):
        raise Unusable(f"AWS refused: {'; '.join(dict.fromkeys(one.why for one in scan.skipped))}")
    _write(options, scan)
    for state in kept:
        state.remove()
    if options.repair:
        scan = Repairs(options, tuple(regions), scan).made()
    return EXIT_CODES[verdict(scan)]


def _walked(
    region: Region, options: Options, around: Surroundings, kept: list[State]
) -> tuple[State, Walked]:
    settings = options.settings(region.account.id, region.name)
    state = states.opened(
        f"{region.label}-{options.digest}", datetime.now(UTC), states.folder(), resume=options.resume
    )
    kept.append(state)
    screen = around.screen or sys.stderr
    if options.resume and not options.quiet and screen.isatty():
        screen.write(_resumed(state, region))
    worker = Worker(
        region.label,
        region.inventory,
        region.layers,
        region.observer(settings.logging_policy_arn),
        settings.trusted,
        options.chosen,
        state.at,
        region.paces.stop,
    )
    with shown(region.label, screen, quiet=options.quiet) as progress:
        return state, walk(worker, state, progress, around.workers)


def _resumed(state: State, region: Region) -> str:
    if not state.resumed:
        return f"{region.label}: begins, because nothing was kept of it\n"
    return f"{region.label}: goes on where the scan of {state.at:%Y-%m-%d %H:%M} UTC was broken off\n"


def _how_to_go_on(kept: list[State]) -> str:
    if any(state.is_kept and state.path for state in kept):
        return "; what was read is kept, and the same command with --resume goes on there"
    return ""


def _scan(parts: list[tuple[Region, State, Walked]], skipped: tuple[Skipped, ...]) -> Scan:
    return Scan(
        version=__version__,
        at=min(state.at for _, state, _ in parts),
        sources=tuple(region.label for region, _, _ in parts),
        functions=sum(walked.functions for _, _, walked in parts),
        targets=sum(walked.targets for _, _, walked in parts),
        findings=worst_first(one for _, _, walked in parts for one in walked.findings),
        skipped=(*skipped, *(_in_order(walked for _, _, walked in parts))),
    )


def _in_order(parts: Iterator[Walked]) -> Iterator[Skipped]:
    for walked in parts:
        yield from sorted(walked.skipped, key=lambda one: one.what)


def _write(options: Options, scan: Scan) -> None:
    text = show(options.format_, scan, to_file=options.output is not None)
    if options.output is None:
        written(text)
        return
    try:
        Path(options.output).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise Unusable(f"{options.output}: cannot be written: {error.strerror}") from error
