"""Whistles of the demonstration: both sides' ratings, an emergency that rings, a letter and a leader's assignment."""

import random
from collections.abc import Iterator
from datetime import timedelta

from dongli.cases.actions import assigning, ringing, whistling
from dongli.cases.actions.assigning import Duty, OwnLimit
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.whistling import Call
from dongli.cases.models import Case, Task, Whistle, WhistleRating, WhistleRatingText
from dongli.cases.models.whistle_rating import Helpful, InTime, Side
from dongli.cases.workflow import CaseState, TaskState, WhistleState
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.organisations import queries as organisations
from dongli.organisations.models import Organisation
from dongli.people import queries as people
from dongli.people.models import Role, User
from dongli.people.viewer import Viewer

RATED, JUDGED = 0.8, 0.7
SAID = ("来得快，帮了大忙。", "到场及时，但设备没带齐。", "说了一圈，没有解决。", "", "")
REPLIED = ("确需到场，社区处理不了。", "属于日常管理，社区可先劝导。")


def seed_whistles(*, seed: int) -> int:
    """Ratings of all whistles that are done, then what the personas look at; returns how many ratings there are."""
    dice = random.Random(f"whistles {seed}")  # noqa: S311 (a demonstration, not secrets)
    ratings, texts = [], []
    for rating, words in _ratings(dice):
        ratings.append(rating)
        texts += [WhistleRatingText(rating=rating, words=words)] if words else []
    WhistleRating.objects.bulk_create(ratings)
    WhistleRatingText.objects.bulk_create(texts)
    _answer_old_rings()
    _ring_for_the_personas()
    _assign_for_the_personas()
    return len(ratings)


def _ratings(dice: random.Random) -> Iterator[tuple[WhistleRating, str]]:
    """What both sides said some hours after the end: as rows, since policy gives no time to rate the past."""
    done = Task.objects.filter(whistle__state=WhistleState.DONE, whistle__ended_at__isnull=False)
    ended = [TaskState.ANSWERED, TaskState.RELEASED]
    for task in done.filter(state__in=ended).select_related("whistle").order_by("id"):
        whistle = task.whistle
        if whistle is None or whistle.ended_at is None:
            continue
        at = min(whistle.ended_at + timedelta(hours=dice.randint(2, 30)), now())
        if dice.random() < RATED:
            words = dice.choice(SAID) if task.reported_in_at is not None else ""
            said = {"rated_by": whistle.blown_by, "at": at, **_said(task, dice)}
            yield WhistleRating(task=task, side=Side.WHISTLER, **said), words
        if task.answered_by_id is not None and dice.random() < JUDGED:
            founded = dice.random() < JUDGED
            judge = {"rated_by_id": task.answered_by_id, "founded": founded, "at": at}
            words = REPLIED[0 if founded else 1] if dice.random() < 0.5 else ""
            yield WhistleRating(task=task, side=Side.DEPARTMENT, **judge), words


def _said(task: Task, dice: random.Random) -> dict[str, str]:
    """The whistler's answers, true to what happened."""
    came, due = task.reported_in_at, task.report_in_due_at
    if came is None:
        return {"in_time": InTime.NEVER, "helpful": Helpful.NOT_HELPFUL}
    late = due is not None and came > due
    helpful = dice.choice([Helpful.HELPFUL, Helpful.HELPFUL, Helpful.PARTLY])
    return {"in_time": InTime.LATE if late else InTime.IN_TIME, "helpful": helpful}


def _answer_old_rings() -> None:
    """Whatever rang before the demonstration began has long been acknowledged."""
    tasks = list(Task.objects.filter(ring_at__isnull=False, organisation__isnull=False).order_by("id"))
    officers = people.officers_of(task.organisation_id for task in tasks if task.organisation_id is not None)
    for task in tasks:
        for officer in officers.get(task.organisation_id, [])[:1] if task.organisation_id is not None else []:
            ringing.acknowledge(viewer=Viewer.of(officer), task_id=task.id, key=new_id())


def _persona(name: str) -> Viewer:
    return Viewer.of(User.objects.get(username=f"demo-{name}"))


def _ring_for_the_personas() -> None:
    """An emergency of the worker's, signed by the leader, that calls the officer's department and one elsewhere."""
    worker, urban = _persona("worker"), _persona("urban")
    mine = Task.objects.filter(worker=worker.user, kind="lead", case__state=CaseState.WORKING).order_by("-id")
    task = mine.filter(state=TaskState.ACCEPTED).select_related("case__desk").first()
    own = Organisation.objects.filter(pk__in=urban.organisations(Role.DEPARTMENT_OFFICER)).first()
    if task is None or own is None:
        return
    reach = organisations.in_reach(task.case.desk)
    far = [one for one in reach if one.function == own.function and one.area_id != own.area_id and one.area.depth]
    call = Call(
        kind="emergency",
        departments=(own.id, *(one.id for one in far[:1])),
        place="小区东门配电房旁",
        wanted_at=now() + timedelta(minutes=30),
        why="广告牌支架松动，随时可能坠落，社区没有登高设备，需两区联合处置。",
    )
    whistling.blow(viewer=worker, case_id=task.case_id, key=new_id(), call=call)
    whistle = Whistle.objects.get(case=task.case_id, state=WhistleState.BLOWN)
    whistling.sign(viewer=_persona("leader"), whistle_id=whistle.id, key=new_id())


def _assign_for_the_personas() -> None:
    """A letter by the community's desk, and one case that the leader gives to the worker."""
    desk, worker = _persona("community"), _persona("worker")
    waiting = Case.objects.filter(state=CaseState.REGISTERED, danger="", about="", ownerless=False).order_by("id")
    cases = [case for case in waiting.select_related("desk") if desk.covers((Role.COMMUNITY_DESK,), case.desk)][-2:]
    if len(cases) < 2:
        return
    functions = ("housing", "urban_management", "public_security")
    found = organisations.departments(functions, cases[0].desk)
    if len(found) == len(functions):
        assigning.assign_jointly(
            viewer=desk,
            case_id=cases[0].id,
            key=new_id(),
            lead=Assignee(organisation=found["housing"].id),
            words="牵头召集会商，核清权属，提出整改方案并报街道。",
            cohandlers=[
                Duty(found["urban_management"].id, "清理占道堆放，维持现场秩序。"),
                Duty(found["public_security"].id, "施工期间疏导交通，处置阻挠施工的行为。"),
            ],
        )
    assigning.assign_by_leader(
        viewer=_persona("leader"),
        case_id=cases[1].id,
        key=new_id(),
        lead=Assignee(worker=worker.known.id),
        words="群众反映强烈，请今天到现场，处理情况书面报街道。",
        limit=OwnLimit(2, "working_day"),
    )
