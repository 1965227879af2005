"""What a case's page shows, made ready for its templates: buttons, clocks, timeline, map. Shared by desk and worker."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Level
from dongli.areas.queries import breadcrumb
from dongli.cases import access, appeals, extensions, wording
from dongli.cases.models import Case, Photo, Task, TaskKind, Whistle
from dongli.cases.queries.detail import CaseFile, Entry, Offer
from dongli.cases.queries.whistles import Part
from dongli.cases.views.note_panel import Panel, panel
from dongli.cases.views.presence import presence
from dongli.cases.wording import Line
from dongli.cases.workflow import OPEN_TASK_STATES, CaseState, ExtensionState, ReviewState, TaskState
from dongli.common.clock import city_date, now, today
from dongli.people.viewer import Viewer

# Verbs that are done by one press; every other one has a page of its own that asks for what it needs.
ONE_TAP = frozenset(
    {
        "accept",
        "report_in",
        "endorse_extension",
        "grant_extension",
        "resume",
        "mark_spam",
        "unmark_spam",
        "sign",
        "acknowledge",
        "unmerge",
        "mark_ownerless",
        "unmark_ownerless",
    }
)
# A task's steps that the phone may take without a signal, by a door of their own under /work/ (`views.outbox`).
MAY_WAIT = frozenset({"accept", "report_in", "contact", "answer", "return", "ask_extension", "ask_hold"})
CASE_VERBS = (
    "register", "dispatch", "assign_jointly", "assign_by_leader", "arbitrate", "check", "close", "place", "classify",
    "transfer", "add_cohandler", "blow", "fail_check", "merge", "unmerge", "supervise", "call_back", "refuse",
    "mark_spam", "unmark_spam", "ask_verify", "verify", "mark_ownerless", "unmark_ownerless", "ask_exclusion",
    "grant_exclusion", "refuse_exclusion", "lift_exclusion",
)  # fmt: skip
TASK_VERBS = (
    "accept", "acknowledge", "report_in", "contact", "answer", "ask_extension", "endorse_extension", "grant_extension",
    "refuse_extension", "ask_hold", "hold", "refuse_hold", "resume", "return", "release", "appeal_lateness",
    "uphold_lateness", "exempt_lateness", "refuse_lateness",
)  # fmt: skip
# Decided by others than the holder: the buttons stand on the task itself.
ON_CARD = frozenset(
    {
        "release",
        "endorse_extension",
        "grant_extension",
        "refuse_extension",
        "hold",
        "refuse_hold",
        "resume",
        "uphold_lateness",
        "exempt_lateness",
        "refuse_lateness",
    }
)
WHISTLE_VERBS = ("sign", "decline", "call", "rate_response", "judge_whistle")
DANGEROUS = frozenset({"refuse", "mark_spam", "decline"})
ICONS = {verb: icon for verb, (icon, _tone) in wording.STEP_LOOKS.items()}
SHORTCUTS = {"dispatch": "a", "blow": "w", "register": "r", "check": "c", "close": "c", "accept": "a"}
LABELS: dict[str, str | Promise] = {"blow": gettext_lazy("Blow the whistle"), "refuse": gettext_lazy("Do not take up…")}


@dataclass(frozen=True)
class Button:
    """Something to press: a form posted at once (`posts`), or a link to the verb's page."""

    verb: str
    label: str
    icon: str
    url: str
    posts: bool
    style: str = ""
    shortcut: str = ""


@dataclass(frozen=True)
class Clock:
    """A limit as a bar: `share` is the percent of it gone (100 at most); `stopped` is when its work was done."""

    label: str
    start: datetime
    due: datetime
    stopped: datetime | None
    share: int
    tone: str
    limit: str = ""
    provisional: bool = False
    promised: datetime | None = None


@dataclass(frozen=True)
class TaskCard:
    """One task as the page shows it."""

    task: Task
    holder: str
    look: wording.Look
    clocks: list[Clock]
    buttons: list[Button]
    mine: bool
    request: str = ""
    appeal: str = ""
    tier: wording.Look | None = None
    on_site: str = ""


@dataclass(frozen=True)
class Told:
    """One line of the timeline with everything it says."""

    entry: Entry
    icon: str
    tone: str
    lines: list[Line]
    photos: list[dict[str, str]]


@dataclass(frozen=True)
class Demand:
    """A day that a level of supervision has demanded in this handling, and whether it has passed."""

    level: str
    by: date
    passed: bool


@dataclass(frozen=True)
class Sheet:
    """A case's page."""

    file: CaseFile
    crumbs: list[Any]
    look: wording.Look
    primary: list[Button]
    more: list[Button]
    tasks: list[TaskCard]
    whistles: list[tuple[Whistle, wording.Look, list[Button], list[Part]]]
    timeline: list[Told]
    photos: list[dict[str, str]]
    clock: Clock | None
    look_clock: Clock | None = None
    demands: list[Demand] = field(default_factory=list)
    exclusion: str = ""
    notes: Panel | None = None

    @property
    def letter_url(self) -> str:
        """Where its letter of assignment is, if it has one."""
        has_letter = any(card.task.letter_id is not None for card in self.tasks)
        return reverse("case_letter", args=[self.case.id]) if has_letter else ""

    @property
    def points(self) -> bool:
        """Whether the case has a place on the map."""
        return self.case.longitude is not None

    @property
    def outlines(self) -> str:
        """The grids around it."""
        community = self.case.community
        return reverse("areas:outlines", args=["grid", community.code]) if community is not None else ""

    @property
    def case(self) -> Case:
        """The case."""
        return self.file.case

    @property
    def centre(self) -> str:
        """The case's point as the map takes it."""
        return f"{self.case.longitude},{self.case.latitude}" if self.points else ""


def sheet(viewer: Viewer, file: CaseFile, *, room: str) -> Sheet:
    """The page of `file` for `viewer` in `room` (desk or work)."""
    case = file.case
    buttons = [_button(case, offer, room) for offer in _sorted(_acting(viewer, file))]
    buttons += [_with_more(button) for button in buttons if button.verb == "report_in"]
    primary = _primary(buttons, file)
    return Sheet(
        file=file,
        crumbs=list(breadcrumb(case.place or case.community or case.desk)),
        look=wording.CASE_LOOKS[case.state],
        primary=primary,
        more=[button for button in buttons if button not in primary],
        tasks=[_task_card(viewer, file, task, room) for task in reversed(file.tasks)],
        whistles=[_whistle_part(file, whistle, room) for whistle in reversed(file.whistles)],
        timeline=[_told(entry) for entry in reversed(file.timeline)],
        photos=photo_links(file.photos),
        clock=_dispatch_clock(case) or _arbitration_clock(case),
        look_clock=_look_clock(file),
        demands=_demands(file),
        exclusion=_exclusion(file),
        notes=panel(viewer, case),
    )


def _acting(viewer: Viewer, file: CaseFile) -> list[Offer]:
    """The offers of the action bar: the case's own, those of tasks the viewer holds, and a whistle to be signed."""
    mine = {task.id for task in file.tasks if access.holds(viewer, file.case, task)}
    return [
        offer
        for offer in file.offers
        if (offer.verb in CASE_VERBS)
        or (offer.verb in TASK_VERBS and offer.task is not None and offer.task.id in mine and offer.verb not in ON_CARD)
        or offer.verb in {"sign", "decline"}
    ]


_ORDER = (
    "verify", "acknowledge", "accept", "report_in", "answer", "contact", "sign", "decline",
    "place", "register", "dispatch", "assign_jointly", "assign_by_leader", "arbitrate",
    "check", "close", "fail_check", "blow", "add_cohandler", "classify", "transfer", "ask_extension", "ask_hold",
    "grant_exclusion", "refuse_exclusion", "ask_verify", "mark_ownerless", "unmark_ownerless", "merge", "unmerge",
    "appeal_lateness", "ask_exclusion", "lift_exclusion", "supervise", "call_back", "return", "refuse", "mark_spam",
    "unmark_spam",
)  # fmt: skip


def _sorted(offers: Iterable[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: _ORDER.index(offer.verb))


def _primary(buttons: list[Button], file: CaseFile) -> list[Button]:
    """What is shown at once: the next step forward, and what usually goes beside it."""
    case = file.case
    wanted = {
        CaseState.FILED: ("place",) if case.community is None else ("register",),
        CaseState.REGISTERED: ("dispatch",),
        CaseState.ARBITRATION: ("arbitrate",),
        CaseState.ANSWERED: ("check", "fail_check"),
        CaseState.CHECKED: ("close", "fail_check"),
        CaseState.SPAM: ("unmark_spam",),
        CaseState.MERGED: ("unmerge",),
    }.get(CaseState(case.state), ())
    own = (
        "verify",
        "grant_exclusion",
        "refuse_exclusion",
        "accept",
        "acknowledge",
        "report_in",
        "answer",
        "contact",
        "sign",
        "decline",
    )
    return [button for button in buttons if button.verb in own or button.verb in wanted]


def _with_more(button: Button) -> Button:
    """The page of a step that one press takes too."""
    return replace(
        button,
        verb="report_in_with",
        label=_("Report in with a word or photos"),
        icon="camera",
        posts=False,
        shortcut="",
    )


def _button(case: Case, offer: Offer, room: str) -> Button:
    verb = offer.verb
    return Button(
        verb=verb,
        label=str(LABELS.get(verb, offer.row.label)),
        icon=ICONS.get(verb, "arrow-right"),
        url=verb_url(verb, case_id=case.id, task=offer.task, whistle=offer.whistle, room=room),
        posts=verb in ONE_TAP,
        style="btn-danger" if verb in DANGEROUS else "",
        shortcut=SHORTCUTS.get(verb, ""),
    )


def verb_url(
    verb: str, *, case_id: UUID, task: Task | None = None, whistle: Whistle | None = None, room: str = "desk"
) -> str:
    """The address of a verb on its subject, coming back to `room`."""
    if room == "work" and verb in MAY_WAIT and task is not None:
        return reverse("work_step", args=[task.id, verb.replace("_", "-")])
    if verb in TASK_VERBS and task is not None:
        path = reverse(f"task_{verb}", args=[task.id])
    elif verb in WHISTLE_VERBS and whistle is not None:
        path = reverse(f"whistle_{verb}", args=[whistle.id])
    else:
        path = reverse(f"case_{verb}", args=[case_id])
    return f"{path}?room=work" if room == "work" else path


def _task_card(viewer: Viewer, file: CaseFile, task: Task, room: str) -> TaskCard:
    mine = access.holds(viewer, file.case, task)
    offered = [offer for offer in file.offers if offer.task is not None and offer.task.id == task.id]
    return TaskCard(
        task=task,
        holder=holder_words(task),
        look=wording.TASK_LOOKS[task.state],
        clocks=clocks(task),
        buttons=[_button(file.case, offer, room) for offer in offered if offer.verb in ON_CARD],
        mine=mine,
        request=_request(task),
        appeal=_appeal(task),
        tier=wording.TIER_LOOKS.get(task.tier),
        on_site=presence(task),
    )


def _request(task: Task) -> str:
    """More time, or a hold, that is asked for and not decided; or the hold there is."""
    if task.resume_at is not None:
        return _("On hold until %(date)s") % {"date": city_date(task.resume_at).isoformat()}
    if task.hold_asked_until is not None:
        return _("A hold is asked for until %(date)s") % {"date": task.hold_asked_until.isoformat()}
    asked = extensions.undecided(task)
    if asked is None:
        return ""
    more = wording.limit_words(asked.amount, task.limit_unit)
    return _("More time: %(limit)s") % {"limit": more} + " · " + str(ExtensionState(asked.state).label)


def _appeal(task: Task) -> str:
    """Where the appeal against this task's lateness stands."""
    appeal = appeals.appeal_of(task)
    if appeal is None:
        return ""
    if task.exempted_at is not None:
        return _("Late, but exempted from the statistics on appeal")
    return _("Appeal against lateness: %(state)s") % {"state": ReviewState(appeal.state).label}


def holder_words(task: Task) -> str:
    """Who holds a task: the department, the worker, or the pool of a grid."""
    if task.organisation is not None:
        return task.organisation.name
    if task.worker is not None:
        return task.worker.name
    return _("Pool of %(grid)s") % {"grid": task.grid.name} if task.grid is not None else _("Pool")


def clocks(task: Task) -> list[Clock]:
    """A task's limits: reporting in (a whistle's), contacting the resident (the lead's), and the work itself."""
    found = []
    if task.consult_due_at is not None:
        found.append(_clock(_("Consultation"), task.dispatched_at, task.consult_due_at, task.accepted_at or _end(task)))
    if task.report_in_due_at is not None:
        done = task.reported_in_at or _end(task)
        found.append(_clock(_("Report in"), task.dispatched_at, task.report_in_due_at, done))
    if task.contact_due_at is not None and task.kind == TaskKind.LEAD:
        done = task.contacted_at or _end(task)
        found.append(_clock(_("First contact"), task.dispatched_at, task.contact_due_at, done))
    limit = wording.limit_words(task.limit_amount, task.limit_unit)
    work = _clock(_("Handling"), task.dispatched_at, task.due_at, _end(task), limit=limit, provisional=task.provisional)
    return [*found, replace(work, promised=task.original_due_at)]


def _end(task: Task) -> datetime | None:
    if task.state == TaskState.HELD:
        return task.held_at
    if task.state in OPEN_TASK_STATES:
        return None
    return task.answered_at if task.state == TaskState.ANSWERED else task.ended_at


def _clock(
    label: str,
    start: datetime,
    due: datetime,
    stopped: datetime | None,
    *,
    limit: str = "",
    provisional: bool = False,
) -> Clock:
    at = stopped or now()
    whole = max((due - start).total_seconds(), 1)
    share = min(100, max(0, round(100 * (at - start).total_seconds() / whole)))
    tone = "late" if at > due else "done" if stopped else "soon" if share >= 75 else ""
    return Clock(label, start, due, stopped, share, tone, limit, provisional)


def _dispatch_clock(case: Case) -> Clock | None:
    """How long the desk has to dispatch, while nothing has been dispatched."""
    if case.dispatch_due_at is None or case.state not in {CaseState.FILED, CaseState.REGISTERED} or case.round > 1:
        return None
    return _clock(_("Dispatch"), case.filed_at, case.dispatch_due_at, None)


def _arbitration_clock(case: Case) -> Clock | None:
    """How long the desk above has to decide who handles it."""
    if case.state != CaseState.ARBITRATION or case.disputed_at is None or case.arbitrate_due_at is None:
        return None
    return _clock(_("Arbitration"), case.disputed_at, case.arbitrate_due_at, None)


def _look_clock(file: CaseFile) -> Clock | None:
    """How long the worker has to look on site, from when they were asked."""
    case, asked = file.case, [entry.at for entry in file.timeline if entry.verb == "ask_verify"]
    if case.verifier_id is None or case.verify_due_at is None or not asked:
        return None
    return _clock(_("Being verified"), asked[-1], case.verify_due_at, None)


def _demands(file: CaseFile) -> list[Demand]:
    """What each level of supervision has demanded since the case was last closed or reopened, the first level first."""
    found: list[Demand] = []
    for entry in file.timeline:
        if entry.verb in {"close", "reopen", "fail_check"}:
            found = []
        if entry.verb == "supervise" and entry.data.get("level") in Level.values and entry.data.get("by"):
            by = date.fromisoformat(entry.data["by"])
            found.append(Demand(str(Level(entry.data["level"]).label), by, passed=by < today()))
    return found


def _exclusion(file: CaseFile) -> str:
    """Why the case is left out of the statistics."""
    granted = [entry.reason for entry in file.timeline if entry.verb == "grant_exclusion"]
    return granted[-1] if file.case.excluded_at is not None and granted else ""


def _whistle_part(
    file: CaseFile, whistle: Whistle, room: str
) -> tuple[Whistle, wording.Look, list[Button], list[Part]]:
    offered = [offer for offer in file.offers if offer.whistle is not None and offer.whistle.id == whistle.id]
    buttons = [
        _button(file.case, offer, room) for offer in offered if offer.verb in {"call", "rate_response", "judge_whistle"}
    ]
    return whistle, wording.WHISTLE_LOOKS[whistle.state], buttons, file.parts.get(whistle.id, [])


def _told(entry: Entry) -> Told:
    icon, tone = wording.STEP_LOOKS.get(entry.verb, ("circle-dot", ""))
    said = wording.lines(entry.step, for_staff=True)
    return Told(entry, icon, tone, said, photo_links(entry.photos))


def photo_links(photos: Iterable[Photo]) -> list[dict[str, str]]:
    """Photos as the photos component shows them."""
    return [
        {"url": url, "thumb_url": url, "alt": photo.get_phase_display()}
        for photo in photos
        for url in [reverse("case_photo", args=[photo.id])]
    ]


def room_of(request: HttpRequest, viewer: Viewer) -> str:
    """The room a step was asked from: the phone when it says so, or when the viewer has no desk."""
    asked = request.POST.get("room") or request.GET.get("room")
    at_work = asked == "work" or request.path.startswith("/work/")
    return "work" if at_work or not viewer.is_desk else "desk"
