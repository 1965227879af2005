"""What a successor takes over of somebody's cases: open tasks with a step in each history, and looks on site."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.cases.models import Case, Task, Verification
from dongli.cases.work import Work, take_case
from dongli.cases.workflow import OPEN_TASK_STATES, TaskState
from dongli.common.errors import Conflict
from dongli.people import queries as people
from dongli.people.actions.roster import GRID_ROLES
from dongli.people.handover import Estate, Item, on_hand_over
from dongli.people.models import User
from dongli.people.viewer import Viewer

PASSED = OPEN_TASK_STATES | {TaskState.PARKED}
"""What waits with a lead case comes back to its worker: it goes to the successor too."""


def _inside(prefix: str, area: Area) -> Q:
    """Filter: the case at `prefix` lies in `area`, by its place or by its community."""
    condition = Q()
    for name in ("community", "place"):
        path = f"{prefix}{name}__path"
        condition |= Q(**{f"{path}__gte": area.path, f"{path}__lt": area.path_end})
    return condition


def _tasks(person: User, area: Area) -> QuerySet[Task]:
    rows = Task.objects.filter(_inside("case__", area), worker=person, state__in=sorted(PASSED))
    return rows.select_related("case__category", "case__community").order_by("due_at", "id")


def _looks(person: User, area: Area) -> QuerySet[Case]:
    return Case.objects.filter(_inside("", area), verifier=person).select_related("community").order_by("id")


def items(person: User, area: Area) -> list[Item]:
    """The open tasks of `person` in `area`, the next to be due first, and the looks on site they are asked for."""
    found = [_item(task.case, str(task.get_state_display())) for task in _tasks(person, area)]
    return found + [_item(case, _("a look on site")) for case in _looks(person, area)]


def _item(case: Case, note: str) -> Item:
    place = case.community.name if case.community is not None else ""
    return Item(f"{case.number} · {place}", reverse("desk_case", args=[case.number]), note)


def pass_on(*, person: User, successor: User, area: Area, viewer: Viewer, moment: datetime) -> int:
    """Give every open task, and every look on site, to `successor`, with a step; clocks run on as promised.

    Raises `Conflict` when the successor cannot work where one of them lies, or must not see the case.
    """
    wanted = {task.case_id for task in _tasks(person, area)} | {case.pk for case in _looks(person, area)}
    count = 0
    for case_id in sorted(wanted):
        work = take_case(case_id)
        work.viewer, work.moment = viewer, moment
        count += _pass_case(work, person, successor)
    return count


def _pass_case(work: Work, person: User, successor: User) -> int:
    mine = [task for task in work.tasks if task.worker_id == person.pk and task.state in PASSED]
    looking = work.case.verifier_id == person.pk
    if not mine and not looking:
        return 0
    _check(work.case, successor)
    why = {"why": "handed_over", "worker": successor.name, "person": person.name}
    for task in mine:
        task.worker = successor
        work.touch(task)
        work.step("route", task=task, by_system=True, data={"why": [why]})
    if looking:
        work.case.verifier = successor
        Verification.objects.filter(case=work.case, ended_at=None).update(worker=successor)
        work.step("route", by_system=True, data={"why": [why]})
    work.finish()
    return len(mine) + looking


def _check(case: Case, successor: User) -> None:
    serves = people.holds_role_over(successor, GRID_ROLES, case.community)
    if not serves or successor.pk in case.hidden_from:
        message = _("%(name)s cannot take over case %(number)s: they do not serve there, or it is about them.")
        raise Conflict("cannot_take", message % {"name": successor.name, "number": case.number}, field="successor")


def holders(ids: Collection[UUID]) -> set[UUID]:
    """Which of these people have an open task."""
    rows = User.objects.filter(pk__in=ids)
    mine = Task.objects.filter(worker=OuterRef("pk"), state__in=sorted(PASSED))
    return set(rows.filter(Exists(mine)).values_list("pk", flat=True))


def register() -> None:
    """Let open cases be passed on with a post."""
    on_hand_over(Estate("tasks", gettext_lazy("Open tasks on cases"), items, pass_on, holders))
