"""Commands on the journal with IAM enforced: what the page lists is enough, and one right less is one clear line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from unittest import mock

import boto3
import pytest
from click.testing import CliRunner, Result

from permission_guard.aws.clients import Clients as OurClients
from permission_guard.aws.drill import Stage as DrillStage
from permission_guard.aws.dynamodb import Table
from permission_guard.aws.journal import DynamoJournal
from permission_guard.aws.login import log_in
from permission_guard.cli import main
from permission_guard.journal.entry import Attached, Entry, is_accepted
from permission_guard.journal.entry_json import entry_of, written
from permission_guard.ports import Refused
from tests import template
from tests.cli.test_accept import open_to_a_partner
from tests.embedded.clients import Clients, Credentials, administrator, clients_of, environment_of
from tests.embedded.emulator import ACCOUNT, REGION, Emulator, running_emulator
from tests.embedded.people import LOGGING_POLICY, come
from tests.embedded.rights import rights
from tests.undoing import attached

NOW = datetime.now(UTC)
STACK = {
    "Resources": {"Journal": template.written()["Resources"]["Journal"]},
    "Outputs": {"JournalTableName": {"Value": {"Ref": "Journal"}}},
}


@dataclass(frozen=True)
class Stage:
    """A stack with a journal and nothing else, a role to which the guard has attached its policy, and Bob."""

    emulator: Emulator
    admin: Clients
    role_id: str
    bob: Credentials

    @property
    def journal(self) -> DynamoJournal:
        (name,) = self.admin.dynamodb.list_tables()["TableNames"]
        return DynamoJournal(Table(OurClients(boto3.Session()), name))

    @contextmanager
    def as_bob(self, actions: list[str]) -> Iterator[None]:
        """Work with these rights and no others."""
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.admin.iam.put_role_policy(RoleName="bob", PolicyName="only", PolicyDocument=document)
        with mock.patch.dict(os.environ, environment_of(self.emulator, self.bob), clear=True):
            yield

    def run(self, actions: list[str], *arguments: str) -> Result:
        """Let Bob run a command."""
        with self.as_bob(actions):
            return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def reset(self) -> None:
        """Write the entries as the guard would have, and attach its policy."""
        self.admin.iam.attach_role_policy(RoleName="role", PolicyArn=LOGGING_POLICY)
        with mock.patch.dict(os.environ, environment_of(self.emulator, administrator(self.emulator))):
            journal = self.journal
            kept = {one.id: one.version for one in journal.all()}
            entries = [self._here(one) for one in (attached().entry, *open_to_a_partner().journal.all())]
            journal.write(tuple(replace(one, version=kept.get(one.id, 0)) for one in entries))

    def _here(self, entry: Entry) -> Entry:
        """The same entry about this account and its role."""
        here = entry_of(written(entry).replace("111122223333", ACCOUNT))
        if isinstance(here.change, Attached):
            return replace(here, change=replace(here.change, role_id=self.role_id))
        return here

    @property
    def entries(self) -> dict[str, Entry]:
        with mock.patch.dict(os.environ, environment_of(self.emulator, administrator(self.emulator))):
            return {one.id: one for one in self.journal.all()}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_emulator() as emulator:
        admin = clients_of(emulator, administrator(emulator))
        admin.cloudformation.create_stack(StackName="permission-guard", TemplateBody=json.dumps(STACK))
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = admin.iam.create_role(RoleName="role", AssumeRolePolicyDocument=document)["Role"]
        nothing = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        _, bob = come(admin, "bob", "bob", json.dumps({"Version": "2012-10-17", "Statement": [nothing]}))
        yield Stage(emulator, admin, role["RoleId"], bob)


ACCEPT = ("orders", "--rule", "cross-account-access", "--statement", "one", "--reason", "ticket 42")
COMMANDS = {
    "journal": ("journal",),
    "journal FUNCTION": ("journal", "orders"),
    "accept FUNCTION": ("accept", *ACCEPT),
    "accept --list": ("accept", "--list"),
    "accept FUNCTION --list": ("accept", "orders", "--list"),
    "accept --remove": ("accept", "--remove", "ACCEPTED"),
    "undo on a role": ("undo", "ATTACHED", "--yes"),
    "undo --all-attached": ("undo", "--all-attached", "--yes"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_rights_of_the_page_are_enough_and_none_is_missing_unnoticed(command: str, stage: Stage) -> None:
    stage.reset()
    if command == "accept --remove":
        assert stage.run(rights("accept FUNCTION"), "accept", *ACCEPT).exit_code == 0
    names = {
        "ACCEPTED": next((id_ for id_, one in stage.entries.items() if one.acceptance), ""),
        "ATTACHED": next(
            id_ for id_, one in stage.entries.items() if one.change and "role" in str(one.change)
        ),
    }
    arguments = [names.get(one, one) for one in COMMANDS[command]]
    listed = rights(command)
    for missing in listed:
        result = stage.run([one for one in listed if one != missing], *arguments)
        said = " ".join(result.output.split())
        assert (result.exit_code, missing.partition(":")[2] in said) == (1, True), (missing, said)
    done = stage.run(listed, *arguments)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    left = stage.admin.iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"]
    assert (left == []) is command.startswith("undo")
    accepted = [one.finding.statement for one in stage.entries.values() if is_accepted(one, NOW)]
    assert len(accepted) == (command == "accept FUNCTION")


def test_a_drill_reads_the_event_history_with_one_right(stage: Stage) -> None:
    # The emulator has no PutResourcePolicy, so the drill of the demo does not ask for its event.
    with stage.as_bob(["cloudtrail:LookupEvents"]):
        assert DrillStage(log_in(None, REGION)).write_event("guard", "drill", NOW) is None
    with stage.as_bob(["cloudtrail:DescribeTrails"]), pytest.raises(Refused, match="cloudtrail:LookupEvents"):
        DrillStage(log_in(None, REGION)).write_event("guard", "drill", NOW)
