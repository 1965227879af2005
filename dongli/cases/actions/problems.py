"""The problem list: proposing what keeps coming back, accepting it as somebody's duty, or not.

Proposing is set-wise: the cases that count are gathered once, then taken kind by kind of place (compound, grid, cluster
of points): first those that belong to a problem still alive there, then, where enough are left, a new problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import h3
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.areas.models import Area, Grid
from dongli.cases.models.problem import PlaceKind, Problem, ProblemState
from dongli.cases.queries import problems as queries
from dongli.cases.workflow import CaseState
from dongli.common.clock import city_date, now
from dongli.common.errors import Conflict, NotAllowed
from dongli.common.text import clean
from dongli.duties import access as duty_access
from dongli.duties import actions as duties
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people import queries as people
from dongli.people.models import Role, User
from dongli.people.viewer import Viewer

CELL = 9  # resolution of H3: a hexagon of about 0.1 km²
COUNTED = (
    CaseState.REGISTERED, CaseState.DISPATCHED, CaseState.WORKING, CaseState.WHISTLED, CaseState.ANSWERED,
    CaseState.CHECKED, CaseState.CLOSED, CaseState.RATED,
)  # fmt: skip
_LOCK = 0x70726F62  # any number that no other advisory lock uses

kinds.register("cases.problems", gettext_noop("%(count)s problems keep coming back in %(area)s: please look at them"))

# Cases of danger and complaints about staff are opened to few: a problem list would open them to more.
_GATHER = """
    CREATE TEMP TABLE recurring AS
    SELECT c.id, c.filed_at, c.longitude, c.latitude, category.code, category.name,
           coalesce(community.path, '') AS path,
           coalesce(split_part(place.path, '/', 5), '') AS compound, coalesce(grid.code, '') AS grid, '' AS cell
    FROM cases_case c
    JOIN cases_category category ON category.id = c.category_id
    LEFT JOIN areas_area community ON community.id = c.community_id
    LEFT JOIN areas_area place ON place.id = c.place_id
    LEFT JOIN areas_grid grid ON grid.id = c.grid_id
    LEFT JOIN cases_problemcase link ON link.case_id = c.id
    WHERE link.case_id IS NULL AND c.filed_at > %s AND c.filed_at <= %s AND c.state = ANY(%s)
      AND c.danger = '' AND c.about = '' AND c.hidden_from = '{}' AND community.path IS NOT NULL
"""
_JOIN = """
    WITH alive AS (
        SELECT problem.id, problem.category_code, problem.place_key FROM cases_problem problem
        LEFT JOIN duties_duty duty ON duty.id = problem.duty_id
        WHERE problem.place_kind = %(kind)s
          AND (problem.state = 'proposed' OR (problem.state = 'accepted' AND duty.state IN ('open', 'reopened')))
    ), joined AS (
        INSERT INTO cases_problemcase (case_id, problem_id, added_at)
        SELECT DISTINCT ON (recurring.id) recurring.id, alive.id, %(at)s
        FROM recurring JOIN alive ON alive.category_code = recurring.code AND alive.place_key = recurring.{key}
        ORDER BY recurring.id, alive.id DESC
        ON CONFLICT DO NOTHING RETURNING case_id, problem_id
    ), stretched AS (
        UPDATE cases_problem SET since = least(since, first), until = greatest(until, last)
        FROM (
            SELECT problem_id, min((filed_at AT TIME ZONE 'Asia/Shanghai')::date) AS first,
                   max((filed_at AT TIME ZONE 'Asia/Shanghai')::date) AS last
            FROM joined JOIN recurring ON recurring.id = joined.case_id GROUP BY problem_id
        ) period WHERE period.problem_id = cases_problem.id
    )
    DELETE FROM recurring USING joined WHERE joined.case_id = recurring.id
"""
_CROWDS = """
    SELECT code, max(name), {key}, min(path), max(path), avg(longitude), avg(latitude), min(filed_at), max(filed_at)
    FROM recurring WHERE {key} <> '' GROUP BY code, {key} HAVING count(*) >= %s ORDER BY code, {key}
"""


@dataclass(frozen=True)
class _Crowd:
    """Cases of one class at one place, enough of them for a problem."""

    code: str
    name: str
    key: str
    first_path: str
    last_path: str
    longitude: float | None
    latitude: float | None
    since: datetime
    until: datetime

    @property
    def area_code(self) -> str:
        """The code of the smallest area that holds all: the last that the first and the last path share."""
        shared = ""
        for one, other in zip(self.first_path.split("/"), self.last_path.split("/"), strict=False):
            if one != other or not one:
                break
            shared = one
        return shared


@transaction.atomic
def propose_problems(
    *, as_of: datetime | None = None, period_days: int | None = None, threshold: int | None = None
) -> list[Problem]:
    """Propose a problem wherever at least `threshold` cases of one minor class, filed in the `period_days` before
    `as_of`, lie in one compound, else in one grid, else in one H3 cell; join new cases to problems still alive there.

    Safe to run again and at the same time: runs follow one another, and a case counts once. Returns the new problems;
    the desks of their areas are told once.
    """
    moment = as_of or now()
    least = threshold or settings.PROBLEM_THRESHOLD
    since = moment - timedelta(days=period_days or settings.PROBLEM_DAYS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DROP TABLE IF EXISTS recurring")
        cursor.execute(_GATHER, [since, moment, list(COUNTED)])
        found: list[Problem] = []
        for kind in PlaceKind:
            if kind == PlaceKind.CELL:
                _put_into_cells(cursor)
            _join(cursor, kind, moment)
            cursor.execute(_CROWDS.format(key=kind), [least])
            crowds = [_Crowd(*row) for row in cursor.fetchall()]
            found += _propose(kind, crowds, moment)
            if crowds:
                _join(cursor, kind, moment)
        cursor.execute("DROP TABLE recurring")
    _tell_desks(found)
    return found


def _join(cursor: Any, kind: PlaceKind, moment: datetime) -> None:
    cursor.execute(_JOIN.format(key=kind), {"kind": str(kind), "at": moment})


def _put_into_cells(cursor: Any) -> None:
    """Name the H3 cell of every case left that has a point."""
    cursor.execute("SELECT id, latitude, longitude FROM recurring WHERE latitude IS NOT NULL")
    rows = [(key, h3.latlng_to_cell(latitude, longitude, CELL)) for key, latitude, longitude in cursor.fetchall()]
    cursor.execute(
        "UPDATE recurring SET cell = named.cell FROM unnest(%s::uuid[], %s::text[]) AS named (id, cell)"
        " WHERE named.id = recurring.id",
        [[key for key, _cell in rows], [cell for _key, cell in rows]],
    )


def _propose(kind: PlaceKind, crowds: Sequence[_Crowd], moment: datetime) -> list[Problem]:
    codes = {crowd.key if kind == PlaceKind.COMPOUND else crowd.area_code for crowd in crowds}
    areas = {area.code: area for area in Area.objects.filter(code__in=codes)}
    grids: dict[str, Grid] = {}
    if kind == PlaceKind.GRID:
        grids = {grid.code: grid for grid in Grid.objects.filter(code__in=[crowd.key for crowd in crowds])}
    return Problem.objects.bulk_create(
        Problem(
            category_code=crowd.code,
            category_name=crowd.name,
            place_kind=kind,
            place_key=crowd.key,
            area=areas[crowd.key if kind == PlaceKind.COMPOUND else crowd.area_code],
            grid=grids.get(crowd.key),
            longitude=crowd.longitude,
            latitude=crowd.latitude,
            since=city_date(crowd.since),
            until=city_date(crowd.until),
            proposed_at=moment,
        )
        for crowd in crowds
    )


def _tell_desks(found: Sequence[Problem]) -> None:
    """One notification per community (or wider area) and secretary, however many problems there are."""
    counted: dict[UUID, tuple[Area, int]] = {}
    for problem in found:
        counted[problem.area_id] = (problem.area, counted.get(problem.area_id, (problem.area, 0))[1] + 1)
    for area, count in counted.values():
        users = people.holders((Role.COMMUNITY_SECRETARY,), area) or people.holders((Role.SUBDISTRICT_DESK,), area)
        params: dict[str, str | int] = {"count": count, "area": area.name}
        notify(users=users, kind="cases.problems", params=params, url=reverse("desk_problems"), area=area)


@dataclass(frozen=True)
class Acceptance:
    """Who takes a problem on, with what measures, by when; whether residents may read it."""

    owner_id: UUID
    organisation_id: UUID
    measures: str
    due_on: date
    published: bool = True


@transaction.atomic
def accept_problem(*, viewer: Viewer, problem_id: UUID, key: UUID, acceptance: Acceptance) -> Problem:
    """Accept a proposed problem: it becomes a duty in the same transaction. Raises `Conflict` when it is decided."""
    problem = _begin(viewer, problem_id)
    repeated = problem.duty is not None and problem.duty.steps.filter(pk=key, verb="assign").exists()
    if repeated and problem.decided_by_id == viewer.known.id:
        return problem
    _still_proposed(problem)
    assignment = duties.Assignment(
        title=str(problem),
        source_kind=queries.SOURCE,
        source_id=problem.id,
        source_url=reverse("desk_problem", args=[problem.id]),
        area=problem.area,
        owner_id=acceptance.owner_id,
        organisation_id=acceptance.organisation_id,
        measures=acceptance.measures,
        due_on=acceptance.due_on,
        published=acceptance.published,
    )
    problem.duty = duties.assign_duty(viewer=viewer, key=key, assignment=assignment)
    return _decide(problem, ProblemState.ACCEPTED, viewer.known)


@transaction.atomic
def reject_problem(*, viewer: Viewer, problem_id: UUID, reason: str) -> Problem:
    """Leave a proposed problem alone, with a reason; its cases make no problem again. A repeat changes nothing."""
    text = clean(reason, field="reason", max_length=1000, required=True)
    problem = _begin(viewer, problem_id)
    if problem.state == ProblemState.REJECTED and problem.decided_by_id == viewer.known.id and problem.reason == text:
        return problem
    _still_proposed(problem)
    problem.reason = text
    return _decide(problem, ProblemState.REJECTED, viewer.known)


def _begin(viewer: Viewer, problem_id: UUID) -> Problem:
    """The problem under lock. Raises `NotFound` for what the viewer may not see, `NotAllowed` for what they may only
    look at."""
    queries.problem(viewer, problem_id)
    # The duty is not joined: after waiting for the lock a join would still show the problem without one.
    problem = Problem.objects.select_for_update(of=("self",)).select_related("area", "grid").get(pk=problem_id)
    if not duty_access.supervises(viewer, problem.area):
        raise NotAllowed("not_your_area", _("Problems are taken up by whoever watches over the area."))
    return problem


def _still_proposed(problem: Problem) -> None:
    if problem.state != ProblemState.PROPOSED:
        raise Conflict("decided_already", _("Somebody has already decided on this problem. Please look at it again."))


def _decide(problem: Problem, state: ProblemState, user: User) -> Problem:
    problem.state, problem.decided_at, problem.decided_by = state, now(), user
    problem.save()
    return problem
