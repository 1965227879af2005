"""The auditor's pages: every change of roles, and every look at personal data, in their area."""

import csv
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dongli.common.clock import CITY_ZONE, today
from dongli.people import look_words
from dongli.people.actions.roles import AUDITING
from dongli.people.grant_forms import AuditForm
from dongli.people.guards import auditor_required, viewer_from
from dongli.people.queries import audit
from dongli.people.queries.audit import Change, Sieve
from dongli.people.viewer import Viewer

HEADS = (
    _("When"), _("What"), _("Whose"), _("User name"), _("Role"), _("Held at"), _("Since"), _("Until"), _("By whom"),
    _("Why"),
)  # fmt: skip


@require_safe
@auditor_required
def changes(request: HttpRequest) -> HttpResponse:
    """Who granted or ended which role of whom, when and why."""
    viewer = viewer_from(request)
    form, sieve = _sieve(request, viewer)
    page = audit.changes(viewer, sieve, after=request.GET.get("after", ""))
    return render(request, "people/permissions_changes.html", _context(request, form) | {"page": page})


@require_safe
@auditor_required
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at which personal data, when and why."""
    viewer = viewer_from(request)
    form, sieve = _sieve(request, viewer)
    page = audit.looks(viewer, sieve, after=request.GET.get("after", ""))
    rows = [
        (row, look_words.record(row.subject_kind), look_words.opened(row.field), look_words.why(row.reason))
        for row in page.rows
    ]
    return render(request, "people/permissions_looks.html", _context(request, form) | {"page": page, "rows": rows})


def _sieve(request: HttpRequest, viewer: Viewer) -> tuple[AuditForm, Sieve]:
    """The form as it was filled, and what of it can be understood; what cannot filters nothing and is marked."""
    form = AuditForm(request.GET, paths=viewer.paths(*AUDITING))
    form.is_valid()
    return form, Sieve(**{name: value for name, value in form.cleaned_data.items() if value})


def _context(request: HttpRequest, form: AuditForm) -> dict[str, object]:
    kept = request.GET.copy()
    kept.pop("after", None)
    return {
        "form": form,
        "query": kept.urlencode(),
    }


@never_cache
@require_safe
@auditor_required
def changes_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same changes as a table for spreadsheets."""
    viewer = viewer_from(request)
    _form, sieve = _sieve(request, viewer)
    audit.changes(viewer, sieve, size=1)  # refused before the first byte, if at all
    answer = StreamingHttpResponse(_lines(viewer, sieve), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="roles-{today():%Y%m%d}.csv"'
    return answer


class _Echo:
    """What the writer of CSV writes to: the line comes straight back."""

    def write(self, line: str) -> str:
        return line


def _lines(viewer: Viewer, sieve: Sieve) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEADS)
    for change in audit.every_change(viewer, sieve):
        yield writer.writerow([_cell(one) for one in _row(change)])


def _row(change: Change) -> list[object]:
    event = change.event
    held = event.organisation or event.area
    moments = [event.pgh_created_at, event.since, event.until]
    at, since, until = (f"{one.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}" if one is not None else "" for one in moments)
    return [
        at, change.what, event.user.name, event.user.username, event.get_role_display(), held.name if held else "",
        since, until, change.who or "", change.why,
    ]  # fmt: skip


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = str(value if value is not None else "")
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} else text
