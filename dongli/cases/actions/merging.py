"""Duplicates: a case is merged under the one that leads, taken out again, or joins a lead when it is filed."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import access, alerts, following
from dongli.cases.following import Turn, is_ordinary
from dongli.cases.models import Case, Task
from dongli.cases.queries.detail import live_lead
from dongli.cases.queries.nearby import LEADING, Spot, classes_of, may_join
from dongli.cases.work import Work, begin
from dongli.cases.workflow import Actor, CaseState, TaskState
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000


@transaction.atomic
def merge(*, viewer: Viewer, case_id: UUID, key: UUID, lead_id: UUID, words: str = "") -> Case:
    """Put a case under the one that leads: its open work waits, its resident reads the lead's progress.

    Nothing is lost: `unmerge` puts it back. The viewer needs both cases. Raises `Conflict` when the lead has ended or
    follows itself, when the case leads others or has a whistle open; `Invalid` for what stays by itself.
    """
    text = clean(words, field="words", max_length=MAX_WORDS)
    following.locked(case_id, lead_id)
    work = begin("merge", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    lead = _lead(viewer, work, lead_id)
    if not (is_ordinary(work.case) and is_ordinary(lead)):
        raise Invalid(
            "stays_by_itself", _("Danger, and complaints about those who would handle it, stay by themselves."),
            field="lead",
        )  # fmt: skip
    if Case.objects.filter(lead_case=work.case, state__in=[CaseState.MERGED, CaseState.CLOSED]).exists():
        raise Conflict("leads_others", _("This case leads others itself: merge the other one under it instead."))
    following.put_under(lead, [work.case], _turn(work, text))
    return work.case


def _turn(work: Work, words: str = "") -> Turn:
    return Turn(work.viewer.user, work.acting_as, work.moment, words, {work.case.id: work.key})


def _lead(viewer: Viewer, work: Work, lead_id: UUID) -> Case:
    """The case that is to lead, if the viewer sees and handles it, and it can lead now. It is locked already."""
    lead = Case.objects.filter(access.visible(viewer), pk=lead_id).select_related("desk", "community").first()
    if lead is None:
        raise NotFound("no_such_case", _("There is no such case."))
    if lead.id == work.case.id:
        raise Invalid("itself", _("Please choose another case: this one cannot follow itself."), field="lead")
    task = live_lead(lead, Task.objects.filter(case=lead))
    if not access.actors(viewer, lead, task) & {Actor.DESK, Actor.HOLDER}:
        raise NotAllowed("not_your_lead", _("Only whoever handles both cases can merge them."))
    if lead.state not in LEADING:
        state = CaseState(lead.state).label
        raise Conflict("cannot_lead", _("The other case is now “%(state)s” and cannot lead.") % {"state": state})
    return lead


@transaction.atomic
def unmerge(*, viewer: Viewer, case_id: UUID, key: UUID, words: str = "") -> Case:
    """Take a follower out of the merge: it stands where it stood, its tasks go on, their clocks have counted on."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    work = begin("unmerge", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    following.take_out([work.case], _turn(work, text))
    work.tasks[:] = Task.objects.filter(case=work.case).select_related("organisation", "worker").order_by("id")
    alerts.stepped(work, "unmerge")
    return work.case


def join(work: Work, lead_id: UUID, what: str) -> bool:
    """Let a case that is being filed follow the lead its filer was offered; False when it can lead no longer.

    The new case is nobody else's to see yet, so that only the lead is locked.
    """
    case = work.case
    lead = following.locked(lead_id).get(lead_id)
    if lead is None or lead.state not in LEADING or not (is_ordinary(lead) and is_ordinary(case)):
        return False
    if not may_join(Spot.about(classes_of(case.category, what), case), lead.id):
        return False
    if case.category is None:
        case.category, case.condition = lead.category, lead.condition
    case.lead_case, case.merged_at = lead, work.moment
    work.step("join", data={"lead": lead.number})
    return True


def leave(work: Work) -> Task | None:
    """A follower's resident wants it handled by itself: it follows no longer. Returns who had answered for it."""
    case = work.case
    if case.lead_case_id is None:
        return None
    lead = Case.objects.filter(pk=case.lead_case_id).first()
    case.lead_case = case.merged_at = None
    case.registered_at = case.registered_at or work.moment
    for task in work.tasks:
        if task.state == TaskState.PARKED:
            work.move(task, TaskState.CANCELLED)
    if lead is None:
        return None
    return live_lead(lead, Task.objects.filter(case=lead).select_related("worker", "organisation"))
