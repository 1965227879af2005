"""Transfer: a case that lies elsewhere goes to that place's grid and desk, before or during work."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import alerts
from dongli.cases.actions.dispatching import MAX_WORDS, auto_start, put
from dongli.cases.models import Case, TaskKind
from dongli.cases.routing import Where, route
from dongli.cases.work import Work, begin
from dongli.cases.workflow import TaskState
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.people.viewer import Viewer


@transaction.atomic
def transfer(*, viewer: Viewer, case_id: UUID, key: UUID, where: Where, words: str, fresh_limit: bool = False) -> Case:
    """Give a case to the place it lies in, saying why: the lead's work here ends, the new place is routed to.

    The limit goes on from the first dispatch; with `fresh_limit` the words say why the new place has its own in full.
    Raises `Conflict` while others are at work or when arbitration decided who handles it, `Invalid` (field `area`) when
    the place is no other one.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("transfer", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    case, lead = work.case, work.lead
    _check_free(work)
    way = route(where, about=case.about, at=work.moment)
    if way.community is None or (way.community.id, way.grid) == (case.community_id, case.grid):
        raise Invalid("same_place", _("Please choose another place than the one it is at."), field="area")
    left = str(case.community or case.desk)
    if lead is not None:
        work.task = lead
        work.move(lead, TaskState.CANCELLED)
        case.carried_due_at = None if fresh_limit else lead.due_at
    put(case, way)
    data = {"from": left, "to": str(way.community)} | _limit_of(work, fresh_limit=fresh_limit)
    work.step("transfer", task=lead, words=text, data=data)
    work.step("route", by_system=True, data={"why": list(way.why)})
    auto_start(work, worker=way.worker)
    return alerts.finish(work, "transfer")


def _limit_of(work: Work, *, fresh_limit: bool) -> dict[str, object]:
    """What the step says of the limit, when there is one that goes on or is granted afresh."""
    if fresh_limit:
        return {"fresh_limit": True}
    carried = work.case.carried_due_at
    return {"due": carried.isoformat()} if carried is not None else {}


def _check_free(work: Work) -> None:
    if work.lead is not None and work.lead.final:
        raise Conflict("final", _("Who handles this was decided in arbitration: handle first, argue later."))
    if any(task.kind != TaskKind.LEAD for task in work.open_tasks):
        raise Conflict("others_at_work", _("Others are at work on this case: release them before transferring it."))
