"""Texts with the class a person gave them: out of a spreadsheet, or out of closed cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from dongli.cases.importing.columns import plain, recognise
from dongli.cases.importing.reading import HEADING_WITHIN
from dongli.cases.models import Case, Source, Step
from dongli.cases.training import Classed, Example
from dongli.common.errors import Invalid
from dongli.common.sheets import Table, open_tables

LABEL_HEADINGS = tuple(
    plain(word)
    for word in """
    category_code category 小类代码 小类名称 小类 诉求分类 诉求类别 事项分类 问题分类 问题类别 三级分类 三级标签
    二级分类 二级标签 一级分类 一级标签 大类名称 大类 类别 分类 标签 label class theme
    """.split()
)
"""Headings of the column with the class, the finer first: the first that a file has is taken."""
MOST_CASES = 20_000


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file held: examples by class of the catalogue, or, where its labels are others, by those labels."""

    examples: list[Example]
    own: bool
    unknown: int


def read_labelled(path: Path, catalogue: Sequence[Classed]) -> Labels:
    """The labelled texts of a .csv or .xlsx; raises `Invalid` when it has no column of texts or of classes.

    A label is a class's code or name. When fewer than half are, the labels are taken as a classification of its own.
    """
    with open_tables(path) as tables:
        rows = list(_rows(tables))
    codes = {one.code: one.code for one in catalogue} | {plain(one.name): one.code for one in catalogue}
    known = [Example(row.text, codes[key]) for row in rows if (key := plain(row.code)) in codes]
    if len(known) * 2 >= len(rows):
        return Labels(known, own=True, unknown=len(rows) - len(known))
    return Labels(rows, own=False, unknown=0)


def _rows(tables: Sequence[Table]) -> Iterator[Example]:
    table, places, label, heading_line = _heading(tables)
    for row in table.rows():
        if row.line <= heading_line or row.torn_until:
            continue
        cells = [str(cell if cell is not None else "").strip() for cell in row.cells]
        parts = [cells[place] for place in places if place < len(cells) and cells[place]]
        name = cells[label] if label < len(cells) else ""
        if parts and name:
            yield Example("\n".join(dict.fromkeys(parts)), name)


def _heading(tables: Sequence[Table]) -> tuple[Table, list[int], int, int]:
    """The table that has both columns: positions of subject and text, of the label, and the heading's line."""
    for table in tables:
        for number, row in enumerate(table.rows()):
            if number >= HEADING_WITHIN:
                break
            places = recognise(row.cells).places
            texts = [places[name] for name in ("subject", "text") if name in places]
            label = _label_place(row.cells)
            if texts and label is not None:
                return table, texts, label, row.line
    raise Invalid(
        "no_labels",
        _("This file needs a heading with a column of texts (text, 留言详情) and one of classes (category, 小类代码)."),
        field="file",
    )


def _label_place(cells: Sequence[Any]) -> int | None:
    headings = [plain(cell) for cell in cells]
    return next((headings.index(word) for word in LABEL_HEADINGS if word in headings), None)


def closed_cases(catalogue: Sequence[Classed]) -> list[Example]:
    """Texts of the latest closed cases whose class a person chose; imported ones count only if classed by hand."""
    by_hand = Exists(Step.objects.filter(case=OuterRef("pk"), verb="classify"))
    rows = (
        Case.objects.filter(closed_at__isnull=False, category__code__in=[one.code for one in catalogue])
        .filter(~Q(source=Source.IMPORT) | by_hand)
        .exclude(text__description="")
        .order_by("-closed_at")
        .values_list("text__description", "category__code")[:MOST_CASES]
    )
    return [Example(text, code) for text, code in rows]
