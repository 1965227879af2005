"""Which value of a policy holds at a place: what ships, then what each level above says, the nearest last. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from dongli.people.policies.registry import Policy, Value

S = TypeVar("S")
"""What a level says: a row with a `value` as stored, and whether it is `binding` for the levels below."""


@dataclass(frozen=True)
class Holding(Generic[S]):
    """The value that holds, and whose word it is (None: as shipped).

    `bound_by`: what levels below may not loosen; `held_down`: words of nearer levels that do not count because of it.
    """

    value: Value
    source: S | None = None
    bound_by: S | None = None
    held_down: tuple[S, ...] = ()


def resolve(policy: Policy, shipped: Value, said: Iterable[S]) -> Holding[S]:
    """`said`: what the levels say that day, from the city down, at most once each."""
    found: Holding[S] = Holding(shipped)
    for one in said:
        found = _heard(policy, found, one)
    return found


def _heard(policy: Policy, held: Holding[S], one: Any) -> Holding[S]:
    asked = policy.read(one.value)
    cap: Any = held.bound_by
    if cap is not None and not policy.allows(policy.read(cap.value), asked):
        return replace(held, held_down=(*held.held_down, one))
    bound_by = one if one.binding or policy.only_stricter else cap
    return Holding(asked, one, bound_by, held.held_down)
