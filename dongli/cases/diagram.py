"""State diagrams drawn from the workflow tables: boxes and arrows with their places in pixels. Pure.

Only where a state stands is written here; which arrows there are follows from the tables, and for steps of tasks from
`case_state`, as the case's own state does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace

from django.utils.translation import gettext as _

from dongli.cases import wording
from dongli.cases.workflow import (
    CASE_TABLE,
    TASK_TABLE,
    WHISTLE_TABLE,
    CaseState,
    TaskState,
    Transition,
    WhistleState,
    case_state,
)

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN, ARC, LABEL = 84, 38, 54, 70, 8, 28, 36
LEAD_VERBS = frozenset({"accept", "answer", "return", "hold", "resume"})
Spot = tuple[int, int]
Arrows = dict[tuple[str, str], list[str]]

# State → column and row.
CASE_SPOTS: dict[str, Spot] = {
    CaseState.SPAM: (0, 2),
    CaseState.REFUSED: (1, 0),
    CaseState.ARBITRATION: (2, 0),
    CaseState.WHISTLED: (3, 0),
    CaseState.HELD: (5, 0),
    CaseState.FILED: (0, 1),
    CaseState.REGISTERED: (1, 1),
    CaseState.DISPATCHED: (2, 1),
    CaseState.WORKING: (3, 1),
    CaseState.ANSWERED: (4, 1),
    CaseState.CHECKED: (5, 1),
    CaseState.CLOSED: (6, 1),
    CaseState.RATED: (7, 1),
}
TASK_SPOTS: dict[str, Spot] = {
    TaskState.RETURNED: (1, 0),
    TaskState.RELEASED: (2, 0),
    TaskState.DISPATCHED: (0, 1),
    TaskState.ACCEPTED: (1, 1),
    TaskState.ANSWERED: (2, 1),
    TaskState.REPORTED_IN: (1, 2),
    TaskState.HELD: (2, 2),
}
WHISTLE_SPOTS: dict[str, Spot] = {
    WhistleState.BLOWN: (0, 0),
    WhistleState.SIGNED: (1, 0),
    WhistleState.DONE: (2, 0),
    WhistleState.DECLINED: (1, 1),
}


@dataclass(frozen=True)
class Box:
    """A state: its upper left corner and its word."""

    x: int
    y: int
    word: str
    tone: str

    @property
    def middle(self) -> tuple[int, int]:
        """The middle of the box."""
        return self.x + WIDTH // 2, self.y + HEIGHT // 2


@dataclass(frozen=True)
class Arrow:
    """A path in SVG's language, its words and where they stand."""

    path: str
    words: str
    x: int
    y: int
    anchor: str = "middle"


@dataclass(frozen=True)
class Diagram:
    """A drawing of `width` by `height` pixels."""

    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]
    left: int = 0
    box_width: int = WIDTH
    box_height: int = HEIGHT


def of_cases() -> Diagram:
    """The case: its own steps, and those that follow from the lead's task and the whistle."""
    arrows = _from_table(CASE_TABLE, CASE_SPOTS)
    for row in (one for one in TASK_TABLE if one.verb in LEAD_VERBS):
        for source in row.sources:
            for target in row.targets:
                for disputed in (None, True):
                    _add(arrows, _case_with(source), _case_with(target, disputed), row, CASE_SPOTS)
    for row in WHISTLE_TABLE:
        if set(row.targets) & {WhistleState.DONE, WhistleState.DECLINED}:
            _add(arrows, CaseState.WHISTLED, _case_with(TaskState.ACCEPTED), row, CASE_SPOTS)
    return _draw(CASE_SPOTS, arrows, wording.CASE_LOOKS)


def _case_with(lead: str, disputed: object = None) -> str:
    """The state of a registered case whose lead's task is in this state, with or without returns enough."""
    decided = ("spam_at", "withdrawn_at", "refused_at", "rated_at", "closed_at", "merged_at", "checked_at")
    moments = dict.fromkeys(decided, None)
    case = SimpleNamespace(registered_at=True, disputed_at=disputed, round=1, **moments)
    return case_state(case, [SimpleNamespace(kind="lead", state=lead, round=1)], open_whistle=False)


def of_tasks() -> Diagram:
    """A task."""
    return _draw(TASK_SPOTS, _from_table(TASK_TABLE, TASK_SPOTS), wording.TASK_LOOKS)


def of_whistles() -> Diagram:
    """A whistle."""
    return _draw(WHISTLE_SPOTS, _from_table(WHISTLE_TABLE, WHISTLE_SPOTS), wording.WHISTLE_LOOKS)


def _from_table(table: tuple[Transition, ...], spots: Mapping[str, Spot]) -> Arrows:
    arrows: Arrows = {}
    for row in table:
        for source in row.sources:
            for target in row.targets:
                _add(arrows, source, target, row, spots)
    return arrows


def _add(arrows: Arrows, source: str, target: str, row: Transition, spots: Mapping[str, Spot]) -> None:
    """Add an arrow between two different states of the drawing; one that leads there already takes the word too."""
    if source == target or source not in spots or target not in spots:
        return
    words = arrows.setdefault((str(source), str(target)), [])
    if str(row.label) not in words:
        words.append(str(row.label))


def _draw(spots: Mapping[str, Spot], arrows: Arrows, looks: Mapping[str, wording.Look]) -> Diagram:
    boxes = {str(state): _box(spot, looks[state]) for state, spot in spots.items()}
    drawn = _said_once([_arrow(boxes, spots, pair, words) for pair, words in arrows.items()], list(arrows))
    columns, rows = max(spot[0] for spot in spots.values()) + 1, max(spot[1] for spot in spots.values()) + 1
    deepest = max((abs(spots[a][0] - spots[b][0]) for a, b in arrows if _bends(spots, a, b)), default=0)
    height = 2 * MARGIN + rows * HEIGHT + (rows - 1) * GAP_Y
    lowest = max((box.y for box in boxes.values() if box.y < height - MARGIN - HEIGHT), default=0) + HEIGHT
    left = LABEL if any(arrow.anchor == "end" and arrow.x < MARGIN + WIDTH for arrow in drawn) else 0
    return Diagram(
        left=-left,
        width=2 * MARGIN + columns * WIDTH + (columns - 1) * GAP_X + left,
        height=max(height, lowest + deepest * ARC + MARGIN) if deepest else height,
        boxes=list(boxes.values()),
        arrows=drawn,
    )


def _said_once(drawn: list[Arrow], pairs: list[tuple[str, str]]) -> list[Arrow]:
    """A slanting arrow keeps its words to itself when a straight one says them on the way to the same state."""
    said = {(pair[1], arrow.words) for pair, arrow in zip(pairs, drawn, strict=True) if arrow.anchor != "middle"}
    return [
        replace(arrow, words="") if arrow.anchor == "middle" and (pair[1], arrow.words) in said else arrow
        for pair, arrow in zip(pairs, drawn, strict=True)
    ]


def _box(spot: Spot, look: wording.Look) -> Box:
    word, _icon, tone = look
    return Box(MARGIN + spot[0] * (WIDTH + GAP_X), MARGIN + spot[1] * (HEIGHT + GAP_Y), str(word), tone)


def _bends(spots: Mapping[str, Spot], source: str, target: str) -> bool:
    """Whether an arrow runs below the row: backwards, or past its neighbour."""
    (left, row), (right, other) = spots[source], spots[target]
    return row == other and right - left != 1


def _arrow(boxes: Mapping[str, Box], spots: Mapping[str, Spot], pair: tuple[str, str], words: list[str]) -> Arrow:
    source, target = boxes[pair[0]], boxes[pair[1]]
    said = _(", ").join(words)
    if _bends(spots, *pair):
        return _arc(source, target, said, abs(spots[pair[0]][0] - spots[pair[1]][0]))
    (x1, y1), (x2, y2) = source.middle, target.middle
    if y1 == y2:
        x1, x2 = source.x + WIDTH, target.x - 4
        brief = _("%(verb)s etc.") % {"verb": words[0]} if len(words) > 1 else said
        return Arrow(f"M{x1} {y1} L{x2} {y2}", brief, (x1 + x2) // 2, y1 - 6)
    down = y2 > y1
    y1, y2 = (source.y + HEIGHT, target.y - 4) if down else (source.y, target.y + HEIGHT + 4)
    shift = (10 if x1 == x2 else 22) * (1 if down else -1)
    path = f"M{x1 + shift} {y1} L{x2 + shift} {y2}"
    if x1 != x2:
        return Arrow(path, said, x1 + (x2 - x1) * 3 // 5, y1 + (y2 - y1) * 3 // 5 + 4)
    return Arrow(path, said, x1 + (16 if down else -16), (y1 + y2) // 2 + 4, "start" if down else "end")


def _arc(source: Box, target: Box, said: str, distance: int) -> Arrow:
    """An arrow below the row, deeper the further it goes."""
    bottom = source.y + HEIGHT
    depth = bottom + distance * ARC + ARC // 2
    x1, x2 = source.middle[0] - 12, target.middle[0] + 12
    path = f"M{x1} {bottom} C{x1} {depth} {x2} {depth} {x2} {bottom + 4}"
    return Arrow(path, said, (x1 + x2) // 2, bottom + (depth - bottom) * 3 // 4 - 4)
