"""The command `check`: the rules before the deploy, on templates and plans; asks no AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from permission_guard import formats
from permission_guard.cli import UNUSABLE, check_text
from permission_guard.cli.config import SEVERITIES, UNKNOWN, config
from permission_guard.cli.documents import STDIN, text_of
from permission_guard.cli.errors import Unusable
from permission_guard.cli.explain import EXIT_CODES
from permission_guard.cli.explain_input import every, pairs, trusted_in, trusting
from permission_guard.cli.output import written
from permission_guard.cli.rows import counted
from permission_guard.cli.template_files import template_files
from permission_guard.cli.templates import Desk, How
from permission_guard.formats import scan_json
from permission_guard.iam.arn import is_account
from permission_guard.model.finding import RULE_IDS, Severity, Verdict
from permission_guard.scan.result import Scan, Skipped
from permission_guard.template import Checked, CheckOptions, Ignore, Trust

_HELP: Final = """\
Evaluate templates and plans by the guard's rules, before they are deployed. No AWS call is made.

TEMPLATE is a SAM or CloudFormation template (YAML or JSON), a template of the CDK (cdk.out/*.template.json), or a Terraform plan
(terraform show -json PLANFILE); a folder, for all that are in it; - for standard input. Parameters have their defaults, or the values
of --parameter. Values that only a deployed stack has are evaluated at their most open and most closed. Where the two differ, the verdict
is UNKNOWN.

Trusted accounts, ignored rules and what fails can also be set in .permission-guard.toml, or in pyproject.toml under
[tool.permission-guard]. An option here wins.

\b
Exit codes:
  0  everything passes
  1  something fails
  2  something is UNKNOWN, and nothing fails
  3  the input cannot be used
"""
_FORMATS: Final[dict[str, Callable[[Scan], str]]] = {
    "text": check_text.text,
    "concise": check_text.concise,
    "json": scan_json.written,
    **{name: partial(formats.show, name) for name in ("github", "junit", "sarif")},
}
"""Others are made of the JSON by `report`."""
_FAULT: Final = re.compile(r"[0-9a-f]{16}")
_REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]")


@click.command(help=_HELP, short_help="Evaluate templates and Terraform plans before the deploy.")
@click.argument("templates", nargs=-1, required=True, metavar="TEMPLATE...")
@click.option(
    "--parameter", "parameters", metavar="NAME=VALUE", multiple=True, help="A parameter's value. Repeatable."
)
@click.option("--account", metavar="ID", help="The account that you deploy to. Default: not known.")
@click.option("--region", metavar="REGION", help="The Region that you deploy to. Default: not known.")
@trusting
@click.option(
    "--ignore",
    "ignored",
    type=click.Choice(RULE_IDS),
    metavar="RULE",
    multiple=True,
    help=f"A rule that is not reported: {', '.join(RULE_IDS)}. Repeatable.",
)
@click.option(
    "--fix",
    "fix",
    is_flag=True,
    help="Write the missing lines into the template, where that is proved to fix the finding.",
)
@click.option(
    "--fail-on",
    "fail_on",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    show_default=SEVERITIES[0],
    help="The least severity that fails (exit code 1); less severe findings are shown, and pass.",
)
@click.option(
    "--unknown",
    type=click.Choice(UNKNOWN),
    show_default=UNKNOWN[0],
    help="What UNKNOWN means for the exit code: its own (2), a failure (1), or none (0).",
)
@click.option(
    "--write-baseline", metavar="FILE", help="Write the findings into a file, for --baseline; exit 0."
)
@click.option("--baseline", metavar="FILE", help="Leave out the findings that are in this file.")
@click.option(
    "--strict",
    is_flag=True,
    help="What is not deployed with these parameters is UNKNOWN, too (exit code 2).",
)
@click.option("--diff", "diff", is_flag=True, help="Show what --fix would write, and write nothing.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="For people (whole, or a line each), for machines, or for a CI server.",
)
def check(format_: str, templates: tuple[str, ...], *, strict: bool, **options: Any) -> int:
    """Read, evaluate, fix if asked to, and report; the exit code is the gravest verdict that is left."""
    how = _how(templates, fix=options.pop("fix"), diff=options.pop("diff"))
    templates = template_files(templates)
    settings = config()
    least = Severity[(options.pop("fail_on") or settings.fail_on or SEVERITIES[0]).upper()]
    unknown = options.pop("unknown") or settings.unknown or UNKNOWN[0]
    known, baseline = (options.pop(name) for name in ("baseline", "write_baseline"))
    for trusted in ("trusted_accounts", "trusted_organizations"):
        options[trusted] = options[trusted] or getattr(settings, trusted)
    check_options, trust = _asked(**options)
    given = frozenset(Path(path).resolve() for path in templates)
    desk = Desk(check_options, trust, how, given, settings, is_strict=strict)
    for path in dict.fromkeys(templates):
        desk.check(path)
    every = desk.scan(datetime.now(UTC))
    scan = every if known is None else _without(every, known)
    if not desk.is_any_unusable:
        _check_parameters(check_options, desk.checked)
    if how is not How.DIFF and desk.checked:
        written(_FORMATS[format_](scan))
    if desk.is_any_unusable:
        return UNUSABLE
    if baseline is not None:
        faults = sorted({one.fault for one in every.findings if one.verdict is not Verdict.PASS})
        written("".join(f"{one}\n" for one in faults), baseline)
        click.echo(f"Wrote {counted(len(faults), 'finding')} to {baseline}.", err=True)
        return EXIT_CODES[Verdict.PASS]
    return _exit_code(scan, least, unknown)


def _how(templates: tuple[str, ...], *, fix: bool, diff: bool) -> How:
    """Raises Unusable for what cannot be done together."""
    if templates.count(STDIN) > 1:
        raise Unusable("standard input (-) can be read only once")
    if fix and diff:
        raise Unusable("--fix writes what --diff only shows: pass one of them")
    if fix and STDIN in templates:
        raise Unusable("--fix: standard input cannot be written to. Pass --diff.")
    return How.FIX if fix else How.DIFF if diff else How.CHECK


def _asked(
    ignored: tuple[str, ...],
    parameters: tuple[str, ...],
    account: str | None,
    region: str | None,
    trusted_accounts: tuple[str, ...],
    trusted_organizations: tuple[str, ...],
) -> tuple[CheckOptions, Trust]:
    """Check the options. Raises Unusable."""
    trusted = trusted_in(trusted_accounts, trusted_organizations)
    every((account,) if account else (), "--account", "an account id (twelve digits)", is_account)
    every((region,) if region else (), "--region", "a region", lambda one: bool(_REGION.fullmatch(one)))
    # Without a reason they are not listed.
    ignores = tuple(Ignore(rule, "", resource="*") for rule in ignored)
    values = pairs(parameters, "--parameter", "NAME=VALUE")
    return CheckOptions(values, region, account, ignores=ignores), Trust(*trusted)


def _check_parameters(options: CheckOptions, checked: Sequence[Checked]) -> None:
    """Raises Unusable for a parameter that no template has: a value that nothing takes is a slip."""
    unknown = set(options.parameters) - {name for one in checked for name in one.source.parameters}
    if unknown:
        raise Unusable(f"--parameter: no template has the parameter {min(unknown)!r}")


def _without(scan: Scan, baseline: str) -> Scan:
    """Leave out the findings of a baseline, and note how many. Raises Unusable."""
    known = _faults(baseline)
    kept = tuple(one for one in scan.findings if one.fault not in known)
    left_out = len(scan.findings) - len(kept)
    notes = (Skipped(counted(left_out, "finding"), f"in the baseline {baseline}"),) if left_out else ()
    return replace(scan, findings=kept, notes=(*scan.notes, *notes))


def _faults(baseline: str) -> frozenset[str]:
    """Return the findings of a baseline. Raises Unusable."""
    faults = text_of(baseline).split()
    if not all(map(_FAULT.fullmatch, faults)):
        raise Unusable(f"{baseline}: is not a baseline. Write one with --write-baseline.")
    return frozenset(faults)


def _exit_code(scan: Scan, least: Severity, unknown: str) -> int:
    verdicts = {one.verdict for one in scan.findings if one.severity >= least}
    is_unknown = bool(Verdict.UNKNOWN in verdicts or scan.skipped)
    if Verdict.FAIL in verdicts or (is_unknown and unknown == "fail"):
        return EXIT_CODES[Verdict.FAIL]
    return EXIT_CODES[Verdict.UNKNOWN if is_unknown and unknown == "report" else Verdict.PASS]
