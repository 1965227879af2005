"""Which value of a policy holds at a place: what ships, then what each level above says, the nearest last. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from dongli.people.policies.registry import Policy, Value


class Said(Protocol):
    """What a level says: a value as stored, and whether it binds the levels below."""

    value: Any
    binding: bool


S = TypeVar("S", bound=Said)


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
    value, source, bound_by = shipped, None, None
    held_down: list[S] = []
    for one in said:
        asked = policy.read(one.value)
        if bound_by is not None and not policy.allows(policy.read(bound_by.value), asked):
            held_down.append(one)
            continue
        value, source = asked, one
        if one.binding or policy.only_stricter:
            bound_by = one
    return Holding(value, source, bound_by, tuple(held_down))
