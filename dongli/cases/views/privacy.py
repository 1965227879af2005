"""What residents may know and ask of their data: who looked, a copy, deletion; and the desk that decides on it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from dongli.cases import access
from dongli.cases.actions import copying, deletion
from dongli.cases.forms.staff import VerbForm, words_field
from dongli.cases.models import DataCopy, DeletionRequest
from dongli.cases.models.retention import OPEN_DELETION_STATES, DeletionState
from dongli.cases.models.search import ExportState
from dongli.cases.queries import contact_looks as looks
from dongli.cases.queries import deletion as requests_of
from dongli.cases.views.doors import enter, private
from dongli.cases.views.live import live_answer
from dongli.cases.workflow import OPEN_CASE_STATES
from dongli.common.clock import CITY_ZONE, now
from dongli.common.errors import Invalid, NotAllowed, NotFound
from dongli.common.ids import parse_id
from dongli.common.masking import mask_name, mask_phone
from dongli.people.guards import desk_required, login_required, viewer_from
from dongli.people.models import Role

LIVE_SECONDS = 2
DECIDING_ROLES = (*access.UPPER_DESK_ROLES, Role.CITY_DESK)


def _key(request: HttpRequest) -> UUID:
    key = parse_id(request.POST.get("idempotency_key", ""))
    if key is None:
        raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
    return key


def _see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return private(response)


# The resident


@login_required
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """My data: who looked, my copies, my requests for deletion."""
    user = viewer_from(request).known
    copy = DataCopy.objects.filter(user=user, created_at__gt=now() - copying.life()).first()
    asked = requests_of.of_person(user)
    context = {
        "looks": looks.at_person(user),
        "requests": asked,
        "account_asked": any(one.scope == "account" and one.state in OPEN_DELETION_STATES for one in asked),
        "is_staff": viewer_from(request).is_staff_member,
        "days": copying.life().days,
        **_copy_context(copy),
    }
    return private(render(request, "cases/resident/privacy.html", context))


def _copy_context(copy: DataCopy | None) -> dict[str, Any]:
    if copy is None:
        return {"copy": None}
    return {
        "copy": copy,
        "is_under_way": copy.state in copying.UNDER_WAY,
        "until": copy.created_at + copying.life(),
        "live_url": reverse("me_copy_live", args=[copy.pk]),
        "live_seconds": LIVE_SECONDS,
        "tag": f'"{copy.state}-{copy.done}-{copy.total}"',
    }


@login_required
@require_POST
def ask_copy(request: HttpRequest) -> HttpResponse:
    """Ask for a copy."""
    copying.ask_copy(viewer=viewer_from(request))
    return _see_other(f"{reverse('me_privacy')}#copy")


def _my_copy(request: HttpRequest, copy_id: UUID) -> DataCopy:
    fresh = DataCopy.objects.filter(user=viewer_from(request).known, created_at__gt=now() - copying.life())
    found = fresh.filter(pk=copy_id).first()
    if found is None:
        raise NotFound("no_copy", _("There is no such copy. Copies are deleted after some days: ask for a new one."))
    return found


@login_required
@require_GET
def copy_live(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """How far the copy is, when it has moved on."""
    context = _copy_context(_my_copy(request, copy_id))
    return live_answer(request, "cases/resident/_copy.html", tag=str(context["tag"]), context=lambda: context)


@login_required
@never_cache
@require_safe
def copy_file(request: HttpRequest, copy_id: UUID) -> FileResponse:
    """The ZIP."""
    found = _my_copy(request, copy_id)
    if found.state != ExportState.DONE or not default_storage.exists(found.file):
        raise NotFound("copy_not_ready", _("This copy is not ready."))
    name = f"dongli-{found.created_at.astimezone(CITY_ZONE):%Y%m%d}.zip"
    response = FileResponse(
        default_storage.open(found.file), as_attachment=True, filename=name, content_type="application/zip"
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """What deleting the account means; posted, it is asked for."""
    viewer = viewer_from(request)
    if request.method == "POST":
        deletion.ask_deletion(viewer=viewer, key=_key(request))
        return _see_other(f"{reverse('me_privacy')}#requests")
    return private(render(request, "cases/resident/delete_account.html"))


@login_required
@require_POST
def take_back(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take a request of mine back."""
    deletion.take_back(viewer=viewer_from(request), request_id=request_id)
    return _see_other(f"{reverse('me_privacy')}#requests")


@require_http_methods(["GET", "HEAD", "POST"])
def case_data(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """What is kept of one appeal, who looked at its contact; posted, its deletion is asked for or taken back."""
    door = enter(request, number, token)
    asked = requests_of.of_case(door.case)
    if request.method == "POST":
        if "take_back" in request.POST and asked is not None:
            deletion.take_back(viewer=door.viewer, request_id=asked.pk)
        else:
            deletion.ask_deletion(viewer=door.viewer, key=_key(request), case_id=door.case.id)
            messages.success(request, _("Asked for. You read below what was decided."))
        return _see_other(door.url("data"))
    open_request = asked is not None and asked.state in OPEN_DELETION_STATES
    context = {
        "door": door,
        "case": door.case,
        "looks": looks.at_case(door.case),
        "asked": asked,
        "may_ask": not open_request and door.case.text_gone_at is None,
        "is_open": door.case.state in OPEN_CASE_STATES,
    }
    return private(render(request, "cases/resident/case_data.html", context))


# The desk


class RefuseForm(VerbForm):
    """Why a request is refused."""

    reason = words_field(
        gettext_lazy("Why it is refused"),
        limit=deletion.MAX_REASON,
        hint=gettext_lazy(
            "The resident reads this. Name the rule that demands that the data are kept, and until when."
        ),
    )
    request = forms.UUIDField(widget=forms.HiddenInput)


@desk_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Requests for deletion that this desk decides, the most pressing first."""
    viewer = viewer_from(request)
    if not viewer.has(*DECIDING_ROLES):
        raise NotAllowed("no_desk", _("Requests for deletion are decided by subdistrict, district and city desks."))
    return _desk_page(request, requests_of.open_requests(viewer))


def _desk_page(request: HttpRequest, found: list[DeletionRequest], refused: RefuseForm | None = None) -> HttpResponse:
    rows = [(one, _about(one), _form_for(one, refused)) for one in found]
    status = 422 if refused is not None else 200
    return render(request, "cases/desk/privacy.html", {"rows": rows}, status=status)


def _form_for(one: DeletionRequest, refused: RefuseForm | None) -> RefuseForm | None:
    """The form to refuse with; the one that was posted where it was posted."""
    if one.state != DeletionState.ASKED:
        return None
    if refused is not None and refused.data.get("request") == str(one.pk):
        return refused
    return RefuseForm(initial={"request": one.pk}, auto_id=f"id_{one.pk}_%s")


def _about(one: DeletionRequest) -> str:
    """Whose account it is, masked; the desk needs no more to decide."""
    if one.scope == "case" or one.user is None:
        return ""
    return f"{mask_name(one.user.name)} {mask_phone(one.user.phone) if one.user.phone else ''}".strip()


@desk_required
@require_POST
def grant(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Grant it: what has ended is emptied at once, what is open when it ends."""
    done = deletion.decide(viewer=viewer_from(request), request_id=request_id, grant=True)
    messages.success(request, str(done.get_state_display()))
    return HttpResponseRedirect(reverse("desk_privacy"))


@desk_required
@require_POST
def refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Refuse it, with the reason."""
    viewer = viewer_from(request)
    form = RefuseForm(request.POST, auto_id=f"id_{request_id}_%s")
    if not form.is_valid():
        requests_of.request_to_decide(viewer, request_id)
        return _desk_page(request, requests_of.open_requests(viewer), form)
    deletion.decide(viewer=viewer, request_id=request_id, grant=False, reason=form.cleaned_data["reason"])
    messages.success(request, _("Refused. The resident reads your reason."))
    return HttpResponseRedirect(reverse("desk_privacy"))
