"""A frozen value behaves as dataclasses' own, whose methods are compiled for each class."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from functools import cached_property

import pytest

from permission_guard.frozen import frozen


@frozen
class Point:
    x: int
    y: int = 2
    seen: list[int] = field(default_factory=list, compare=False)
    hidden: str = field(default="h", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    x: int
    y: int = 2
    seen: list[int] = field(default_factory=list, compare=False)
    hidden: str = field(default="h", compare=False, repr=False)


@frozen
class Other:
    x: int
    y: int = 2


@frozen
class Nothing:
    pass


@frozen(slots=False)
class Doubled:
    x: int

    @cached_property
    def twice(self) -> int:
        return 2 * self.x


@frozen
class Positive:
    x: int

    def __post_init__(self) -> None:
        if self.x <= 0:
            raise ValueError("x")


@frozen
class Loud:
    x: int

    def __repr__(self) -> str:
        return f"{self.x}!"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loud)

    def __hash__(self) -> int:
        return 1


@pytest.mark.parametrize("kind", [Point, Reference])
def test_a_value_takes_its_fields_by_place_and_by_name_and_fills_in_the_defaults(
    kind: type[Point | Reference],
) -> None:
    assert asdict(kind(1)) == {"x": 1, "y": 2, "seen": [], "hidden": "h"}
    assert asdict(kind(1, 3, [4], hidden="i")) == {"x": 1, "y": 3, "seen": [4], "hidden": "i"}
    assert kind(1).seen is not kind(1).seen
    assert [one.name for one in fields(kind)] == ["x", "y", "seen", "hidden"]
    assert kind.__match_args__ == ("x", "y", "seen", "hidden")
    assert repr(kind(1)) == f"{kind.__name__}(x=1, y=2, seen=[])"
    assert replace(kind(1, 3), x=5) == kind(5, 3)


@pytest.mark.parametrize("kind", [Point, Reference])
@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((1, 2, [], "h", 5), {}), ((1,), {"x": 2}), ((1,), {"z": 2})]
)
def test_arguments_that_do_not_fit_the_fields_are_refused(
    kind: type[object], values: tuple[object, ...], named: dict[str, object]
) -> None:
    with pytest.raises(TypeError):
        kind(*values, **named)


@pytest.mark.parametrize("kind", [Point, Reference])
def test_values_are_equal_by_class_and_compared_fields(kind: type[Point | Reference]) -> None:
    assert kind(1, 2, [3], "i") == kind(1)
    assert hash(kind(1, 2, [3])) == hash(kind(1))
    assert kind(1) != kind(2)
    other: object = Other(1)
    assert kind(1) != other
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


@pytest.mark.parametrize("value", [Point(1), Doubled(1)])
def test_no_field_can_be_set_or_deleted(value: Point | Doubled) -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        value.x = 2  # type: ignore[misc]  # that is what is tried
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del value.x
    assert value.x == 1


def test_a_value_with_slots_has_no_room_for_anything_else() -> None:
    assert not hasattr(Point(1), "__dict__")
    assert Doubled(2).twice == 4
    assert Doubled(2) == Doubled(2)


def test_the_methods_that_a_class_defines_stay() -> None:
    assert repr(Loud(1)) == "1!"
    assert Loud(1) == Loud(2)
    assert hash(Loud(3)) == 1
    with pytest.raises(ValueError, match="x"):
        Positive(0)


def test_a_field_that_the_constructor_does_not_take_is_refused_at_the_definition() -> None:
    with pytest.raises(TypeError, match=re.escape("Later: a field of a frozen value cannot have init=False")):

        @frozen
        class Later:
            x: int = field(init=False)
