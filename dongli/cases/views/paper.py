"""A case on paper: everything a member of staff may read of it, made to be printed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dongli.cases import access, wording
from dongli.cases.models import Case, Note, Rating, Task
from dongli.cases.queries import detail
from dongli.cases.queries import notes as reading
from dongli.cases.queries.detail import CaseFile, Entry
from dongli.cases.views.casefile import holder_words, photo_links
from dongli.cases.wording import Line
from dongli.cases.workflow import OPEN_TASK_STATES
from dongli.common.clock import now
from dongli.common.errors import NotAllowed
from dongli.people.actions import open_record
from dongli.people.guards import viewer_from, worker_required
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class Part:
    """A task on paper. `late`: its work was done after the limit, or is not done and the limit has passed."""

    task: Task
    holder: str
    state: str
    limit: str
    ended: datetime | None
    late: bool


@dataclass(frozen=True)
class Moment:
    """A line of the course."""

    entry: Entry
    lines: list[Line]
    photos: list[dict[str, str]]


@worker_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_file(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The file; `?notes=1` with the internal notes. Posted, with the contact open, which is recorded first."""
    viewer = viewer_from(request)
    reading.check_may_see(viewer, case_id)
    case = detail.case_by_id(viewer, case_id)
    file = detail.case_file(viewer, case)
    with_notes = (request.POST if request.method == "POST" else request.GET).get("notes") == "1"
    context = {
        "case": case,
        "file": file,
        "look": wording.CASE_LOOKS[case.state],
        "contact": _open(viewer, case, file) if request.method == "POST" else file.contact,
        "is_open": request.method == "POST",
        "parts": [_part(task) for task in file.tasks],
        "course": [_moment(entry) for entry in file.timeline],
        "photos": photo_links(file.photos),
        "ratings": list(Rating.objects.filter(case=case).select_related("text").order_by("closing")),
        "notes": _notes(case) if with_notes else None,
        "printed_at": now(),
        "printed_by": viewer.known,
        "office": viewer.title,
    }
    return render(request, "cases/desk/paper.html", context)


def _open(viewer: Viewer, case: Case, file: CaseFile) -> Any:
    """Name and phone in full, once it is on record who took them onto paper."""
    row = getattr(case, "contact", None)
    if row is None:
        return None
    if not access.may_see_contact(viewer, case, file.tasks):
        raise NotAllowed("not_handling", _("Only whoever handles the case may see the contact."))
    phone = open_record(
        viewer=viewer, kind="case", subject=case.id, field="contact", value=row.phone, person=case.resident,
        area=case.desk, called=case.number, reason="case file",
    )  # fmt: skip
    return {"name": row.name, "phone": phone}


def _part(task: Task) -> Part:
    ended = task.answered_at or task.ended_at
    late = (ended or now()) > task.due_at and (task.answered_at is not None or task.state in OPEN_TASK_STATES)
    return Part(
        task=task,
        holder=holder_words(task),
        state=str(wording.TASK_LOOKS[task.state][0]),
        limit=wording.limit_words(task.limit_amount, task.limit_unit),
        ended=ended,
        late=late,
    )


def _moment(entry: Entry) -> Moment:
    return Moment(entry, wording.lines(entry.step, for_staff=True), photo_links(entry.photos))


def _notes(case: Case) -> list[Note]:
    """The newest hundred, in the order in which they were written."""
    return list(reversed(reading.notes(case)))
