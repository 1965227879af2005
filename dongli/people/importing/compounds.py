"""Compounds: added under their community, renamed by their code, their point put right."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.actions.places import add_compound, change_compound
from dongli.areas.models import Area, Level
from dongli.common.errors import Invalid
from dongli.people.importing import columns
from dongli.people.importing.columns import Column
from dongli.people.importing.kinds import Did, Outcome, Row, Run, TableKind
from dongli.people.viewer import Viewer

LABELS = {
    "code": gettext_lazy("Compound code"),
    "community": gettext_lazy("Community"),
    "name": gettext_lazy("Compound"),
    "longitude": gettext_lazy("Longitude"),
    "latitude": gettext_lazy("Latitude"),
}


def _degrees(limit: int) -> Callable[[str], float]:
    def read(cell: str) -> float:
        found = columns.number(cell)
        if abs(found) > limit:
            raise Invalid("bad_degrees", _("Degrees from -%(limit)d to %(limit)d, WGS-84.") % {"limit": limit})
        return float(found.quantize(Decimal("0.0000001")))

    return read


COLUMNS = (
    Column("code", LABELS["code"], columns.text(20), gettext_lazy("Empty for a new one; an exported table has it")),
    Column(
        "community", LABELS["community"], columns.text(100), gettext_lazy("Name or code"), required=True,
        example=gettext_lazy("Subdistrict/Community"),
    ),
    Column("name", LABELS["name"], columns.text(100), gettext_lazy("The name of the compound"), required=True),
    Column("longitude", LABELS["longitude"], _degrees(180), gettext_lazy("Degrees, WGS-84"), "113.13412"),
    Column("latitude", LABELS["latitude"], _degrees(90), gettext_lazy("Degrees, WGS-84"), "27.82743"),
)  # fmt: skip


def take(run: Run, row: Row) -> Outcome:
    """The compound of this code, else of this name in its community: added, or put right."""
    community = run.places.find(row.get("community"), (Level.COMMUNITY,), "community")
    point = _point(row)
    known = _known(run, row, community)
    if known is None:
        made = add_compound(community=community, name=row.get("name"), longitude=point[0], latitude=point[1])
        _parts(run, community).append(made)
        return Outcome(Did.ADDED)
    changes = [
        (str(LABELS[name]), str(getattr(known, name)), str(value))
        for name, value in zip(("name", "longitude", "latitude"), (row.get("name"), *point), strict=True)
        if value is not None and not _alike(getattr(known, name), value)
    ]
    if not changes:
        return Outcome(Did.SAME)
    longitude, latitude = point if point != (None, None) else (known.longitude, known.latitude)
    changed = change_compound(compound=known, name=row.get("name"), longitude=longitude, latitude=latitude)
    parts = _parts(run, community)
    parts[parts.index(known)] = changed
    return Outcome(Did.CHANGED, changes)


def _alike(one: object, other: object) -> bool:
    """Whether two values say the same; degrees to seven decimals, a centimetre."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 1e-7
    return one == other


def _point(row: Row) -> tuple[float | None, float | None]:
    longitude, latitude = row.get("longitude"), row.get("latitude")
    if (longitude is None) != (latitude is None):
        missing = "longitude" if longitude is None else "latitude"
        raise Invalid("half_a_point", _("A point needs a longitude and a latitude in degrees."), field=missing)
    return longitude, latitude


def _known(run: Run, row: Row, community: Area) -> Area | None:
    parts, code = _parts(run, community), row.get("code")
    if code is None:
        return next((one for one in parts if one.name == row.get("name")), None)
    found = next((one for one in parts if one.code == code), None)
    if found is None:
        raise Invalid(
            "no_code", _("No compound of this community has this code. Leave it empty for a new one."), field="code"
        )
    return found


def _parts(run: Run, community: Area) -> list[Area]:
    """The compounds of a community: one statement, and none for those that `learn` has seen."""
    if community.code not in run.memo:
        _fetch(run, [community])
    found: list[Area] = run.memo[community.code]
    return found


def _fetch(run: Run, communities: Sequence[Area]) -> None:
    run.memo |= {community.code: [] for community in communities}
    for one in Area.objects.active().filter(parent__in=communities, level=Level.COMPOUND).order_by("code"):
        run.memo[one.code[:12]].append(one)


def learn(run: Run, rows: Sequence[Row]) -> None:
    """The communities that rows name, and their compounds: three statements."""
    run.places.learn(row.get("community") for row in rows)
    found = {}
    for row in rows:
        try:
            community = run.places.find(row.get("community"), (Level.COMMUNITY,), "community")
        except Invalid:
            continue
        if community.code not in run.memo:
            found[community.code] = community
    if found:
        _fetch(run, list(found.values()))


def export(viewer: Viewer, area: Area) -> Iterator[dict[str, str]]:
    """The compounds of the area, by code."""
    rows = Area.objects.active().within(area).filter(level=Level.COMPOUND).order_by("code")
    for one in rows.select_related("parent").iterator(2000):
        yield {
            "code": one.code,
            "community": one.parent.code if one.parent else "",
            "name": one.name,
            "longitude": "" if one.longitude is None else f"{one.longitude:.7f}".rstrip("0"),
            "latitude": "" if one.latitude is None else f"{one.latitude:.7f}".rstrip("0"),
        }


KIND = TableKind(
    name="compounds",
    label=gettext_lazy("Compounds"),
    about=gettext_lazy("Compounds under their communities. One with a code is renamed or moved; one without is added."),
    columns=COLUMNS,
    take=take,
    key=("community", "name"),
    export=export,
    learn=learn,
    fields={"point": "longitude"},
)
