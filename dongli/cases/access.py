"""Who a viewer is to a case: what rows they may see, and which actors of the workflow they are."""

from django.db.models import Exists, OuterRef, Q

from dongli.areas.models import Area
from dongli.cases.models import Case, Task, Whistle, WhistleKind
from dongli.cases.workflow import LIVE_TASK_STATES, OPEN_TASK_STATES, Actor, TaskState
from dongli.people.models import Role
from dongli.people.viewer import Viewer

DESK_ROLES = (
    Role.COMMUNITY_DESK,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
)
UPPER_DESK_ROLES = (Role.SUBDISTRICT_DESK, Role.SUBDISTRICT_LEADER, Role.DISTRICT_DESK, Role.CITY_DESK)
TOP_DESK_ROLES = (Role.DISTRICT_DESK, Role.CITY_DESK)
SIGNING_ROLES = (Role.SUBDISTRICT_LEADER, Role.DISTRICT_DESK, Role.CITY_DESK)
WATCHING_ROLES = (*DESK_ROLES, Role.CITY_VIEWER)
# A case marked for danger to life, self-harm or a minor is opened to these (and to whoever holds a task on it).
FEW_ROLES = (
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
)
POOL_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.COMMUNITY_SECRETARY)
HOTLINE_ROLES = (Role.HOTLINE_CLERK,)
OFFICER_ROLES = (Role.DEPARTMENT_OFFICER,)
SECRETARY_ROLES = (Role.COMMUNITY_SECRETARY,)
PATROL_ROLES = POOL_ROLES
POLICY_ROLES = (Role.ADMINISTRATOR,)
FILING_ROLES = (Role.CAPTAIN, Role.GRID_WORKER, *DESK_ROLES, Role.HOTLINE_CLERK)

# Whom the desk of a case makes an actor of the workflow, once they are of that desk at all.
OFFICE_ACTORS: dict[Actor, tuple[Role, ...]] = {
    Actor.DESK: DESK_ROLES,
    Actor.UPPER_DESK: UPPER_DESK_ROLES,
    Actor.TOP_DESK: TOP_DESK_ROLES,
    Actor.SIGNER: SIGNING_ROLES,
    Actor.SECRETARY: SECRETARY_ROLES,
}


def under(prefix: str, paths: list[str]) -> Q:
    """Filter: the area at `prefix` lies in one of the subtrees (a range scan of the path's index each)."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{prefix}__path__gte": path, f"{prefix}__path__lt": f"{path[:-1]}0"})
    return condition


def visible(viewer: Viewer) -> Q:
    """Filter over Case: the rows this viewer may see at all. The stranger's answer is no row."""
    by_link = Q(pk__in=viewer.links)
    if viewer.user is None:
        return by_link
    own = Q(resident=viewer.user) | Q(filed_by=viewer.user)
    return (by_link | own | _by_office(viewer)) & ~Q(hidden_from__contains=[viewer.user.id])


def as_staff(viewer: Viewer) -> Q:
    """Filter over Case: the rows this viewer sees by office (`visible`, but never as its resident or by its link)."""
    if viewer.user is None:
        return Q(pk__in=[])
    by_office = _by_office(viewer) & ~Q(hidden_from__contains=[viewer.user.id])
    return by_office & ~Q(resident=viewer.user) & ~Q(pk__in=viewer.links)


def _by_office(viewer: Viewer) -> Q:
    """Cases at a desk that the viewer watches, and those they work on."""
    watched = under("desk", viewer.paths(*FEW_ROLES)) | (Q(danger="") & under("desk", viewer.paths(*WATCHING_ROLES)))
    return watched | _at_work(viewer)


def desked(viewer: Viewer, prefix: str = "") -> Q:
    """Filter: the viewer is of the desk the case at `prefix` lies at (`Actor.DESK`), and so may open its contact."""
    few = under(f"{prefix}desk", viewer.paths(*FEW_ROLES))
    own = few | (Q(**{f"{prefix}danger": ""}) & under(f"{prefix}desk", viewer.paths(*DESK_ROLES)))
    return own & ~Q(**{f"{prefix}hidden_from__contains": [viewer.known.id]})


def _at_work(viewer: Viewer) -> Q:
    """Cases with a live task of the viewer or an organisation of theirs, or with one they may take from the pool."""
    tasks = Task.objects.filter(case=OuterRef("pk"), state__in=sorted(LIVE_TASK_STATES))
    mine = Q(worker=viewer.user) | Q(organisation__in=viewer.organisations(Role.DEPARTMENT_OFFICER))
    condition = Q(Exists(tasks.filter(mine)))
    if pool := viewer.paths(*POOL_ROLES):
        pooled = tasks.filter(under("grid__community", pool), worker=None, organisation=None)
        condition |= Q(Exists(pooled), danger="")
        condition |= Q(verifier=viewer.user)
    return condition


def actors(viewer: Viewer, case: Case, task: Task | None = None) -> set[Actor]:
    """The workflow's actors this viewer is to `case`, and to `task` when one is meant (the lead otherwise)."""
    found: set[Actor] = set()
    if case.id in viewer.links or (viewer.user is not None and case.resident_id == viewer.user.id):
        found.add(Actor.RESIDENT)
    if viewer.user is None or viewer.user.id in case.hidden_from:
        return found
    if viewer.user.id == case.verifier_id:
        found.add(Actor.VERIFIER)
    if task is not None and holds(viewer, case, task):
        found.add(Actor.HOLDER)
    if task is not None and is_senior(viewer, case, task):
        found.add(Actor.SENIOR)
    if viewer.covers(DESK_ROLES, case.desk) and (not case.danger or viewer.covers(FEW_ROLES, case.desk)):
        found |= {actor for actor, roles in OFFICE_ACTORS.items() if viewer.covers(roles, case.desk)}
    return found


def supervises(viewer: Viewer, case: Case, lead: Task | None) -> bool:
    """Whether the viewer may check and close: at the desk, and not whoever answered or holds the work themselves."""
    if viewer.user is None or Actor.DESK not in actors(viewer, case):
        return False
    return lead is None or viewer.user.id not in {lead.worker_id, lead.answered_by_id}


def holds(viewer: Viewer, case: Case, task: Task) -> bool:
    """Whether the task is this viewer's: their own, their department's, or one of their community's pool."""
    if viewer.user is None:
        return False
    if task.worker_id is not None:
        return task.worker_id == viewer.user.id
    if task.organisation_id is not None:
        return task.organisation_id in viewer.organisations(*OFFICER_ROLES)
    return viewer.covers(POOL_ROLES, case.community)


def is_senior(viewer: Viewer, case: Case, task: Task) -> bool:
    """Whether the viewer speaks for the holder's house: an officer of the department, or the community's secretary."""
    if task.organisation_id is not None:
        return task.organisation_id in viewer.organisations(*OFFICER_ROLES)
    return viewer.covers(SECRETARY_ROLES, case.community)


def knew(viewer: Viewer, case: Case, task: Task | None) -> bool:
    """Whether the viewer held this task or could have taken it: they are told what became of it, not “no such case”."""
    if viewer.user is None or task is None or viewer.user.id in case.hidden_from:
        return False
    if task.worker_id == viewer.user.id or task.organisation_id in viewer.organisations(Role.DEPARTMENT_OFFICER):
        return True
    was_taken = task.organisation_id is None and (task.accepted_at or task.ended_at) is not None
    return was_taken and not (case.danger or case.about) and viewer.covers(POOL_ROLES, case.community)


def may_see_contact(viewer: Viewer, case: Case, tasks: list[Task]) -> bool:
    """Whether the viewer handles the case: its desk, or the holder of an open task on it."""
    if Actor.DESK in actors(viewer, case):
        return True
    return any(task.state in OPEN_TASK_STATES and holds(viewer, case, task) for task in tasks)


def may_sign(viewer: Viewer, whistle: Whistle, case: Case) -> bool:
    """Whether the viewer may sign a whistle of this case; whoever blew it may not.

    An emergency does not wait for the subdistrict: the community's secretary may sign it, and the leader is told.
    """
    found = actors(viewer, case)
    may = Actor.SIGNER in found or (Actor.SECRETARY in found and whistle.kind == WhistleKind.EMERGENCY)
    return may and viewer.user is not None and viewer.user.id != whistle.blown_by_id


def whistle_actors(viewer: Viewer, whistle: Whistle, tasks: list[Task]) -> set[Actor]:
    """Who the viewer is to a whistle: the one who blew it, an officer of a department that did its part in it."""
    if viewer.user is None:
        return set()
    found = {Actor.WHISTLER} if viewer.user.id == whistle.blown_by_id else set()
    return found | ({Actor.CALLED} if parts_of(viewer, whistle, tasks) else set())


def parts_of(viewer: Viewer, whistle: Whistle, tasks: list[Task]) -> list[Task]:
    """The parts in a whistle that departments of this viewer have answered."""
    own = viewer.organisations(*OFFICER_ROLES)
    parts = (task for task in tasks if task.whistle_id == whistle.id and task.state == TaskState.ANSWERED)
    return [task for task in parts if task.organisation_id in own]


def may_file_for(viewer: Viewer, community: Area | None) -> bool:
    """Whether the viewer may file on a resident's behalf: staff or captain of the place, or the hotline anywhere."""
    if viewer.has(*HOTLINE_ROLES):
        return True
    return viewer.covers(FILING_ROLES, community) or any(
        community is not None and path.startswith(community.path) for path in viewer.paths(Role.CAPTAIN)
    )
