"""What residents read: their case in plain words, classes that fit what they wrote, and how their compound fares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.cases import level_policies, policy, suggesting
from dongli.cases.models import Case, Category, MassEvent, Photo, Rating, Task, TaskKind, Whistle
from dongli.cases.queries.detail import Entry, live_lead, offers, timeline
from dongli.cases.workflow import (
    CLOSED_STATES,
    LIVE_TASK_STATES,
    OPEN_CASE_STATES,
    OPEN_TASK_STATES,
    Actor,
    CaseState,
)
from dongli.common.clock import now, today
from dongli.people.viewer import Viewer

SMALL = 3


@dataclass(frozen=True)
class Standing:
    """Where the case is, in a heading and a sentence; who has it; by when, if something is promised."""

    heading: str
    sentence: str
    holder: str
    helpers: list[str]
    due: datetime | None
    stage: int
    promised: datetime | None = None


@dataclass(frozen=True)
class ResidentFile:
    """A case as the resident may see it. `verbs`: what they may do now. `answer_until`: when rating closes.

    Of a case that leads it, the timeline holds what offices did (`SHARED`), without words, photos or persons.
    """

    case: Case
    standing: Standing
    timeline: list[Entry]
    photos: list[Photo]
    verbs: frozenset[str]
    rating: Rating | None
    answer_until: datetime | None
    event: MassEvent | None = None


STAGES: tuple[str | Promise, ...] = (
    gettext_lazy("Received"),
    gettext_lazy("Taken up"),
    gettext_lazy("In hand"),
    gettext_lazy("Checked"),
    gettext_lazy("Finished"),
)
_Said = tuple[int, str | Promise, str | Promise]
_STANDINGS: dict[str, _Said] = {
    CaseState.FILED: (
        1, gettext_lazy("Received"),
        gettext_lazy("We have it. The desk reads it and decides who should look after it."),
    ),
    CaseState.REGISTERED: (
        2, gettext_lazy("Taken up"), gettext_lazy("It has been taken up. Somebody is being chosen to look after it."),
    ),
    CaseState.ARBITRATION: (
        2, gettext_lazy("Taken up"), gettext_lazy("Two have sent it back. The desk above decides who looks after it."),
    ),
    CaseState.DISPATCHED: (
        3, gettext_lazy("Handed over"), gettext_lazy("It has been handed over and waits to be accepted."),
    ),
    CaseState.WORKING: (3, gettext_lazy("Being handled"), gettext_lazy("Somebody is working on it.")),
    CaseState.WHISTLED: (
        3, gettext_lazy("Several departments are at it"),
        gettext_lazy("The place cannot solve it alone and has called departments to help on site."),
    ),
    CaseState.HELD: (
        3, gettext_lazy("On hold"),
        gettext_lazy("It cannot be solved now and waits until the day named below; then work goes on by itself."),
    ),
    CaseState.ANSWERED: (
        4, gettext_lazy("Answered"), gettext_lazy("There is an answer. The community checks whether it is true."),
    ),
    CaseState.CHECKED: (4, gettext_lazy("Checked"), gettext_lazy("The community has checked it and will close it.")),
    CaseState.CLOSED: (
        5, gettext_lazy("Finished"), gettext_lazy("It is finished. Please tell us whether it is solved."),
    ),
    CaseState.MERGED: (
        3, gettext_lazy("Together with others"),
        gettext_lazy("Others have reported the same. It is handled once for all; below you read how it goes."),
    ),
    CaseState.RATED: (5, gettext_lazy("Finished and rated"), gettext_lazy("Thank you for your answer.")),
    CaseState.REFUSED: (
        0, gettext_lazy("Not taken up"), gettext_lazy("The reason, and what you can do instead, stands below."),
    ),
    CaseState.WITHDRAWN: (
        0, gettext_lazy("Withdrawn"), gettext_lazy("You took it back. If the trouble returns, file it again."),
    ),
    CaseState.SPAM: (
        0, gettext_lazy("Put aside"),
        gettext_lazy("It was put aside as not being an appeal. If that is a mistake, telephone 12345 with the number."),
    ),
}  # fmt: skip

# Verb → what the resident reads on the timeline; verbs that are not here keep the workflow's own words.
TITLES: dict[str, str | Promise] = {
    "submit": gettext_lazy("You filed it"),
    "import": gettext_lazy("Taken over from the hotline"),
    "route": gettext_lazy("Sent to where it belongs"),
    "place": gettext_lazy("The place was found"),
    "classify": gettext_lazy("The kind of problem was noted"),
    "mark_ownerless": gettext_lazy("No owner is known: the place looks after it"),
    "unmark_ownerless": gettext_lazy("Its owner has been found"),
    "grant_exclusion": gettext_lazy("Not counted in the statistics; you keep every right"),
    "lift_exclusion": gettext_lazy("Counted in the statistics again"),
    "transfer": gettext_lazy("Passed on to the place where it lies"),
    "register": gettext_lazy("Taken up"),
    "refuse": gettext_lazy("Not taken up"),
    "dispatch": gettext_lazy("Handed over"),
    "add_cohandler": gettext_lazy("Another department helps"),
    "accept": gettext_lazy("Accepted: work has begun"),
    "contact": gettext_lazy("They got in touch with you"),
    "answer": gettext_lazy("Answered"),
    "return": gettext_lazy("Handed back: somebody else will be chosen"),
    "release": gettext_lazy("A department is no longer needed"),
    "blow": gettext_lazy("The place asks departments for help"),
    "sign": gettext_lazy("Departments have been called on site"),
    "decline": gettext_lazy("The call for departments was declined"),
    "call": gettext_lazy("Another department was called"),
    "report_in": gettext_lazy("A department has arrived"),
    "finish": gettext_lazy("The departments have finished"),
    "check": gettext_lazy("Checked by the community"),
    "fail_check": gettext_lazy("The check found it not solved: it is handled again"),
    "close": gettext_lazy("Finished"),
    "rate": gettext_lazy("You rated it"),
    "reopen": gettext_lazy("You said it is not solved: it is handled again"),
    "withdraw": gettext_lazy("You withdrew it"),
    "join": gettext_lazy("Added to what was reported before"),
    "merge": gettext_lazy("Put together with others who reported the same"),
    "unmerge": gettext_lazy("Handled by itself again"),
    "conclude": gettext_lazy("Finished for all who reported it"),
    "follow_again": gettext_lazy("The trouble is being handled again"),
    "add": gettext_lazy("You added"),
    "redact": gettext_lazy("What names you was removed"),
}


# What is read by those whose case follows another: what offices did, never what its resident or anybody said.
SHARED = frozenset(
    "register dispatch arbitrate add_cohandler accept answer return release blow sign decline call report_in finish"
    " grant_extension hold resume check fail_check".split()
)


def resident_file(viewer: Viewer, case: Case) -> ResidentFile:
    """Everything the resident may see of `case` (at most nine statements, however long its history; five more for a
    case that follows another)."""
    tasks = list(Task.objects.filter(case=case).select_related("organisation", "grid").order_by("id"))
    whistles = list(Whistle.objects.filter(case=case).order_by("id"))
    photos = list(Photo.objects.filter(case=case))
    until = answer_until(case)
    verbs = {offer.verb for offer in offers(viewer, case, tasks, whistles) if Actor.RESIDENT in offer.row.actors}
    if until is not None and until < now():
        verbs -= {"rate", "reopen"}
    lead = _lead_of(case)
    return ResidentFile(
        case=case,
        standing=_standing(case, tasks) if lead is None else _standing_with(case, lead),
        timeline=_with_shared(timeline(case, photos, for_staff=False), case, lead),
        photos=[photo for photo in photos if photo.step_id is None],
        verbs=frozenset(verbs),
        rating=Rating.objects.filter(case=case, closing=case.closings).select_related("text").first(),
        answer_until=until,
        event=MassEvent.objects.filter(lead_case=lead).first() if lead is not None else None,
    )


def _lead_of(case: Case) -> Case | None:
    """The case that leads this one, if one does."""
    if case.lead_case_id is None:
        return None
    return Case.objects.select_related("desk", "community", "grid").get(pk=case.lead_case_id)


def _with_shared(own: list[Entry], case: Case, lead: Case | None) -> list[Entry]:
    """The timeline with the lead's public progress, up to the moment this case was closed with it."""
    if lead is None:
        return own
    until = case.closed_at or now()
    shared = [
        replace(entry, words="", reason="", photos=[], shared=True)
        for entry in timeline(lead, [], for_staff=False)
        if entry.verb in SHARED and entry.at <= until
    ]
    return sorted([*own, *shared], key=lambda entry: entry.at)


def _standing_with(case: Case, lead: Case) -> Standing:
    """Where a follower stands: while it waits, who has the lead and by when."""
    own = _standing(case, [])
    if case.state != CaseState.MERGED:
        return own
    tasks = list(Task.objects.filter(case=lead).select_related("organisation", "grid").order_by("id"))
    theirs = _standing(lead, tasks)
    stage = max(theirs.stage, 2)
    return replace(own, holder=theirs.holder, helpers=theirs.helpers, due=theirs.due, stage=stage)


def answer_until(case: Case) -> datetime | None:
    """Until when the resident may rate this closing or say “not solved”; None while it is not closed."""
    if case.closed_at is None:
        return None
    return level_policies.rating_until(case, case.closed_at)


def _standing(case: Case, tasks: Sequence[Task]) -> Standing:
    stage, heading, sentence = _STANDINGS[CaseState(case.state)]
    if case.verifier_id is not None:
        sentence = _("A grid worker goes to look at it before it is taken up.")
    lead = live_lead(case, tasks)
    is_open = case.state in OPEN_CASE_STATES
    helpers = [
        task.organisation.name
        for task in tasks
        if task.kind != TaskKind.LEAD and task.state in LIVE_TASK_STATES and task.organisation is not None
    ]
    due = lead.due_at if lead is not None and lead.state in OPEN_TASK_STATES else None
    if due is None and case.state in {CaseState.FILED, CaseState.REGISTERED}:
        due = case.dispatch_due_at
    return Standing(
        heading=str(heading),
        sentence=str(sentence),
        holder=_holder(case, lead) if is_open else "",
        helpers=list(dict.fromkeys(helpers)) if is_open else [],
        due=due,
        promised=lead.original_due_at if lead is not None and due == lead.due_at else None,
        stage=stage,
    )


def _holder(case: Case, lead: Task | None) -> str:
    """The organisation or the office that has it now: never a person's name."""
    if lead is None or case.state in {CaseState.ANSWERED, CaseState.CHECKED}:
        return case.desk.name
    if lead.organisation is not None:
        return lead.organisation.name
    grid = lead.grid or case.grid
    place = case.community.name if case.community is not None else ""
    if grid is None:
        return _("%(place)s, the grid worker") % {"place": place}
    return _("%(place)s, the worker of %(grid)s") % {"place": place, "grid": grid.name}


def suggestions(text: str, catalogue: Sequence[Category], *, limit: int = 3) -> list[Category]:
    """The classes that fit `text` best, best first; none when nothing in it speaks for any."""
    by_code = {row.code: row for row in catalogue}
    traits = [row.traits for row in catalogue]
    return [by_code[one.code] for one in suggesting.suggest(text, traits, limit=limit)]


def public_classes(code: str = "") -> list[Category]:
    """The classes that residents are offered at the place with this code, or in the city at large."""
    area = Area.objects.active().filter(code=code).first() if code else None
    return policy.offered(area, today())


@dataclass(frozen=True)
class CompoundCounts:
    """How a compound fares: cases solved and still open. None: fewer than three, which might name somebody."""

    area: Area
    solved: int | None
    under_way: int | None


def compound_counts(area: Area) -> CompoundCounts:
    """Solved and open cases in `area` (a compound, a building or a community), small counts hidden. One statement."""
    public = Case.objects.filter(place__path__gte=area.path, place__path__lt=area.path_end, danger="")
    counted = public.aggregate(
        solved=Count("pk", filter=Q(state__in=CLOSED_STATES)),
        under_way=Count("pk", filter=Q(state__in=sorted(OPEN_CASE_STATES))),
    )
    shown = {name: count if count >= SMALL else None for name, count in counted.items()}
    return CompoundCounts(area, shown["solved"], shown["under_way"])
