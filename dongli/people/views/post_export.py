"""The roster of posts as a file."""

import csv
from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.common.cells import plain_cell
from dongli.people.actions.persons import note_export
from dongli.people.guards import desk_required, viewer_from
from dongli.people.models import Post, Tenure
from dongli.people.queries import posts as queries
from dongli.people.views.posts import area_of, asked


@require_safe
@desk_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The roster as CSV: what the page shows, names without numbers; that it was taken is recorded."""
    viewer = viewer_from(request)
    area, (_form, day, only) = area_of(request, viewer), asked(request)
    note_export(viewer=viewer, area=area)
    rows = queries.all_rows(viewer, area, on=day, only=only)
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="posts-{area.code}-{day:%Y%m%d}.csv"'
    return response


class _Line:
    """What `csv` writes to: each row is handed on at once."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterator[queries.CompoundPosts]) -> Iterator[str]:
    writer = csv.writer(_Line())
    heads = [
        _("Number of the compound"), _("Community"), _("Compound"), Post.COMPOUND_SECRETARY.label,
        Post.FIRST_SECRETARY.label, _("Seconded from"), _("Seconded until"), _("Buildings"),
        _("Buildings with a captain"), Post.OWNERS_DIRECTOR.label, Post.PROPERTY_MANAGER.label, _("Grid workers"),
        _("In branch and committee"),
    ]  # fmt: skip
    yield "\ufeff" + writer.writerow([str(head) for head in heads])
    for row in rows:
        yield writer.writerow([plain_cell(cell) for cell in _line(row)])


def _line(row: queries.CompoundPosts) -> list[str]:
    first = row.first_secretary
    sender = first.seconded_from.name if first is not None and first.seconded_from is not None else ""
    return [
        row.compound.code,
        row.compound.parent.name if row.compound.parent is not None else "",
        row.compound.name,
        _name(row.secretary),
        _name(first),
        sender,
        str(first.until or "") if first is not None else "",
        str(row.buildings),
        str(row.captains),
        _name(row.director),
        _name(row.manager),
        "、".join(user.name for user in row.workers),
        "、".join(user.name for user in row.crossing),
    ]


def _name(tenure: Tenure | None) -> str:
    return tenure.person.name if tenure is not None else ""
