"""The desk's work: placing, classifying, registering or refusing, dispatching to one lead and any co-handlers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Grid, Level
from dongli.cases import alerts, deadlines, disputes, policy, promises
from dongli.cases.actions.ownership import set_mark
from dongli.cases.models import Case, Task, TaskKind
from dongli.cases.models.case import About
from dongli.cases.policy import Promise
from dongli.cases.routing import Route, Where, route
from dongli.cases.work import Work, begin
from dongli.cases.workflow import TaskState
from dongli.common.clock import city_date
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from dongli.common.text import clean
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.organisations.queries import standing_heir
from dongli.people.models import Role, User
from dongli.people.queries import holds_role_over
from dongli.people.viewer import Viewer

MAX_WORDS = 2000


@dataclass(frozen=True)
class Assignee:
    """Who is to hold a task: a worker, an organisation, or (neither) the pool of the case's grid."""

    worker: UUID | None = None
    organisation: UUID | None = None


@transaction.atomic
def place(*, viewer: Viewer, case_id: UUID, key: UUID, where: Where) -> Case:
    """Say where a case is: it moves to that place's desk and is routed again."""
    work = begin("place", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    way = route(where, about=work.case.about, at=work.moment)
    put(work.case, way)
    work.drop_verification()
    work.step("place", data={"place": way.place.name if way.place else ""})
    work.step("route", by_system=True, data={"why": list(way.why)})
    auto_start(work, worker=way.worker)
    return alerts.finish(work, "place")


def put(case: Case, way: Route) -> None:
    """Put a case where its way leads."""
    case.desk, case.community, case.place, case.grid = way.desk, way.community, way.place, way.grid
    case.longitude, case.latitude, case.pooled = way.longitude, way.latitude, way.pooled
    case.hidden_from = list(way.hidden_from)


@transaction.atomic
def classify(*, viewer: Viewer, case_id: UUID, key: UUID, category: str, condition: int = 0) -> Case:
    """Choose (or correct) the class of a case that is not yet dispatched, and its filing condition (0: the first)."""
    work = begin("classify", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    _classify(work, category, condition)
    work.step("classify", data=class_data(work.case, city_date(work.moment)))
    return work.finish()


def _classify(work: Work, code: str, number: int) -> None:
    put_class(work.case, code, number, city_date(work.moment))


def _code(case: Case, on: date) -> str:
    found = policy.class_of(case, on)
    return found[0].code if found is not None else ""


def put_class(case: Case, code: str, number: int, on: date) -> None:
    """Give the case a class and one of its conditions; urgent is what the place's rule calls so. Raises `Invalid`."""
    case.category = policy.category(code, on)
    case.condition = policy.condition(code, number, on)
    rule = policy.rule_of(case, on)
    case.urgent = case.urgent or (rule is not None and rule.urgent)


def class_data(case: Case, on: date) -> dict[str, Any]:
    """What a step keeps of the class; of the condition too, where the class has several."""
    found = policy.class_of(case, on)
    if found is None:
        return {}
    category, condition = found
    data: dict[str, Any] = {"category": category.name, "code": category.code}
    if condition is not None and len(policy.conditions(category.code, on)) > 1:
        data |= {"condition": condition.text, "number": condition.number}
    return data


@transaction.atomic
def register(
    *,
    viewer: Viewer,
    case_id: UUID,
    key: UUID,
    category: str = "",
    condition: int = 0,
    ownerless: bool | None = None,
) -> Case:
    """Take the case up, perhaps marked as without a clear owner. Raises `Invalid` without a class or a place.

    `condition`: the number of the filing condition; 0 leaves the one it has, or takes the class's first.
    """
    work = begin("register", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    if category and (condition or _code(work.case, city_date(work.moment)) != category):
        _classify(work, category, condition)
    if work.case.category_id is None:
        raise Invalid("no_category", _("Please choose a class from the catalogue first."), field="category")
    if work.case.community is None:
        raise Invalid("no_place", _("Please say where it is first: choose a community or a compound."), field="place")
    set_mark(work, ownerless=ownerless, key=new_id())
    work.case.registered_at = work.moment
    work.step("register", key=key, data=class_data(work.case, city_date(work.moment)))
    return alerts.finish(work, "register")


@transaction.atomic
def refuse(*, viewer: Viewer, case_id: UUID, key: UUID, reason: str, words: str = "") -> Case:
    """Do not take the case up, for a coded reason; the resident reads the reason and the words."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    work = begin("refuse", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    chosen = policy.reason("refuse", reason, text)
    work.case.refused_at = work.moment
    work.cancel_open_work()
    work.step("refuse", reason=chosen.code, words=text)
    return alerts.finish(work, "refuse")


@transaction.atomic
def mark_spam(*, viewer: Viewer, case_id: UUID, key: UUID) -> Case:
    """Put a filing aside as spam; `unmark_spam` takes it back."""
    work = begin("mark_spam", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.case.spam_at = work.moment
    work.step("mark_spam")
    return work.finish()


@transaction.atomic
def unmark_spam(*, viewer: Viewer, case_id: UUID, key: UUID) -> Case:
    """Take a filing out of spam: it stands where it stood."""
    work = begin("unmark_spam", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    work.case.spam_at = None
    work.step("unmark_spam")
    return work.finish()


@transaction.atomic
def dispatch(
    *,
    viewer: Viewer,
    case_id: UUID,
    key: UUID,
    lead: Assignee,
    cohandlers: Iterable[UUID] = (),
    words: str = "",
    ownerless: bool | None = None,
) -> Case:
    """Give the case to one lead and any co-handlers (departments); the clock of each task starts now."""
    text = clean(words, field="words", max_length=MAX_WORDS)
    work = begin("dispatch", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    set_mark(work, ownerless=ownerless, key=new_id())
    task = lead_task(work, lead)
    others = [cohandler_task(work, organisation) for organisation in dict.fromkeys(cohandlers)]
    if any(other.organisation_id == task.organisation_id for other in others):
        raise Invalid("lead_is_cohandler", _("The lead cannot also be a co-handler."), field="cohandlers")
    work.add_tasks([task, *others])
    work.step("dispatch", key=key, task=task, words=text, data=promised(task))
    for other in others:
        work.step("add_cohandler", task=other, data=promised(other))
    return alerts.finish(work, "dispatch")


@transaction.atomic
def add_cohandler(*, viewer: Viewer, case_id: UUID, key: UUID, organisation: UUID) -> Case:
    """Bring another department in beside the lead."""
    work = begin("add_cohandler", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    if any(task.organisation_id == organisation for task in work.open_tasks):
        raise Invalid("already_at_work", _("This department is already at work on the case."), field="organisation")
    task = cohandler_task(work, organisation)
    work.add_tasks([task])
    work.step("add_cohandler", task=task, data=promised(task))
    return alerts.finish(work, "add_cohandler")


def auto_start(work: Work, *, worker: User | None) -> None:
    """Register, and give to the grid, what its class lets start by itself; not what is dangerous or about a handler."""
    case = work.case
    rule = policy.rule_of(case, city_date(work.moment))
    if rule is None or not rule.auto_register or case.community is None or case.about or case.danger:
        return
    if case.registered_at is None:
        case.registered_at = work.moment
        work.step("register", by_system=True, data=class_data(case, city_date(work.moment)))
    if rule.solver == "grid" and case.grid is not None and work.lead is None:
        task = new_task(work, TaskKind.LEAD, _lead_promise(work), grid=case.grid, worker=worker)
        work.add_tasks([task])
        work.step("dispatch", task=task, by_system=True, data=promised(task))


def lead_task(work: Work, assignee: Assignee, own_limit: Promise | None = None) -> Task:
    """The lead's task for the case's current round; raises `Invalid` when the assignee cannot hold it.

    What complains of a handler never goes to a pool: those complained of may be in it.
    """
    limit = own_limit or _lead_promise(work)
    if assignee.organisation is not None:
        _check_owner(work.case)
        return new_task(work, TaskKind.LEAD, limit, organisation=eligible(work.case, assignee.organisation))
    if assignee.worker is not None:
        return new_task(work, TaskKind.LEAD, limit, grid=work.case.grid, worker=_worker(work.case, assignee.worker))
    if work.case.grid is None or work.case.about:
        raise Invalid("no_assignee", _("Please choose who is to handle it."), field="lead")
    return new_task(work, TaskKind.LEAD, limit, grid=work.case.grid)


def _check_owner(case: Case) -> None:
    if case.ownerless:
        message = _("It has no clear owner: the place handles it. Choose a worker, or take the mark off.")
        raise Invalid("ownerless", message, field="lead")


def cohandler_task(work: Work, organisation: UUID) -> Task:
    """A co-handler's task under the lead's limit."""
    department = eligible(work.case, organisation, field="cohandlers")
    return new_task(work, TaskKind.COHANDLER, _lead_promise(work), organisation=department)


def new_task(
    work: Work,
    kind: TaskKind,
    limit: Promise,
    *,
    organisation: Organisation | None = None,
    grid: Grid | None = None,
    worker: User | None = None,
) -> Task:
    """A task whose clock starts now, with everything promised frozen onto it."""
    contact = None
    rule = policy.rule_of(work.case, city_date(work.moment)) if kind == TaskKind.LEAD else None
    if rule is not None:
        contact = policy.promise(work.moment, rule.contact_hours, "working_hour", work.calendar).deadline.at
    task = Task(
        case=work.case,
        round=work.case.round,
        kind=kind,
        state=TaskState.DISPATCHED,
        organisation=organisation,
        grid=grid,
        worker=worker,
        limit_amount=limit.amount,
        limit_unit=limit.unit,
        calendar_version=limit.calendar_version,
        rule_version=limit.rule_version,
        provisional=limit.deadline.provisional,
        dispatched_at=work.moment,
        due_at=limit.deadline.at,
        contact_due_at=contact,
        remind_at=deadlines.reminder_at(work.moment, limit.deadline.at, limit.unit, work.calendar),
        next_escalation_at=limit.deadline.at,
    )
    if kind == TaskKind.LEAD:
        task.final = disputes.spent(work)
        promises.settle(work, task)
    return task


def eligible(case: Case, organisation: UUID, *, field: str = "lead") -> Organisation:
    """The department, or who took it over: it exists, stands, and is not below the level a complaint has gone up to."""
    departments = Organisation.objects.filter(pk=organisation, kind=OrganisationKind.DEPARTMENT)
    found = standing_heir(departments.select_related("area", "successor__area").first())
    if found is None:
        raise Invalid("unknown_department", _("Please choose a department from the list."), field=field)
    if case.about == About.DEPARTMENT and found.area.level != Level.CITY:
        raise Invalid("complained_of", _("The appeal is about a department: choose one at city level."), field=field)
    return found


def may_lead(case: Case, user: User) -> bool:
    """Whether `user` serves the case's community and is not complained of (its secretary, when that is the office)."""
    roles = [Role.GRID_WORKER] if case.about == About.COMMUNITY else [Role.GRID_WORKER, Role.COMMUNITY_SECRETARY]
    return user.id not in case.hidden_from and holds_role_over(user, roles, case.community)


def _worker(case: Case, user_id: UUID) -> User:
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None or not may_lead(case, found):
        raise Invalid("unknown_worker", _("Please choose a worker who serves this community."), field="lead")
    return found


def _lead_promise(work: Work) -> Promise:
    if work.case.round > 1:
        return policy.promise_limit("second_handling", work.moment, work.calendar)
    own = policy.promise_rule(work.case, work.moment, work.calendar)
    return own or policy.promise_limit("handling", work.moment, work.calendar)


def promised(task: Task) -> dict[str, object]:
    """What a dispatch step keeps of its task: who, until when, under which limit."""
    holder = task.organisation or task.worker or task.grid
    return {
        "to": str(holder),
        "due": task.due_at.isoformat(),
        "amount": task.limit_amount,
        "unit": str(task.limit_unit),
        "provisional": task.provisional,
    }
