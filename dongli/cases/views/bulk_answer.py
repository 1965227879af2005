"""One answer to several cases: tick and write, look it over once, then a wait in which it can be undone."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from dongli.cases.actions import bulk_answering
from dongli.cases.actions.bulk_answering import Sorting
from dongli.cases.forms.bulk_answer import BulkAnswerForm
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import ids_of
from dongli.cases.models import BulkAnswer, BulkMember, Case
from dongli.cases.models.bulk import BulkOutcome, BulkState
from dongli.cases.queries import lists
from dongli.cases.views.live import live_answer
from dongli.cases.views.rows import rows
from dongli.cases.views.sieve import sieve_of
from dongli.cases.views.staff import scope_of
from dongli.common.errors import Invalid, NotFound
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer

LIVE_SECONDS = 2


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The queue's cases that the viewer may answer now, to tick, and the words; posted, what would be sent to whom."""
    viewer = viewer_from(request)
    posted = request.method == "POST"
    form = BulkAnswerForm(request.POST if posted else None)
    ticked = ids_of(request.POST.getlist("cases"))[: bulk_answering.MOST]
    if posted and "change" not in request.POST and _is_fit(form, ticked):
        return _look_over(request, viewer, form, ticked)
    cases = _of_queue(request, viewer)
    sorting = bulk_answering.sort_out(viewer, cases)
    fit = {task.case_id for task in sorting.fit}
    context = {
        "form": form,
        "rows": rows(viewer, [case for case in cases if case.id in fit]),
        "left_out": sorting.left_out,
        "ticked": {str(one) for one in ticked},
        "most": bulk_answering.MOST,
    }
    return render(request, "cases/desk/bulk_answer.html", context, status=422 if posted and form.errors else 200)


def _is_fit(form: BulkAnswerForm, ticked: list[UUID]) -> bool:
    offer(form, "cases", [(str(one), "") for one in ticked])
    form.is_valid()
    if "idempotency_key" in form.errors:
        raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    if not ticked:
        form.add_error("cases", _("Please tick the cases that this answer is for."))
    return not form.errors


def _of_queue(request: HttpRequest, viewer: Viewer) -> list[Case]:
    """The queue as the address narrows it; without a filter, what the viewer has in hand."""
    scope = scope_of(viewer)
    sieve = sieve_of(request.GET, scope)
    if "filter" not in request.GET:
        sieve = replace(sieve, filter="in_hand" if "in_hand" in scope.filters else "under_way")
    return next(lists.every(viewer, sieve, most=bulk_answering.MOST), [])


def _look_over(request: HttpRequest, viewer: Viewer, form: BulkAnswerForm, ticked: list[UUID]) -> HttpResponse:
    """Send it, when that was asked; else ask once."""
    words = form.cleaned_data["words"]
    if "send" in request.POST:
        bulk = bulk_answering.ask(viewer=viewer, key=form.key, case_ids=ticked, words=words)
        response = HttpResponseRedirect(reverse("bulk_answer", args=[bulk.pk]))
        response.status_code = 303
        return response
    cases = lists.several(viewer, ticked, most=bulk_answering.MOST)
    sorting = bulk_answering.sort_out(viewer, cases)
    context = {**_asked(sorting, cases), "form": form, "words": words, "seconds": settings.UNDO_SECONDS}
    return render(request, "cases/desk/bulk_answer_ask.html", context)


def _asked(sorting: Sorting, cases: list[Case]) -> dict[str, object]:
    fit = {task.case_id for task in sorting.fit}
    return {"fit": [case for case in cases if case.id in fit], "left_out": sorting.left_out}


def _mine(request: HttpRequest, bulk_id: UUID) -> BulkAnswer:
    found = BulkAnswer.objects.filter(pk=bulk_id, user=viewer_from(request).known).first()
    if found is None:
        raise NotFound("no_bulk_answer", _("There is no such answer."))
    return found


def _context(bulk: BulkAnswer) -> dict[str, object]:
    """What became of it (one statement)."""
    members = list(BulkMember.objects.filter(bulk=bulk).select_related("case"))
    return {
        "bulk": bulk,
        "total": len(members),
        "answered": sum(one.outcome == BulkOutcome.ANSWERED for one in members),
        "refused": [one for one in members if one.outcome == BulkOutcome.REFUSED],
        "is_waiting": bulk.state == BulkState.WAITING,
        "is_over": bulk.state in {BulkState.SENT, BulkState.UNDONE},
        "seconds": settings.UNDO_SECONDS,
    }


def _tag(bulk: BulkAnswer, context: dict[str, object]) -> str:
    return f'"{bulk.state}-{context["answered"]}-{len(context["refused"])}"'  # type: ignore[arg-type]  # a list


@desk_required
@require_safe
def bulk_answer(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """The wait with its undo; afterwards what became of each case."""
    context = _context(bulk := _mine(request, bulk_id))
    live = {"live_url": reverse("bulk_answer_live", args=[bulk.pk]), "live_seconds": LIVE_SECONDS}
    return render(request, "cases/desk/bulk_answer_sent.html", context | live | {"tag": _tag(bulk, context)})


@desk_required
@require_GET
def live(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """The same when it has moved on."""
    context = _context(bulk := _mine(request, bulk_id))
    return live_answer(request, "cases/desk/_bulk_answer.html", tag=_tag(bulk, context), context=lambda: context)


@desk_required
@require_POST
def undo(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Call it back."""
    bulk = bulk_answering.undo(viewer=viewer_from(request), bulk_id=bulk_id)
    return HttpResponseRedirect(reverse("bulk_answer", args=[bulk.pk]))
