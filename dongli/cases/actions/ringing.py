"""Emergency whistles ring: at every department called until somebody there answers, and they wait for no signature."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts
from dongli.cases.actions.whistling import call_all
from dongli.cases.models import Case, Task, Whistle, WhistleKind
from dongli.cases.work import begin, take, take_whistle
from dongli.cases.workflow import TaskState, WhistleState
from dongli.common.clock import now
from dongli.common.errors import Conflict
from dongli.people import queries as people
from dongli.people.viewer import Viewer

BATCH = 200


@transaction.atomic
def acknowledge(*, viewer: Viewer, task_id: UUID, key: UUID) -> Case:
    """An officer has seen the emergency: it stops ringing for the whole department. Reporting in is still due."""
    work = begin("acknowledge", viewer=viewer, task_id=task_id, key=key)
    if work.repeated:
        return work.case
    task = work.the_task
    if task.acknowledged_at is not None:
        raise Conflict("acknowledged", _("Somebody of your department has already acknowledged it."))
    if task.ring_at is None:
        raise Conflict("does_not_ring", _("Only an emergency whistle is acknowledged."))
    task.ring_at, task.acknowledged_at, task.acknowledged_by = None, work.moment, viewer.known
    work.touch(task)
    work.step("acknowledge", task=task, whistle=work.whistle)
    return work.finish()


def sweep() -> dict[str, int]:
    """Sign the emergencies nobody has signed in time, then ring what is due; returns how many of each there were."""
    moment = now()
    return {"signed": _sign_unsigned(moment), "rung": _ring_due(moment)}


def _ring_due(moment: datetime) -> int:
    rung = 0
    while True:
        due = Task.objects.filter(ring_at__isnull=False, ring_at__lte=moment).order_by("ring_at", "id")
        ids = list(due.values_list("id", flat=True)[:BATCH])
        rung += sum([ring(one, moment) for one in ids])
        if len(ids) < BATCH:
            return rung


@transaction.atomic
def ring(task_id: UUID, moment: datetime) -> bool:
    """Tell every officer of a called department once more, and set the next time; once a turn.

    The turn counts from `moment`: after an outage it rings once, not once for every turn that was missed.
    """
    work = take(task_id)
    task = work.the_task
    if task.state != TaskState.DISPATCHED or task.ring_at is None or task.ring_at > moment:
        return False
    task.ring_at = moment + timedelta(minutes=settings.RING_MINUTES)
    task.rings += 1
    work.touch(task)
    work.finish()
    officers = people.officers_of([task.organisation_id]) if task.organisation_id is not None else {}
    alerts.tell(work.case, "ring", [one for several in officers.values() for one in several], again=True)
    return True


def _sign_unsigned(moment: datetime) -> int:
    waited = moment - timedelta(minutes=settings.EMERGENCY_SIGN_MINUTES)
    late = Whistle.objects.filter(state=WhistleState.BLOWN, kind=WhistleKind.EMERGENCY, blown_at__lte=waited)
    ids = list(late.order_by("id").values_list("id", flat=True)[:BATCH])
    return sum([sign_unsigned(one, moment) for one in ids])


@transaction.atomic
def sign_unsigned(whistle_id: UUID, moment: datetime) -> bool:
    """Call the departments of an emergency that has waited for a signature long enough; the leaders are told; once."""
    work = take_whistle(whistle_id)
    whistle = work.the_whistle
    waited = timedelta(minutes=settings.EMERGENCY_SIGN_MINUTES)
    if whistle.state != WhistleState.BLOWN or whistle.blown_at + waited > moment:
        return False
    call_all(work, whistle, by_system=True)
    return True
