"""The page shows what happened in lines that a person can read."""

import pytest

from tests.embedded.page import WIDTH, Page
from tests.embedded.scene import Ending

LOG_STREAM = (
    "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/orders:log-stream:2026/01/31/[$LATEST]01"
)
TOPIC = "arn:aws:sns:us-east-1:123456789012:order-placed"


def test_a_part_of_the_story_is_told_in_aligned_rows_that_break_between_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = (
        ("proof", f"logs:CreateLogStream on {LOG_STREAM} is not allowed"),
        ("because", " ".join(["a-long-word-with-hyphens"] * 6)),
        ("after", f"only if aws:SourceArn {TOPIC}"),
    )
    ending = Ending("orders: a fault", rows, wrong="no alert arrived")
    assert Page(plain=True).part("orders", lambda: ending) is ending

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "  ✗ orders: a fault",
        "      proof    logs:CreateLogStream on log-group:/aws/lambda/orders is not allowed",
        f"      because  {' '.join(['a-long-word-with-hyphens'] * 3)}",
        f"               {' '.join(['a-long-word-with-hyphens'] * 3)}",
        f"      after    only if aws:SourceArn {TOPIC}",
        "      wrong    no alert arrived",
    ]
    assert max(map(len, lines)) <= WIDTH


def test_what_came_true_is_ticked(capsys: pytest.CaptureFixture[str]) -> None:
    Page(plain=True).part("orders", lambda: Ending("orders: repaired", ()))

    assert capsys.readouterr().out == "  ✓ orders: repaired\n"
