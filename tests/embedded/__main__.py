"""`python -m tests.embedded [--plain]`: the whole story; exit code 0 only if everything in it came true."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from tests.embedded import stack
from tests.embedded.clients import administrator, clients_of
from tests.embedded.emulator import EmulatorFailedError, running_emulator
from tests.embedded.inbox import open_inbox
from tests.embedded.page import Page
from tests.embedded.people import bring_in_alice
from tests.embedded.stack import SamFailedError, Stack
from tests.embedded.story import FAULTS, FUNCTIONS, ROLES, Ending, live_compliant, suffer

if TYPE_CHECKING:
    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.inbox import Inbox
    from tests.embedded.people import People

# Every call of the story that CloudTrail records wakes the guard once: four functions, four permissions.
CALLS = 8
SETTLE_SECONDS = 15


def main() -> int:
    """Tell the story on a page."""
    page = Page(plain="--plain" in sys.argv[1:])
    try:
        return _run(page)
    except (EmulatorFailedError, SamFailedError) as failed:
        print(failed, file=sys.stderr)
        return 1


def _run(page: Page) -> int:
    page.head("An AWS on this machine alone, and the guard deployed into it")
    with page.step("sam build"):
        stack.build()
    with running_emulator() as emulator:
        clients = clients_of(emulator, administrator(emulator))
        before = stack.inventory(clients)
        with page.step(
            "sam deploy (IAM is enforced: the guard may do what template.yaml grants, and no more)"
        ):
            deployed = stack.deploy(emulator, clients)
        inbox, people = open_inbox(clients, deployed.alerts_topic_arn), bring_in_alice(emulator, clients)
        problems = _tell(page, deployed, people, inbox) + _dead_letters(clients, deployed)
        problems += _leave(page, emulator, clients, people, inbox, before)
    good = not problems
    page.close(
        "Everything that could be repaired is repaired, the rest is told." if good else "\n".join(problems),
        good=good,
    )
    return 0 if good else 1


def _tell(page: Page, deployed: Stack, people: People, inbox: Inbox) -> list[str]:
    page.head("Alice makes mistakes")
    with page.step("billing: can log, and its permission names its source (no fault, for comparison)"):
        live_compliant(people)
    endings: list[Ending] = []
    for fault in FAULTS:
        with page.step(fault.title):
            endings.append(suffer(fault, people, inbox))
    with page.step("waiting until the guard has seen every call"):
        handled = _handled(people.admin, deployed)
        inbox.collect(wait_seconds=1)
    page.head("What the guard made of them")
    page.table(endings)
    page.head("Read back from the account")
    page.before_and_after(endings)
    return _problems(page, endings, inbox, handled)


def _problems(page: Page, endings: list[Ending], inbox: Inbox, handled: int) -> list[str]:
    problems = [f"{ending.fault.title}: {ending.wrong}" for ending in endings if ending.wrong]
    expected = [ending.alert for ending in endings]
    stray = [alert.subject for alert in inbox.received if alert not in expected]
    page.say("billing: nothing was changed, and nobody was alarmed", good=not stray)
    problems += [f"an alert that nobody needed: {subject}" for subject in stray]
    if handled < CALLS:
        problems.append(f"the guard saw only {handled} of {CALLS} calls")
    return problems


def _handled(clients: Clients, deployed: Stack) -> int:
    """How often the guard has run, by its own log; waits until that is once for each call."""
    name = deployed.guard_function_arn.rpartition(":")[2]
    group = clients.functions.get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        pages = clients.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        handled = sum(
            event["message"].startswith("REPORT RequestId") for page in pages for event in page["events"]
        )
        if handled >= CALLS or time.monotonic() > end:
            return handled
        time.sleep(0.2)


def _dead_letters(clients: Clients, deployed: Stack) -> list[str]:
    answer = clients.sqs.receive_message(QueueUrl=deployed.dead_letter_queue_url, MaxNumberOfMessages=10)
    return [f"a dead letter: {message['Body']}" for message in answer.get("Messages", [])]


def _leave(
    page: Page, emulator: Emulator, clients: Clients, people: People, inbox: Inbox, before: frozenset[str]
) -> list[str]:
    page.head("Leaving")
    with page.step("sam delete"):
        inbox.close()
        people.tidy_up(FUNCTIONS, ROLES)
        stack.delete(emulator)
    left = stack.inventory(clients) - before
    page.say("nothing is left behind", good=not left)
    return [f"left behind: {name}" for name in sorted(left)]


if __name__ == "__main__":
    sys.exit(main())
