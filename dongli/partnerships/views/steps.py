"""The steps taken on a joint meeting, one address each."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dongli.common.errors import Invalid
from dongli.common.ids import new_id, parse_id
from dongli.partnerships import actions
from dongli.partnerships.forms import CancelForm, DecisionForm, MinutesForm
from dongli.partnerships.forms.meetings import came
from dongli.partnerships.meeting_work import check_keeps
from dongli.partnerships.queries import meetings as queries
from dongli.partnerships.queries.people import candidates
from dongli.partnerships.views.links import explain
from dongli.partnerships.views.meeting import page
from dongli.people.guards import desk_required, viewer_from


def _key(request: HttpRequest) -> UUID:
    """The key of the form; one that is not there, or mangled, is made anew: the step is taken all the same."""
    return parse_id(request.POST.get("idempotency_key", "")) or new_id()


def _back(request: HttpRequest, meeting_id: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    if request.POST.get("back") == "unit":
        return HttpResponseRedirect(reverse("my_unit"))
    return HttpResponseRedirect(reverse("meeting", args=[meeting_id]))


def _take(
    request: HttpRequest, meeting_id: UUID, name: str, form: forms.Form, act: Callable[[], object], said: str
) -> HttpResponse:
    """Take the step, or show the page again with what is wrong in the form."""
    if form.is_valid():
        try:
            act()
        except Invalid as refusal:
            explain(form, refusal)
        else:
            return _back(request, meeting_id, said)
    return page(request, queries.meeting(viewer_from(request), meeting_id), {name: form})


def _plain(request: HttpRequest, meeting_id: UUID, act: Callable[[], object], said: str) -> HttpResponse:
    """The same for a form without fields of its own: what is wrong stands on top of the page."""
    try:
        act()
    except Invalid as refusal:
        found = queries.meeting(viewer_from(request), meeting_id)
        return page(request, found, {}, error=str(refusal.message), typed=request.POST)
    return _back(request, meeting_id, said)


@desk_required
@require_POST
def invite(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Invite more organisations."""
    viewer, key = viewer_from(request), _key(request)
    chosen = [one for text in request.POST.getlist("invited") if (one := parse_id(text)) is not None]

    def act() -> object:
        return actions.invite(viewer=viewer, meeting_id=meeting_id, key=key, organisation_ids=chosen)

    return _plain(request, meeting_id, act, _("Invited. They have been told."))


@desk_required
@require_POST
def answer(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say whether an invited organisation comes."""
    viewer, key = viewer_from(request), _key(request)
    unit = parse_id(request.POST.get("organisation", "")) or new_id()

    def act() -> object:
        said = request.POST.get("answer", "")
        return actions.answer_invitation(
            viewer=viewer, meeting_id=meeting_id, key=key, organisation_id=unit, answer=said
        )

    return _plain(request, meeting_id, act, _("The answer is kept."))


@desk_required
@require_POST
def cancel(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Call it off."""
    form = CancelForm(request.POST, auto_id="cancel-%s")
    viewer = viewer_from(request)

    def act() -> object:
        data = form.cleaned_data
        return actions.cancel_meeting(
            viewer=viewer, meeting_id=meeting_id, key=form.key, reason=data["reason"], following=data["following"]
        )

    return _take(request, meeting_id, "cancel", form, act, _("Called off. Those invited have been told."))


@desk_required
@require_POST
def hold(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """It was held; who came."""
    viewer, key = viewer_from(request), _key(request)

    def act() -> object:
        return actions.hold_meeting(viewer=viewer, meeting_id=meeting_id, key=key, came=came(request.POST))

    return _plain(request, meeting_id, act, _("Kept. Now record what was decided, then file the minutes."))


@desk_required
@require_POST
def attend(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Add who came."""
    viewer, key = viewer_from(request), _key(request)

    def act() -> object:
        return actions.add_attendance(viewer=viewer, meeting_id=meeting_id, key=key, came=came(request.POST))

    return _plain(request, meeting_id, act, _("Added."))


@desk_required
@require_POST
def strike(request: HttpRequest, meeting_id: UUID, attendance_id: UUID) -> HttpResponse:
    """Take out somebody who did not come."""
    viewer, key = viewer_from(request), _key(request)

    def act() -> object:
        return actions.strike_attendance(viewer=viewer, meeting_id=meeting_id, key=key, attendance_id=attendance_id)

    return _plain(request, meeting_id, act, _("Taken out."))


@desk_required
@require_POST
def decide(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Record a decision; it becomes a duty."""
    viewer = viewer_from(request)
    found = queries.meeting(viewer, meeting_id)
    check_keeps(viewer, found)
    form = DecisionForm(request.POST, candidates=candidates(found), auto_id="decide-%s")

    def act() -> object:
        return actions.record_decision(viewer=viewer, meeting_id=meeting_id, key=form.key, decided=form.decided)

    return _take(request, meeting_id, "decide", form, act, _("Recorded; the duty has been given."))


@desk_required
@require_POST
def minutes(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """File the minutes."""
    form = MinutesForm(request.POST, auto_id="minutes-%s")
    viewer = viewer_from(request)

    def act() -> object:
        words = form.cleaned_data["minutes"]
        return actions.file_minutes(viewer=viewer, meeting_id=meeting_id, key=form.key, words=words)

    return _take(request, meeting_id, "minutes", form, act, _("The minutes are filed."))
