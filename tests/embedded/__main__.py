"""`python -m tests.embedded [--plain]`: the whole story; exit code 0 only if everything in it came true."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tests.embedded import stack, takeover, trial
from tests.embedded.clients import administrator, clients_of
from tests.embedded.commands import CommandFailedError
from tests.embedded.emulator import EmulatorFailedError, running_emulator
from tests.embedded.inbox import open_inbox
from tests.embedded.page import Page
from tests.embedded.people import bring_in_alice
from tests.embedded.runtime import Programs, RuntimeFailedError, programs
from tests.embedded.scene import Scene, runs_of
from tests.embedded.sequels import SEQUELS, journal
from tests.embedded.stack import SamFailedError
from tests.embedded.story import FAULTS, Ending, live_compliant, suffer

if TYPE_CHECKING:
    from tests.embedded.clients import Clients
    from tests.embedded.emulator import Emulator
    from tests.embedded.stack import Stack


def main() -> int:
    """Tell the story on a page."""
    page = Page(plain="--plain" in sys.argv[1:])
    try:
        return _run(page)
    except (CommandFailedError, EmulatorFailedError, RuntimeFailedError, SamFailedError) as failed:
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
        problems = _try_the_package(page, emulator, clients, deployed)
        people = bring_in_alice(emulator, clients)
        inbox = open_inbox(clients, deployed.alerts_topic_arn)
        scene = Scene(people, deployed, inbox, runs_of(clients, deployed))
        problems += _tell(page, scene)
        page.head("Leaving")
        with page.step(
            "sam deploy --config-env observe: it tries itself, and a version that only observes takes over"
        ):
            problems += takeover.observed(emulator, clients, deployed)
        problems += _leave(page, emulator, scene, before)
    good = not problems
    page.close(
        "Everything that could be repaired is repaired, the rest is told." if good else "\n".join(problems),
        good=good,
    )
    return 0 if good else 1


def _try_the_package(page: Page, emulator: Emulator, clients: Clients, deployed: Stack) -> list[str]:
    found = programs()
    if not isinstance(found, Programs):
        page.say(f"the package was not tried under Lambda's own runtime: {found}")
        return []
    with page.step("the package starts and answers under Lambda's own runtime client"):
        return trial.tried(found, emulator, clients, deployed)


def _tell(page: Page, scene: Scene) -> list[str]:
    page.head("Alice makes mistakes")
    endings = [page.part(fault.title, partial(suffer, fault, scene)) for fault in FAULTS]
    endings.append(page.part("billing", partial(live_compliant, scene)))
    page.head("What happens later")
    endings += [page.part(doing, partial(happen, scene)) for doing, happen in SEQUELS]
    page.head("What the guard remembers")
    endings.append(page.part("permission-guard journal", partial(journal, scene)))
    missed = scene.settle()
    scene.inbox.collect(wait_seconds=1)
    return [*_problems(scene, endings), *([f"the guard never saw {missed} events"] if missed > 0 else [])]


def _problems(scene: Scene, endings: list[Ending]) -> list[str]:
    problems = [f"{ending.title}: {ending.wrong}" for ending in endings if ending.wrong]
    expected = Counter(alert for ending in endings for alert in ending.alerts)
    stray = (Counter(scene.inbox.received) - expected).elements()
    problems += [f"an alert that nobody needed: {alert.subject}" for alert in stray]
    answer = scene.people.admin.sqs.receive_message(
        QueueUrl=scene.stack.dead_letter_queue_url, MaxNumberOfMessages=10
    )
    return problems + [f"a dead letter: {message['Body']}" for message in answer.get("Messages", [])]


def _leave(page: Page, emulator: Emulator, scene: Scene, before: frozenset[str]) -> list[str]:
    with page.step("sam delete"):
        scene.inbox.close()
        scene.people.tidy_up()
        stack.delete(emulator)
    left = stack.inventory(scene.people.admin) - before
    page.say("nothing is left behind", good=not left)
    return [f"left behind: {name}" for name in sorted(left)]


if __name__ == "__main__":
    sys.exit(main())
