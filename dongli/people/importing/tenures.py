"""Posts: who holds which, where, from when until when. A new row appoints; an end date ends what had none."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area, Level
from dongli.common.clock import today
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from dongli.organisations.models import Organisation
from dongli.people.actions.posts import Appointment, NewPerson, appoint, end_tenure
from dongli.people.importing import columns
from dongli.people.importing.columns import Column, chosen
from dongli.people.importing.kinds import Did, Outcome, Row, Run, TableKind
from dongli.people.importing.persons import PHONE, record
from dongli.people.models import Post, Tenure, TenureManner, TenureSource
from dongli.people.posts import FACTS
from dongli.people.queries.persons import findable
from dongli.people.queries.posts import belongs_to
from dongli.people.viewer import Viewer

UNTIL = gettext_lazy("Held until")
LEVELS = tuple(Level)

COLUMNS = (
    chosen("post", gettext_lazy("Post held"), Post.choices, required=True),
    Column(
        "place", gettext_lazy("Place"), columns.text(100), gettext_lazy("Name or code"), required=True,
        example=gettext_lazy("Subdistrict/Community/Compound"),
    ),
    Column("name", gettext_lazy("Held by"), columns.text(60), gettext_lazy("Full name"), required=True),
    Column(
        "record", gettext_lazy("Record mark"), record,
        gettext_lazy("Empty for a new person; an exported table has it"),
    ),
    Column("phone", PHONE, columns.phone, gettext_lazy("11 digits; never exported"), "13800000000"),
    Column("since", gettext_lazy("Held since"), columns.day, gettext_lazy("The first day"), required=True),
    Column("until", UNTIL, columns.day, gettext_lazy("The first day without the post; empty: still held")),
    Column("organisation", gettext_lazy("Of the organisation"), columns.text(120), gettext_lazy("Name or code")),
    chosen("source", gettext_lazy("Came from"), TenureSource.choices),
    chosen("manner", gettext_lazy("Came to it by"), TenureManner.choices),
    Column("unit", gettext_lazy("Seconded by"), columns.text(120), gettext_lazy("Name or code of the unit")),
    Column("document", gettext_lazy("Document"), columns.text(60), gettext_lazy("Its number")),
    Column("reason", gettext_lazy("Reason"), columns.text(200)),
)  # fmt: skip


def take(run: Run, row: Row) -> Outcome:
    """The tenure of this person in this post there from this day: appointed, or ended."""
    area, post = run.places.find(row.get("place"), LEVELS, "place"), Post(row.get("post"))
    known = _known(post, area, row)
    if known is not None:
        return _end(run, row, known)
    appointment, person = _appointment(row, post, area), _person(run, row, area)
    appoint(viewer=run.viewer, key=new_id(), appointment=appointment, person=person)
    return Outcome(Did.ADDED)


def _known(post: Post, area: Area, row: Row) -> Tenure | None:
    rows = Tenure.objects.filter(post=post, area=area, since=row.get("since"), person__name=row.get("name"))
    if row.get("record") is not None:
        rows = rows.filter(person=row.get("record"))
    return rows.select_related("person").first()


def _end(run: Run, row: Row, known: Tenure) -> Outcome:
    until: date | None = row.get("until")
    if until is None or until == known.until:
        return Outcome(Did.SAME)
    why = row.get("reason") or row.get("document") or _("Ended by table")
    end_tenure(viewer=run.viewer, tenure_id=known.pk, on=until, why=why)
    return Outcome(Did.CHANGED, [(str(UNTIL), known.until.isoformat() if known.until else "", until.isoformat())])


def _person(run: Run, row: Row, area: Area) -> UUID | NewPerson:
    """The record named, or found by number. A name alone is somebody who has served at this very place, or is new."""
    if row.get("record") is not None:
        key: UUID = row.get("record")
        return key
    if not row.get("phone"):
        found = findable(run.viewer).filter(name=row.get("name"), tenures__area=area)
        alike = list(found.distinct().values_list("pk", flat=True)[:2])
        if len(alike) > 1:
            message = _("Several people have this name. Give the record or the number.")
            raise Invalid("several_people", message, field="name")
        if alike:
            return alike[0]
    return NewPerson(row.get("name"), row.get("phone") or "")


def _appointment(row: Row, post: Post, area: Area) -> Appointment:
    unit = _unit(row.get("unit"))
    manner = row.get("manner") or (TenureManner.SECONDED if unit else TenureManner.APPOINTED)
    return Appointment(
        post=post, area=area, since=row.get("since"), until=row.get("until"),
        organisation=_organisation(row, post, area), source=TenureSource(row.get("source") or TenureSource.OTHER),
        manner=TenureManner(manner), seconded_from=unit, document=row.get("document") or "",
        reason=row.get("reason") or "",
    )  # fmt: skip


def _organisation(row: Row, post: Post, area: Area) -> Organisation | None:
    text = row.get("organisation")
    if text is None:
        return None
    offered = belongs_to(FACTS[post], area, on=row.get("since") or today())
    fitting = [one for one in offered if text in (one.code, one.name)]
    if len(fitting) != 1:
        message = _("There is no such organisation for this post there. Write its name or code as in the list.")
        raise Invalid("no_organisation", message, field="organisation")
    return fitting[0]


def _unit(text: str | None) -> Organisation | None:
    if text is None:
        return None
    standing = Organisation.objects.filter(dissolved_on=None)
    found = standing.filter(code=text).first()
    fitting = [found] if found else list(standing.filter(name=text)[:2])
    if len(fitting) != 1:
        raise Invalid("no_unit", _("No one organisation has this name or code."), field="unit")
    return fitting[0]


def export(viewer: Viewer, area: Area) -> Iterator[dict[str, str]]:
    """Every tenure of the area that has not ended, by place; never a number."""
    rows = Tenure.objects.filter(area__path__gte=area.path, area__path__lt=area.path_end)
    rows = rows.exclude(until__lte=today()).select_related("area", "person", "organisation", "seconded_from")
    for one in rows.order_by("area__path", "post", "since").iterator(2000):
        yield {
            "post": str(one.get_post_display()), "place": one.area.code, "name": one.person.name,
            "record": str(one.person_id), "since": one.since.isoformat(),
            "until": one.until.isoformat() if one.until else "",
            "organisation": one.organisation.code if one.organisation else "",
            "source": str(one.get_source_display()), "manner": str(one.get_manner_display()),
            "unit": one.seconded_from.code if one.seconded_from else "", "document": one.document,
            "reason": one.reason,
        }  # fmt: skip


KIND = TableKind(
    name="posts",
    label=gettext_lazy("Posts and who holds them"),
    about=gettext_lazy("One row a person and post. A row that is new appoints; a day in “Held until” ends it."),
    columns=COLUMNS,
    take=take,
    key=("post", "place", "name", "since", "record", "phone"),
    export=export,
    fields={"seconded_from": "unit", "person": "name", "on": "until"},
)
