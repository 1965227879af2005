"""What a chart says, for any app to make and the `chart` tag of `dongli.web` to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

Number: TypeAlias = int | float | Decimal

MOST_SERIES = 4


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars: a value for each label, None where there is none.

    `links`: the address of the records behind each value (empty where there are none to show), or nothing at all.
    """

    name: str
    values: Sequence[Number | None]
    links: Sequence[str] = ()


@dataclass(frozen=True)
class Chart:
    """A chart with its words. `kind`: bar, line, or stacked (bars on top of each other).

    `key`: unique on its page, letters, digits and hyphens. `head`: what the labels are (“District”). `unit`: of every
    value, such as “%”. `definition`: what is counted, in a sentence. `as_of`: the moment the figures are of.
    Raises ValueError for a series that does not fit the labels, and for more series than an eye can follow.
    """

    key: str
    title: str
    head: str
    labels: Sequence[str]
    series: Sequence[Series]
    definition: str
    as_of: datetime
    kind: Literal["bar", "line", "stacked"] = "bar"
    unit: str = ""

    def __post_init__(self) -> None:
        if len(self.series) > MOST_SERIES:
            raise ValueError(f"{self.key}: more than {MOST_SERIES} series cannot be told apart")
        for one in self.series:
            if len(one.values) != len(self.labels) or len(one.links) not in (0, len(self.labels)):
                raise ValueError(f"{self.key}: {one.name} does not fit the labels")
