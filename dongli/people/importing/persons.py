"""People: a record each, known by user name, by number, or by the record's own mark in an exported table."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.crypto import keyed_hash
from dongli.common.errors import Invalid, NotAllowed
from dongli.common.ids import parse_id
from dongli.common.masking import mask_phone
from dongli.people.actions.registering import put_right, register_person
from dongli.people.importing import columns
from dongli.people.importing.columns import Column
from dongli.people.importing.kinds import Did, Outcome, Row, Run, TableKind
from dongli.people.models import Grant, Tenure, User
from dongli.people.queries.duty import in_force
from dongli.people.queries.persons import findable
from dongli.people.queries.posts import under
from dongli.people.viewer import Viewer

NAME, PHONE = gettext_lazy("Name"), gettext_lazy("Mobile number")


def record(cell: str) -> UUID:
    """The mark of a record in an exported table."""
    found = parse_id(cell)
    if found is None:
        raise Invalid("no_record", _("This is no mark of a record. Leave the cell empty."))
    return found


COLUMNS = (
    Column(
        "record", gettext_lazy("Record mark"), record,
        gettext_lazy("Empty for a new person; an exported table has it"),
    ),
    Column(
        "username", gettext_lazy("User name"), lambda cell: columns.text(40)(cell).lower(),
        gettext_lazy("Only for who logs in at the desk; by an administrator"), "li.ming",
    ),
    Column("name", NAME, columns.text(60), gettext_lazy("Full name"), required=True),
    Column("phone", PHONE, columns.phone, gettext_lazy("11 digits; never exported"), "13800000000"),
)  # fmt: skip


def take(run: Run, row: Row) -> Outcome:
    """The person of this record, user name or number: found and compared, or made."""
    known = _known(run.viewer, row)
    if known is None:
        register_person(
            viewer=run.viewer, area=run.area, name=row.get("name"), phone=row.get("phone") or "",
            username=row.get("username") or "",
        )  # fmt: skip
        return Outcome(Did.ADDED)
    changes = []
    if known.name != row.get("name"):
        changes.append((str(NAME), known.name, row.get("name")))
    if (phone := row.get("phone")) and phone != known.phone:
        changes.append((str(PHONE), mask_phone(known.phone), mask_phone(phone)))
    if not changes:
        return Outcome(Did.SAME)
    put_right(viewer=run.viewer, person=known, name=row.get("name"), phone=row.get("phone") or "")
    return Outcome(Did.CHANGED, changes)


def _known(viewer: Viewer, row: Row) -> User | None:
    """The record meant. A number alone finds only whom it belongs to under the same name: nobody learns who has it."""
    if (key := row.get("record")) is not None:
        found = findable(viewer).filter(pk=key).first()
        if found is None:
            raise Invalid("no_person", _("There is no such person in your area."), field="record")
        return found
    if username := row.get("username"):
        known = User.objects.filter(username=username).first()
        if known is not None and not findable(viewer).filter(pk=known.pk).exists() and known.grants.exists():
            message = _("This user name belongs to somebody who serves elsewhere.")
            raise NotAllowed("account_elsewhere", message, field="username")
        return known
    if not row.get("phone"):
        message = _("Give a user name or a mobile number, so that the person is known again next time.")
        raise Invalid("not_known_again", message, field="phone")
    return User.objects.filter(phone_hash=keyed_hash(row.get("phone")), name=row.get("name")).first()


def export(viewer: Viewer, area: Area) -> Iterator[dict[str, str]]:
    """Who holds or held a post or holds a role in the area, as far as the viewer may find them; never a number."""
    tenures = Tenure.objects.filter(under("area", area), person=OuterRef("pk"))
    grants = Grant.objects.filter(in_force(now()), under("area", area), user=OuterRef("pk"))
    rows = findable(viewer).filter(Exists(tenures) | Exists(grants)).order_by("pk")
    for one in rows.only("id", "username", "name").iterator(2000):
        yield {"record": str(one.pk), "username": one.username or "", "name": one.name}


KIND = TableKind(
    name="people",
    label=gettext_lazy("People"),
    about=gettext_lazy("A record for everybody who serves. Roles are given elsewhere; no password is made here."),
    columns=COLUMNS,
    take=take,
    key=("record", "username", "name", "phone"),
    export=export,
)
