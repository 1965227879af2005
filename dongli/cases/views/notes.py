"""Notes of a case: the panel on its page, a page of their own without scripts, whom to mention, attachments."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dongli.cases.actions import noting
from dongli.cases.forms.notes import NoteForm
from dongli.cases.models import Case, NoteFile
from dongli.cases.queries import notes as reading
from dongli.cases.views.casefile import room_of
from dongli.cases.views.note_panel import ON_CASE_PAGE, panel_of
from dongli.cases.views.steps import is_panel
from dongli.common.errors import Invalid, NotFound
from dongli.common.text import strip_controls
from dongli.people.guards import viewer_from, worker_required
from dongli.people.viewer import Viewer

MOST_ASKED = 40
TYPES: dict[str, str] = {
    "image": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@worker_required
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Read the notes of a case, and write one."""
    viewer = viewer_from(request)
    case = reading.check_may_see(viewer, case_id)
    form = NoteForm(request.POST, files=request.FILES) if request.method == "POST" else NoteForm()
    if form.is_bound and _is_written(viewer, case, form):
        return _written(request, case, form)
    return _shown(request, case, form, status=422 if form.is_bound else 200)


def _is_written(viewer: Viewer, case: Case, form: NoteForm) -> bool:
    if not form.is_valid():
        if "idempotency_key" in form.errors:
            raise Invalid("bad_key", _("This form is not complete any more. Please open the page again."))
        return False
    try:
        noting.write_note(
            viewer=viewer, case_id=case.id, key=form.key, words=form.cleaned_data["words"], files=form.uploads
        )
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return False
    return True


def _written(request: HttpRequest, case: Case, form: NoteForm) -> HttpResponse:
    if is_panel(request):
        return _shown(request, case, NoteForm(), status=200)
    url = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    back = url if ours and url.isprintable() else noting.address_of(case)
    response = HttpResponseRedirect(f"{back}#note-{form.key}")
    response.status_code = 303
    return response


def _shown(request: HttpRequest, case: Case, form: NoteForm, *, status: int) -> HttpResponse:
    whole = not is_panel(request)
    found = panel_of(case, form, after=request.GET.get("after", ""), most=reading.PAGE if whole else ON_CASE_PAGE)
    room = room_of(request, viewer_from(request))
    back = reverse("desk_case", args=[case.number])
    context = {"notes": found, "case": case, "form": form, "room": room, "whole": whole, "back": back}
    if whole:
        return render(request, f"cases/{'worker' if room == 'work' else 'desk'}/notes.html", context, status=status)
    response = render(request, "cases/desk/_notes.html", context, status=status)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#notes", "outerHTML"
    return response


@worker_required
@require_safe
def people(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Who may be mentioned, by name, pinyin or user name: a few for the list under the note, all on the page."""
    case = reading.check_may_see(viewer_from(request), case_id)
    words, me = strip_controls(request.GET.get("q", ""))[:MOST_ASKED], viewer_from(request).known
    if is_panel(request):
        few = reading.offered(case, words, without=me)
        return render(request, "cases/desk/_colleagues.html", {"colleagues": few})
    found = reading.offered(case, words, most=reading.PAGE, without=me)
    context = {"case": case, "words": words, "colleagues": found, "back": noting.address_of(case)}
    return render(request, "cases/desk/colleagues.html", context)


@worker_required
@never_cache
@require_safe
def file(request: HttpRequest, file_id: UUID) -> FileResponse:
    """An attachment, to be saved: never shown within the site."""
    found = reading.note_file(viewer_from(request), file_id)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("This file can no longer be found.")) from error
    response = FileResponse(content, as_attachment=True, filename=_file_name(found), content_type=TYPES[found.kind])
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file_name(found: NoteFile) -> str:
    return f"{found.name or found.id}.{noting.ENDINGS[found.kind]}"
