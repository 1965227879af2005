"""What a worker's phone does without a signal: steps that wait on it, forms it keeps empty, the page that shows them.

`step` is one door for the verbs that may wait: the same views and actions as at the desk, under `/work/`, where the
phone's service worker keeps watch. A repeat is answered from what was written the first time, before anything is read.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dongli.cases.forms import staff as forms_of_staff
from dongli.cases.models import Case, Task
from dongli.cases.queries import receipts
from dongli.cases.views.answers import quiet, taken
from dongli.cases.views.casefile import MAY_WAIT
from dongli.cases.workflow import transition
from dongli.common.errors import NotFound
from dongli.common.http import wants_json
from dongli.common.ids import parse_id
from dongli.people import offline
from dongli.people.guards import viewer_from, worker_required
from dongli.people.viewer import Viewer

# Forms that are the same for every task: the phone keeps them empty and fills in which task is meant.
BLANKS: dict[str, Callable[[Viewer], forms.Form]] = {
    "contact": lambda _viewer: forms_of_staff.ContactForm(),
    "answer": lambda viewer: forms_of_staff.AnswerForm(viewer=viewer),
    "return": lambda _viewer: forms_of_staff.ReturnForm(),
}


@worker_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, task_id: UUID, verb: str) -> HttpResponseBase:
    """A step on a task. Sent by the phone: answered as JSON, once, to nobody but who made it."""
    name = verb.replace("-", "_")
    if name not in MAY_WAIT:
        raise NotFound("no_such_step", _("There is no such step."))
    if request.method == "POST" and wants_json(request):
        return _sent(request, name, f"task_{name}", task_id)
    return _as_at_the_desk(request, f"task_{name}", task_id)


@worker_required
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
    """A look on site before registering: its page may be kept, and what was found may wait."""
    if request.method == "POST" and wants_json(request):
        return _sent(request, "verify", "case_verify", case_id)
    page = _as_at_the_desk(request, "case_verify", case_id)
    return offline.keep(page, viewer_from(request)) if request.method != "POST" else page


def _as_at_the_desk(request: HttpRequest, address: str, subject: UUID) -> HttpResponseBase:
    """The view that the verb has everywhere."""
    answer: HttpResponseBase = resolve(reverse(address, args=[subject])).func(request, subject)
    return answer


def _sent(request: HttpRequest, name: str, address: str, subject: UUID) -> HttpResponseBase:
    viewer = viewer_from(request)
    offline.check_maker(request, viewer)
    key = parse_id(request.POST.get("idempotency_key", ""))
    if key is not None and (number := receipts.taken(viewer, key, name, subject)):
        words = _("%(done)s · %(number)s") % {"done": transition(name).done, "number": number}
        return taken(request, words, reverse("work_today"))
    try:
        return _as_at_the_desk(request, address, subject)
    except NotFound:
        receipts.check_known(viewer, subject, name)
        raise


@worker_required
@require_safe
def blank(request: HttpRequest, verb: str) -> HttpResponse:
    """A form before it is known for which task; the phone keeps it and says which."""
    viewer = viewer_from(request)
    if verb not in BLANKS:
        raise NotFound("no_such_step", _("There is no such step."))
    context = {"form": BLANKS[verb](viewer), "verb": verb, "title": transition(verb).label, **quiet(request)}
    return offline.keep(render(request, "cases/worker/blank.html", context), viewer)


@worker_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits on this phone; the phone fills it in."""
    viewer = viewer_from(request)
    return offline.keep(render(request, "cases/worker/queue.html", quiet(request)), viewer)


@worker_required
@require_safe
def no_signal(request: HttpRequest) -> HttpResponse:
    """What is shown instead of a page that the phone has not kept."""
    viewer = viewer_from(request)
    return offline.keep(render(request, "cases/worker/no_signal.html", quiet(request)), viewer)


@never_cache
@worker_required
@require_safe
def hello(request: HttpRequest) -> HttpResponse:
    """Before waiting steps are sent: whether there is a signal, who is signed in, and the token to send with."""
    return JsonResponse({"owner": offline.owner(viewer_from(request).known.pk), "token": get_token(request)})


def to_keep(tasks: Iterable[Task], looks: Iterable[Case]) -> dict[str, object]:
    """What a phone keeps from today's list: the most urgent, each with a stamp that changes with its case."""
    rows = [_row("work_look", case.id, case) for case in looks]
    rows += [_row("work_task", task.id, task.case) for task in tasks]
    return {"tasks": rows[: settings.OFFLINE_TASKS], "pages": pages()}


def _row(page: str, key: UUID, case: Case) -> dict[str, str]:
    return {
        "id": str(key),
        "url": reverse(page, args=[key]),
        "stamp": f"{case.updated_at.timestamp():.3f}",
        "number": case.number,
        "title": case.text.summary,
    }


def pages() -> list[str]:
    """The pages that a phone keeps beside today's tasks."""
    blanks = [reverse("work_blank", args=[verb]) for verb in BLANKS]
    rooms = ("work_today", "work_patrol", "work_queue", "work_no_signal")
    return [*map(reverse, rooms), *blanks]
