"""A text of anybody's stays the text that it is in each of the languages."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from permission_guard.alerts.patches.quoting import expression, in_hcl, in_typescript, in_yaml, quoted_in_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = [
    "",
    "no",
    "null",
    "0x1f",
    "a: b",
    "a #b",
    "a:",
    "- a",
    "&a",
    "*",
    "\n  Principal: '*'",
    '"}\n}',
    '${file("/etc/passwd")}',
    "%{ if true }",
    "'); exec('rm -rf ~'); ('",
    "`${process.env.HOME}`",
    "\u202e\u2028\x85\x1b[2J",
    "\\",
    "\U000e0001",
]  # fmt: skip


@given(TEXTS)
def test_yaml_reads_back_what_was_written(text: str) -> None:
    assert yaml.safe_load(f"a: {in_yaml(text)} # add") == {"a": text}
    assert yaml.safe_load(f"[{quoted_in_yaml(text)}]") == [text]


@pytest.mark.parametrize("text", HOSTILE)
def test_yaml_reads_back_a_hostile_text(text: str) -> None:
    assert yaml.safe_load(f"a: {in_yaml(text)} # add") == {"a": text}


def read_hcl(literal: str) -> str:
    """Read a literal as https://developer.hashicorp.com/terraform/language/expressions/strings says."""
    inner = re.fullmatch(r'"((?:[^"\\\n]|\\.|\\\n)*)"', literal)
    assert inner is not None
    assert not re.search(r"(?<![$])(?:[$][$])*[$]\{|(?<![%])(?:[%][%])*[%]\{", inner[1])
    plain = inner[1].replace("$${", "${").replace("%%{", "%{")
    return re.sub(
        r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))",
        lambda found: chr(int(found[1] or found[2], 16)) if found[1] or found[2] else found[3],
        plain,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_terraform_reads_a_hostile_text_as_a_text_and_no_template(text: str) -> None:
    assert read_hcl(in_hcl(text)) == text


@given(TEXTS)
def test_terraform_reads_back_what_was_written(text: str) -> None:
    assert in_hcl(text).isprintable()
    if "${" not in text and "%{" not in text:
        assert read_hcl(in_hcl(text)) == text


@given(TEXTS)
def test_typescript_reads_back_what_was_written(text: str) -> None:
    literal = in_typescript(text)
    inner = re.fullmatch(r"'((?:[^'\\]|\\.)*)'", literal)
    assert literal.isprintable()
    assert inner is not None
    read = re.sub(
        r"\\(?:u\{([0-9a-f]+)\}|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else found[2],
        inner[1],
    )
    assert read == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_an_expression_in_yaml_says_the_same_json(value: object) -> None:
    written = expression(value, quoted_in_yaml)  # type: ignore[arg-type]  # JSON by the strategy
    assert yaml.safe_load(written) == value


@given(JSON)
def test_an_expression_has_a_line_for_each_member(value: object) -> None:
    assert json.loads(expression(value, json.dumps)) == value  # type: ignore[arg-type]  # same
