"""The README shows what the demo printed, and tells of every fault in it."""

from tests.embedded.readme import BEGIN, END, README, shown
from tests.embedded.story import FAULTS, OBSERVED

OUTPUT = """
An AWS on this machine alone
  ✓ sam build

First it only observes
  ✓ reports: its role is denied
      proof    a request is explicitly denied: Quiet of inline
               policy Quiet denies it explicitly
      stays    Deny logs:*
      because  it would not help: Quiet of
               inline policy Quiet denies it

What happens later
  ✓ all events are delivered a second time
      alert  none

What the guard remembers
  ✓ permission-guard journal
"""


def test_what_happens_is_shown_without_the_proofs() -> None:
    assert shown(OUTPUT) == (
        "First it only observes\n"
        "  ✓ reports: its role is denied\n"
        "      stays    Deny logs:*\n"
        "      because  it would not help: Quiet of\n"
        "               inline policy Quiet denies it\n"
        "\n"
        "What happens later\n"
        "  ✓ all events are delivered a second time\n"
        "      alert  none\n"
    )


def test_the_readme_tells_of_every_fault() -> None:
    text = README.read_text()
    told = text[text.index(BEGIN) : text.index(END)]

    assert [fault.title for fault in (OBSERVED, *FAULTS) if f"  ✓ {fault.title}\n" not in told] == []
