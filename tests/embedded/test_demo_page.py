"""The page of the demo shows every fault that the demo plays."""

from tests.embedded.demo_page import PAGE
from tests.embedded.story import FAULTS, OBSERVED


def test_the_page_of_the_demo_shows_every_fault() -> None:
    shown = PAGE.read_text()

    assert [fault.title for fault in (OBSERVED, *FAULTS) if f"  ✓ {fault.title}\n" not in shown] == []
