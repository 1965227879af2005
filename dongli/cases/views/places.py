"""What residents see of a place as a whole: the public board of a compound, and the question whether something held."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dongli.areas import queries as areas
from dongli.areas.models import Level
from dongli.cases import links
from dongli.cases.actions import follow_ups
from dongli.cases.forms.problems import HeldForm
from dongli.cases.models.problem import FollowUpQuestion
from dongli.cases.queries import problems as queries
from dongli.cases.queries.nearby import events_of
from dongli.cases.views.doors import private
from dongli.common.errors import NotFound
from dongli.people.guards import login_required, viewer_from


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The public board of a compound; a building leads to its compound, other places have none."""
    area = areas.area_by_code(code)
    compound = area.code_at(Level.COMPOUND)
    if compound is None or area.retired_on is not None:
        raise NotFound("no_board", _("Only compounds have a public board."))
    if compound != area.code:
        return HttpResponseRedirect(reverse("place_board", args=[compound]))
    context = {"board": queries.board(area), "area": area, "events": events_of(area)}
    return render(request, "cases/resident/place.html", context)


def _question(question_id: UUID) -> FollowUpQuestion:
    rows = FollowUpQuestion.objects.select_related("follow_up__duty", "problem__area", "problem__grid", "case")
    found = rows.filter(pk=question_id).first()
    if found is None:
        raise NotFound("no_question", _("There is no such question any more."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def question_link(request: HttpRequest, question_id: UUID, token: str) -> HttpResponse:
    """The question by the link that came to a telephone."""
    question = _question(question_id)
    if not links.is_question_token(question, token):
        raise NotFound("no_question", _("There is no such question any more."))
    return _ask(request, question)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_question(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """The question to whoever is logged in and filed one of the cases."""
    question = _question(question_id)
    if question.case.resident_id != viewer_from(request).known.id:
        raise NotFound("no_question", _("There is no such question any more."))
    return _ask(request, question)


def _ask(request: HttpRequest, question: FollowUpQuestion) -> HttpResponse:
    form = HeldForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        follow_ups.answer_question(question_id=question.id, held=form.cleaned_data["held"] == "yes")
        return private(HttpResponseRedirect(request.path))
    context = {
        "question": question,
        "duty": question.follow_up.duty,
        "form": form,
        "open": follow_ups.is_open(question),
    }
    return private(render(request, "cases/resident/question.html", context, status=422 if form.is_bound else 200))
