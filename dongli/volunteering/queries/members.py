"""Report-ins: one's own, and those of the compounds one keeps, with masked names."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name, mask_phone
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people import queries as people
from dongli.people.models import Tenure, User
from dongli.people.viewer import Viewer
from dongli.volunteering import access
from dongli.volunteering.models import ReportIn, ReportInState, ReportInStep

PAGE = 50
FILTERS = ("asked", "confirmed", "declined", "ended")


@dataclass(frozen=True)
class Member:
    """A report-in as the desk's list shows it: nothing that names the person in full."""

    row: ReportIn
    name: str
    phone: str


@dataclass(frozen=True)
class Page:
    """A page of members; `next` is the key of the following one."""

    rows: list[Member]
    next: str = ""


def mine(viewer: Viewer) -> ReportIn | None:
    """The viewer's newest report-in, whatever became of it. One query."""
    rows = ReportIn.objects.filter(person=viewer.known).select_related("compound__parent", "unit", "text")
    return rows.order_by("-id").first()


def members(viewer: Viewer, name: str, *, offer: str = "", compound: str = "", after: str = "") -> Page:
    """Report-ins of the compounds the viewer keeps, newest first, narrowed by state, offer and compound code.

    Two queries at most, none that counts.
    """
    rows = ReportIn.objects.filter(access.under("compound", access.keeping_paths(viewer)), state=name)
    if offer:
        rows = rows.filter(offers__contains=[offer])
    if compound:
        rows = rows.filter(compound__code=compound)
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.select_related("person", "compound", "unit", "text").order_by("-id")[: PAGE + 1])
    return Page([_masked(row) for row in found[:PAGE]], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def member(viewer: Viewer, report_in_id: UUID) -> Member:
    """One report-in of a compound the viewer keeps; raises `NotFound`. One query."""
    rows = ReportIn.objects.filter(access.under("compound", access.keeping_paths(viewer)), pk=report_in_id)
    row = rows.select_related("person", "compound__parent", "unit", "text", "decided_by").first()
    if row is None:
        raise NotFound("no_report_in", _("There is no such report-in here."))
    return _masked(row)


def _masked(row: ReportIn) -> Member:
    person = row.person
    if person is None:
        return Member(row, "", "")
    return Member(row, mask_name(person.name), mask_phone(person.phone) if person.phone else "")


def history(row: ReportIn) -> list[ReportInStep]:
    """Everything that happened to it, newest first. One query."""
    return list(ReportInStep.objects.filter(report_in=row).select_related("actor").order_by("-seq"))


def waiting(viewer: Viewer, most: int = 100) -> int:
    """How many report-ins wait for the viewer, up to `most`. One query."""
    rows = ReportIn.objects.filter(access.under("compound", access.keeping_paths(viewer)), state=ReportInState.ASKED)
    return rows[:most].count()


def keepers_of(compound: Area) -> list[User]:
    """Who decides on report-ins at `compound`: the heads of its branch, the community's secretary and desk."""
    in_force = Q(since__lte=today()) & (Q(until__isnull=True) | Q(until__gt=today()))
    heads = Tenure.objects.filter(in_force, area=compound, post__in=access.HEADING_POSTS).select_related("person")
    found = {one.person_id: one.person for one in heads if one.person.may_log_in}
    return list((found | {one.pk: one for one in people.holders(access.KEEPING_ROLES, compound)}).values())


def branch_of(compound: Area) -> Organisation | None:
    """The party branch of the compound, its own or a joint one; None when it is missing."""
    in_force = Q(grounds__since__lte=today()) & (Q(grounds__until__isnull=True) | Q(grounds__until__gt=today()))
    joint = Q(grounds__area=compound) & in_force
    rows = Organisation.objects.filter(Q(area=compound) | joint, kind=OrganisationKind.BRANCH, dissolved_on=None)
    return rows.order_by("code").first()


def kept_compounds(viewer: Viewer, most: int = 200) -> list[Area]:
    """The compounds whose members the viewer keeps, by name. One query."""
    paths = access.keeping_paths(viewer)
    return _compounds(paths, most)


def raising_places(viewer: Viewer, most: int = 200) -> list[Area]:
    """The compounds and buildings for which the viewer may raise wishes, by path. One query."""
    paths = access.raising_paths(viewer)
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__gte=path, path__lt=f"{path[:-1]}0")
    rows = Area.objects.active().filter(condition, level__in=("compound", "building")).select_related("parent")
    return list(rows.order_by("path")[:most])


def _compounds(paths: list[str], most: int) -> list[Area]:
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__gte=path, path__lt=f"{path[:-1]}0")
    return list(Area.objects.active().filter(condition, level="compound").order_by("pinyin", "code")[:most])
