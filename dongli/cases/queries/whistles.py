"""Reads of whistles: what rings for a viewer, and what each side may still rate or has rated."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from dongli.cases import access
from dongli.cases.models import Case, Task, Whistle, WhistleRating
from dongli.cases.models.whistle_rating import Side
from dongli.cases.whistle_parts import is_open_for_rating, is_rateable
from dongli.cases.workflow import TaskState, WhistleState
from dongli.common.clock import now
from dongli.people.models import Role
from dongli.people.viewer import Viewer

MOST_RINGING = 20
# Who looks after whistles from above: they read both sides at once, unless they are a side themselves.
OVERSEEING_ROLES = (Role.SUBDISTRICT_LEADER, Role.DISTRICT_DESK, Role.CITY_DESK, Role.CITY_VIEWER)


def ringing(viewer: Viewer) -> list[Task]:
    """Emergencies that wait for the viewer's departments to acknowledge them, the longest first. One query, or none."""
    own = viewer.organisations(Role.DEPARTMENT_OFFICER)
    if not own:
        return []
    tasks = Task.objects.filter(organisation__in=own, state=TaskState.DISPATCHED, ring_at__isnull=False)
    tasks = tasks.exclude(case__hidden_from__contains=[viewer.known.id])
    return list(tasks.select_related("case", "whistle", "organisation").order_by("dispatched_at", "id")[:MOST_RINGING])


def tag_of(tasks: Iterable[Task]) -> str:
    """An ETag of what rings: which tasks, and how often each has rung."""
    parts = "|".join(f"{task.id.hex}{task.rings}" for task in tasks)
    return f'"{sha256(parts.encode()).hexdigest()[:24]}"'


@dataclass(frozen=True)
class Part:
    """One department's part in a whistle with what both sides said, as this viewer may see it.

    `response` and `judgement` are None when not given or not to be seen yet; the flags say whether each was given.
    """

    task: Task
    response: WhistleRating | None
    judgement: WhistleRating | None
    has_response: bool
    has_judgement: bool


def parts(
    viewer: Viewer, case: Case, whistle: Whistle, tasks: Iterable[Task], given: Iterable[WhistleRating]
) -> list[Part]:
    """The parts of a whistle that is done. `given` are its ratings (with `text`).

    A side reads what was said of it once both have rated that part, or once the time to rate is over; its own words,
    and what a third party may see, are open at once.
    """
    is_over = whistle.state == WhistleState.DONE and not is_open_for_rating(whistle, now())
    by_part = {(one.task_id, one.side): one for one in given}
    found = []
    for task in tasks:
        if not is_rateable(task, whistle):
            continue
        response, judgement = by_part.get((task.id, Side.WHISTLER)), by_part.get((task.id, Side.DEPARTMENT))
        is_open = is_over or (response is not None and judgement is not None)
        sees = _sees(viewer, case, whistle, task)
        found.append(
            Part(
                task,
                response if is_open or Side.WHISTLER in sees else None,
                judgement if is_open or Side.DEPARTMENT in sees else None,
                response is not None,
                judgement is not None,
            )
        )
    return found


def _sees(viewer: Viewer, case: Case, whistle: Whistle, task: Task) -> set[Side]:
    """Which sides' words the viewer reads before both are open: their own, and both for those above who are neither."""
    if viewer.user is None:
        return set()
    if task.organisation_id in viewer.organisations(Role.DEPARTMENT_OFFICER):
        return {Side.DEPARTMENT}
    if viewer.user.id == whistle.blown_by_id:
        return {Side.WHISTLER}
    return set(Side) if viewer.covers(OVERSEEING_ROLES, case.desk) else set()


def ratings(whistles: Iterable[Whistle]) -> list[WhistleRating]:
    """The ratings of those of `whistles` that are done, with their words. One query, or none."""
    ids = [whistle.id for whistle in whistles if whistle.state == WhistleState.DONE]
    if not ids:
        return []
    return list(WhistleRating.objects.filter(task__whistle__in=ids).select_related("text"))


def to_rate(viewer: Viewer, whistle_id: UUID) -> list[Task]:
    """The parts of a whistle that its whistler has not rated yet; none for anybody else."""
    whistle = Whistle.objects.filter(pk=whistle_id, blown_by=viewer.known).first()
    if whistle is None:
        return []
    tasks = list(Task.objects.filter(whistle=whistle).select_related("organisation").order_by("id"))
    return unrated(whistle, tasks, ratings([whistle]), Side.WHISTLER)


def to_judge(viewer: Viewer, whistle_id: UUID) -> list[Task]:
    """The parts of a whistle that the viewer's departments did and have not judged yet."""
    whistle = Whistle.objects.filter(pk=whistle_id).first()
    if whistle is None:
        return []
    tasks = list(Task.objects.filter(whistle=whistle).select_related("organisation").order_by("id"))
    return unrated(whistle, access.parts_of(viewer, whistle, tasks), ratings([whistle]), Side.DEPARTMENT)


def unrated(whistle: Whistle, tasks: Iterable[Task], given: Iterable[WhistleRating], side: Side) -> list[Task]:
    """Those of `tasks` that `side` may rate and has not."""
    done = {one.task_id for one in given if one.side == side}
    return [task for task in tasks if is_rateable(task, whistle) and task.id not in done]
