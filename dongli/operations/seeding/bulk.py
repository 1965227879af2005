"""`dongli make-cases`: cases by the hundred thousand, as the actions would have left them, written with COPY.

For measuring and for trying out a big city: the same number and moment make the same cases. Memory stays bounded (a
batch at a time, each a transaction). Not for production.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from dongli.cases import search
from dongli.cases.models import (
    Case,
    CaseContact,
    CaseSearch,
    CaseText,
    Category,
    Kind,
    Rating,
    Source,
    Step,
    StepText,
    Task,
    Whistle,
)  # fmt: skip
from dongli.cases.workflow import OPEN_TASK_STATES, CaseState, TaskState, WhistleState, transition
from dongli.common.clock import city_date
from dongli.common.ids import CROCKFORD
from dongli.operations.seeding.crowd import Crowd, Department, Ground, gather
from dongli.operations.seeding.sheets import Sheet, encode
from dongli.operations.seeding.tales import AFTER, Tale, tell, words

BATCH = 5000
SPAN, DAY = timedelta(days=730), timedelta(days=1)
BIG = 50_000
"""From here on the index of words is built once at the end, not row by row."""
LIMITS = ((1, "working_day", 1.4), (3, "working_day", 4.2), (5, "working_day", 7.0), (7, "calendar_day", 7.0))
"""Amount, unit, and about how many days that is."""
URGENT = 0.02
_GRAMS = "case_search_grams"


def make_cases(
    *,
    count: int,
    as_of: datetime,
    seed: int = 1,
    state: CaseState | None = None,
    say: Callable[[int], None] = lambda done: None,
) -> int:
    """Make `count` cases filed in the two years before `as_of` beside those that are there; returns how many.

    `state`: how all of them stand (else it is drawn, by age). Raises `Invalid` when there is no city. Statistics are
    gathered at the end.
    """
    first = Case.objects.count()
    maker = Maker(random.Random(f"{seed} {first}"), first, as_of, state)  # noqa: S311 (a demonstration, not secrets)
    with _without_index(count >= BIG):
        for start in range(0, count, BATCH):
            maker.make(range(start, min(start + BATCH, count)), count)
            say(min(start + BATCH, count))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return count


@contextmanager
def _without_index(is_big: bool) -> Iterator[None]:
    """The index of words is dropped meanwhile, and built anew with room to sort in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [_GRAMS])
        row = cursor.fetchone()
        if not is_big or row is None:
            yield
            return
        cursor.execute(f"DROP INDEX {_GRAMS}")
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute(row[0])
            cursor.execute("RESET maintenance_work_mem")


class Maker:
    """Draws cases and writes their rows. `first`: how many cases there were, so that numbers go on."""

    def __init__(self, chance: random.Random, first: int, as_of: datetime, state: CaseState | None) -> None:
        self.chance, self.first, self.as_of, self.state = chance, first, as_of, state
        self.crowd: Crowd = gather(chance)
        models = (
            Case,
            CaseText,
            CaseSearch,
            CaseContact,
            Whistle,
            Whistle.wanted.through,
            Task,
            Step,
            StepText,
            Rating,
        )
        self.sheets = {model: Sheet(model) for model in models}

    def make(self, which: range, count: int) -> None:
        """One batch in one transaction; foreign keys are not looked up where the database's role may say so."""
        for at in which:
            filed_at = self.as_of - SPAN + SPAN * ((at + self.chance.random()) / count)
            Made(self, self.first + at, filed_at).write()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                if cursor.fetchone() == (True,):
                    cursor.execute("SET LOCAL session_replication_role = replica")
            for sheet in self.sheets.values():
                sheet.write()

    def key(self, moment: datetime) -> str:
        """A UUIDv7 of that moment."""
        stamp, chance = int(moment.timestamp() * 1000), self.chance.getrandbits(74)
        return str(uuid.UUID(int=stamp << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & (1 << 62) - 1))


class Made:
    """One case being made: its facts, then its rows into the sheets."""

    def __init__(self, maker: Maker, number: int, filed_at: datetime) -> None:
        chance, crowd = maker.chance, maker.crowd
        self.maker, self.chance, self.filed_at, self.sheets = maker, chance, filed_at, maker.sheets
        self.tale: Tale = tell(chance, filed_at, maker.as_of, maker.state)
        self.ground: Ground = crowd.grounds[int(len(crowd.grounds) * chance.random() ** 1.5)]
        self.category: Category = chance.choice(crowd.categories)
        self.limit = chance.choice(LIMITS)
        self.id, self.at = maker.key(filed_at), dict(self.tale.steps)
        self.place, longitude, latitude = chance.choice(self.ground.spots)
        self.point = (longitude + chance.gauss(0, 0.0006), latitude + chance.gauss(0, 0.0006))
        self.number = f"{city_date(filed_at):%Y%m%d}-{_code(number)}"
        self.words = words(chance, number)
        self.department = crowd.departments.get((self.category.lead_district, self.ground.district))
        self.unplaced = self.tale.state == CaseState.FILED and chance.random() < 0.1
        self.tasks: list[dict[str, object]] = []
        self.whistle: str | None = None

    def write(self) -> None:
        """All rows of the case."""
        steps = self.tale.steps
        for seq, (verb, at) in enumerate(steps, start=1):
            self._do(verb, at)
            before = AFTER[steps[seq - 2][0]] if seq > 1 else CaseState.FILED
            self._step(seq, verb, at, before)
        for task in self.tasks:
            self._alarms(task)
            self.sheets[Task].add(**task)
        self._case()
        self._texts()

    def _do(self, verb: str, at: datetime) -> None:
        """What a step changes beside the case's own moments."""
        task = self.tasks[-1] if self.tasks else {}
        if verb == "dispatch":
            self.tasks.append(self._task(at, "lead", self.department if self._goes_up else None))
        elif verb == "accept":
            task.update(state=TaskState.ACCEPTED, accepted_at=at, worker_id=task["worker_id"] or self._own_worker)
        elif verb == "contact":
            task.update(contacted_at=at)
        elif verb in {"answer", "return"}:
            state = TaskState.ANSWERED if verb == "answer" else TaskState.RETURNED
            task.update(state=state, ended_at=at)
            if verb == "answer":
                task.update(answered_at=at, answered_by_id=self._hand)
        elif verb == "hold":
            left = max(task["due_at"] - at, timedelta(0))  # type: ignore[operator]  # both are moments
            task.update(
                state=TaskState.HELD, held_at=at, hold_left=left, resume_at=self.maker.as_of + timedelta(days=60)
            )
        elif verb == "blow":
            self._blow(at)
        elif verb == "sign":
            self.tasks.append(self._task(at, "whistle", self._called))

    @property
    def _goes_up(self) -> bool:
        """Whether its class is for a department, or the grid has sent it back to one."""
        return self.department is not None and (self.category.solver != "grid" or "return" in self.at)

    @property
    def _called(self) -> Department:
        found = self.maker.crowd.departments
        return self.department or next(one for (_what, code), one in found.items() if code == self.ground.district)

    @property
    def _own_worker(self) -> object:
        return None if self._goes_up else self.ground.worker or self.ground.officer

    @property
    def _hand(self) -> object:
        """Whoever works on it: the grid's worker or the department's officer."""
        if self._goes_up and self.department is not None and self.department.officer is not None:
            return self.department.officer
        return self.ground.worker or self.ground.officer

    def _task(self, at: datetime, kind: str, department: Department | None) -> dict[str, object]:
        """A new task with its limit; a whistle's or a department's has no worker."""
        amount, unit, days = self.limit
        return {
            "id": self.maker.key(at), "case_id": self.id, "round": 1, "kind": kind, "state": TaskState.DISPATCHED,
            "organisation_id": department.id if department is not None else None,
            "grid_id": None if department is not None else self.ground.grid,
            "worker_id": None if department is not None else self.ground.worker,
            "whistle_id": self.whistle if kind == "whistle" else None,
            "limit_amount": amount, "limit_unit": unit,
            "calendar_version": "made", "dispatched_at": at, "due_at": at + timedelta(days=days),
        }  # fmt: skip

    def _alarms(self, task: dict[str, object]) -> None:
        """What still rings for an open task; a late one was escalated and rests until tomorrow."""
        as_of, due = self.maker.as_of, task["due_at"]
        if task["state"] not in OPEN_TASK_STATES or task["state"] == TaskState.HELD or not isinstance(due, datetime):
            return
        if due < as_of:
            task.update(escalations=1, next_escalation_at=as_of + DAY)
        else:
            task.update(next_escalation_at=due, remind_at=due - timedelta(hours=2) if due - as_of > DAY else None)

    def _blow(self, at: datetime) -> None:
        self.whistle = self.maker.key(at)
        self.sheets[Whistle].add(
            id=self.whistle, case_id=self.id, kind="daily", state=WhistleState.SIGNED, why="社区没有设备，一家办不了",
            place="三栋楼下", wanted_at=at + timedelta(hours=4), blown_by_id=self._hand, blown_at=at,
            signed_by_id=self.ground.officer, signed_at=at,
        )  # fmt: skip
        wanted = self.sheets[Whistle.wanted.through]
        wanted.add(id=_serial(self.whistle), whistle_id=self.whistle, organisation_id=self._called.id)

    def _step(self, seq: int, verb: str, at: datetime, before: str) -> None:
        actor_as, actor = self._actor(verb)
        key = self.maker.key(at)
        tasked = verb in {"dispatch", "accept", "contact", "answer", "return", "ask_hold", "hold"}
        task = self.tasks[-1] if tasked and self.tasks else {}
        self.sheets[Step].add(
            id=key, case_id=self.id, seq=seq, verb=verb, at=at, actor_id=actor, actor_as=actor_as,
            organisation_id=task.get("organisation_id"), task_id=task.get("id"),
            whistle_id=self.whistle if verb in {"blow", "sign"} else None, reason="other" if verb == "refuse" else "",
            data=self._data(verb, at), state_before=before, state_after=AFTER[verb], public=transition(verb).public,
        )  # fmt: skip
        if verb in {"answer", "close", "refuse", "return"}:
            self.sheets[StepText].add(step_id=key, words="已到现场处理，请您看看还有没有问题。")

    def _data(self, verb: str, at: datetime) -> dict[str, object]:
        if verb == "register":
            return {"category": self.category.name, "code": self.category.code}
        if verb == "dispatch":
            amount, unit, days = self.limit
            due = (at + timedelta(days=days)).isoformat()
            return {"to": "网格", "due": due, "amount": amount, "unit": unit, "provisional": False}
        return {"how": "phone"} if verb == "contact" else {}

    def _actor(self, verb: str) -> tuple[str, object]:
        if verb == "route":
            return "system", None
        if verb in {"submit", "withdraw", "rate"}:
            return "resident", None
        if verb in {"accept", "contact", "answer", "return", "ask_hold", "blow"}:
            return "holder", self._hand
        return "desk", self.ground.officer

    def _case(self) -> None:
        at, ground, state = self.at, self.ground, self.tale.state
        last = self.tale.steps[-1][1]
        disputed = last if state == CaseState.ARBITRATION else None
        due = [encode(task["due_at"]) for task in self.tasks if task["state"] in OPEN_TASK_STATES]
        self.sheets[Case].add(
            id=self.id, number=self.number, kind=Kind.APPEAL, source=self._source(), state=state,
            category_id=None if state == CaseState.FILED else self.category.id,
            desk_id=ground.district_desk if self.unplaced else self._desk(),
            community_id=None if self.unplaced else ground.community, place_id=None if self.unplaced else self.place,
            grid_id=None if self.unplaced else ground.grid,
            longitude=None if self.unplaced else round(self.point[0], 6),
            latitude=None if self.unplaced else round(self.point[1], 6),
            urgent=self.chance.random() < URGENT, resident_id=self._resident(), filed_at=self.filed_at,
            registered_at=at.get("register"), refused_at=at.get("refuse"), withdrawn_at=at.get("withdraw"),
            spam_at=at.get("mark_spam"), checked_at=at.get("check"), closed_at=at.get("close"), rated_at=at.get("rate"),
            closings=int("close" in at), due_at=min(due, default=None), dispatch_due_at=self.filed_at + DAY,
            disputed_at=disputed, updated_at=last, steps_count=len(self.tale.steps),
        )  # fmt: skip

    def _source(self) -> str:
        return self.chance.choices((Source.WEB, Source.HOTLINE, Source.QR, Source.IMPORT), (50, 30, 10, 10))[0]

    def _desk(self) -> object:
        """The community's desk; the subdistrict's for one in fifty, as appeals about a handler go."""
        return self.ground.subdistrict if self.chance.random() < 0.02 else self.ground.community

    def _resident(self) -> object:
        people = self.maker.crowd.residents
        return self.chance.choice(people) if people and self.chance.random() < 0.2 else None

    def _texts(self) -> None:
        address = f"{self.chance.randrange(1, 30)}栋"
        self.sheets[CaseText].add(case_id=self.id, description=self.words, address=address)
        folded = search.fold(f"{self.words}\n{address}")
        number = self.number.lower()
        grams = search.grams(folded) | {number, number.rpartition("-")[2]}
        self.sheets[CaseSearch].add(case_id=self.id, words=folded, grams=sorted(grams))
        if self.chance.random() < 0.6:
            phone, hashed = self.chance.choice(self.maker.crowd.contacts)
            self.sheets[CaseContact].add(case_id=self.id, phone=phone, phone_hash=hashed)
        if "rate" in self.at:
            solved = self.chance.random() < 0.85
            self.sheets[Rating].add(
                id=self.maker.key(self.at["rate"]), case_id=self.id, closing=1, contacted=True, solved=solved,
                satisfaction="satisfied" if solved else "dissatisfied", at=self.at["rate"],
            )  # fmt: skip


def _code(number: int) -> str:
    """Six characters that no other made case has: a mark and the number in base 32."""
    return "Z" + "".join(CROCKFORD[number >> shift & 31] for shift in (20, 15, 10, 5, 0))


def _serial(key: str) -> int:
    """A number for a row whose table counts by itself, far above those it has given."""
    return 1 << 50 | int(key.replace("-", "")[-12:], 16) & (1 << 48) - 1
