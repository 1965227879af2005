"""Owners' committees of compounds: the committee, its director and its members, one row each."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.actions import organising
from dongli.people.actions.organising import Basis, Founding
from dongli.people.actions.posts import Appointment, NewPerson, appoint
from dongli.people.importing import columns
from dongli.people.importing.columns import Column, chosen
from dongli.people.importing.kinds import Did, Outcome, Row, Run, TableKind
from dongli.people.models import Post, Tenure, TenureManner, TenureSource
from dongli.people.posts import OWNERS_POSTS
from dongli.people.queries.posts import held_on
from dongli.people.viewer import Viewer

KINDS = (OrganisationKind.OWNERS_COMMITTEE, OrganisationKind.MANAGEMENT_COMMITTEE)
NAME, DIRECTOR, MEMBERS = (
    gettext_lazy("Name of the committee"), gettext_lazy("Director"), gettext_lazy("Committee members"),
)  # fmt: skip

COLUMNS = (
    Column(
        "compound", gettext_lazy("Compound"), columns.text(100), gettext_lazy("Name or code"), required=True,
        example=gettext_lazy("Community/Compound"),
    ),
    chosen("kind", gettext_lazy("Kind of committee"), [(kind.value, kind.label) for kind in KINDS],
           hint=gettext_lazy("Owners’ committee if empty")),
    Column("name", NAME, columns.text(120), gettext_lazy("The full name"), required=True),
    Column("founded", gettext_lazy("Founded on"), columns.day, gettext_lazy("Needed for a new one"), "2024-03-01"),
    Column("until", gettext_lazy("Term ends on"), columns.day, gettext_lazy("The first day after the term")),
    Column("director", DIRECTOR, columns.text(60), gettext_lazy("Full name")),
    Column("phone", gettext_lazy("Director’s mobile number"), columns.phone, gettext_lazy("11 digits; never exported")),
    Column("members", MEMBERS, columns.names, gettext_lazy("Full names, parted by commas, without the director")),
    Column("document", gettext_lazy("Document"), columns.text(60), gettext_lazy("Needed for what is new or changed")),
)  # fmt: skip


def take(run: Run, row: Row) -> Outcome:
    """The committee of the compound: founded or renamed; whom the row names and who does not serve yet is elected."""
    compound = run.places.find(row.get("compound"), (Level.COMPOUND,), "compound")
    kind = OrganisationKind(row.get("kind") or OrganisationKind.OWNERS_COMMITTEE)
    known = Organisation.objects.filter(area=compound, kind=kind, dissolved_on=None).first()
    changes = []
    if known is None:
        founding = Founding(kind=kind, name=row.get("name"))
        basis = _basis(row, row.get("founded") or today())
        committee = organising.found(viewer=run.viewer, area=compound, founding=founding, basis=basis)
    else:
        committee = known
        if known.name != row.get("name"):
            basis = _basis(row, today())
            organising.rename(viewer=run.viewer, organisation_id=known.pk, name=row.get("name"), basis=basis)
            changes.append((str(NAME), known.name, row.get("name")))
    changes += _seat(run, row, compound, committee)
    if known is None:
        return Outcome(Did.ADDED)
    return Outcome(Did.CHANGED, changes) if changes else Outcome(Did.SAME)


def _basis(row: Row, on: date) -> Basis:
    if not row.get("document"):
        message = _("Give the number of the document: something is new or changed.")
        raise Invalid("no_document", message, field="document")
    return Basis(new_id(), on, row.get("document"))


def _seat(run: Run, row: Row, compound: Area, committee: Organisation) -> list[tuple[str, str, str]]:
    """Elect the director (in place of another) and members who do not serve yet; who is not named goes on serving."""
    serving = list(
        Tenure.objects.filter(held_on(today()), area=compound, organisation=committee, post__in=OWNERS_POSTS)
        .select_related("person")
        .order_by("since")
    )
    changes = []
    if wanted := row.get("director"):
        held = next((one for one in serving if one.post == Post.OWNERS_DIRECTOR), None)
        if held is None or held.person.name != wanted:
            _elect(run, row, compound, committee, Post.OWNERS_DIRECTOR, wanted, row.get("phone") or "", held)
            changes.append((str(DIRECTOR), held.person.name if held else "", wanted))
    names = {one.person.name for one in serving if one.post == Post.OWNERS_MEMBER}
    fresh = [name for name in row.get("members") or [] if name not in names]
    for name in fresh:
        _elect(run, row, compound, committee, Post.OWNERS_MEMBER, name, "", None)
    if fresh:
        changes.append((str(MEMBERS), "、".join(sorted(names)), "、".join([*sorted(names), *fresh])))
    return changes


def _elect(
    run: Run, row: Row, compound: Area, committee: Organisation, post: Post, name: str, phone: str, held: Tenure | None
) -> None:
    since = today() if held is not None else row.get("founded") or committee.founded_on or today()
    appointment = Appointment(
        post=post, area=compound, since=since, until=row.get("until"), organisation=committee,
        source=TenureSource.RESIDENT, manner=TenureManner.ELECTED, document=row.get("document") or "",
    )  # fmt: skip
    replaces = held.pk if held is not None else None
    person = NewPerson(name, phone)
    appoint(viewer=run.viewer, key=new_id(), appointment=appointment, person=person, replaces=replaces)


def export(viewer: Viewer, area: Area) -> Iterator[dict[str, str]]:
    """The committees that stand in the area with who serves on them; never a number."""
    rows = Organisation.objects.filter(
        kind__in=KINDS, area__path__gte=area.path, area__path__lt=area.path_end, dissolved_on=None
    ).select_related("area")
    for batch in _batches(rows.order_by("area__path", "code").iterator(500)):
        found: dict[tuple[object, str], list[Tenure]] = {}
        seats = Tenure.objects.filter(held_on(today()), organisation__in=batch, post__in=OWNERS_POSTS)
        for one in seats.select_related("person").order_by("since", "id"):
            found.setdefault((one.organisation_id, one.post), []).append(one)
        for committee in batch:
            directors = found.get((committee.pk, Post.OWNERS_DIRECTOR), [])
            members = found.get((committee.pk, Post.OWNERS_MEMBER), [])
            yield {
                "compound": committee.area.code, "kind": str(committee.get_kind_display()), "name": committee.name,
                "founded": committee.founded_on.isoformat() if committee.founded_on else "",
                "until": next((one.until.isoformat() for one in directors if one.until), ""),
                "director": directors[0].person.name if directors else "",
                "members": "、".join(one.person.name for one in members),
            }  # fmt: skip


def _batches(rows: Iterator[Organisation]) -> Iterator[list[Organisation]]:
    while batch := list(islice(rows, 500)):
        yield batch


KIND = TableKind(
    name="owners-committees",
    label=gettext_lazy("Owners’ committees"),
    about=gettext_lazy("One row a compound. Who is named and does not serve yet is elected; nobody is taken off."),
    columns=COLUMNS,
    take=take,
    key=("compound", "kind"),
    export=export,
    fields={"on": "founded", "since": "founded", "person": "director", "area": "compound"},
)
