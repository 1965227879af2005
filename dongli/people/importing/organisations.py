"""Organisations: founded at their place, renamed by their code, put under another. Each act with its document."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from dongli.organisations.models import Line, Organisation, OrganisationKind, UnitKind
from dongli.people.actions import organising
from dongli.people.actions.founding import prepare, store
from dongli.people.actions.organising import Basis, Founding
from dongli.people.importing import columns
from dongli.people.importing.columns import Column, chosen
from dongli.people.importing.kinds import Did, Outcome, Row, Run, TableKind
from dongli.people.viewer import Viewer

LEVELS = tuple(Level)[:-1]
NAME, PARENT = gettext_lazy("Name of the organisation"), gettext_lazy("Stands under")
WAITING = "founded"
FIXED = ("unit_kind", "sector", "line", "function")

COLUMNS = (
    Column(
        "code", gettext_lazy("Organisation code"), columns.text(60),
        gettext_lazy("Empty for a new one; an exported table has it"),
    ),
    Column("name", NAME, columns.text(120), gettext_lazy("The full name"), required=True),
    chosen("kind", gettext_lazy("Kind of organisation"), OrganisationKind.choices, required=True),
    Column(
        "place", gettext_lazy("Place"), columns.text(100), gettext_lazy("Name or code"), required=True,
        example=gettext_lazy("Subdistrict/Community/Compound"),
    ),
    Column("parent", PARENT, columns.text(120), gettext_lazy("Name or code of the organisation above")),
    chosen("unit_kind", gettext_lazy("Kind of linked unit"), UnitKind.choices, hint=gettext_lazy("Of linked units")),
    Column(
        "sector", gettext_lazy("Industry or supply chain"), columns.text(60),
        gettext_lazy("Of industry and supply-chain committees"),
    ),
    chosen("line", gettext_lazy("Line of business"), Line.choices, hint=gettext_lazy("Of departments")),
    Column(
        "function", gettext_lazy("Function"), columns.text(40),
        gettext_lazy("Of departments: the catalogue routes by it"), "housing",
    ),
    Column("founded", gettext_lazy("Founded on"), columns.day, gettext_lazy("Today if empty"), "2024-03-01"),
    Column(
        "document", gettext_lazy("Document"), columns.text(60),
        gettext_lazy("Its number; needed for what is new or changed"),
    ),
)  # fmt: skip


def take(run: Run, row: Row) -> Outcome:
    """The organisation of this code, else of this name and kind at its place: founded, renamed, put elsewhere."""
    area = run.places.find(row.get("place"), LEVELS, "place")
    parent = _parent(run, row, area)
    known = _known(run, row, area)
    if known is None:
        return _found(run, row, area, parent)
    changes = _changes(row, known, parent)
    if not changes:
        return Outcome(Did.SAME)
    basis = _basis(row, today())
    settle(run)
    if known.name != row.get("name"):
        organising.rename(viewer=run.viewer, organisation_id=known.pk, name=row.get("name"), basis=basis)
    if parent is not None and parent.pk != known.parent_id:
        basis = _basis(row, today())
        organising.move(viewer=run.viewer, organisation_id=known.pk, parent_id=parent.pk, basis=basis)
        known.parent = parent
    known.name = row.get("name")
    return Outcome(Did.CHANGED, changes)


def _found(run: Run, row: Row, area: Area, parent: Organisation | None) -> Outcome:
    founding = Founding(
        kind=OrganisationKind(row.get("kind")),
        name=row.get("name"),
        parent_id=parent.pk if parent else None,
        unit_kind=row.get("unit_kind") or "",
        sector=row.get("sector") or "",
        function=row.get("function") or "",
        line=row.get("line") or "",
    )
    basis = _basis(row, row.get("founded") or today())
    there = _at(run, area)
    founded = prepare(viewer=run.viewer, area=area, founding=founding, basis=basis, parent=parent, there=there)
    run.memo.setdefault(WAITING, []).append(founded)
    there.append(founded.organisation)
    return Outcome(Did.ADDED)


def settle(run: Run) -> None:
    """Store the foundings that wait."""
    if founded := run.memo.pop(WAITING, []):
        store(viewer=run.viewer, founded=founded)


def _basis(row: Row, on: date) -> Basis:
    if not row.get("document"):
        message = _("Give the number of the document: something is new or changed.")
        raise Invalid("no_document", message, field="document")
    return Basis(new_id(), on, row.get("document"))


def _changes(row: Row, known: Organisation, parent: Organisation | None) -> list[tuple[str, str, str]]:
    for name in FIXED:
        if (value := row.get(name)) is not None and value != getattr(known, name):
            message = _("A table cannot change this. Found a new organisation, or correct the cell.")
            raise Invalid("fixed", message, field=name)
    changes = []
    if known.name != row.get("name"):
        changes.append((str(NAME), known.name, row.get("name")))
    if parent is not None and parent.pk != known.parent_id:
        changes.append((str(PARENT), known.parent.name if known.parent else "", parent.name))
    return changes


def _known(run: Run, row: Row, area: Area) -> Organisation | None:
    there, code = _at(run, area), row.get("code")
    if code is None:
        wanted = (row.get("kind"), row.get("name"))
        return next((one for one in there if (one.kind, one.name) == wanted), None)
    found = next((one for one in there if one.code == code and one.kind == row.get("kind")), None)
    if found is None:
        message = _("No organisation of this kind has this code there. Leave it empty for a new one.")
        raise Invalid("no_code", message, field="code")
    return found


def _parent(run: Run, row: Row, area: Area) -> Organisation | None:
    """The standing organisation meant: by code, else by name at this place or the nearest above it."""
    text = row.get("parent")
    if text is None:
        return None
    codes = area.path.rstrip("/").split("/")
    for code in reversed(codes):
        place = run.memo.get(("area", code))
        if place is None:
            place = run.memo["area", code] = Area.objects.get(code=code)
        fitting = [one for one in _at(run, place) if text in (one.code, one.name) and one.name != row.get("name")]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise Invalid("several_parents", _("Several have this name there. Write the code instead."), field="parent")
    raise Invalid(
        "no_parent", _("No such organisation stands there or above. It must stand before this line."), field="parent"
    )


def _at(run: Run, area: Area) -> list[Organisation]:
    """The organisations that stand at exactly this area: one statement, none for those that `learn` has seen."""
    if ("at", area.pk) not in run.memo:
        _fetch(run, [area])
    found: list[Organisation] = run.memo["at", area.pk]
    return found


def _fetch(run: Run, areas: Sequence[Area]) -> None:
    run.memo |= {("at", area.pk): [] for area in areas}
    standing = Organisation.objects.filter(area__in=areas, dissolved_on=None).select_related("parent").order_by("code")
    for one in standing:
        run.memo["at", one.area_id].append(one)


def learn(run: Run, rows: Sequence[Row]) -> None:
    """The places that rows name, and the organisations there: three statements."""
    run.places.learn(row.get("place") for row in rows)
    found = {}
    for row in rows:
        try:
            area = run.places.find(row.get("place"), LEVELS, "place")
        except Invalid:
            continue
        if ("at", area.pk) not in run.memo:
            found[area.pk] = area
    if found:
        _fetch(run, list(found.values()))


def export(viewer: Viewer, area: Area) -> Iterator[dict[str, str]]:
    """The organisations that stand in the area, those above before those below."""
    rows = Organisation.objects.filter(
        area__path__gte=area.path, area__path__lt=area.path_end, dissolved_on=None
    ).select_related("area", "parent")
    for one in rows.order_by("area__path", "code").iterator(2000):
        yield {
            "code": one.code, "name": one.name, "kind": str(one.get_kind_display()), "place": one.area.code,
            "parent": one.parent.code if one.parent else "", "unit_kind": str(one.get_unit_kind_display()),
            "sector": one.sector, "line": str(one.get_line_display()), "function": one.function,
            "founded": one.founded_on.isoformat() if one.founded_on else "",
        }  # fmt: skip


KIND = TableKind(
    name="organisations",
    label=gettext_lazy("Organisations"),
    about=gettext_lazy("Party organisations, departments, units and committees; those above stand before those below."),
    columns=COLUMNS,
    take=take,
    key=("place", "kind", "name"),
    export=export,
    learn=learn,
    settle=settle,
    fields={"other": "parent", "on": "founded", "area": "place"},
)
