"""The compound's branch confirms who reports in, or declines with a reason the member reads."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import now
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.actions import open_record
from dongli.people.membership import record_membership
from dongli.people.viewer import Viewer
from dongli.volunteering import access, steps
from dongli.volunteering.models import ReportIn, ReportInState, ReportInText
from dongli.volunteering.queries.members import branch_of

MAX_REASON = 500
kinds.register("volunteering.confirmed", gettext_noop("%(compound)s has confirmed that you reported in"))
kinds.register(
    "volunteering.declined", gettext_noop("%(compound)s did not accept your report-in: the reason stands there")
)


@transaction.atomic
def confirm(*, viewer: Viewer, report_in_id: UUID, key: UUID) -> ReportIn:
    """Confirm that somebody reported in; that they are a member is recorded with it. Sent twice it is one."""
    row, repeated = _begin(viewer, report_in_id, key, "confirm")
    if not repeated:
        _decide(row, viewer, ReportInState.CONFIRMED)
        steps.write(row, "confirm", key, actor=viewer.known)
        if row.person is not None:
            record_membership(person=row.person, organisation=branch_of(row.compound), by=viewer.known)
        _tell(row, "confirmed")
    return row


@transaction.atomic
def decline(*, viewer: Viewer, report_in_id: UUID, key: UUID, reason: str) -> ReportIn:
    """Decline a report-in with a reason that the member reads; they may report in again."""
    words = clean(reason, field="reason", max_length=MAX_REASON, required=True)
    row, repeated = _begin(viewer, report_in_id, key, "decline")
    if not repeated:
        _decide(row, viewer, ReportInState.DECLINED)
        steps.write(row, "decline", key, actor=viewer.known)
        ReportInText.objects.update_or_create(report_in=row, defaults={"reason": words, "unit_words": ""})
        _tell(row, "declined")
    return row


def open_contact(*, viewer: Viewer, report_in_id: UUID) -> tuple[str, str]:
    """A member's name and phone, for the keeper who calls them; the look is recorded, and the member reads of it."""
    row = _kept(viewer, report_in_id).select_related("person", "compound").first()
    if row is None or row.person is None or not row.is_current:
        raise NotFound("no_member", _("There is no such member here."))
    person = row.person
    phone = open_record(
        viewer=viewer, kind="report_in", subject=row.pk, field="phone", value=person.phone, person=person,
        area=row.compound,
    )  # fmt: skip
    return person.name, phone


def _kept(viewer: Viewer, report_in_id: UUID) -> QuerySet[ReportIn]:
    return ReportIn.objects.filter(access.under("compound", access.keeping_paths(viewer)), pk=report_in_id)


def _begin(viewer: Viewer, report_in_id: UUID, key: UUID, verb: str) -> tuple[ReportIn, bool]:
    """The report-in under lock, and whether this very step was taken already. Raises `NotFound` for the stranger."""
    rows = _kept(viewer, report_in_id).select_for_update(no_key=True, of=("self",))
    row = rows.select_related("person", "compound").first()
    if row is None:
        raise NotFound("no_report_in", _("There is no such report-in here."))
    return row, steps.taken(row, verb, key)


def _decide(row: ReportIn, viewer: Viewer, state: ReportInState) -> None:
    if row.person_id == viewer.known.pk:
        raise NotAllowed("own_report_in", _("Somebody else must decide on your own report-in."))
    if row.state != ReportInState.ASKED:
        label = ReportInState(row.state).label
        raise Conflict("state_moved", _("It is now “%(state)s”. Please look at the latest state.") % {"state": label})
    row.state, row.decided_by, row.decided_at = state, viewer.known, now()


def _tell(row: ReportIn, what: str) -> None:
    users = [row.person] if row.person is not None else []
    params = {"compound": row.compound.name}
    notify(users=users, kind=f"volunteering.{what}", params=params, url=reverse("member_home"), area=None)
