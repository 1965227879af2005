"""Which rule holds at a place: the catalogue's word, then what each level above the place says, the nearest last. Pure.

Field by field: a level that says nothing of a field leaves it as the level above has it. A limit that a level marked as
binding can be made shorter below, never longer (`docs/adr/0013-overrides-by-area.md`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from dongli.cases.deadlines import HOURS_PER_WORKING_DAY, LimitUnit

HOURS_PER_DAY = 24
FIELDS = ("limit", "urgent", "contact_hours", "solver", "lead", "offered", "auto_register")
OF_THE_CLASS = ("contact_hours", "solver", "lead", "offered", "auto_register")
_IN_WORKING_TIME = {LimitUnit.WORKING_HOUR: 1, LimitUnit.WORKING_DAY: HOURS_PER_WORKING_DAY}
_BY_THE_WALL = {LimitUnit.EMERGENCY_HOUR: 1, LimitUnit.CALENDAR_DAY: HOURS_PER_DAY}


S = TypeVar("S")
"""What one level says of a class (`number` 0) or of one of its conditions: a row with `FIELDS`, `limit` as amount, unit
and `binding`; None and "" say nothing."""


@dataclass(frozen=True)
class Rule(Generic[S]):
    """What holds for a condition of a class at a place. The limit counts `limit_unit`s, `contact_hours` working hours.

    `lead` is the function of the department that leads ("" when none is named). `sources` has, for each field that a
    level sets, what it said; `bound_by` is the binding limit above or at the place; `held_down` are limits of levels
    below it that do not count, because they are longer.
    """

    limit_amount: int
    limit_unit: str
    urgent: bool
    contact_hours: int
    solver: str
    lead: str
    offered: bool
    auto_register: bool
    sources: Mapping[str, S] = field(default_factory=dict)
    bound_by: S | None = None
    held_down: tuple[S, ...] = ()


def resolve(base: Rule[S], levels: Iterable[Sequence[S]], number: int) -> Rule[S]:
    """`base` as the levels from the top down say it for condition `number`; each level is what it says that day."""
    rule = base
    for said in levels:
        for one in said:
            rule = _heard(rule, one, number)
    return rule


def _heard(rule: Rule[S], one: Any, number: int) -> Rule[S]:
    if one.number not in (0, number):
        return rule
    changes = {name: value for name in FIELDS[1:] if (value := getattr(one, name)) not in (None, "")}
    sources = {**rule.sources, **dict.fromkeys(changes, one)}
    rule = replace(rule, **changes, sources=sources)
    if one.limit_amount is None:
        return rule
    cap: Any = rule.bound_by
    if cap is not None and not within(one.limit_amount, one.limit_unit, cap.limit_amount, cap.limit_unit):
        return replace(rule, held_down=(*rule.held_down, one))
    return replace(
        rule,
        limit_amount=one.limit_amount,
        limit_unit=one.limit_unit,
        sources={**sources, "limit": one},
        bound_by=one if one.binding else cap,
    )


def within(amount: int, unit: str, most: int, most_unit: str) -> bool:
    """Whether a limit never ends later than another (`most` of `most_unit`), whenever both begin.

    Working time passes no faster than the wall clock: 8 emergency hours are within a working day, never the other way.
    """
    one, other = LimitUnit(unit), LimitUnit(most_unit)
    if one in _BY_THE_WALL:
        return amount * _BY_THE_WALL[one] <= most * (_BY_THE_WALL | _IN_WORKING_TIME)[other]
    return other in _IN_WORKING_TIME and amount * _IN_WORKING_TIME[one] <= most * _IN_WORKING_TIME[other]
