"""Who is told of a step. One table says which circle hears of which verb; the words are in `notices.kinds`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from dongli.areas.models import Area, Level
from dongli.cases.models import Case, Task, WhistleKind
from dongli.cases.work import Work
from dongli.cases.workflow import OPEN_TASK_STATES
from dongli.notices import kinds
from dongli.notices.actions import notify, supersede
from dongli.organisations.models import Organisation
from dongli.people import queries as people
from dongli.people.models import Role, User

HOLDER, SENIORS, VERIFIER, TOP_DESK = "holder", "seniors", "verifier", "top_desk"
HOLDERS, LEAD, DESK, UPPER_DESK, SIGNERS, RESIDENT = "holders", "lead", "desk", "upper_desk", "signers", "resident"

# verb → who hears of it. “holders”: whoever has just been given a task, or has open work on the case; “holder”: that of
# the task meant; “seniors”: who speaks for the holder's house. “dispute” is a return that leads to arbitration.
AUDIENCE: dict[str, tuple[str, ...]] = {
    "submit": (DESK,),
    "place": (DESK,),
    "ask_verify": (VERIFIER,),
    "verify": (DESK,),
    "ask_exclusion": (UPPER_DESK,),
    "grant_exclusion": (DESK, LEAD, RESIDENT),
    "refuse_exclusion": (DESK, LEAD),
    "lift_exclusion": (DESK, LEAD, RESIDENT),
    "appeal_lateness": (UPPER_DESK,),
    "uphold_lateness": (TOP_DESK, HOLDER),
    "exempt_lateness": (HOLDER, DESK),
    "refuse_lateness": (HOLDER,),
    "supervise": (HOLDERS, DESK),
    "transfer": (DESK, HOLDER, HOLDERS),
    "register": (RESIDENT,),
    "refuse": (RESIDENT, HOLDERS),
    "dispatch": (HOLDERS, RESIDENT),
    "assign_jointly": (HOLDERS, RESIDENT),
    "assign_by_leader": (HOLDERS, DESK, RESIDENT),
    "add_cohandler": (HOLDERS,),
    "accept": (RESIDENT,),
    "answer": (DESK, LEAD),
    "return": (DESK,),
    "dispute": (DESK, UPPER_DESK),
    "arbitrate": (HOLDERS, DESK, RESIDENT),
    "ask_extension": (SENIORS,),
    "endorse_extension": (UPPER_DESK, HOLDER),
    "grant_extension": (HOLDER, RESIDENT),
    "refuse_extension": (HOLDER,),
    "ask_hold": (UPPER_DESK,),
    "hold": (HOLDER, RESIDENT),
    "refuse_hold": (HOLDER,),
    "resume": (HOLDER, RESIDENT),
    "release": (HOLDERS, LEAD),
    "blow": (SIGNERS,),
    "sign": (HOLDERS, LEAD),
    "decline": (LEAD,),
    "call": (HOLDERS,),
    "report_in": (LEAD,),
    "fail_check": (HOLDERS, DESK),
    "close": (RESIDENT,),
    "rate": (DESK,),
    "reopen": (HOLDERS, DESK),
    "unmerge": (HOLDERS, DESK),
    "withdraw": (HOLDERS,),
    "add": (HOLDERS, DESK),
    "remind": (HOLDERS,),
}

_TITLES = {
    "submit": _("A new case is waiting: %(number)s"),
    "place": _("A case has been placed with you: %(number)s"),
    "ask_verify": _("Please look on site before case %(number)s is registered"),
    "verify": _("Somebody has looked on site for case %(number)s"),
    "ask_exclusion": _("It is asked to leave case %(number)s out of the statistics"),
    "grant_exclusion": _("Case %(number)s is left out of the statistics"),
    "refuse_exclusion": _("Case %(number)s is not left out of the statistics"),
    "lift_exclusion": _("Case %(number)s counts in the statistics again"),
    "appeal_lateness": _("A department appeals against lateness in case %(number)s"),
    "uphold_lateness": _("An appeal against lateness in case %(number)s waits for the second review"),
    "exempt_lateness": _("The appeal against lateness in case %(number)s was granted"),
    "refuse_lateness": _("The appeal against lateness in case %(number)s was refused"),
    "late_verify": _("Nobody has looked on site in time: case %(number)s"),
    "late_arbitrate": _("Arbitration of case %(number)s is overdue"),
    "late_demand": _("The day demanded for case %(number)s has passed"),
    "supervise": _("Late case %(number)s is supervised from above"),
    "transfer": _("Case %(number)s was transferred to another place"),
    "register": _("Your case %(number)s has been registered"),
    "refuse": _("Case %(number)s was not taken up"),
    "dispatch": _("Case %(number)s has been dispatched"),
    "assign_jointly": _("Case %(number)s has been assigned by letter"),
    "assign_by_leader": _("A leader has assigned case %(number)s"),
    "ring": _("EMERGENCY: acknowledge and report in for case %(number)s"),
    "called_elsewhere": _("A department of yours is called to a whistle in another district: %(number)s"),
    "signed_without_leader": _("An emergency whistle was signed without a leader: %(number)s"),
    "add_cohandler": _("You are asked to help with case %(number)s"),
    "accept": _("Somebody is now working on case %(number)s"),
    "answer": _("Case %(number)s has been answered"),
    "return": _("Case %(number)s came back: please dispatch it again"),
    "dispute": _("Case %(number)s came back a second time: please decide who handles it"),
    "ask_extension": _("More time is asked for on case %(number)s"),
    "endorse_extension": _("More time on case %(number)s waits to be decided"),
    "grant_extension": _("More time was granted on case %(number)s"),
    "refuse_extension": _("More time was refused on case %(number)s"),
    "ask_hold": _("A hold is asked for on case %(number)s"),
    "hold": _("Case %(number)s was put on hold"),
    "refuse_hold": _("The hold of case %(number)s was refused"),
    "resume": _("Work on case %(number)s goes on: its clock runs again"),
    "arbitrate": _("It is decided who handles case %(number)s"),
    "release": _("A department was released from case %(number)s"),
    "blow": _("A whistle waits for your signature: %(number)s"),
    "sign": _("Whistle: please report in for case %(number)s"),
    "decline": _("The whistle of case %(number)s was declined"),
    "call": _("Whistle: please report in for case %(number)s"),
    "report_in": _("A department has reported in for case %(number)s"),
    "fail_check": _("Case %(number)s did not pass the check"),
    "close": _("Case %(number)s is closed: was it solved?"),
    "rate": _("Case %(number)s has been rated"),
    "reopen": _("The resident says case %(number)s is not solved"),
    "merge": _("Case %(number)s is handled together with others like it"),
    "unmerge": _("Case %(number)s is handled by itself again"),
    "follow_again": _("Case %(number)s: the trouble is being handled again"),
    "released": _("%(count)s cases merged with %(number)s are by themselves again: it ended without an answer"),
    "withdraw": _("Case %(number)s was withdrawn"),
    "add": _("The resident added to case %(number)s"),
    "remind": _("Case %(number)s is nearly due"),
    "escalate": _("Case %(number)s is overdue"),
}

for _verb, _title in _TITLES.items():
    kinds.register(f"cases.{_verb}", _title)


def finish(work: Work, verb: str) -> Case:
    """Write the work and tell whoever should hear of `verb`, in the same transaction."""
    case = work.finish()
    stepped(work, verb)
    return case


def filed(work: Work) -> None:
    """A case has come in: tell the worker who got it at once, or the desk that must act."""
    if work.new_tasks:
        tell(work.case, "dispatch", _holders(work.new_tasks))
    if work.case.urgent or not work.new_tasks:
        stepped(work, "submit")


def stepped(work: Work, verb: str) -> None:
    """Tell the circles that `AUDIENCE` names, each person once and never the one who acted."""
    case, users = work.case, dict[Any, User]()
    for circle in AUDIENCE.get(verb, ()):
        if circle == RESIDENT:
            tell_resident(case, verb)
        else:
            users.update({user.id: user for user in _circle(work, circle)})
    if work.viewer.user is not None:
        users.pop(work.viewer.user.id, None)
    tell(case, verb, users.values())


def _circle(work: Work, circle: str) -> Iterable[User]:
    if circle == DESK:
        return people.desk_duty(work.case.desk, work.moment)
    if circle == HOLDER:
        return _holders([work.task] if work.task is not None else [])
    if circle == SENIORS:
        return _seniors(work)
    if circle == VERIFIER:
        return [work.case.verifier] if work.case.verifier is not None else []
    if circle == TOP_DESK:
        return people.desk_duty(_desk_of(work.case.desk, Level.DISTRICT), work.moment)
    if circle == UPPER_DESK:
        return people.desk_duty(_upper_desk(work.case.desk), work.moment)
    if circle == SIGNERS:
        return _signers(work)
    if circle == LEAD:
        return _holders([work.lead] if work.lead is not None else [])
    return _holders(work.new_tasks or [task for task in work.tasks if task.state in OPEN_TASK_STATES])


def _signers(work: Work) -> Iterable[User]:
    """Who may sign a whistle first: the subdistrict's leaders, and in an emergency the community's secretary."""
    is_emergency = work.whistle is not None and work.whistle.kind == WhistleKind.EMERGENCY
    roles = (Role.SUBDISTRICT_LEADER, Role.COMMUNITY_SECRETARY) if is_emergency else (Role.SUBDISTRICT_LEADER,)
    return people.holders(roles, work.case.desk, at=work.moment)


def tell_signers(case: Case, kind: str, moment: datetime) -> None:
    """Tell the subdistrict's leaders of something that was done without them."""
    tell(case, kind, people.holders((Role.SUBDISTRICT_LEADER,), case.desk, at=moment))


def from_elsewhere(case: Case, departments: Iterable[Organisation]) -> list[Organisation]:
    """Those of `departments` (with `area`) that belong to a district which the case does not lie in."""
    own = case.desk.path.rstrip("/").split("/")
    return [department for department in departments if department.area.code not in own]


def tell_elsewhere(case: Case, departments: Iterable[Organisation], moment: datetime) -> None:
    """Tell the desk of every other district whose department is called. It learns the number, and does not see the
    case: only the department called does. Nobody has to agree: a whistle that crosses districts loses no time by it.
    """
    for area in {one.area_id: one.area for one in from_elsewhere(case, departments)}.values():
        notify(
            users=people.desk_duty(area, moment),
            kind="cases.called_elsewhere",
            params={"number": case.number},
            area=area,
        )


def _upper_desk(desk: Area) -> Area:
    """The desk's subdistrict; the desk itself when it stands higher."""
    return _desk_of(desk, Level.SUBDISTRICT)


def _desk_of(desk: Area, level: Level) -> Area:
    """The area of `level` that the desk lies in; the desk itself when it stands higher."""
    return Area.objects.filter(code=desk.code_at(level)).first() or desk


def _seniors(work: Work) -> list[User]:
    """Who speaks for the house of a task's holder beside whoever acts: the department's officers, or the community's
    secretary; where there is nobody else, the desk above, which endorses in their stead."""
    task, community = work.the_task, work.case.community
    if task.organisation_id is not None:
        found = _holders([task])
    else:
        found = list(people.holders((Role.COMMUNITY_SECRETARY,), community, exact=True)) if community else []
    others = [one for one in found if one.id != work.viewer.known.id and one.id not in work.case.hidden_from]
    return others or list(people.desk_duty(_upper_desk(work.case.desk), work.moment))


def _holders(tasks: Iterable[Task]) -> list[User]:
    """The people who hold these tasks: workers, officers of departments, the community's workers for its pool."""
    tasks = list(tasks)
    users = [task.worker for task in tasks if task.worker is not None]
    officers = people.officers_of(task.organisation_id for task in tasks if task.organisation_id is not None)
    users += [officer for several in officers.values() for officer in several]
    if any(task.worker_id is None and task.organisation_id is None for task in tasks) and tasks[0].case.community:
        users += people.holders((Role.GRID_WORKER,), tasks[0].case.community, exact=True)
    return users


def tell(case: Case, verb: str, users: Iterable[User], *, again: bool = False) -> None:
    """Notify staff; people the case is hidden from hear nothing. `again`: in the place of what is unread of it."""
    heard = [user for user in users if user.id not in case.hidden_from]
    kind, url = f"cases.{verb}", reverse("desk_case", args=[case.number])
    if heard and again:
        supersede(users=heard, kind=kind, url=url)
    if heard:
        notify(users=heard, kind=kind, params={"number": case.number}, url=url, area=case.desk)


def tell_resident(case: Case, verb: str) -> None:
    """Notify the resident's account, if the case has one."""
    if case.resident is not None:
        notify(
            users=[case.resident],
            kind=f"cases.{verb}",
            params={"number": case.number},
            url=reverse("my_case", args=[case.number]),
        )
