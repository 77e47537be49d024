"""The command `scan`: every function, version, alias and layer version of an account is read and judged, and repaired if that is asked."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli.connection import STACK
from permission_guard.cli.given import trusting
from permission_guard.cli.scan.options import Options
from permission_guard.cli.scan.shown import FORMATS
from permission_guard.rules import RULE_IDS

_HELP: Final = """\
Judge every function, version, alias and layer of an account.

Everything is only read, with your own credentials, unless you say --repair. On a terminal the worst comes first, one line for
each; --format and --output write it for others. What passes is counted, and listed in json.

With --repair each function in which something fails is read anew, and what would be changed is shown as a difference; then
you are asked. It is the guard's own repair: proved first, and left alone where somebody unknown may rely on what stands there
(--repair-existing repairs that too). Where the guard's stack is deployed, each repair stands in its journal, and
permission-guard undo takes it back. Where there is no such stack, nothing keeps what was there before: you are told so before
you are asked.

\b
Exit codes:
  0    everything passes, or was repaired
  1    something fails
  2    something cannot be told, or was not looked at, and nothing fails;
       or AWS could not answer
  3    the input cannot be used; or no credentials, or nothing could be
       looked at
  130  interrupted
"""


@click.command(help=_HELP, short_help="Judge every function, version, alias and layer.")
@click.option("--profile", metavar="NAME", help="Whose credentials. Default: as the AWS CLI has it.")
@click.option(
    "--region",
    "regions",
    metavar="REGION",
    multiple=True,
    help="Where to look. Default: as the AWS CLI has it. Repeatable.",
)
@click.option("--all-regions", is_flag=True, help="Look in each region that is enabled in the account.")
@click.option(
    "--role-arn",
    "role_arns",
    metavar="ARN",
    multiple=True,
    help="A role to assume: its account is scanned, and not your own. Repeatable.",
)
@click.option(
    "--only",
    "rules",
    type=click.Choice(RULE_IDS),
    metavar="RULE",
    multiple=True,
    help=f"Judge by this rule alone, and read what it needs alone: {', '.join(RULE_IDS)}. Repeatable.",
)
@trusting
@click.option(
    "--logging-policy",
    metavar="ARN",
    help="What mends a role that cannot log. Default: AWSLambdaBasicExecutionRole.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to show it.",
)
@click.option("--output", metavar="FILE", help="Where to write it. Default: standard output.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--repair", is_flag=True, help="Show what would be repaired, ask, and repair it.")
@click.option(
    "--repair-existing",
    is_flag=True,
    help="Repair a statement, too, that callers may rely on whom nobody can list.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--stack-name",
    metavar="NAME",
    default=STACK,
    show_default=True,
    help="The guard's stack, for its journal.",
)
@click.option("--table", metavar="NAME", help="The journal's table, if the stack is not to be asked.")
@click.pass_context
def scan(context: click.Context, /, **given: Any) -> int:
    """Read, judge, show, and repair if that is asked."""
    options = Options(**given)
    # --help and what is wrong with the options do without AWS's libraries, which take a while to load.
    from permission_guard.cli.scan.run import run  # noqa: PLC0415

    return run(options, context.obj)
