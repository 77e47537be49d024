"""The page shows what happened in lines that a person can read."""

import pytest

from tests.embedded.page import WIDTH, Page
from tests.embedded.story import Ending

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
    )
    Page(plain=True).part("orders", lambda: Ending("orders: a fault", rows))

    assert capsys.readouterr().out.splitlines() == [
        "  ✓ orders: a fault",
        "      proof    logs:CreateLogStream on log-group:/aws/lambda/orders is not allowed",
        f"      because  {' '.join(['a-long-word-with-hyphens'] * 3)}",
        f"               {' '.join(['a-long-word-with-hyphens'] * 3)}",
    ]


def test_the_arns_of_what_is_bound_are_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    Page(plain=True).part("orders", lambda: Ending("orders", (("after", f"only if aws:SourceArn {TOPIC}"),)))

    assert capsys.readouterr().out.splitlines()[1] == f"      after  only if aws:SourceArn {TOPIC}"


def test_what_went_wrong_is_crossed_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    ending = Ending("orders: a fault", (), wrong="no alert arrived")
    assert Page(plain=True).part("orders", lambda: ending) is ending

    assert capsys.readouterr().out.splitlines() == ["  ✗ orders: a fault", "      wrong  no alert arrived"]


def test_no_line_of_a_row_is_wider_than_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    Page(plain=True).part("orders", lambda: Ending("orders", (("proof", "word " * 100),)))

    assert max(map(len, capsys.readouterr().out.splitlines())) <= WIDTH
