"""Who may do what to a case, written a second time from the rules (`casework.md`, the glossary's roles) and by persona.

It shares nothing with `cases.access`: it names the cast, one by one, and reads only the rows. Tests compare the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from dongli.areas.models import Level
from dongli.cases.models import Case, Task, TaskKind, Whistle
from tests.cast import City

# Desks from the smallest to the largest; each looks after its own area and everything below.
DESKS = {
    "community": Level.COMMUNITY,
    "secretary": Level.COMMUNITY,
    "subdistrict": Level.SUBDISTRICT,
    "leader": Level.SUBDISTRICT,
    "district": Level.DISTRICT,
    "city": Level.CITY,
    "stranger": Level.SUBDISTRICT,
}
UPPER_DESKS = {"subdistrict", "leader", "district", "city", "stranger"}
SIGNERS = {"leader", "district", "city"}
NOT_FOR_DANGER = {"community", "viewer"}  # danger to life, self-harm, a minor: opened to few
POOL = {
    "worker": "430202001001",
    "worker-2": "430202001001",
    "community": "430202001001",
    "secretary": "430202001001",
    "stranger-worker": "430203001001",
}
OFFICERS = {
    "urban": ("urban_management", "district"),
    "housing": ("housing", "district"),
    "police": ("public_security", "district"),
    "city-urban": ("urban_management", "city"),
}
RESIDENTS = ("resident", "resident-2")
OUTSIDERS = ("captain", "viewer", "hotline", "admin", "stranger-worker", "anonymous")
EVERYBODY = (*RESIDENTS, "holder-of-link", *DESKS, *OFFICERS, "worker", "worker-2", *OUTSIDERS)

DESK_VERBS = set(
    "place classify mark_spam unmark_spam register refuse dispatch add_cohandler release call transfer"
    " call_back unmerge".split()
)
UPPER_DESK_VERBS = {"supervise", "arbitrate", "hold", "refuse_hold", "resume"}
HOLDER_VERBS = {"accept", "contact", "answer", "return", "report_in", "ask_extension", "ask_hold"}
EXTENSION_VERBS = {"endorse_extension", "grant_extension", "refuse_extension"}
RESIDENT_VERBS = {"rate", "reopen", "withdraw", "add"}
LIVE = {"dispatched", "accepted", "reported_in", "answered"}
OPEN = LIVE - {"answered"}


@dataclass
class Oracle:
    """What the rules say about the cast of one city. `filed_by` remembers who filed each case."""

    city: City
    filed_by: dict[UUID, str] = field(default_factory=dict)

    def may(
        self, name: str, verb: str, case: Case, tasks: Sequence[Task], task: Task | None, whistle: Whistle | None
    ) -> bool:
        """Whether `name` is somebody who takes the step `verb` on this case (in any state); `tasks` are all of it."""
        if not self.sees(name, case, tasks):
            return False
        lead = _live_lead(case, tasks)
        if verb in RESIDENT_VERBS:
            return self.filed_by[case.id] == name
        if verb in HOLDER_VERBS:
            return task is not None and self.holds(name, case, task)
        if verb in EXTENSION_VERBS:
            return task is not None and self.decides_on_time(name, verb, case, task)
        if verb in UPPER_DESK_VERBS:
            return name in UPPER_DESKS and self.at_desk(name, case)
        if verb in {"blow", "merge"}:
            return self.at_desk(name, case) or (lead is not None and self.holds(name, case, lead))
        if verb in {"check", "fail_check", "close"}:
            return self.at_desk(name, case) and not self.answered(name, lead)
        if verb in {"sign", "decline"} and self.known(name):
            blew = whistle is not None and whistle.blown_by_id == self.city.person(name).id
            return name in SIGNERS and self.at_desk(name, case) and not blew
        return verb in DESK_VERBS and self.at_desk(name, case)

    def leads(self, name: str, lead: Case | None, tasks: Sequence[Task]) -> bool:
        """Whether `name` handles the case under which another one is to be merged."""
        if lead is None or not self.sees(name, lead, tasks):
            return False
        task = _live_lead(lead, tasks)
        return self.at_desk(name, lead) or (task is not None and self.holds(name, lead, task))

    def sees(self, name: str, case: Case, tasks: Sequence[Task]) -> bool:
        """Whether `name` may know of the case at all."""
        if name in {"anonymous", "holder-of-link"}:
            return self.filed_by.get(case.id) == name
        if self.complained_of(name, case):
            return False
        if self.filed_by.get(case.id) == name or self.at_desk(name, case) or (name == "viewer" and not case.danger):
            return True
        return any(task.state in LIVE and self.holds(name, case, task, may_take=not case.danger) for task in tasks)

    @cached_property
    def departments(self) -> dict[str, UUID]:
        """Officer → their department's id."""
        return {name: self.city.department(*where).id for name, where in OFFICERS.items()}

    def known(self, name: str) -> bool:
        """Whether this person has an account."""
        return name not in {"anonymous", "holder-of-link"}

    def complained_of(self, name: str, case: Case) -> bool:
        """Whom the appeal is about hears nothing of it."""
        if case.about == "worker":
            return name in {"worker", "worker-2"} and case.community_id == self.city.community.id
        if case.about == "community":
            return name in {"community", "secretary"} and case.community_id == self.city.community.id
        if case.about == "subdistrict":
            return name in {"subdistrict", "leader"} and case.desk.path.startswith(self.city.district.path)
        return False

    def at_desk(self, name: str, case: Case) -> bool:
        """Whether the case lies at this person's desk, or at one below."""
        if name not in DESKS or self.complained_of(name, case) or (case.danger and name in NOT_FOR_DANGER):
            return False
        home = {
            Level.COMMUNITY: self.city.community,
            Level.SUBDISTRICT: self.city.subdistrict if name != "stranger" else self.city.other_subdistrict,
            Level.DISTRICT: self.city.district,
            Level.CITY: self.city.city,
        }[DESKS[name]]
        return case.desk.path.startswith(home.path)

    def holds(self, name: str, case: Case, task: Task, *, may_take: bool = True) -> bool:
        """Whether the task is this person's own, their department's, or in the pool they take from."""
        if not self.known(name):
            return False
        if task.worker_id is not None:
            return task.worker_id == self.city.person(name).id
        if task.organisation_id is not None:
            return self.departments.get(name) == task.organisation_id
        community = case.community.code if case.community is not None else ""
        return may_take and name in POOL and POOL[name] == community

    def decides_on_time(self, name: str, verb: str, case: Case, task: Task) -> bool:
        """More time is endorsed in the holder's house, decided at the subdistrict or above, never by whoever asked."""
        if not self.known(name) or self.complained_of(name, case):
            return False
        waiting = task.extensions.filter(state__in=["asked", "endorsed"]).first()
        if waiting is not None and self.city.person(name).id in {waiting.asked_by_id, waiting.endorsed_by_id}:
            return False
        community = case.community.code if case.community is not None else ""
        in_house = (
            self.departments.get(name) == task.organisation_id
            if task.organisation_id is not None
            else name == "secretary" and community == POOL["secretary"]
        )
        above = name in UPPER_DESKS and self.at_desk(name, case)
        return {"endorse_extension": in_house, "grant_extension": above}.get(verb, in_house or above)

    def answered(self, name: str, lead: Task | None) -> bool:
        """Whether this person did, or answered, the work that is to be checked."""
        return lead is not None and self.city.person(name).id in {lead.worker_id, lead.answered_by_id}


def _live_lead(case: Case, tasks: Sequence[Task]) -> Task | None:
    live = [task for task in tasks if task.kind == TaskKind.LEAD and task.round == case.round and task.state in LIVE]
    assert len(live) <= 1
    return live[0] if live else None
