"""Who may do what to a case, written a second time from the rules (`casework.md`, the glossary's roles) and by persona.

It shares nothing with `cases.access`: it names the cast, one by one, and reads only the rows. Tests compare the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from dongli.areas.models import Level
from dongli.cases.models import Case, LatenessAppeal, Task, TaskKind, Whistle
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
    " call_back assign_jointly unmerge ask_verify mark_ownerless unmark_ownerless".split()
)
UPPER_DESK_VERBS = {"supervise", "arbitrate", "hold", "refuse_hold", "resume"}
HOLDER_VERBS = {"accept", "acknowledge", "contact", "answer", "return", "report_in", "ask_extension", "ask_hold"}
EXCLUSION_VERBS = {"ask_exclusion", "grant_exclusion", "refuse_exclusion", "lift_exclusion"}
LATENESS_VERBS = {"appeal_lateness", "uphold_lateness", "exempt_lateness", "refuse_lateness"}
TOP_DESKS = {"district", "city"}
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
        if verb == "verify":
            return self.known(name) and case.verifier_id == self.city.person(name).id
        if verb in EXCLUSION_VERBS:
            return self.decides_on_exclusion(name, verb, case, lead)
        if verb in LATENESS_VERBS:
            return task is not None and self.decides_on_lateness(name, verb, case, task)
        if verb in UPPER_DESK_VERBS:
            return name in UPPER_DESKS and self.at_desk(name, case)
        if verb in {"blow", "merge"}:
            return self.at_desk(name, case) or (lead is not None and self.holds(name, case, lead))
        if verb in {"check", "fail_check", "close"}:
            return self.at_desk(name, case) and not self.answered(name, lead)
        if verb == "assign_by_leader":
            return name in SIGNERS and self.at_desk(name, case)
        if whistle is not None and verb in {"sign", "decline", "rate_response", "judge_whistle"} and self.known(name):
            return self.of_whistle(name, verb, case, tasks, whistle)
        return verb in DESK_VERBS and self.at_desk(name, case)

    def of_whistle(self, name: str, verb: str, case: Case, tasks: Sequence[Task], whistle: Whistle) -> bool:
        """Leaders sign, and in an emergency the secretary; who blew it rates; who came and answered judges it."""
        blew = whistle.blown_by_id == self.city.person(name).id
        if verb == "rate_response":
            return blew
        if verb == "judge_whistle":
            mine = [task for task in tasks if task.organisation_id == self.departments.get(name, whistle.id)]
            return any(task.whistle_id == whistle.id and task.state == "answered" for task in mine)
        in_emergency = verb == "sign" and name == "secretary" and whistle.kind == "emergency"
        return (name in SIGNERS or in_emergency) and self.at_desk(name, case) and not blew

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
        if self.known(name) and case.verifier_id == self.city.person(name).id:
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
        in_stead = above and waiting is not None and self.alone(case, task, waiting.asked_by_id)
        return {"endorse_extension": in_house or in_stead, "grant_extension": above}.get(verb, in_house or above)

    def alone(self, case: Case, task: Task, asker: UUID) -> bool:
        """Whether the holder's house has nobody but the asker: the cast's departments have one officer each."""
        if task.organisation_id is not None:
            house = [name for name, department in self.departments.items() if department == task.organisation_id]
        else:
            home = case.community is not None and case.community.code == POOL["secretary"]
            house = ["secretary"] if home and not self.complained_of("secretary", case) else []
        return all(self.city.person(name).id == asker for name in house)

    def decides_on_exclusion(self, name: str, verb: str, case: Case, lead: Task | None) -> bool:
        """Asked for by the desk or the handler; decided at the subdistrict or above, by somebody else."""
        if verb == "ask_exclusion":
            return self.at_desk(name, case) or (lead is not None and self.holds(name, case, lead))
        asked = case.exclusions.filter(state="asked").first()
        own = asked is not None and self.known(name) and asked.asked_by_id == self.city.person(name).id
        return name in UPPER_DESKS and self.at_desk(name, case) and not own

    def decides_on_lateness(self, name: str, verb: str, case: Case, task: Task) -> bool:
        """The holder appeals; the subdistrict or above reviews first, the district or the city second: three people."""
        if verb == "appeal_lateness":
            return self.holds(name, case, task)
        appeal = LatenessAppeal.objects.filter(task=task, state__in=["asked", "upheld"]).first()
        had_part = {appeal.asked_by_id, appeal.upheld_by_id} if appeal is not None else set()
        if self.known(name) and self.city.person(name).id in had_part:
            return False
        top = verb == "exempt_lateness" or (
            verb == "refuse_lateness" and appeal is not None and appeal.state == "upheld"
        )
        return name in (TOP_DESKS if top else UPPER_DESKS) and self.at_desk(name, case)

    def answered(self, name: str, lead: Task | None) -> bool:
        """Whether this person did, or answered, the work that is to be checked."""
        return lead is not None and self.city.person(name).id in {lead.worker_id, lead.answered_by_id}


def _live_lead(case: Case, tasks: Sequence[Task]) -> Task | None:
    live = [task for task in tasks if task.kind == TaskKind.LEAD and task.round == case.round and task.state in LIVE]
    assert len(live) <= 1
    return live[0] if live else None
