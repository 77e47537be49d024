"""`python -m tests.embedded [--plain]`: the whole story; exit code 0 only if everything in it came true."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tests.embedded import stack
from tests.embedded.clients import administrator, clients_of
from tests.embedded.commands import CommandFailedError
from tests.embedded.emulator import EmulatorFailedError, running_emulator
from tests.embedded.inbox import open_inbox
from tests.embedded.later import LATER, drilled, journal
from tests.embedded.page import Page
from tests.embedded.people import bring_in_alice
from tests.embedded.runtime import Programs, RuntimeFailedError, programs, tried
from tests.embedded.scene import Ending, Scene
from tests.embedded.stack import SamFailedError
from tests.embedded.story import FAULTS, OBSERVED, live_compliant, suffer

if TYPE_CHECKING:
    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.stack import Stack


def main() -> int:
    """Tell the story on a page."""
    page = Page(plain="--plain" in sys.argv[1:])
    try:
        page.head(
            "An emulated AWS on this machine, and the guard deployed into it (CloudTrail and the schedules are played)"
        )
        with page.step("sam build"):
            stack.build()
        with running_emulator() as emulator:
            problems = _play(page, emulator, clients_of(emulator, administrator(emulator)))
    except (CommandFailedError, EmulatorFailedError, RuntimeFailedError, SamFailedError) as failed:
        print(failed, file=sys.stderr)
        return 1
    good = "Everything that could be repaired is repaired, and the rest is reported."
    page.close("\n".join(problems) or good, good=not problems)
    return 1 if problems else 0


def _play(page: Page, emulator: Emulator, admin: Clients) -> list[str]:
    """Play all of it, and return what was wrong."""
    before = stack.inventory(admin)
    with page.step("sam deploy (IAM is enforced: the guard may do what template.yaml grants, and no more)"):
        deployed = stack.deploy(emulator, admin, "Observe")
    wrong = _try_the_package(page, emulator, admin, deployed)
    people = bring_in_alice(emulator, admin)
    scene = Scene(people, deployed, open_inbox(admin, deployed.alerts_topic_arn))

    page.head("First it only observes")
    endings = [page.part("imports", partial(suffer, OBSERVED, scene))]
    people.trail.records.clear()
    with page.step("sam deploy --parameter-overrides Mode=Enforce: from now on it repairs"):
        stack.deploy(emulator, admin, "Enforce")
    page.head("Alice makes mistakes")
    endings += [page.part(fault.title, partial(suffer, fault, scene)) for fault in FAULTS]
    endings.append(page.part("billing", partial(live_compliant, scene)))
    page.head("What happens later")
    endings += [page.part(doing, partial(happen, scene)) for doing, happen in LATER]
    page.head("What the guard remembers")
    endings.append(page.part("permission-guard journal", partial(journal, scene)))
    page.head("The proof that works in a real account, too")
    endings.append(page.part("permission-guard drill", partial(drilled, scene)))
    wrong += _problems(scene, endings)

    page.head("Leaving")
    with page.step("sam delete: nothing is left behind"):
        scene.inbox.close()
        people.tidy_up()
        stack.delete(emulator)
    return wrong + [f"left behind: {name}" for name in sorted(stack.inventory(admin) - before)]


def _try_the_package(page: Page, emulator: Emulator, admin: Clients, deployed: Stack) -> list[str]:
    found = programs()
    if not isinstance(found, Programs):
        print(f"  the package was not tried under Lambda's own runtime: {found}")
        return []
    with page.step("the package starts and answers under Lambda's own runtime client"):
        return tried(found, emulator, admin, deployed)


def _problems(scene: Scene, endings: list[Ending]) -> list[str]:
    """What was wrong with the story, and what has nothing to do with it."""
    problems = [f"{ending.title}: {ending.wrong}" for ending in endings if ending.wrong]
    left = scene.settle()
    expected = Counter(alert for ending in endings for alert in ending.alerts)
    stray = (Counter(scene.inbox.received) - expected).elements()
    problems += [f"an alert that nobody needed: {alert.subject}" for alert in stray]
    dead = scene.people.admin.sqs.receive_message(
        QueueUrl=scene.stack.dead_letter_queue_url, MaxNumberOfMessages=10
    )
    problems += [f"a dead letter: {message['Body']}" for message in dead.get("Messages", [])]
    problems += [f"the guard's log: {error}" for error in stack.errors(scene.people.admin, scene.stack)]
    return problems + ([f"{left} messages were never handled"] if left else [])


if __name__ == "__main__":
    sys.exit(main())
