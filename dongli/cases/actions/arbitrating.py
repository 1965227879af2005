"""Arbitration: what two have sent back, the desk above gives away for good: handle first, argue later (先办后议)."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.cases import alerts
from dongli.cases.actions.dispatching import MAX_WORDS, Assignee, eligible, lead_task, promised
from dongli.cases.models import Case
from dongli.cases.models.case import About
from dongli.cases.work import begin
from dongli.common.errors import Invalid
from dongli.common.text import clean
from dongli.organisations import queries as organisations
from dongli.organisations.models import Organisation
from dongli.people.viewer import Viewer


@transaction.atomic
def arbitrate(*, viewer: Viewer, case_id: UUID, key: UUID, words: str, organisation: UUID | None = None) -> Case:
    """Decide who handles a case that came back twice: the fallback department (兜底部门) unless another is named.

    Its task is final: it cannot be sent back. Whoever owns the matter is decided too, so “no clear owner” ends. Raises
    `Invalid` when there is no such department.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    work = begin("arbitrate", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    chosen = organisation or _fallback_id(work.case)
    eligible(work.case, chosen, field="organisation")
    case, late = work.case, work.case.arbitrate_due_at is not None and work.moment > work.case.arbitrate_due_at
    case.ownerless, case.disputed_at, case.arbitrate_due_at = False, None, None
    task = lead_task(work, Assignee(organisation=chosen))
    task.final = True
    work.add_tasks([task])
    work.step("arbitrate", task=task, words=text, data=promised(task) | {"late": late})
    return alerts.finish(work, "arbitrate")


def fallback(case: Case) -> Organisation | None:
    """The department that takes what others refuse; the city's, when the appeal is about a department."""
    return organisations.fallback(_root(case.desk) if case.about == About.DEPARTMENT else case.desk)


def _root(area: Area) -> Area:
    return Area.objects.get(code=area.code_at(Level.CITY))


def _fallback_id(case: Case) -> UUID:
    found = fallback(case)
    if found is None:
        raise Invalid("no_fallback", _("There is no fallback department here: please name one."), field="organisation")
    return found.id
