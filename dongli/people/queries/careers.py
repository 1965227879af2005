"""Reads of careers: files by name, facts as known at a moment, schemes put together, accounts, contests."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.people.actions.careers import KEEPERS, PAID_ROLES
from dongli.people.careers.account import Fact
from dongli.people.careers.rules import Book, Dated, Scheme
from dongli.people.models import CareerContest, CareerFile, CareerScheme, ContestState, Grant, PayFact, User
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Viewer

PAGE = 50


@dataclass(frozen=True)
class Page:
    """A page of rows by name; `next` is the key of the following one."""

    rows: list[Any]
    next: str = ""


def scheme_of(row: CareerScheme) -> Scheme:
    """The scheme that a row holds."""
    return Scheme.read(row.rule, key=str(row.id), name=row.name, version=row.version, example=row.example)


def book() -> Book:
    """All schemes there are. One query."""
    rows = CareerScheme.objects.select_related("area")
    return Book(Dated(row.area.path, row.since, row.until, scheme_of(row)) for row in rows)


def known_at(moment: datetime) -> Q:
    """Filter over PayFact: what counted as known at `moment`."""
    superseded = Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment)
    return superseded & Q(recorded_at__lte=moment, withdrawn=False)


def facts_known(person: User, at: datetime | None = None) -> list[PayFact]:
    """What was known of a person at a moment (now), of all days. One query."""
    rows = PayFact.objects.filter(known_at(at or now()), person=person).select_related("recorded_by")
    return list(rows.order_by("kind", "since", "id"))


def as_known(person: User, *, at: datetime, on: date) -> list[PayFact]:
    """What was known at the moment `at` about the day `on`. One query."""
    lasting = Q(until__isnull=True) | Q(until__gt=on)
    return list(PayFact.objects.filter(known_at(at), lasting, person=person, since__lte=on).order_by("kind", "slot"))


def plain(rows: Iterable[PayFact]) -> list[Fact]:
    """Rows as the rules take them."""
    return [Fact(row.kind, row.value, row.since, row.until) for row in rows]


def facts_of_area(area: Area, at: datetime) -> dict[UUID, list[Fact]]:
    """Person → what was known at `at`, of everybody with a file in the area. One query."""
    inside = CareerFile.objects.filter(person=OuterRef("person"), **_within(area))
    rows = PayFact.objects.filter(Exists(inside), known_at(at))
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for person, kind, value, since, until in rows.values_list("person_id", "kind", "value", "since", "until"):
        found[person].append(Fact(kind, value, since, until))
    return found


def _within(area: Area) -> dict[str, str]:
    return {"area__path__gte": area.path, "area__path__lt": area.path_end}


def files_of(area: Area) -> list[CareerFile]:
    """Every file of an area, by name, with person and place. One query."""
    rows = CareerFile.objects.filter(**_within(area)).select_related("person", "area")
    return list(rows.order_by("pinyin", "id"))


def kept(viewer: Viewer, prefix: str = "") -> Q:
    """Filter: files in the areas whose careers the viewer keeps."""
    condition = Q(pk__in=[])
    for path in viewer.paths(*KEEPERS):
        condition |= Q(**{f"{prefix}area__path__startswith": path})
    return condition


def files(viewer: Viewer, *, text: str = "", after: str = "") -> Page:
    """Workers of the viewer's areas by name, a page at a time; `text`: part of a name or pinyin. Two queries."""
    rows = CareerFile.objects.filter(kept(viewer)).select_related("person", "area")
    if wanted := strip_controls(text).strip()[:40]:
        rows = rows.filter(Q(person__name__icontains=wanted) | Q(pinyin__startswith=wanted.lower()))
    return by_name(rows, CareerFile.objects.all(), after)


def by_name(rows: QuerySet[Any], every: QuerySet[Any], after: str) -> Page:
    """One page in the order of pinyin; the key is the last row's id, a forged one starts at the top."""
    key = parse_id(after)
    last = every.filter(pk=key).values_list("pinyin", "id").first() if key is not None else None
    if last is not None:
        rows = rows.filter(Q(pinyin__gt=last[0]) | Q(pinyin=last[0], pk__gt=last[1]))
    found = list(rows.order_by("pinyin", "id")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def file_of(viewer: Viewer, person_id: UUID) -> CareerFile:
    """The file of a worker whose careers the viewer keeps; raises `NotFound` for any other. One query."""
    rows = CareerFile.objects.filter(kept(viewer), person=person_id).select_related("person", "area")
    found = rows.first()
    if found is None or found.person_id == viewer.known.pk:
        raise NotFound("no_file", _("There is no such record in your area."))
    return found


def own_file(viewer: Viewer) -> CareerFile | None:
    """The viewer's own file, if they are a paid worker. One query."""
    return CareerFile.objects.filter(person=viewer.known).select_related("person", "area").first()


def history(person: User) -> list[PayFact]:
    """Everything ever recorded of a person, newest recording first: what was known when. One query."""
    rows = PayFact.objects.filter(person=person).select_related("recorded_by", "supersedes")
    return list(rows.order_by("-recorded_at", "-id"))


def contests_of(person: User) -> list[CareerContest]:
    """What a worker has contested, newest first. One query."""
    rows = CareerContest.objects.filter(person=person).select_related("fact", "correction", "decided_by")
    return list(rows.order_by("-made_at", "-id"))


def contests_waiting(viewer: Viewer, *, limit: int = 50) -> list[CareerContest]:
    """Contests that wait for an answer in the viewer's areas, the oldest first. One query."""
    mine = kept(viewer, "person__career_file__")
    rows = CareerContest.objects.filter(mine, state=ContestState.OPEN).exclude(person=viewer.known)
    return list(rows.select_related("person__career_file__area", "fact").order_by("made_at", "id")[:limit])


def contest(viewer: Viewer, contest_id: UUID) -> CareerContest:
    """One contest of the viewer's areas; raises `NotFound`. One query."""
    rows = CareerContest.objects.filter(kept(viewer, "person__career_file__"), pk=contest_id)
    found = rows.exclude(person=viewer.known).select_related("person__career_file__area", "fact").first()
    if found is None:
        raise NotFound("no_contest", _("There is no such contest in your area."))
    return found


def own_areas(viewer: Viewer) -> list[Area]:
    """The areas whose careers the viewer keeps, the widest first. One query."""
    paths = sorted(viewer.paths(*KEEPERS), key=len)
    widest = [path for at, path in enumerate(paths) if not any(path.startswith(one) for one in paths[:at])]
    return list(Area.objects.filter(path__in=widest).order_by("path"))


def areas_to_choose(viewer: Viewer) -> list[Area]:
    """Those areas, and cities' and districts' parts down to the subdistrict, for a list to choose from. Two queries."""
    condition = Q(pk__in=[])
    for area in own_areas(viewer):
        condition |= Q(path__gte=area.path, path__lt=area.path_end)
    levels = (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT)
    return list(Area.objects.active().filter(condition, level__in=levels).order_by("path"))


def schemes(viewer: Viewer) -> list[CareerScheme]:
    """Schemes that hold, or held, in the viewer's areas or around them; newest first in each area. Two queries."""
    condition = Q(pk__in=[])
    for area in own_areas(viewer):
        condition |= Q(area__path__gte=area.path, area__path__lt=area.path_end)
        condition |= Q(area__code__in=area.path.rstrip("/").split("/"))
    rows = CareerScheme.objects.filter(condition).select_related("area", "set_by")
    return list(rows.order_by("area__path", "-since"))


def scheme(viewer: Viewer, scheme_id: UUID) -> CareerScheme:
    """One of those; raises `NotFound`."""
    found = next((one for one in schemes(viewer) if one.id == scheme_id), None)
    if found is None:
        raise NotFound("no_scheme", _("There is no such scheme in your area."))
    return found


def newcomers(viewer: Viewer, text: str = "") -> list[User]:
    """Paid staff of the viewer's areas without a file, by name, a page at most. One query."""
    found = _without_file(viewer)
    if wanted := strip_controls(text).strip()[:40]:
        found = found.filter(Q(name__icontains=wanted) | Q(username__icontains=wanted))
    return list(found.order_by("name", "id")[:PAGE])


def newcomer(viewer: Viewer, person_id: UUID) -> User:
    """One paid worker of the viewer's areas, with or without a file; raises `NotFound`. One query."""
    found = User.objects.filter(_paid_here(viewer), pk=person_id).first()
    if found is None:
        raise NotFound("no_worker", _("There is no such worker in your area."))
    return found


def _without_file(viewer: Viewer) -> QuerySet[User]:
    return User.objects.filter(_paid_here(viewer), career_file=None)


def _paid_here(viewer: Viewer) -> Exists:
    condition = Q(pk__in=[])
    for path in viewer.paths(*KEEPERS):
        condition |= Q(area__path__startswith=path)
    grants = Grant.objects.filter(in_force(now()), condition, user=OuterRef("pk"), role__in=PAID_ROLES)
    return Exists(grants)
