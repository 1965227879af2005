"""The whistle board: blown, reporting in, on site, done; with the clocks running."""

from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_safe

from dongli.cases import access, wording
from dongli.cases.models import Task, Whistle
from dongli.cases.queries import lists
from dongli.cases.views.live import live_answer
from dongli.cases.views.presence import presence
from dongli.cases.workflow import Actor, TaskState, WhistleState
from dongli.common.clock import now
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer

LIVE_SECONDS = 5


@dataclass(frozen=True)
class Called:
    """A department on a whistle: its state, and the clock that runs for it (None when none does)."""

    task: Task
    look: wording.Look
    clock: str | Promise
    task_due: object
    may_release: bool
    presence: str = ""


@dataclass(frozen=True)
class Card:
    """A whistle on the board."""

    whistle: Whistle
    called: list[Called]
    may_sign: bool
    may_call: bool


@dataclass(frozen=True)
class Column:
    """A column of the board."""

    key: str
    title: str | Promise
    empty: str | Promise
    cards: list[Card]


@dataclass(frozen=True)
class Shown:
    """The columns of one page of the board; `next` is the key of the following page."""

    columns: list[Column]
    next: str
    whole: bool

    @property
    def tag(self) -> str:
        """An ETag of what is shown."""
        return tag_of(self.columns)


@desk_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The board as a page."""
    after = request.GET.get("after", "")
    shown = shown_to(viewer_from(request), after)
    context = {
        "shown": shown,
        "live_seconds": LIVE_SECONDS,
        "live_url": f"{reverse('desk_board_live')}?{urlencode({'after': after})}",
        "nav_counts": {"whistles": sum(len(column.cards) for column in shown.columns[:3])},
    }
    return render(request, "cases/desk/board.html", context)


@desk_required
@require_GET
def board_live(request: HttpRequest) -> HttpResponse:
    """The columns again if anything on them has moved; 304 otherwise."""
    shown = shown_to(viewer_from(request), request.GET.get("after", ""))
    return live_answer(request, "cases/desk/_board.html", tag=shown.tag, context=lambda: {"shown": shown})


def shown_to(viewer: Viewer, after: str) -> Shown:
    """The whistles the viewer may see, by how far they are (three statements)."""
    found = lists.board(viewer, after)
    columns = [
        Column("blown", _("Blown"), _("No whistle waits for a signature."), _cards(viewer, found.blown)),
        Column("reporting_in", _("Reporting in"), _("No department is awaited."), _cards(viewer, found.reporting_in)),
        Column("on_site", _("On site"), _("No department is on site."), _cards(viewer, found.on_site)),
        Column("done", _("Done in three days"), _("None was finished in three days."), _cards(viewer, found.done)),
    ]
    return Shown(columns, found.next, whole=not (found.next or after))


def tag_of(columns: list[Column]) -> str:
    """An ETag of what is shown: each whistle's state and each department's, with the minutes on site."""
    parts = [
        f"{card.whistle.id.hex}{card.whistle.state}{''.join(_shown(one) for one in card.called)}"
        for column in columns
        for card in column.cards
    ]
    return f'"{sha256("|".join(parts).encode()).hexdigest()[:24]}"'


def _shown(called: Called) -> str:
    return f"{called.task.state}{called.task.acknowledged_at or ''}{called.presence}"


def _cards(viewer: Viewer, whistles: list[Whistle]) -> list[Card]:
    return [_card(viewer, whistle) for whistle in whistles]


def _card(viewer: Viewer, whistle: Whistle) -> Card:
    case = whistle.case
    found = access.actors(viewer, case)
    signed = whistle.state == WhistleState.SIGNED
    return Card(
        whistle=whistle,
        called=[_called(whistle, task, may_release=signed and Actor.DESK in found) for task in whistle.tasks.all()],
        may_sign=whistle.state == WhistleState.BLOWN and access.may_sign(viewer, whistle, case),
        may_call=signed and bool(found & {Actor.DESK, Actor.SIGNER}),
    )


def _called(whistle: Whistle, task: Task, *, may_release: bool) -> Called:
    clock: str | Promise = ""
    due = None
    if task.state == TaskState.DISPATCHED:
        clock, due = _("report in"), task.report_in_due_at
    elif task.state == TaskState.REPORTED_IN:
        clock, due = _("answer"), task.due_at
    is_late = due is not None and due < now()
    releasable = task.state == TaskState.RETURNED or is_late
    look = wording.TASK_LOOKS[task.state]
    return Called(task, look, clock, due, may_release and releasable, presence(task, whistle))
