"""The whistle: blown by the place, signed at the subdistrict, departments report in; done when all have finished."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import access, alerts, policy
from dongli.cases.actions.dispatching import eligible, new_task
from dongli.cases.actions.filing import attach_photos
from dongli.cases.models import Case, Task, TaskKind, Whistle, WhistleKind
from dongli.cases.work import Work, begin
from dongli.cases.workflow import Actor, TaskState, WhistleState
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.organisations.models import Organisation
from dongli.people.viewer import Viewer

MAX_DEPARTMENTS = 20
LONGEST_WAIT = timedelta(days=60)


@dataclass(frozen=True)
class Call:
    """What a whistle says: `wanted_at` is when the departments are wanted on site (aware)."""

    kind: str
    departments: tuple[UUID, ...]
    place: str
    wanted_at: datetime
    why: str


@transaction.atomic
def blow(*, viewer: Viewer, case_id: UUID, key: UUID, call: Call) -> Case:
    """Call departments to a case the place cannot solve alone; waits for the subdistrict's signature."""
    why = clean(call.why, field="why", max_length=1000, required=True)
    place = clean(call.place, field="place", max_length=200, required=True)
    work = begin("blow", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    _check_call(work, call)
    departments = [eligible(work.case, one, field="departments") for one in dict.fromkeys(call.departments)]
    whistle = Whistle.objects.create(
        case=work.case,
        kind=call.kind,
        state=WhistleState.BLOWN,
        why=why,
        place=place,
        wanted_at=call.wanted_at,
        blown_by=viewer.known,
        blown_at=work.moment,
    )
    whistle.wanted.set(departments)
    work.whistle = whistle
    work.step("blow", whistle=whistle, data=wording(call, departments))
    return alerts.finish(work, "blow")


def wording(call: Call, departments: list[Organisation]) -> dict[str, object]:
    """What a whistle's step keeps of the call: no words that could identify anybody."""
    names = [department.name for department in departments]
    return {"kind": call.kind, "departments": names, "wanted": call.wanted_at.isoformat()}


def _check_call(work: Work, call: Call) -> None:
    if call.kind not in WhistleKind.values:
        raise Invalid("unknown_kind", _("Please choose a kind of whistle."), field="kind")
    if not call.departments:
        raise Invalid("no_departments", _("Please choose at least one department."), field="departments")
    if len(call.departments) > MAX_DEPARTMENTS:
        raise Invalid(
            "too_many_departments",
            _("Please choose at most %(count)d departments.") % {"count": MAX_DEPARTMENTS},
            field="departments",
        )
    if not timedelta(minutes=-10) <= call.wanted_at - work.moment <= LONGEST_WAIT:
        raise Invalid("bad_time", _("Please choose a time between now and 60 days ahead."), field="wanted_at")


@transaction.atomic
def sign(*, viewer: Viewer, whistle_id: UUID, key: UUID) -> Case:
    """Sign a whistle: each department gets a task with a report-in clock."""
    work, whistle = begin_whistle("sign", viewer, whistle_id, key)
    return work.case if work.repeated else call_all(work, whistle)


def call_all(work: Work, whistle: Whistle, *, by_system: bool = False) -> Case:
    """Sign the whistle and call every department wanted. When no leader has signed, the leaders are told of it."""
    signer = None if by_system else work.viewer.known
    work.move_whistle(whistle, WhistleState.SIGNED, signed_by=signer, signed_at=work.moment)
    departments = list(whistle.wanted.select_related("area").order_by("code"))
    work.add_tasks([called_task(work, whistle, department) for department in departments])
    work.step("sign", whistle=whistle, by_system=by_system, data=called_wording(work.case, departments))
    case = alerts.finish(work, "sign")
    alerts.tell_elsewhere(case, departments, work.moment)
    if work.acting_as != Actor.SIGNER:
        alerts.tell_signers(case, "signed_without_leader", work.moment)
    return case


def called_wording(case: Case, departments: list[Organisation]) -> dict[str, object]:
    """What the step of a call keeps: the departments' names, and the districts beside the place's whose desks hear."""
    elsewhere = dict.fromkeys(one.area.name for one in alerts.from_elsewhere(case, departments))
    names = [department.name for department in departments]
    return {"departments": names, **({"elsewhere": list(elsewhere)} if elsewhere else {})}


@transaction.atomic
def decline(*, viewer: Viewer, whistle_id: UUID, key: UUID, words: str) -> Case:
    """Decline a whistle with a reason in words: the place goes on by itself."""
    text = clean(words, field="words", max_length=1000, required=True)
    work, whistle = begin_whistle("decline", viewer, whistle_id, key)
    if work.repeated:
        return work.case
    work.move_whistle(whistle, WhistleState.DECLINED, ended_at=work.moment)
    work.step("decline", whistle=whistle, words=text)
    return alerts.finish(work, "decline")


@transaction.atomic
def call_department(
    *, viewer: Viewer, whistle_id: UUID, key: UUID, organisation: UUID, instead_of: UUID | None = None
) -> Case:
    """Call another department to a signed whistle, perhaps in place of one that sent its task back."""
    work, whistle = begin_whistle("call", viewer, whistle_id, key)
    if work.repeated:
        return work.case
    department = eligible(work.case, organisation, field="organisation")
    called = [task for task in work.tasks if task.whistle_id == whistle.id]
    if any(task.organisation_id == department.id and task.state != TaskState.RETURNED for task in called):
        raise Invalid("already_called", _("This department has already been called."), field="organisation")
    replaced = next((task for task in called if task.id == instead_of and task.state == TaskState.RETURNED), None)
    if instead_of is not None and replaced is None:
        raise Conflict("not_returned", _("Only a department that sent its task back can be replaced."))
    task = called_task(work, whistle, department)
    work.add_tasks([task])
    if replaced is not None:
        work.move(replaced, TaskState.RELEASED)
    work.step("call", whistle=whistle, task=task, data=called_wording(work.case, [department]))
    case = alerts.finish(work, "call")
    alerts.tell_elsewhere(case, [department], work.moment)
    return case


@transaction.atomic
def report_in(
    *,
    viewer: Viewer,
    task_id: UUID,
    key: UUID,
    words: str = "",
    photos: tuple[UUID, ...] = (),
    draft_key: str = "",
) -> Case:
    """A whistled department is there, perhaps with photos: its report-in clock stops, its time on site begins."""
    text = clean(words, field="words", max_length=500)
    work = begin("report_in", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if task.kind != TaskKind.WHISTLE:
        raise Conflict("accept_instead", _("Only a whistle is answered by reporting in; please accept this task."))
    late = task.report_in_due_at is not None and work.moment > task.report_in_due_at
    work.move(task, TaskState.REPORTED_IN, reported_in_at=work.moment, next_escalation_at=task.due_at, ring_at=None)
    step = work.step("report_in", task=task, whistle=work.whistle, words=text, data={"late": late})
    case = alerts.finish(work, "report_in")
    attach_photos(case, photos, draft_key, phase="before", step_id=step.id)
    return case


def begin_whistle(verb: str, viewer: Viewer, whistle_id: UUID, key: UUID) -> tuple[Work, Whistle]:
    """Lock the whistle's case and check the step as `begin` does, with the whistle's state as the source."""
    case_id = Whistle.objects.filter(pk=whistle_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound("no_such_whistle", _("There is no such whistle."))
    work = begin(verb, viewer=viewer, case_id=case_id, key=key, whistle_id=whistle_id)
    whistle = work.the_whistle
    if verb in {"sign", "decline"} and not work.repeated and not access.may_sign(viewer, whistle, work.case):
        if whistle.blown_by_id == viewer.known.id:
            raise NotAllowed("own_whistle", _("Whoever blew the whistle cannot sign it."))
        raise NotAllowed("only_emergencies", _("The secretary signs emergencies only; this is for the subdistrict."))
    return work, whistle


def called_task(work: Work, whistle: Whistle, department: Organisation) -> Task:
    limit = policy.promise_limit(f"whistle_{whistle.kind}", work.moment, work.calendar)
    arrival = policy.promise_limit(f"report_in_{whistle.kind}", work.moment, work.calendar)
    task = new_task(work, TaskKind.WHISTLE, limit, organisation=department)
    task.whistle = whistle
    task.report_in_due_at = max(arrival.deadline.at, whistle.wanted_at)
    task.next_escalation_at = min(task.report_in_due_at, task.due_at)
    task.due_at = max(task.due_at, task.report_in_due_at)
    if whistle.kind == WhistleKind.EMERGENCY:
        task.ring_at = work.moment + timedelta(minutes=settings.RING_MINUTES)
    return task
