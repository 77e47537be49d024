"""The streams that Lambda can make, and random policies about them, against enumeration and the ordinary evaluator."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Final

import pytest

from permission_guard.access.granted import Granted
from permission_guard.access.meter import BUDGET, BudgetSpent, Meter
from permission_guard.iam import EvalDecision, FunctionArn, IamPrincipal, Policy, Request, decide
from permission_guard.iam.policy import Json
from permission_guard.model.facts import Configuration, FunctionFacts, RoleFacts
from permission_guard.model.finding import DeniedRequest, Finding, Undecided, Verdict
from permission_guard.rules import role_can_write_logs
from permission_guard.rules.log_streams import LATEST, YEARS, streams
from permission_guard.rules.logging_words import ADVICE_IN_DOUBT
from tests.access.setting import after, reads
from tests.thorough import examples

FUNCTION: Final = FunctionArn.parse("arn:aws:lambda:us-east-1:123456789012:function:orders")
ROLE: Final = "arn:aws:iam::123456789012:role/orders"
LOGS: Final = "arn:aws:logs:us-east-1:123456789012:log-group:"
DEFAULT, CUSTOM = "/aws/lambda/orders", "/shop"
IDS: Final = ("0123456789abcdef" * 2, "f" * 32, "0" * 32, "a1" * 16)
NAME: Final = re.compile(
    r"(\d{4})/(\d\d)/(\d\d)/(.*)\[(\$LATEST|[1-9][0-9]*)\](\[?)([0-9a-f]{32})(\]?)", re.DOTALL
)
BLOCKS: Final = 10


def is_stream(name: str, group: str) -> bool:
    """Whether Lambda can make a stream of this name: by the calendar and a regular expression, without automata."""
    found = NAME.fullmatch(name)
    if found is None:
        return False
    year, month, day, function, _, before, _, after = found.groups()
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    bracketed = bool(before)
    own = group == CUSTOM
    fits = (
        function == ("orders" if own else "") and (before == "[") == (after == "]") and (own or not bracketed)
    )
    return fits and int(year) in YEARS


def enumerated(group: str) -> list[str]:
    """Streams of all kinds: first and last days, leap days, versions of one digit and more, and both ends of a name."""
    days = ("2026/01/01", "2026/12/31", "2027/02/28", "2028/02/29", "2031/10/09", "2040/04/30", "2099/12/31")
    ends = (("", ""), ("[", "]")) if group == CUSTOM else (("", ""),)
    name = "orders" if group == CUSTOM else ""
    return [
        f"{day}/{name}[{version}]{before}{identity}{after}"
        for day, version, identity, (before, after) in product(days, (LATEST, "1", "7", "10"), IDS, ends)
    ]


def test_a_stream_begins_with_any_day_of_the_calendar_from_2026_to_2099_and_with_nothing_else() -> None:
    every = streams(LOGS + DEFAULT, (), (LATEST, None)).every
    start = after(every.shape, f"{LOGS}{DEFAULT}:log-stream:", {every.shape.start})
    years = [f"{year}" for year in range(2024, 2102) if after(every.shape, f"{year}/", start)]
    texts = [
        f"{year}/{month:02}/{day:02}/" for year in (2028, 2099) for month in range(14) for day in range(33)
    ]

    assert years == [f"{year}" for year in range(2026, 2100)]
    for year, days in ((2028, 366), (2099, 365)):
        found = [text for text in texts if text.startswith(f"{year}") and after(every.shape, text, start)]
        assert found == [f"{date(year, 1, 1) + timedelta(one):%Y/%m/%d/}" for one in range(days)]


@pytest.mark.parametrize("group", [DEFAULT, CUSTOM])
def test_the_shape_has_the_names_that_lambda_makes_and_no_other(group: str) -> None:
    random, every = (
        Random(group),
        streams(LOGS + group, ("orders",) if group == CUSTOM else (), (LATEST, None)).every,
    )
    start = f"{LOGS}{group}:log-stream:"

    for name in enumerated(group):
        assert reads(every.shape, every.shape.start, start + name)
        for _ in range(3):
            place, letter = random.randrange(len(name)), random.choice("0123456789/[]$abof")
            changed = name[:place] + letter + name[place + random.randrange(2) :]
            assert reads(every.shape, every.shape.start, start + changed) == is_stream(changed, group), (
                changed
            )


def test_the_number_of_a_version_has_at_most_eight_digits_and_no_zero_before_them() -> None:
    every = streams(LOGS + DEFAULT, (), (None,)).every
    numbers = ("1", "10", "99999999", "100000000", "0", "01", "$LATEST", "")
    stream = f"{LOGS}{DEFAULT}:log-stream:2026/01/31/[{{}}]{IDS[0]}"

    assert [one for one in numbers if reads(every.shape, every.shape.start, stream.format(one))] == [
        "1",
        "10",
        "99999999",
    ]


def pattern(random: Random, group: str) -> str:
    """A pattern that tells some streams from others: a stream's name in which some stretches are wildcards."""
    name = random.choice(enumerated(group))
    parts = re.split(r"(?<=[/\]])", name)
    for place, part in enumerate(parts):
        kind = random.randrange(5)
        if kind == 0:
            parts[place] = "?" * len(part)
        elif kind <= 3 - (place == 0):
            cut = random.randrange(len(part) + 1)
            parts[place] = random.choice(("*", part[:cut] + "*", "*" + part[cut:]))
    return f"{LOGS}{random.choice((group, group, '*'))}:log-stream:{''.join(parts)}"


def statement(random: Random, effect: str, group: str) -> dict[str, Json]:
    wide = [f"{LOGS}{group}:*", f"{LOGS}*:log-stream:20*", "*"]
    narrow = [pattern(random, group) for _ in range(random.randrange(1, 4))]
    use_wide = random.random() < (0.5 if effect == "Allow" else 0.05)
    element = "NotResource" if random.random() < 0.2 and not use_wide else "Resource"
    action = random.choice(("logs:*", "*", "logs:CreateLogStream", "logs:PutLogEvents"))
    address: dict[str, Json] = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    condition: dict[str, Json] = {"Condition": address} if random.random() < 0.1 else {}
    return {
        "Effect": effect,
        "Action": action,
        element: [random.choice(wide)] if use_wide else list(narrow),
        **condition,
    }


def random_role(random: Random, group: str) -> RoleFacts:
    def document(name: str) -> Policy:
        effects = ["Allow"] * random.randrange(1, 4) + ["Deny"] * random.randrange(3)
        return Policy.parse(
            {"Version": "2012-10-17", "Statement": [statement(random, one, group) for one in effects]},
            name=name,
        )

    names = ("first", "second")[: random.randrange(1, 3)]
    boundary = document("boundary") if random.random() < 0.2 else None
    return RoleFacts(ROLE, tuple(map(document, names)), boundary)


def evaluated(role: RoleFacts, group: str) -> Finding:
    configuration = Configuration(ROLE, group)
    facts = FunctionFacts(FUNCTION, configuration=configuration, role=role, log_group_exists=True)
    (finding,) = role_can_write_logs.check(facts)
    return finding


def check(seed: int) -> Verdict:
    """Evaluate one random role, and put calls on enumerated streams to the ordinary evaluator."""
    random = Random(seed)
    group = random.choice((DEFAULT, CUSTOM))
    role = random_role(random, group)
    finding = evaluated(role, group)
    proof = finding.proof
    if isinstance(proof, DeniedRequest | Undecided):
        assert is_stream(proof.request.resource.partition(":log-stream:")[2], group), seed
        again = decide(proof.request, identity=role.identity, boundary=role.boundary).answer
        refused = again in {EvalDecision.NOT_ALLOWED, EvalDecision.DENIED}
        is_reported = refused if finding.verdict is Verdict.FAIL else again is not EvalDecision.ALLOWED
        assert is_reported or "steps to evaluate" in finding.summary, seed
        return finding.verdict
    assert finding.verdict is Verdict.PASS
    principal = IamPrincipal(ROLE, FUNCTION.account)
    for action, name in product(("logs:CreateLogStream", "logs:PutLogEvents"), enumerated(group)):
        asked = Request(action, f"{LOGS}{group}:log-stream:{name}", principal)
        assert decide(asked, identity=role.identity, boundary=role.boundary).answer is EvalDecision.ALLOWED, (
            seed,
            name,
        )
    return finding.verdict


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_pass_where_an_enumerated_stream_is_refused_and_every_witness_is_refused(block: int) -> None:
    size = examples(600, 50_000) // BLOCKS

    verdicts = {check(seed) for seed in range(block * size, (block + 1) * size)}

    assert Verdict.FAIL in verdicts


def test_random_roles_get_every_verdict() -> None:
    assert {check(seed) for seed in range(80)} == set(Verdict)


def hostile(effect: str, element: str, stretches: int) -> RoleFacts:
    """As many patterns as 20 KB hold, each with digits of an id in some order, so that all must be watched at once."""
    random, patterns = Random(1), list[str]()
    while sum(len(one) + 3 for one in patterns) < 20_000:
        patterns.append(
            f"{LOGS}*" + "*".join(random.choice("0123456789abcdef") for _ in range(stretches)) + "*"
        )
    everything: Json = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    listed: Json = {"Effect": effect, "Action": "logs:*", element: list(patterns)}
    statements: list[Json] = [listed, *([everything] if effect == "Deny" else [])]
    return RoleFacts(
        ROLE, (Policy.parse({"Version": "2012-10-17", "Statement": statements}, name="hostile"),)
    )


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("element", ["Resource", "NotResource"])
@pytest.mark.parametrize("stretches", [2, 9, 24])
def test_a_hostile_policy_ends_within_its_budget(effect: str, element: str, stretches: int) -> None:
    role, meter = hostile(effect, element, stretches), Meter()
    every = streams(LOGS + CUSTOM, ("orders",), (LATEST, None)).every
    asked = Request("logs:PutLogEvents", "", IamPrincipal(ROLE, FUNCTION.account))

    try:
        Granted(role.identity, role.boundary, meter).not_surely_allowed(asked, every)
    except BudgetSpent:
        finding = evaluated(role, CUSTOM)
        assert finding.verdict is Verdict.UNKNOWN
        assert f"more than {BUDGET:,} steps" in finding.summary

    assert meter.spent <= BUDGET * 1.01  # what breaks the budget is charged too


def test_a_role_whose_patterns_need_more_steps_than_the_budget_is_unknown_with_what_to_simplify() -> None:
    """Each pattern asks for another digit at the same place before the end, so that all last digits must be watched."""
    tails: list[Json] = [f"{LOGS}{CUSTOM}:log-stream:*{digit}{'?' * 20}" for digit in "0123456789abcdef"]
    statement: Json = {"Effect": "Allow", "Action": "logs:*", "Resource": tails}
    finding = evaluated(RoleFacts(ROLE, (Policy.parse({"Statement": [statement]}, name="tails"),)), CUSTOM)

    assert finding.verdict is Verdict.UNKNOWN
    assert f"take more than {BUDGET:,} steps to evaluate; simplify the patterns" in finding.summary
    assert isinstance(finding.proof, Undecided)
    assert finding.proof.request.action == "logs:CreateLogStream"
    assert finding.advice == ADVICE_IN_DOUBT


def test_a_role_whose_policies_name_many_times_is_evaluated_without_knowing_the_time() -> None:
    def until(year: int) -> Json:
        return {"DateLessThan": {"aws:CurrentTime": f"{year}-01-01T00:00:00Z"}}

    def verdict(*conditions: Json) -> Verdict:
        allows: list[Json] = [
            {"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": one} for one in conditions
        ]
        return evaluated(
            RoleFacts(ROLE, (Policy.parse({"Statement": allows}, name="times"),)), CUSTOM
        ).verdict

    late: Json = {"DateGreaterThanEquals": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    assert verdict(until(2030), late) is Verdict.PASS
    assert verdict(*map(until, range(2030, 2050)), late) is Verdict.UNKNOWN


def test_policies_that_distinguish_no_stream_from_another_take_hardly_a_step() -> None:
    everything: Json = {
        "Effect": "Allow",
        "Action": "logs:*",
        "Resource": [f"{LOGS}{DEFAULT}:*", "arn:aws:logs:*:*:*"],
    }
    policy, meter = Policy.parse({"Version": "2012-10-17", "Statement": everything}, name="plain"), Meter()
    every = streams(LOGS + DEFAULT, (), (LATEST, None)).every
    asked = Request("logs:PutLogEvents", "", IamPrincipal(ROLE, FUNCTION.account))

    assert Granted((policy,), None, meter).not_surely_allowed(asked, every) is None
    assert meter.spent < 10
