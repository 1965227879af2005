"""The problem list of the demonstration: what its cases themselves propose, some of it taken on, by the actions."""

from datetime import datetime, timedelta

from dongli.cases.actions.problems import Acceptance, accept_problem, propose_problems, reject_problem
from dongli.cases.models.problem import Problem
from dongli.cases.queries.problems import lead_function
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.duties import queries as duties
from dongli.duties.actions import close_duty, report_progress
from dongli.people import queries as people
from dongli.people.models import Role, RosterEntry
from dongli.people.viewer import Viewer

DECIDED = 15
PERIODS = (90, 365)  # two thousand cases are few for 1,100 compounds: the year is looked at as a whole, too
MEASURES = (
    "逐点排查原因，更换老化设施；责任单位每周巡查一次，连续四周无反复后销号。",
    "联合社区、物业开展集中整治，落实专人管护，建立巡查台账。",
    "纳入月度重点工作，由责任单位牵头拿出整改方案，完成后请居民代表到场验收。",
)
PROGRESS = (
    "已完成现场勘查，整改方案经居民代表议事会通过。",
    "已进场施工，预计两周内完工。",
    "第一轮集中整治已完成，进入巡查管护阶段。",
)
EVIDENCE = "整改完工，责任单位会同社区、居民代表现场验收合格，验收单存社区备查。"
REASONS = ("已纳入老旧小区改造项目统一解决。", "经核实为同一施工造成，施工已结束。", "已由市级专项整治统一处理。")


def seed_problems(*, as_of: datetime) -> int:
    """Propose, then decide on the first, the personas' community before others: of five, three are taken on and one is
    left alone. Returns how many problems there are."""
    for days in PERIODS:
        propose_problems(as_of=as_of, period_days=days)
    found = _in_order()
    for number, problem in enumerate(found[:DECIDED]):
        secretary = next(iter(people.holders((Role.COMMUNITY_SECRETARY, Role.SUBDISTRICT_DESK), problem.area)), None)
        if secretary is None:
            continue
        viewer = Viewer.of(secretary)
        if number % 5 == 3:
            continue
        if number % 5 == 4:
            reject_problem(viewer=viewer, problem_id=problem.id, reason=REASONS[number % len(REASONS)])
        else:
            _take_on(problem, viewer, number)
    return len(found)


def _in_order() -> list[Problem]:
    """The problems, those of the personas' community first."""
    turn = RosterEntry.objects.filter(user__username="demo-worker", grid__isnull=False).select_related("grid").first()
    home = turn.grid.community.path if turn is not None and turn.grid is not None else ""
    found = list(Problem.objects.select_related("area").order_by("id"))
    return sorted(found, key=lambda one: not (home and one.area.path.startswith(home)))


def _take_on(problem: Problem, viewer: Viewer, number: int) -> None:
    """By the leading department or the community itself; every other one reports progress, every third is fulfilled."""
    owners = duties.owners(problem.area)
    lead = lead_function(problem)
    departments = [one for one in owners if one.organisation.function == lead and lead]
    owner = (departments or owners)[0] if number % 3 else owners[0]
    acceptance = Acceptance(
        owner_id=owner.user.id,
        organisation_id=owner.organisation.id,
        measures=MEASURES[number % len(MEASURES)],
        due_on=today() + timedelta(days=7 + 5 * number),
    )
    duty = accept_problem(viewer=viewer, problem_id=problem.id, key=new_id(), acceptance=acceptance).duty
    if duty is None:
        raise LookupError(f"problem {problem.id} was taken on without a duty")
    carrier = Viewer.of(owner.user)
    if number % 2 == 0:
        words = PROGRESS[number % len(PROGRESS)]
        report_progress(viewer=carrier, duty_id=duty.id, key=new_id(), words=words, published=True)
    if number % 3 == 2:
        close_duty(viewer=carrier, duty_id=duty.id, key=new_id(), evidence=EVIDENCE)
