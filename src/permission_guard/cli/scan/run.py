"""A scan from its options to its exit code."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Final, TextIO

from permission_guard import __version__
from permission_guard.aws.accounts import AccountRegion, Opens, opened
from permission_guard.cli.errors import Unusable, endings
from permission_guard.cli.output import written
from permission_guard.cli.scan.accepted import with_accepted
from permission_guard.cli.scan.options import Options
from permission_guard.cli.scan.places import places
from permission_guard.cli.scan.reading import WORKERS, Progress, Reader, RegionResult, read
from permission_guard.cli.scan.repair import Repairs
from permission_guard.cli.scan.scan_text import show
from permission_guard.frozen import frozen
from permission_guard.model.finding import Verdict
from permission_guard.scan.evaluate import verdict
from permission_guard.scan.result import Scan, Skipped, worst_first

EXIT_CODES: Final = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 2}


@frozen
class Surroundings:
    """How sessions are opened, how many calls are made at once, and where progress is shown."""

    opens: Opens = opened
    workers: int = WORKERS
    screen: TextIO | None = None
    """Standard error if it is None."""


def run(options: Options, around: Surroundings | None) -> int:
    """Read, show, repair; the exit code is the verdict on what is left. Raises Unusable and Again."""
    around = around or Surroundings()
    at = datetime.now(UTC)
    with endings():
        regions, skipped = places(options, around.opens)
        parts = [_read(region, options, at, around) for region in regions]
    scan = _scan(at, regions, parts, skipped)
    if not any(part.is_listed for part in parts):
        raise Unusable(f"AWS refused every call: {'; '.join(dict.fromkeys(one.why for one in scan.skipped))}")
    with endings():
        scan = with_accepted(scan, regions, options)
    written(show(options.format_, scan, to_file=options.output is not None), options.output)
    if options.repair:
        scan = Repairs(options, regions, scan).made()
    return EXIT_CODES[verdict(scan)]


def _read(region: AccountRegion, options: Options, at: datetime, around: Surroundings) -> RegionResult:
    settings = options.settings(region.account.id, region.name)
    reader = Reader.of(region, settings, options.chosen, at)
    screen = None if options.quiet else around.screen or sys.stderr
    return read(reader, progress(region.label, screen), around.workers)


def progress(label: str, screen: TextIO | None) -> Progress:
    """Show how far a region is in one line, which goes when it is done; nothing where no terminal is."""

    def shown(done: int, of: int) -> None:
        if screen is not None and screen.isatty():
            screen.write("\r\x1b[K" if done == of else f"\r{label}: {done} of {of}")
            screen.flush()

    return shown


def _scan(
    at: datetime, regions: tuple[AccountRegion, ...], parts: list[RegionResult], skipped: tuple[Skipped, ...]
) -> Scan:
    return Scan(
        version=__version__,
        at=at,
        sources=tuple(region.label for region in regions),
        functions=sum(part.functions for part in parts),
        targets=sum(part.targets for part in parts),
        findings=worst_first(one for part in parts for one in part.findings),
        skipped=(
            *skipped,
            *(one for part in parts for one in sorted(part.skipped, key=lambda one: one.what)),
        ),
    )
