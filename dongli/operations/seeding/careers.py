"""Pay schemes (examples), facts of every paid worker, a contest, an approved yearly step and one that waits."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from dongli.areas.models import Area, Level
from dongli.areas.naming import pinyin_keys
from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.operations.seeding.names import person_name
from dongli.operations.seeding.sheets import Sheet
from dongli.people.actions import career_contests, career_runs, careers
from dongli.people.actions.career_schemes import set_scheme, shipped
from dongli.people.models import CareerContest, CareerFile, CareerScheme, FactKind, Grant, PayFact, Role, User
from dongli.people.personas import OTHER_DISTRICT
from dongli.people.viewer import Viewer

FIRST_DAY = date(2015, 1, 1)
BATCH = 5000
Drawn = tuple[str, str, date, date | None]
Worker = tuple[UUID, str, UUID, str, Role]
"""Person, name, area, its path, role."""
POSTS = {Role.COMMUNITY_SECRETARY: "head", Role.COMMUNITY_DESK: "deputy", Role.GRID_WORKER: "staff"}


def seed_careers(*, seed: int) -> int:
    """Schemes, facts, a contest, runs; how many workers have a record. A city without its personas gets none."""
    if CareerFile.objects.exists():
        return CareerFile.objects.count()
    admin = User.objects.get(username="demo-admin")
    recorder = Viewer.of(admin)
    _schemes(recorder)
    dice = random.Random(f"careers {seed}")  # noqa: S311 (made-up facts, not secrets)
    grants = Grant.objects.filter(role__in=POSTS, area__isnull=False).order_by("user", "id").distinct("user")
    rows = grants.values_list("user_id", "user__name", "area_id", "area__path", "role")
    people = [(person, name, area, path, Role(role)) for person, name, area, path, role in rows]
    _write(dice, people, admin.pk, now() - timedelta(days=300))
    _contest(recorder)
    _runs(recorder)
    return len(people)


def _schemes(viewer: Viewer) -> None:
    """Three posts and eighteen grades for the city; the other district has four posts and twenty-four grades."""
    examples = shipped(FIRST_DAY)
    city = Area.objects.get(level=Level.CITY)
    set_scheme(viewer=viewer, key=new_id(), area=city, scheme=examples["three_posts_eighteen_grades"])
    other = Area.objects.filter(code=OTHER_DISTRICT).first()
    if other is not None:
        set_scheme(viewer=viewer, key=new_id(), area=other, scheme=examples["four_posts_twenty_four_grades"])


def make_careers(*, count: int, seed: int = 1) -> int:
    """Make `count` paid workers with roles, records and facts, spread over the communities there are, in bulk.

    Sets the shipped example for the city when no scheme holds. Raises `ValueError` when there is no community.
    """
    dice = random.Random(f"careers {seed} {count}")  # noqa: S311 (made-up facts, not secrets)
    communities = list(Area.objects.active().filter(level=Level.COMMUNITY).order_by("code"))
    if not communities:
        raise ValueError("there is no community to work in")
    if not CareerScheme.objects.exists():
        example = shipped(FIRST_DAY)["three_posts_eighteen_grades"]
        city = Area.objects.get(level=Level.CITY)
        CareerScheme.objects.create(
            area=city, name=example.name, version=example.version, example=True, rule=example.rule, since=FIRST_DAY
        )  # fmt: skip
    start = User.objects.filter(username__startswith="worker-").count()
    users = [User(username=f"worker-{start + at:05d}", name=person_name(dice), password="!") for at in range(count)]  # noqa: S106 (unusable)
    people = [(user, dice.choice(communities), dice.choice(list(POSTS))) for user in users]
    User.objects.bulk_create(users, BATCH)
    Grant.objects.bulk_create((Grant(user=user, role=role, area=area) for user, area, role in people), BATCH)
    _write(dice, [(user.pk, user.name, area.pk, area.path, role) for user, area, role in people], None, now())
    return count


def _write(dice: random.Random, people: list[Worker], by: UUID | None, at: datetime) -> None:
    """Records and facts of these workers."""
    keys: dict[str, str] = {}
    files, facts = Sheet(CareerFile), Sheet(PayFact)
    for person, name, area, path, role in people:
        if name not in keys:
            keys[name] = pinyin_keys(name)[0][:200]
        files.add(id=new_id(), person_id=person, area_id=area, pinyin=keys[name], opened_by_id=by, opened_at=at)
        for kind, value, since, until in _drawn(dice, role, OTHER_DISTRICT in path):
            slot = value if kind in careers.SLOTTED else ""
            facts.add(
                id=new_id(), person_id=person, kind=kind, slot=slot, value=value, since=since, until=until,
                recorded_by_id=by, recorded_at=at,
            )  # fmt: skip
    files.write()
    facts.write()


def _drawn(dice: random.Random, role: Role, is_other: bool) -> Iterator[Drawn]:
    """A believable working life."""
    this = today().year
    began = _month(dice, this - 16, this - 1)
    yield FactKind.SERVICE, "", began, None
    yield from _posts(dice, POSTS[role], began, is_other)
    if dice.random() < 0.45:
        degree = dice.choices(("bachelor", "master", "doctor"), (88, 11, 1))[0]
        yield FactKind.DEGREE, degree, _month(dice, began.year - 3, this - 1), None
    if dice.random() < 0.4:
        certificate = dice.choices(("assistant", "social_worker", "senior"), (60, 34, 6))[0]
        yield FactKind.CERTIFICATE, certificate, _month(dice, began.year, this - 1), None
    if dice.random() < 0.4:
        mark = dice.choices(("qualified", "excellent", "basic", "unqualified"), (55, 30, 10, 5))[0]
        yield FactKind.APPRAISAL, mark, date(this - 1, 1, 1), date(this, 1, 1)
    if dice.random() < 0.1:
        yield FactKind.ALLOWANCE, "night_duty", date(this - 1, 1, 1), None
    if dice.random() < 0.03 and began.year < this - 3:
        away = date(began.year + 1, dice.randint(1, 12), 1)
        yield FactKind.INTERRUPTION, "", away, away + timedelta(days=dice.randint(60, 400))


def _posts(dice: random.Random, post: str, began: date, is_other: bool) -> Iterable[Drawn]:
    """Whoever is above staff has usually been promoted."""
    if post == "staff" and is_other and dice.random() < 0.3:
        post = "lead"
    risen = date(began.year + 3, 7, 1)
    if post == "staff" or risen >= today():
        return [(FactKind.POST, post, began, None)]
    return [(FactKind.POST, "staff", began, risen), (FactKind.POST, post, risen, None)]


def _month(dice: random.Random, first: int, last: int) -> date:
    return date(dice.randint(first, max(first, last)), dice.randint(1, 12), dice.choice((1, 5, 16)))


def _contest(recorder: Viewer) -> None:
    """The grid worker of the personas has a degree that is recorded a year late, and says so."""
    worker = User.objects.get(username="demo-worker")
    for fact in PayFact.objects.filter(person=worker, kind=FactKind.DEGREE):
        careers.withdraw_fact(viewer=recorder, key=new_id(), fact_id=fact.pk, reason="登记时重复录入")
    degree = careers.NewFact(FactKind.DEGREE, date(today().year - 2, 6, 30), "bachelor", document="学位证 示例-0417")
    made = careers.record_fact(viewer=recorder, key=new_id(), person=worker, fact=degree)
    if not CareerContest.objects.exists():
        words = "学士学位证上的日期比登记的早一年，证书复印件已交社区，请核对。"
        career_contests.contest(viewer=Viewer.of(worker), key=new_id(), words=words, fact_id=made.pk)


def _runs(admin: Viewer) -> None:
    """This year's step of the home district, approved; next year's of the personas' subdistrict, waiting."""
    organiser = Viewer.of(User.objects.get(username="demo-organiser"))
    street = Grant.objects.select_related("area").get(user__username="demo-subdistrict").area
    district = Grant.objects.select_related("area").get(user__username="demo-organiser").area
    if street is None or district is None:
        return
    this = date(today().year, 1, 1)
    run = career_runs.propose_run(viewer=organiser, key=new_id(), area=district, effective_on=this)
    career_runs.compute_run(run.pk)
    career_runs.approve_run(viewer=admin, run_id=run.pk)
    waiting = career_runs.propose_run(
        viewer=admin, key=new_id(), area=street, effective_on=date(this.year + 1, 1, 1)
    )  # fmt: skip
    career_runs.compute_run(waiting.pk)
