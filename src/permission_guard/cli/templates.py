"""Templates from files: each is evaluated, with the stacks that it nests, and fixed if that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

import click

from permission_guard.alerts import printable
from permission_guard.cli import PROGRAM
from permission_guard.cli.config import Config
from permission_guard.cli.difference import patch
from permission_guard.cli.documents import STDIN, called, opened
from permission_guard.cli.errors import Unusable
from permission_guard.cli.output import replace_file, written
from permission_guard.cli.template_files import environment
from permission_guard.model.finding import Verdict
from permission_guard.scan.result import Scan, Skipped
from permission_guard.template import (
    LARGEST,
    Checked,
    CheckOptions,
    Ignore,
    Nested,
    NotReadable,
    TemplateFinding,
    Trust,
    check_ignores,
    fixable,
    fixed,
    scan_of,
)


class How(Enum):
    """What is done about findings that can be fixed."""

    CHECK = "nothing"
    FIX = "it is written"
    DIFF = "it is shown, and nothing else is"


@dataclass(slots=True)
class Desk:
    """Evaluates files one after the other. `given` are those that were named; the templates that they nest are evaluated too."""

    options: CheckOptions
    trust: Trust
    how: How
    given: frozenset[Path]
    config: Config = field(default_factory=Config)
    is_strict: bool = False
    checked: list[Checked] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Skipped] = field(default_factory=list)
    """What is not deployed as the parameters are, if not `is_strict`."""
    is_any_unusable: bool = False
    """Whether a file could not be used; the reason was shown in one line."""

    def check(self, path: str) -> None:
        """Evaluate a file that was named, and what it nests."""
        self._check(path, self.options, self.how, frozenset())

    def scan(self, at: datetime) -> Scan:
        """Return everything that was found."""
        scan = scan_of(tuple(self.checked), at)
        return replace(scan, skipped=(*scan.skipped, *self.skipped), notes=tuple(self.notes))

    def _check(self, path: str, options: CheckOptions, how: How, around: frozenset[str]) -> None:
        file = called(path)
        try:
            options = replace(options, ignores=(*self.options.ignores, *self.config.ignores(path)))
            options = options if options.destination is not None else in_environment(path, options)
            done = self._evaluated(path, file, options, how)
            kept = without_ignored(done)
        except NotReadable as error:
            place = f":{error.at.line}:{error.at.column}" if error.at else ""
            self._unusable(f"{file}{place}: {error}")
        except Unusable as error:
            self._unusable(error.format_message())
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one file, the others are evaluated
            self._unusable(f"{file}: cannot be evaluated: {type(error).__name__}: {error}")
        else:
            self.checked.append(kept)
            for what, why in done.source.notes:
                self._left_out(f"{file}: {what}", why)
            for nested in done.source.nested:
                inner = replace(options, parameters=nested.parameters, destination=done.source.destination)
                self._within(path, nested, inner, {*around, path})

    def _left_out(self, what: str, why: str) -> None:
        (self.skipped if self.is_strict else self.notes).append(Skipped(what, why))

    def _unusable(self, message: str) -> None:
        self.is_any_unusable = True
        click.echo(f"{PROGRAM}: {printable(message)}", err=True)

    def _evaluated(self, path: str, file: str, options: CheckOptions, how: How) -> Checked:
        given = opened(path, LARGEST)
        done = (fixed if how is How.FIX else fixable)(given.text, file, options, self.trust)
        if how is not How.CHECK:
            changes = patch(given.text, done.text, file)
            if how is How.DIFF:
                written(changes)
            elif changes:
                replace_file(path, given.encoded(done.text))
                click.echo(changes, nl=False, err=True)
        return done.checked

    def _within(self, path: str, nested: Nested, options: CheckOptions, around: set[str]) -> None:
        """Evaluate the template of a nested stack with the parameters that it is given. It is not fixed."""
        if nested.is_application:
            what = f"{called(path)}: the application {nested.owner}"
            self._left_out(what, "its template is in the Serverless Application Repository")
            return
        where = str(Path(path).parent / nested.file) if nested.file is not None else None
        if where is None or not Path(where).is_file() or where in around:
            why = "its template is no file here" if where not in around else "it nests itself"
            self.skipped.append(Skipped(f"{called(path)}: the nested stack {nested.owner}", why))
        elif Path(where).resolve() not in self.given:
            self._check(where, options, How.CHECK, frozenset(around))


def in_environment(path: str, options: CheckOptions) -> CheckOptions:
    """Return the same with the account and Region that the CDK's manifest beside a template has, if nobody said others."""
    manifest = Path(path).with_name("manifest.json")
    if path == STDIN or not manifest.is_file():
        return options
    account, region = environment(opened(str(manifest), LARGEST).text, Path(path).name)
    return replace(options, account=options.account or account, region=options.region or region)


def without_ignored(done: Checked) -> Checked:
    """Take out what is ignored; without a reason (an option) it is not listed. Raises NotReadable for a faulty ignore."""
    check_ignores(done.source.ignores)
    kept: list[TemplateFinding] = []
    ignored: list[tuple[TemplateFinding, Ignore]] = []
    for one in done.verdicts:
        found = done.source.ignore_of(one.owner, one.finding)
        if found is None or one.finding.verdict is Verdict.PASS:
            kept.append(one)
        elif found.reason:
            ignored.append((one, found))
    return replace(done, verdicts=tuple(kept), ignored=tuple(ignored))
