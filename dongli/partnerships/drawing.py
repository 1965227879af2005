"""A network as a drawing: the organisation in the middle, the others in two columns, a line to each. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dongli.partnerships.queries.network import Tie

WIDTH, BOX, HIGH, GAP, MARGIN = 1000, 330, 36, 12, 12
MIDDLE_BOX, MIDDLE_HIGH = 200, 60
LONGEST_NAME, LONGEST_CENTRE = 21, 12
THINNEST, THICKEST, MOST = 1, 8, 16


@dataclass(frozen=True)
class Node:
    """One box: its corner, the words in it, and the line that leads to the middle (`width` 0: nothing happened)."""

    x: int
    y: int
    name: str
    full: str
    words: str
    url_id: str
    path: str
    width: int


@dataclass(frozen=True)
class Drawing:
    """A drawing of `width` by `height` pixels."""

    width: int
    height: int
    centre: tuple[str, ...]
    middle: tuple[int, int]
    nodes: list[Node]
    box: int = BOX
    high: int = HIGH
    middle_box: int = MIDDLE_BOX
    middle_high: int = MIDDLE_HIGH

    @property
    def left(self) -> int:
        """The left edge of the box in the middle."""
        return self.middle[0] - self.middle_box // 2

    @property
    def top(self) -> int:
        """Its upper edge."""
        return self.middle[1] - self.middle_high // 2

    @property
    def first_line(self) -> int:
        """Where the first of its lines of words stands, so that all of them are centred."""
        return self.middle[1] + 5 - 8 * (len(self.centre) - 1)


def draw(name: str, ties: Sequence[Tie], words: Sequence[str]) -> Drawing:
    """`words` says under each tie's name what happened; the ties alternate between left and right."""
    rows = max((len(ties) + 1) // 2, 1)
    height = 2 * MARGIN + max(rows * HIGH + (rows - 1) * GAP, MIDDLE_HIGH)
    middle = (WIDTH // 2, height // 2)
    nodes = [
        _node(tie, said, number, height, len(ties), middle)
        for number, (tie, said) in enumerate(zip(ties, words, strict=True))
    ]
    centre = tuple(
        name[at : at + LONGEST_CENTRE] for at in range(0, min(len(name), 3 * LONGEST_CENTRE), LONGEST_CENTRE)
    )
    return Drawing(WIDTH, height, centre, middle, nodes)


def _node(tie: Tie, words: str, number: int, height: int, many: int, middle: tuple[int, int]) -> Node:
    left, row = number % 2 == 0, number // 2
    rows = (many + 1) // 2 if left else many // 2
    top = (height - rows * HIGH - (rows - 1) * GAP) // 2
    x, y = (MARGIN if left else WIDTH - MARGIN - BOX), top + row * (HIGH + GAP)
    name = tie.other.name
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    end = x + BOX if left else x
    begin = middle[0] - MIDDLE_BOX // 2 if left else middle[0] + MIDDLE_BOX // 2
    bend = (begin + end) // 2
    at = y + HIGH // 2
    path = f"M{begin} {middle[1]} C{bend} {middle[1]} {bend} {at} {end} {at}"
    return Node(x, y, short, name, words, str(tie.other.id), path, _width(tie.volume))


def _width(volume: int) -> int:
    if volume == 0:
        return 0
    return THINNEST + min(volume, MOST) * (THICKEST - THINNEST) // MOST
