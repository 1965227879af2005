"""One case as a viewer may see it: facts, timeline, photos, contact, and what they may do now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dongli.cases import access, appeals, extensions, following, holds, lateness, links, policy
from dongli.cases.models import (
    Case,
    CaseContact,
    Photo,
    Rating,
    Reason,
    Step,
    Task,
    TaskKind,
    Whistle,
    WhistleKind,
    WhistleRating,
)
from dongli.cases.models.whistle_rating import Side
from dongli.cases.queries.whistles import Part, parts, unrated
from dongli.cases.queries.whistles import ratings as ratings_of
from dongli.cases.whistle_parts import is_open_for_rating
from dongli.cases.workflow import (
    CASE_TABLE,
    CLOSED_STATES,
    LIVE_TASK_STATES,
    OPEN_CASE_STATES,
    OPEN_WHISTLE_STATES,
    TASK_TABLE,
    WHISTLE_TABLE,
    Actor,
    Transition,
    WhistleState,
    transition,
)
from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.common.masking import mask_name, mask_phone
from dongli.people.models import Role
from dongli.people.viewer import Viewer

SUPERVISING_ROLES = (
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
    Role.CITY_VIEWER,
)
# Taken by the product itself or at doors of their own, never by a button on the case.
_NO_BUTTON = frozenset(
    {
        "submit",
        "import",
        "route",
        "remind",
        "escalate",
        "cancel",
        "finish",
        "join",
        "conclude",
        "follow_again",
        "redact",
    }
)


# What a desk or a leader tells those who get the work: the resident reads to whom it was given, not these words.
WORDS_FOR_STAFF = frozenset({"assign_jointly", "assign_by_leader", "add_cohandler"})


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `data` is the step's own record (why it was routed, to whom, until when).

    `shared`: it happened to the case that leads this one.
    """

    step: Step
    done: str
    who: str
    words: str
    reason: str
    photos: list[Photo]
    shared: bool = False

    @property
    def verb(self) -> str:
        return self.step.verb

    @property
    def at(self) -> datetime:
        return self.step.at

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.step.data)


@dataclass(frozen=True)
class Contact:
    """How to reach the resident as this viewer sees it: masked always; `may_open` says whether unmasking is theirs."""

    name: str
    phone: str
    may_open: bool
    has_phone: bool


@dataclass(frozen=True)
class Offer:
    """Something the viewer may do now: a row of the workflow, with the task or whistle it is about."""

    row: Transition
    task: Task | None = None
    whistle: Whistle | None = None

    @property
    def verb(self) -> str:
        return self.row.verb


@dataclass(frozen=True)
class CaseFile:
    """Everything one page shows of a case."""

    case: Case
    tasks: list[Task]
    whistles: list[Whistle]
    timeline: list[Entry]
    photos: list[Photo]
    contact: Contact | None
    offers: list[Offer]
    rating: Rating | None
    rating_is_open: bool
    parts: dict[UUID, list[Part]]

    @property
    def lead(self) -> Task | None:
        """The live lead of the current round."""
        return live_lead(self.case, self.tasks)

    @property
    def is_open(self) -> bool:
        """Whether the case has not ended."""
        return self.case.state in OPEN_CASE_STATES

    def offer(self, verb: str) -> Offer | None:
        """The offer for `verb`, if the viewer has it."""
        return next((offer for offer in self.offers if offer.verb == verb), None)


def case_by_number(viewer: Viewer, number: str) -> Case:
    """The case, if this viewer may see it; raises `NotFound` otherwise, whether it exists or not."""
    found = _whole().filter(access.visible(viewer), number=number).first()
    if found is None:
        raise NotFound("no_such_case", _("There is no such case."))
    return found


def case_by_id(viewer: Viewer, case_id: UUID) -> Case:
    """The case, if this viewer may see it; raises `NotFound` otherwise, whether it exists or not."""
    found = _whole().filter(access.visible(viewer), pk=case_id).first()
    if found is None:
        raise NotFound("no_such_case", _("There is no such case."))
    return found


def case_of_task(viewer: Viewer, task_id: UUID) -> Case:
    """The case of a task, if this viewer may see it; raises `NotFound` otherwise."""
    found = _whole().filter(access.visible(viewer), tasks=task_id).first()
    if found is None:
        raise NotFound("no_such_task", _("There is no such task."))
    return found


def case_of_whistle(viewer: Viewer, whistle_id: UUID) -> Case:
    """The case of a whistle, if this viewer may see it; raises `NotFound` otherwise."""
    found = _whole().filter(access.visible(viewer), whistles=whistle_id).first()
    if found is None:
        raise NotFound("no_such_whistle", _("There is no such whistle."))
    return found


def case_by_link(number: str, token: str) -> Case:
    """The case of a secret link; raises `NotFound` when the link is wrong or has been replaced by a newer one."""
    found = _whole().filter(number=number).first()
    if found is None or not links.is_token(found, token):
        raise NotFound("bad_link", _("This link is not valid any more. Ask for a new one with your phone number."))
    return found


def _whole() -> QuerySet[Case]:
    return Case.objects.select_related(
        "text", "category", "condition", "desk", "community", "place", "grid", "contact", "resident"
    )


def case_file(viewer: Viewer, case: Case) -> CaseFile:
    """Everything this viewer may see of `case` (eight statements, however long its history)."""
    tasks = list(
        Task.objects.filter(case=case)
        .select_related("organisation", "worker", "grid", "whistle", "appeal")
        .prefetch_related("extensions")
        .order_by("id")
    )
    whistles = list(
        Whistle.objects.filter(case=case)
        .select_related("blown_by", "signed_by")
        .prefetch_related("wanted")
        .order_by("id")
    )
    ratings = ratings_of(whistles)
    photos = list(Photo.objects.filter(case=case))
    found = access.actors(viewer, case)
    is_staff = bool(found - {Actor.RESIDENT}) or viewer.is_staff_member
    rating = Rating.objects.filter(case=case, closing=case.closings).select_related("text").first()
    supervising = viewer.covers(SUPERVISING_ROLES, case.desk) and Actor.RESIDENT not in found
    return CaseFile(
        case=case,
        tasks=tasks,
        whistles=whistles,
        timeline=timeline(case, photos, for_staff=is_staff),
        photos=[photo for photo in photos if photo.step_id is None],
        contact=_contact(viewer, case, tasks),
        offers=offers(viewer, case, tasks, whistles, ratings),
        parts={one.id: parts(viewer, case, one, tasks, ratings) for one in whistles if one.state == WhistleState.DONE},
        rating=rating,
        rating_is_open=supervising or Actor.RESIDENT in found,
    )


def timeline(case: Case, photos: Iterable[Photo], *, for_staff: bool) -> list[Entry]:
    """The steps in order, in the reader's language; the resident sees only public ones."""
    steps = Step.objects.filter(case=case).select_related("actor", "organisation", "text", "task__organisation")
    if not for_staff:
        steps = steps.filter(public=True)
    labels = {(row.kind, row.code): policy.reason_label(row) for row in Reason.objects.all()}
    of_step: dict[UUID, list[Photo]] = {}
    for photo in photos:
        if photo.step_id is not None:
            of_step.setdefault(photo.step_id, []).append(photo)
    return [_entry(step, labels, of_step.get(step.id, []), for_staff=for_staff) for step in steps]


def _entry(step: Step, labels: dict[tuple[str, str], str], photos: list[Photo], *, for_staff: bool) -> Entry:
    row = transition(step.verb)
    text = getattr(step, "text", None)
    return Entry(
        step=step,
        done=str(row.done),
        who=_who(step, for_staff=for_staff),
        words=text.words if text is not None and (for_staff or step.verb not in WORDS_FOR_STAFF) else "",
        reason=labels.get((row.reason_kind, step.reason), step.reason),
        photos=photos,
    )


def _who(step: Step, *, for_staff: bool) -> str:
    """Who took the step: a name for staff; for the resident the organisation or the office, never a name."""
    if step.actor_as == Actor.RESIDENT:
        return _("The resident")
    if step.actor is None:
        return _("The system")
    organisation = step.organisation.name if step.organisation is not None else ""
    if for_staff:
        return " · ".join(part for part in (organisation, step.actor.name) if part)
    if step.actor_as == Actor.HOLDER:
        return organisation or _("The grid worker")
    return _("The desk")


def live_lead(case: Case, tasks: Iterable[Task]) -> Task | None:
    """The lead task of the current round that is open or answered."""
    live = (task for task in tasks if task.kind == TaskKind.LEAD and task.round == case.round)
    return next((task for task in live if task.state in LIVE_TASK_STATES), None)


def _contact(viewer: Viewer, case: Case, tasks: list[Task]) -> Contact | None:
    row: CaseContact | None = getattr(case, "contact", None)
    if row is None:
        return None
    return Contact(
        name=mask_name(row.name),
        phone=mask_phone(row.phone) if row.phone else "",
        may_open=access.may_see_contact(viewer, case, tasks),
        has_phone=bool(row.phone),
    )


def offers(
    viewer: Viewer,
    case: Case,
    tasks: list[Task],
    whistles: list[Whistle],
    ratings: Iterable[WhistleRating] = (),
) -> list[Offer]:
    """What the viewer may do now, read from the workflow tables: the page's buttons and nothing else decides them."""
    lead = live_lead(case, tasks)
    found = access.actors(viewer, case, lead)
    if access.supervises(viewer, case, lead):
        found.add(Actor.SUPERVISOR)
    rows = [
        Offer(row, task=lead)
        for row in CASE_TABLE
        if row.verb not in _NO_BUTTON and case.state in row.sources and found & set(row.actors)
    ]
    unfit = _unfit_case_verbs(viewer, case)
    rows = [offer for offer in rows if offer.verb not in unfit]
    if not following.is_ordinary(case):
        rows = [offer for offer in rows if offer.verb != "merge"]
    for task in tasks:
        rows += _task_offers(viewer, case, task)
    for whistle in whistles:
        if whistle.state in OPEN_WHISTLE_STATES:
            rows += _whistle_offers(viewer, case, whistle, found)
        elif whistle.state == WhistleState.DONE:
            rows += _rating_offers(viewer, whistle, tasks, ratings)
    return rows


def _rating_offers(
    viewer: Viewer, whistle: Whistle, tasks: list[Task], ratings: Iterable[WhistleRating]
) -> list[Offer]:
    """What a side may still say of a whistle that is done, while rating is open."""
    if not is_open_for_rating(whistle, now()):
        return []
    who = access.whistle_actors(viewer, whistle, tasks)
    left = {
        "rate_response": unrated(whistle, tasks, ratings, Side.WHISTLER) if Actor.WHISTLER in who else [],
        "judge_whistle": unrated(whistle, access.parts_of(viewer, whistle, tasks), ratings, Side.DEPARTMENT),
    }
    return [Offer(transition(verb), whistle=whistle) for verb, parts in left.items() if parts]


def _unfit_case_verbs(viewer: Viewer, case: Case) -> set[str]:
    """Verbs that this viewer cannot take on this case now although its state would allow them."""
    unfit = appeals.unfit_case_verbs(viewer, case) | {"mark_ownerless" if case.ownerless else "unmark_ownerless"}
    level = lateness.level_of(viewer, case)
    if not lateness.is_late(case, now()) or lateness.standing_demand(case, level, now()):
        unfit.add("supervise")
    return unfit if case.community_id is not None else {*unfit, "ask_verify"}


def _task_offers(viewer: Viewer, case: Case, task: Task) -> list[Offer]:
    found = access.actors(viewer, case, task)
    unfit = {
        TaskKind.LEAD: {"report_in", "release"},
        TaskKind.COHANDLER: {"report_in"},
        TaskKind.WHISTLE: {"accept"},
    }[TaskKind(task.kind)]
    unfit = unfit | extensions.unfit_verbs(viewer, case, task) | holds.unfit_verbs(task)
    unfit |= appeals.unfit_task_verbs(viewer, case, task)
    if task.final:
        unfit = unfit | {"return"}
    if task.ring_at is None:
        unfit = unfit | {"acknowledge"}
    return [
        Offer(row, task=task)
        for row in TASK_TABLE
        if row.verb not in _NO_BUTTON | unfit
        and task.state in row.sources
        and found & set(row.actors)
        and (not row.after_closing or case.state in CLOSED_STATES)
    ]


def _whistle_offers(viewer: Viewer, case: Case, whistle: Whistle, found: set[Actor]) -> list[Offer]:
    rows = [row for row in WHISTLE_TABLE if row.verb not in _NO_BUTTON and whistle.state in row.sources]
    if whistle.state == WhistleState.BLOWN and not access.may_sign(viewer, whistle, case):
        return []
    found = found if whistle.kind == WhistleKind.EMERGENCY else found - {Actor.SECRETARY}
    return [Offer(row, whistle=whistle) for row in rows if found & set(row.actors)]
