"""A look on site before registering (核实): the desk asks a grid worker of the place, who says what is there.

It is no handling: there is no task, the case stays filed, and the desk registers or refuses it afterwards, or without
waiting any longer; the request then ends by itself (`Work.drop_verification`).
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts, policy
from dongli.cases.actions.dispatching import may_lead
from dongli.cases.actions.filing import attach_photos
from dongli.cases.models import Case, Verification
from dongli.cases.work import Work, begin
from dongli.cases.workflow import SiteFinding
from dongli.common.errors import Invalid
from dongli.common.text import clean
from dongli.people import queries as people
from dongli.people.models import User
from dongli.people.viewer import Viewer

MAX_WORDS = 1000


@transaction.atomic
def ask_verify(*, viewer: Viewer, case_id: UUID, key: UUID, words: str, worker: UUID | None = None) -> Case:
    """Ask a worker of the place (whoever is on duty, unless one is named) to look; an earlier request ends.

    Raises `Invalid` (field `worker`) when nobody is on duty and none is named, or the one named does not serve there.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("ask_verify", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    case, asked = work.case, _worker(work, worker)
    work.drop_verification()
    limit = policy.promise_limit("verify", work.moment, work.calendar)
    case.verifier, case.verify_due_at = asked, limit.deadline.at
    Verification.objects.create(
        case=case, worker=asked, asked_by=viewer.known, asked_at=work.moment, due_at=limit.deadline.at
    )
    data = {"to": asked.name, "due": limit.deadline.at.isoformat(), "amount": limit.amount, "unit": str(limit.unit)}
    work.step("ask_verify", words=text, data=data)
    return alerts.finish(work, "ask_verify")


@transaction.atomic
def verify(
    *,
    viewer: Viewer,
    case_id: UUID,
    key: UUID,
    finding: str,
    words: str,
    photos: tuple[UUID, ...] = (),
    draft_key: str = "",
) -> Case:
    """The worker says whether what was filed is there, elsewhere or not at all; photos are welcome, never asked for."""
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    if finding not in SiteFinding.values:
        raise Invalid("unknown_finding", _("Please choose one of the answers."), field="finding")
    work = begin("verify", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    case = work.case
    late = case.verify_due_at is not None and work.moment > case.verify_due_at
    case.verifier, case.verify_due_at, case.site_finding = None, None, finding
    step = work.step("verify", words=text, data={"finding": finding, "late": late})
    alerts.finish(work, "verify")
    asked = Verification.objects.filter(case=case, ended_at=None)
    asked.update(finding=finding, ended_at=work.moment, step=step)
    attach_photos(case, photos, draft_key, phase="before", step_id=step.id)
    return case


def _worker(work: Work, chosen: UUID | None) -> User:
    """Who is to look: the one chosen if they serve the place, else whoever is on duty there."""
    case = work.case
    if case.community is None:
        raise Invalid("no_place", _("Please say where it is first: choose a community or a compound."), field="worker")
    if chosen is None:
        duty = people.on_duty(case.grid, work.moment) if case.grid is not None else None
        found = duty.user if duty is not None else None
    else:
        found = User.objects.filter(pk=chosen, is_active=True).first()
    if found is None or not may_lead(case, found):
        raise Invalid("unknown_worker", _("Please choose a worker who serves this community."), field="worker")
    return found
