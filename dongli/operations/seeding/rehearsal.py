"""Scripts played without the database: the same sub-steps as the actions, every row collected and written in bulk.

A test plays a sample of the same scripts through the actions and compares every row.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dongli.cases import disputes, policy
from dongli.cases.actions import closing, dispatching, handling, searching, whistling
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.actions.filing import danger_in, first_steps, new_case
from dongli.cases.models import Case, CaseContact, CaseText, Rating, RatingText, Step, StepText, Task, Whistle
from dongli.cases.routing import route
from dongli.cases.work import Work
from dongli.cases.workflow import Actor, TaskState, WhistleState, transition
from dongli.common.clock import city_date
from dongli.common.crypto import keyed_hash
from dongli.common.ids import new_id
from dongli.operations.seeding.plays import Play
from dongli.operations.seeding.scripts import Beat
from dongli.people.viewer import Viewer


@dataclass
class Rows:
    """Everything to be inserted, in the order of its foreign keys."""

    cases: list[Case] = field(default_factory=list)
    texts: list[CaseText] = field(default_factory=list)
    contacts: list[CaseContact] = field(default_factory=list)
    whistles: list[Whistle] = field(default_factory=list)
    wanted: list[Any] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    step_texts: list[StepText] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    rating_texts: list[RatingText] = field(default_factory=list)

    def write(self) -> None:
        """Insert all rows, a statement per thousand."""
        in_order: list[list[Any]] = [
            self.cases, self.texts, self.contacts, self.whistles, self.wanted,
            self.tasks, self.steps, self.step_texts, self.ratings, self.rating_texts,
        ]  # fmt: skip
        for rows in filter(None, in_order):
            type(rows[0]).objects.bulk_create(rows, 1000)
        searching.index(self.texts)


class Rehearsed(Work):
    """A case in memory: nothing is locked, nothing is saved until all scripts are played."""

    def move_whistle(self, whistle: Whistle, state: WhistleState, **fields: Any) -> None:
        whistle.state = state
        for name, value in fields.items():
            setattr(whistle, name, value)

    def end_beat(self) -> None:
        """What `finish` would have derived after this beat."""
        self.case.due_at = min((task.due_at for task in self.open_tasks), default=None)
        self.case.state = self.derived_state()
        self.case.updated_at = self.moment


class Stage:
    """Plays scripts one after another into `rows`."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.calendar = policy.work_calendar()

    def play(self, play: Play) -> Case:
        """Play one script; its rows wait in `rows` until they are written."""
        work = self._file(play, play.beats[0])
        for beat in play.beats[1:]:
            work.moment, work.viewer = beat.at, Viewer(user=play.person(beat.who))
            work.acting_as = _acting(beat)
            work.task = _task_of(work, play, beat)
            getattr(self, f"_{beat.verb}")(work, play, beat)
            work.end_beat()
        self._collect(work)
        return work.case

    def _file(self, play: Play, beat: Beat) -> Rehearsed:
        filing, viewer = play.filing, Viewer(user=play.person("filer"))
        way = route(filing.where, about=filing.about, at=beat.at)
        danger = danger_in(filing.what)
        case = new_case(viewer, play.key, play.number, filing, way, danger=danger, moment=beat.at)
        work = Rehearsed(case=case, viewer=viewer, key=new_id(), tasks=[], whistle=None, moment=beat.at)
        work.__dict__["calendar"] = self.calendar
        first_steps(work, way, filing)
        work.end_beat()
        self.rows.texts.append(CaseText(case=case, description=filing.what, address=filing.where.address))
        if filing.phone or filing.name:
            hashed = keyed_hash(filing.phone) if filing.phone else ""
            self.rows.contacts.append(CaseContact(case=case, name=filing.name, phone=filing.phone, phone_hash=hashed))
        return work

    def _collect(self, work: Rehearsed) -> None:
        self.rows.cases.append(work.case)
        self.rows.tasks += work.tasks
        self.rows.steps += work.steps
        self.rows.step_texts += work.texts

    def _mark_spam(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.spam_at = work.moment
        work.step("mark_spam")

    def _refuse(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.refused_at = work.moment
        work.cancel_open_work()
        work.step("refuse", reason=beat.args["reason"], words=beat.args["words"])

    def _withdraw(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.withdrawn_at = work.moment
        work.cancel_open_work()
        work.step("withdraw", words=beat.args["words"])

    def _register(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.registered_at = work.moment
        work.step("register", data=dispatching.class_data(work.case, city_date(work.moment)))

    def _dispatch(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        task = dispatching.lead_task(work, assignee(play, beat.args["to"]))
        work.add_tasks([task])
        work.step("dispatch", task=task, data=dispatching.promised(task))

    def _accept(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        task = work.the_task
        if task.worker_id is None and task.organisation_id is None:
            task.worker = work.viewer.known
        work.move(task, TaskState.ACCEPTED, accepted_at=work.moment)
        work.step("accept", task=task)

    def _contact(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        task = work.the_task
        task.contacted_at = task.contacted_at or work.moment
        work.step("contact", task=task, data={"how": beat.args["how"]})

    def _answer(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        task = work.the_task
        work.move(task, TaskState.ANSWERED, answered_at=work.moment, answered_by=work.viewer.known)
        work.step("answer", task=task, words=beat.args["words"], data=handling.timing(task, work.moment))
        work.end_whistle_if_done()
        if work.whistle is not None and work.whistle.state == WhistleState.DONE:
            work.whistle = None

    def _return(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.move(work.the_task, TaskState.RETURNED)
        if work.the_task.kind == "lead":
            disputes.settle(work)
        work.step("return", task=work.the_task, reason=beat.args["reason"], words=beat.args["words"])

    def _blow(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        call = call_of(play, beat)
        departments = [play.organisation(one) for one in beat.args["departments"]]
        whistle = Whistle(
            case=work.case,
            kind=call.kind,
            state=WhistleState.BLOWN,
            why=call.why,
            place=call.place,
            wanted_at=call.wanted_at,
            blown_by=work.viewer.known,
            blown_at=work.moment,
        )
        work.whistle = whistle
        self.rows.whistles.append(whistle)
        self.rows.wanted += [Whistle.wanted.through(whistle=whistle, organisation=one) for one in departments]
        work.step("blow", whistle=whistle, data=whistling.wording(call, departments))

    def _sign(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        whistle = _open_whistle(work)
        work.move_whistle(whistle, WhistleState.SIGNED, signed_by=work.viewer.known, signed_at=work.moment)
        wanted = [row.organisation for row in self.rows.wanted if row.whistle_id == whistle.id]
        tasks = [whistling.called_task(work, whistle, one) for one in sorted(wanted, key=lambda one: one.code)]
        work.add_tasks(tasks)
        work.step("sign", whistle=whistle, data={"departments": [str(task.organisation) for task in tasks]})

    def _call(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        whistle, department = _open_whistle(work), play.organisation(beat.args["to"])
        task = whistling.called_task(work, whistle, department)
        work.add_tasks([task])
        work.move(whistle_task(work, play, beat.args["instead_of"]), TaskState.RELEASED)
        work.step("call", whistle=whistle, task=task, data={"departments": [department.name]})

    def _report_in(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        task = work.the_task
        late = task.report_in_due_at is not None and work.moment > task.report_in_due_at
        work.move(task, TaskState.REPORTED_IN, reported_in_at=work.moment, next_escalation_at=task.due_at, ring_at=None)
        work.step("report_in", task=task, whistle=work.whistle, data={"late": late})

    def _check(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.checked_at = work.moment
        work.step("check", words=beat.args["words"])

    def _close(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.closed_at = work.moment
        work.case.closings += 1
        work.step("close", words=beat.args["words"], data={"closing": work.case.closings})

    def _reopen(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        work.case.closed_at = work.case.checked_at = work.case.rated_at = None
        closing.start_again(work)
        work.step("reopen", words=beat.args["words"], task=work.lead)

    def _rate(self, work: Rehearsed, play: Play, beat: Beat) -> None:
        self.rows.ratings.append(Rating(case=work.case, closing=work.case.closings, at=work.moment, **beat.args))
        work.case.rated_at = work.moment
        work.step("rate", data={"solved": beat.args["solved"]})


def assignee(play: Play, to: str) -> Assignee:
    """Whom a dispatch beat names."""
    if to == "worker":
        worker = play.person("worker")
        return Assignee(worker=worker.id if worker else None)
    return Assignee(organisation=play.organisation(to).id)


def call_of(play: Play, beat: Beat) -> whistling.Call:
    """The call of a whistle's beat."""
    return whistling.Call(
        kind=beat.args["kind"],
        departments=tuple(play.organisation(one).id for one in beat.args["departments"]),
        place=beat.args.get("place", "小区门口"),
        wanted_at=beat.at + timedelta(hours=beat.args["hours"]),
        why=beat.args["why"],
    )


def whistle_task(work: Work, play: Play, who: str) -> Task:
    """The live or returned task of a department called by the open whistle."""
    wanted = play.organisation(who).id
    return next(task for task in work.tasks if task.whistle_id is not None and task.organisation_id == wanted)


def _task_of(work: Work, play: Play, beat: Beat) -> Task | None:
    """The task a beat is about: the department's when the whistle called it, else the lead's."""
    if beat.who.startswith("department:") and work.whistle is not None:
        return whistle_task(work, play, beat.who)
    return work.lead


def _open_whistle(work: Work) -> Whistle:
    if work.whistle is None:
        raise LookupError("the script calls for a whistle that was not blown")
    return work.whistle


def _acting(beat: Beat) -> str:
    """The actor that the workflow would find first for whoever takes this beat."""
    allowed = transition(beat.verb).actors
    roles = {
        "resident": (Actor.RESIDENT,),
        "desk": (Actor.DESK, Actor.SUPERVISOR),
        "leader": (Actor.DESK, Actor.SIGNER),
    }.get(beat.who, (Actor.HOLDER,))
    return next(actor for actor in allowed if actor in roles)
