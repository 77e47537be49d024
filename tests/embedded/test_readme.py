"""The README shows what the demo printed, and tells of every fault in it."""

from tests.embedded.readme import BEGIN, END, README
from tests.embedded.story import FAULTS, OBSERVED


def test_the_readme_names_every_fault() -> None:
    text = README.read_text()
    reported = text[text.index(BEGIN) : text.index(END)]

    assert [fault.title for fault in (OBSERVED, *FAULTS) if f"  ✓ {fault.title}\n" not in reported] == []
