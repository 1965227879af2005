"""Every read of the problem list: by area for desks, without anybody's data for residents."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.cases import access, policy
from dongli.cases.models import Case, Category
from dongli.cases.models.problem import Problem, ProblemCase, ProblemState
from dongli.cases.queries.resident import CompoundCounts, compound_counts
from dongli.common.clock import today
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.duties import queries as duties
from dongli.duties.models import OPEN_DUTY_STATES, DutyState
from dongli.organisations.models import Organisation
from dongli.people.models import Role
from dongli.people.viewer import Viewer

SOURCE = "problem"
PAGE = 50
BOARD = 30
STAGES: dict[str, Callable[[], Q]] = {
    "proposed": lambda: Q(state=ProblemState.PROPOSED),
    "accepted": lambda: Q(duty__state__in=sorted(OPEN_DUTY_STATES)),
    "closed": lambda: Q(duty__state=DutyState.DONE),
    "rejected": lambda: Q(state=ProblemState.REJECTED) | Q(duty__state=DutyState.DROPPED),
}


@dataclass(frozen=True)
class Page:
    """A page of problems, each with `count`; `next` is the key of the following one."""

    rows: list[Problem]
    next: str = ""


def visible(viewer: Viewer) -> Q:
    """Filter over Problem: those of the areas the viewer watches, and those whose duty is theirs or their unit's."""
    own = Q(duty__owner=viewer.known) | Q(duty__organisation__in=viewer.organisations(Role.DEPARTMENT_OFFICER))
    return own | access.under("area", viewer.paths(*access.WATCHING_ROLES))


def stage_of(problem: Problem) -> str:
    """proposed, accepted, closed, rejected or dropped: what was decided, then how far its duty is."""
    if problem.duty is None:
        return str(problem.state)
    if problem.duty.state == DutyState.DROPPED:
        return "dropped"
    return "closed" if problem.duty.state == DutyState.DONE else "accepted"


def _listed() -> QuerySet[Problem]:
    """Problems with what a row shows; `count` is how many cases are behind each (one query)."""
    behind = ProblemCase.objects.filter(problem=OuterRef("pk")).order_by().values("problem")
    counted = Subquery(behind.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    rows = Problem.objects.select_related("area", "grid", "duty__owner", "duty__organisation", "decided_by")
    return rows.annotate(count=Coalesce(counted, 0))


def problems(viewer: Viewer, stage: str, area: Area | None = None, after: str = "") -> Page:
    """The problems of a stage that the viewer may see, the newest first. One query."""
    rows = _listed().filter(visible(viewer), STAGES[stage]())
    if area is not None:
        rows = rows.filter(area__path__gte=area.path, area__path__lt=area.path_end)
    if (key := parse_id(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else "")


def counts(viewer: Viewer, area: Area | None = None) -> dict[str, int]:
    """How many problems each stage holds. One query."""
    rows = Problem.objects.filter(visible(viewer))
    if area is not None:
        rows = rows.filter(area__path__gte=area.path, area__path__lt=area.path_end)
    return rows.aggregate(**{name: Count("pk", filter=stage()) for name, stage in STAGES.items()})


def problem(viewer: Viewer, problem_id: UUID) -> Problem:
    """One problem that the viewer may see; raises `NotFound`."""
    found = _listed().filter(visible(viewer), pk=problem_id).first()
    if found is None:
        raise NotFound("no_such_problem", _("There is no such problem."))
    return found


def lead_function(problem: Problem) -> str:
    """What the department does that leads the problem's class now; empty when none leads it. One query."""
    rows = Category.objects.filter(policy.in_force(today()), code=problem.category_code)
    return rows.values_list("lead_district", flat=True).first() or ""


def cases_behind(viewer: Viewer, problem: Problem) -> list[Case]:
    """The newest cases behind a problem that the viewer may see themselves. One query."""
    rows = Case.objects.filter(access.visible(viewer), problem_link__problem=problem)
    return list(rows.select_related("text", "place", "community", "category").order_by("-id")[:PAGE])


@dataclass(frozen=True)
class Posted:
    """A problem as residents read it: no person's name, and only what was published."""

    name: str
    place: str
    organisation: Organisation
    due_on: object
    measures: str
    progress: str
    evidence: str
    solved: bool


@dataclass(frozen=True)
class Board:
    """A compound's public board: counts (None: fewer than three), and problems with who answers for them."""

    area: Area
    counts: CompoundCounts
    open: list[Posted]
    solved: list[Posted]


def board(area: Area) -> Board:
    """What everybody may know of a compound and of the problems of its community's grids. Four queries."""
    around = [area.code, area.code_at(Level.COMMUNITY)]
    rows = (
        Problem.objects.filter(area__code__in=around, duty__published=True)
        .exclude(duty__state=DutyState.DROPPED)
        .select_related("area", "grid", "duty__organisation")
        .order_by("duty__due_on", "id")[:BOARD]
    )
    found = list(rows)
    progress = duties.latest_progress(one.duty_id for one in found if one.duty_id is not None)
    posted = [_posted(one, progress) for one in found]
    return Board(
        area=area,
        counts=compound_counts(area),
        open=[one for one in posted if not one.solved],
        solved=[one for one in posted if one.solved],
    )


def _posted(one: Problem, progress: dict[UUID, str]) -> Posted:
    duty = one.duty
    if duty is None:
        raise LookupError(f"problem {one.id} is on a board without a duty")
    solved = duty.state == DutyState.DONE
    return Posted(
        name=one.category_name,
        place=one.place_name,
        organisation=duty.organisation,
        due_on=duty.due_on,
        measures=duty.measures,
        progress="" if solved else progress.get(duty.id, ""),
        evidence=duty.evidence if solved else "",
        solved=solved,
    )
