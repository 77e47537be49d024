"""`make org`: the guard in every account and region of an organisation. `docs/organization.md` says what comes first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from organization.buckets import prepare, upload
from organization.package import FOLDER, pack
from organization.stack_set import StackSet, Unsuccessful, Wanted
from organization.template import PREFIX, for_stack_sets
from organization.template import written as as_written

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import CallAsType

ROOT: Final = Path(__file__).parents[2]
BUILT: Final = ROOT / ".aws-sam" / "build" / "Guard"
MADE: Final = ROOT / ".aws-sam" / "organization"
NAME: Final = "permission-guard"
"""Of the StackSet."""
ROLE_CHANGES: Final = "RoleChangeRegions"
"""The parameter that names the regions that hear of changes to roles: those that are deployed to."""


Check: TypeAlias = Callable[[click.Context, click.Parameter, str], str]


def matching(form: str) -> Check:
    """Make the check of an option whose value, or each value with commas between, must have a form."""

    def check(_context: click.Context, _option: click.Parameter, value: str) -> str:
        for one in value.split(","):
            if not re.fullmatch(form, one):
                raise click.BadParameter(f"{one!r} does not look like {form}")
        return value

    return check


def written(package: Path, template: Path) -> str:
    """Write the package and the template that names it; return the package's key. Raises FileNotFoundError."""
    key = pack(BUILT, package)
    template.write_text(json.dumps(for_stack_sets(key), indent=1))
    return key


def settings(given: tuple[str, ...], known: set[str]) -> dict[str, str]:
    """Read NAME=VALUE pairs. Raises UsageError, which names the pair."""
    found: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or name not in known:
            raise click.UsageError(
                f"--parameter {pair!r}: say NAME=VALUE with one of {', '.join(sorted(known))}"
            )
        found[name] = value
    return found


@click.group()
def main() -> None:
    """Deploy the guard to an organisation."""


@main.command("template")
def template_command() -> None:
    """Write the package and the template for StackSets, and touch nothing else."""
    try:
        key = written(MADE / "package.zip", MADE / "template.json")
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{(MADE / 'template.json').relative_to(ROOT)}, with the code at {key}")


@main.command()
@click.option("--organization", callback=matching("o-[a-z0-9]{10,32}"), required=True, help="Its id, o-...")
@click.option(
    "--units",
    callback=matching("r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}"),
    required=True,
    help="Organizational units, or the root, with commas between.",
)
@click.option(
    "--regions",
    callback=matching("[a-z]{2}(-[a-z]+)+-[0-9]"),
    required=True,
    help="Regions, with commas between; a new version comes to the first one first.",
)
@click.option(
    "--bucket-prefix",
    callback=matching("[a-z0-9][a-z0-9-]{1,40}[a-z0-9]"),
    required=True,
    help="How the names of the code's buckets begin; a hyphen and the region follow.",
)
@click.option(
    "--parameter", "parameters", multiple=True, help="NAME=VALUE of the template; as often as needed."
)
@click.option("--delegated", is_flag=True, help="This account is a delegated administrator of StackSets.")
def deploy(
    *,
    organization: str,
    units: str,
    regions: str,
    bucket_prefix: str,
    parameters: tuple[str, ...],
    delegated: bool,
) -> None:
    """Upload the built package to a bucket in each region, then make or update the StackSet.

    The credentials are those of the management account, or of a delegated administrator; the region of the session is
    the one that administers the StackSet.
    """
    known = set(as_written()["Parameters"])
    given = {ROLE_CHANGES: regions} | settings(parameters, known) | {PREFIX: bucket_prefix}
    places = tuple(regions.split(","))
    try:
        url = _uploaded(organization, places, bucket_prefix)
        call_as: CallAsType = "DELEGATED_ADMIN" if delegated else "SELF"
        wanted = Wanted(NAME, url, tuple(units.split(",")), places, given, call_as)
        StackSet(boto3.client("cloudformation"), wanted, click.echo).deploy()
    except (BotoCoreError, ClientError, FileNotFoundError, Unsuccessful) as error:
        raise click.ClickException(str(error)) from error


def _uploaded(organization: str, regions: tuple[str, ...], bucket_prefix: str) -> str:
    """Upload the package everywhere, and the template to the first region; return the template's address."""
    package, template = MADE / "package.zip", MADE / "template.json"
    key = written(package, template)
    owner = boto3.client("sts").get_caller_identity()["Account"]
    for region in regions:
        s3, bucket = boto3.client("s3", region_name=region), f"{bucket_prefix}-{region}"
        prepare(s3, bucket, organization, owner)
        is_new = upload(s3, bucket, key, package, owner)
        click.echo(f"{bucket}: {'uploaded' if is_new else 'has it'}")
    s3, bucket = boto3.client("s3", region_name=regions[0]), f"{bucket_prefix}-{regions[0]}"
    template_key = f"{FOLDER}/{key.rpartition('/')[2].removesuffix('.zip')}.template.json"
    s3.put_object(Bucket=bucket, Key=template_key, Body=template.read_bytes(), ExpectedBucketOwner=owner)
    return f"https://{bucket}.s3.{regions[0]}.{_domain(regions[0])}/{template_key}"


def _domain(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


if __name__ == "__main__":
    main(prog_name="make org")
