"""The command `explain`: one verdict for each thing in a function or in a policy document, with its proof in plain words."""

from __future__ import annotations

from typing import Any, Final

import click

from permission_guard.cli import shown
from permission_guard.cli.endings import Unusable
from permission_guard.cli.given import Asked, Given, asked, trusting
from permission_guard.cli.live import as_it_is
from permission_guard.cli.output import written
from permission_guard.explanation import Explanation, verdict
from permission_guard.explanation import explain as explained
from permission_guard.finding import Verdict

EXIT_CODES: Final = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 2}

_HELP: Final = """\
Say whether a function or policy documents keep the guard's rules, and why, in plain words.

FUNCTION is a name, name:alias or an ARN: it is read from AWS as it is now, with your own credentials, and nothing is
changed. With --policy nothing is asked of AWS.

A document whose statements have a Principal is the function's resource policy: there can be one. Documents without
are policies of the function's execution role, and count together. What AWS's command line prints is taken as it is:
of lambda get-policy, iam get-policy-version and iam get-role-policy.

Service control policies and resource control policies are not considered.

\b
Exit codes:
  0  everything passes
  1  something fails
  2  something cannot be told, and nothing fails
  3  the input cannot be used
"""


@click.command(help=_HELP, short_help="Explain a function as it is, or policy documents.")
@click.argument("name", metavar="[FUNCTION]", required=False)
@click.option("--statement", metavar="SID", help="Explain this statement of the resource policy alone.")
@click.option("--region", metavar="REGION", help="Of the FUNCTION. Default: as the AWS CLI has it.")
@click.option("--profile", metavar="NAME", help="Whose credentials. Default: as the AWS CLI has it.")
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    multiple=True,
    help="A policy document; - for standard input. Repeatable.",
)
@click.option("--boundary", metavar="FILE", help="The role's permissions boundary.")
@click.option(
    "--function", metavar="ARN", help="The function. Default: the one that the resource policy is about."
)
@click.option("--log-group", metavar="NAME", help="Its log group. Default: /aws/lambda/NAME.")
@click.option(
    "--log-group-exists/--no-log-group-exists", default=None, help="Whether the log group is there already."
)
@click.option("--role-arn", metavar="ARN", help="The execution role.")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A tag of the role. Repeatable.")
@trusting
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for machines.",
)
@click.pass_context
def explain(  # one for each option that is not about a document
    context: click.Context,
    /,
    name: str | None,
    statement: str | None,
    region: str | None,
    profile: str | None,
    format_: str,
    **given: Any,
) -> int:
    """Read, judge, tell; the exit code is the verdict."""
    typed = Given(**given)
    if name is None and not typed.policies:
        raise Unusable("say a FUNCTION to be read from AWS, or --policy FILE for a document")
    if name is None and (region or profile):
        raise Unusable("--region and --profile are for a FUNCTION that is read from AWS: there is none")
    if name is not None and (typed.policies or typed.of_the_role or typed.function):
        raise Unusable(
            "a FUNCTION is read from AWS as it is: leave out what says otherwise, such as --policy"
        )
    what = asked(typed) if name is None else as_it_is(name, typed, profile, region, context.obj)
    explanations = _about(statement, explained(what.facts, what.trusted), what)
    show = shown.body if format_ == "json" else shown.text
    written(show(what, explanations))
    return EXIT_CODES[verdict(explanations)]


def _about(sid: str | None, found: tuple[Explanation, ...], what: Asked) -> tuple[Explanation, ...]:
    """Return what was found of a statement, or everything. Raises Unusable if there is none of that name."""
    if sid is None:
        return found
    policy = what.facts.resource_policy
    places = {one.index for one in policy.statements if one.sid == sid} if policy else set()
    if not places:
        raise Unusable(
            f"--statement: no statement of {what.facts.target}'s resource policy is called {sid!r}"
        )
    return tuple(one for one in found if one.finding.statement in places)
