"""The worker's phone: today, a task, patrol, map."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from dongli.areas.models import Grid
from dongli.cases import access, wording
from dongli.cases.actions.filing import Filing, submit
from dongli.cases.actions.patrolling import record_patrol
from dongli.cases.forms.staff import FindingForm
from dongli.cases.models import Case, Kind, Source, Task
from dongli.cases.queries import detail, lists, looks, patrols, receipts
from dongli.cases.views import outbox
from dongli.cases.views.answers import quiet, taken, to_mend
from dongli.cases.views.casefile import sheet
from dongli.cases.views.staff import outlines_of, point_json
from dongli.cases.views.steps import sent
from dongli.cases.workflow import OPEN_TASK_STATES
from dongli.common.errors import Invalid, NotAllowed
from dongli.common.http import wants_json
from dongli.common.ids import new_id, parse_id
from dongli.people import offline
from dongli.people.guards import viewer_from, worker_required
from dongli.people.viewer import Viewer

ROUND = "patrol"
MOST_FINDINGS = 50
BESIDE = frozenset({"report_in_with", "contact", "answer", "blow", "ask_extension", "ask_hold", "merge", "return"})


@dataclass(frozen=True)
class Card:
    """A task on the phone: where it is, its state, which clock runs, what one press does."""

    task: Task
    place: str
    look: wording.Look
    due: object
    due_for: str
    verb: str
    has_phone: bool
    navigate: str
    tier: wording.Look | None = None


@worker_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What is to be looked at before it is registered, then open tasks by urgency: late, today, later."""
    viewer = viewer_from(request)
    after = request.GET.get("after", "")
    found = lists.today(viewer, after)
    groups = [
        ("late", _("Overdue"), [_card(task, found) for task in found.late]),
        ("today", _("Today"), [_card(task, found) for task in found.today]),
        ("later", _("Due later"), [_card(task, found) for task in found.later]),
    ]
    cards = [card for _key, _label, cards in groups for card in cards]
    to_look_at = looks.to_look_at(viewer) if not after else []
    total = lists.open_tasks(viewer) + len(to_look_at)
    context = {
        "groups": groups,
        "total": total,
        "looks": to_look_at,
        "next": found.next,
        "partial": found.next or after,
    }
    if not after:
        context |= {"keep": outbox.to_keep([card.task for card in cards], to_look_at), "nav_counts": {"today": total}}
    page = render(request, "cases/worker/today.html", {**context, **quiet(request)})
    return offline.keep(page, viewer)


def _card(task: Task, found: lists.Today) -> Card:
    case = task.case
    place = case.place or case.community
    arriving = task.report_in_due_at if task.reported_in_at is None else None
    return Card(
        task=task,
        place=" · ".join(part for part in (place.name if place is not None else "", case.text.address) if part),
        look=wording.TASK_LOOKS[task.state],
        due=arriving or task.due_at,
        due_for=_("report in") if arriving is not None else "",
        verb="" if task.state != "dispatched" else "report_in" if task.kind == "whistle" else "accept",
        has_phone=task.case_id in found.reachable,
        navigate=navigation_link(case),
        tier=wording.TIER_LOOKS.get(task.tier),
    )


def navigation_link(case: Case) -> str:
    """A `geo:` link (RFC 5870, WGS-84) that opens the phone's own map; "" without a point."""
    if case.longitude is None or case.latitude is None:
        return ""
    point = f"{case.latitude:.6f},{case.longitude:.6f}"
    return f"geo:{point}?q={point}"


@worker_required
@require_safe
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A task: facts, photos, timeline, and the next step at thumb height."""
    viewer = viewer_from(request)
    case = detail.case_of_task(viewer, task_id)
    shown = sheet(viewer, detail.case_file(viewer, case), room="work")
    card = next(one for one in shown.tasks if one.task.id == task_id)
    buttons = [*shown.primary, *shown.more] if card.mine else []
    step = next((one for one in buttons if one.verb in _steps(card.task)), None)
    context = {
        "sheet": shown,
        "card": card,
        "step": step,
        "others": [one for one in buttons if one != step and one.verb in BESIDE],
        "navigate": navigation_link(case),
    }
    page = render(request, "cases/worker/task.html", {**context, **quiet(request)})
    return offline.keep(page, viewer) if card.mine and card.task.state in OPEN_TASK_STATES else page


def _steps(task: Task) -> tuple[str, ...]:
    """The verb that comes next: accept or report in, then contact the resident, then answer."""
    if task.state == "dispatched":
        return ("report_in",) if task.kind == "whistle" else ("accept",)
    if task.kind == "lead" and task.contacted_at is None:
        return ("contact",)
    return ("answer",)


@worker_required
@require_safe
def work_map(request: HttpRequest) -> HttpResponse:
    """The tasks on the map, and the list that says the same."""
    viewer = viewer_from(request)
    found = lists.today(viewer, request.GET.get("after", ""))
    cards = [_card(one, found) for one in (*found.late, *found.today, *found.later)]
    context = {
        "cards": cards,
        "next": found.next,
        "points_url": reverse("work_map_points"),
        "outlines": outlines_of(viewer),
    }
    return render(request, "cases/worker/map.html", {**context, "nav_counts": {"today": len(cards)}})


@worker_required
@require_GET
def map_points(request: HttpRequest) -> JsonResponse:
    """The viewer's tasks as dots."""
    found = lists.task_points(viewer_from(request))
    return JsonResponse([point_json(one, reverse("desk_case", args=[one.number])) for one in found], safe=False)


# Patrol: a round in one grid, kept in the session until it is finished.


@worker_required
@require_http_methods(["GET", "HEAD", "POST"])
def patrol(request: HttpRequest) -> HttpResponse:
    """The round: the findings so far, the form for the next one, and “nothing found”."""
    viewer = viewer_from(request)
    offline.check_maker(request, viewer)
    grids = patrols.grids(viewer)
    if not grids:
        raise NotAllowed("no_grid", _("You serve no grid. Ask your community's desk to put you on a roster."))
    grid = _grid(request, grids)
    form = _finding_form(request, viewer, grid)
    if request.method == "POST" and form.is_valid():
        try:
            case = submit(viewer=viewer, key=form.key, filing=_filing(form))
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            _remember(request, grid, case)
            words = _("Kept: %(number)s") % {"number": case.number}
            return taken(request, words, f"{reverse('work_patrol')}?grid={grid.id}")
    if form.is_bound and wants_json(request):
        return to_mend(form)
    context = {**_round_context(request, grids, grid, form), **quiet(request)}
    page = render(request, "cases/worker/patrol.html", context, status=_status(form))
    return offline.keep(page, viewer)


def _status(form: FindingForm) -> int:
    return 422 if form.is_bound else 200


def _grid(request: HttpRequest, grids: list[Grid]) -> Grid:
    """The grid chosen, if it is one of the viewer's; else the first."""
    wanted = parse_id(request.POST.get("grid", "") or request.GET.get("grid", ""))
    return next((grid for grid in grids if grid.id == wanted), grids[0])


def _finding_form(request: HttpRequest, viewer: Viewer, grid: Grid) -> FindingForm:
    return FindingForm(**sent(request), viewer=viewer, grid=grid, compounds=patrols.compounds(grid))


def _filing(form: FindingForm) -> Filing:
    data = form.cleaned_data
    return Filing(
        what=data["what"],
        where=form.where,
        kind=Kind.FINDING,
        source=Source.PATROL,
        category=data["category"],
        photos=data["photos"],
        draft_key=form.draft_key,
    )


def _remember(request: HttpRequest, grid: Grid, case: Case) -> None:
    """Add a finding to the round under way; a round in another grid begins anew."""
    under_way = _round(request, grid)
    if case.number not in under_way["found"]:
        under_way["found"] = [*under_way["found"], case.number][-MOST_FINDINGS:]
    request.session[ROUND] = under_way


def _round(request: HttpRequest, grid: Grid) -> dict[str, Any]:
    """The round in this grid that this session has under way: its key and the numbers of its findings."""
    kept = request.session.get(ROUND)
    if isinstance(kept, dict) and kept.get("grid") == str(grid.id):
        return kept
    return {"grid": str(grid.id), "key": str(new_id()), "found": []}


def _round_context(request: HttpRequest, grids: list[Grid], grid: Grid, form: FindingForm) -> dict[str, Any]:
    under_way = _round(request, grid)
    viewer = viewer_from(request)
    found = Case.objects.filter(access.visible(viewer), number__in=under_way["found"]).select_related("text")
    return {
        "grids": grids,
        "grid": grid,
        "form": form,
        "found": list(found.order_by("id")),
        "key": under_way["key"],
        "past": patrols.recent(viewer, grid),
        "outlines": reverse("areas:outlines", args=["grid", grid.community.code]),
    }


@worker_required
@require_POST
def finish_patrol(request: HttpRequest) -> HttpResponse:
    """Record the round: with its findings, or with nothing found. The phone names in `finding` what it filed itself."""
    viewer = viewer_from(request)
    offline.check_maker(request, viewer)
    grid_id, key = parse_id(request.POST.get("grid", "")), parse_id(request.POST.get("idempotency_key", ""))
    if grid_id is None or key is None:
        raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    kept = request.session.get(ROUND)
    numbers = kept["found"] if isinstance(kept, dict) and kept.get("grid") == str(grid_id) else []
    keys = [one for one in map(parse_id, request.POST.getlist("finding")[:MOST_FINDINGS]) if one is not None]
    patrol = record_patrol(
        viewer=viewer,
        key=key,
        grid_id=grid_id,
        findings=receipts.findings(viewer, numbers, keys),
        note=request.POST.get("note", ""),
    )
    request.session.pop(ROUND, None)
    said = _("Round recorded: %(count)s found.") % {"count": patrol.findings}
    words = said if patrol.findings else _("Round recorded: nothing found. Thank you.")
    return taken(request, words, reverse("work_today"))
