"""Every read of tables taken over: the viewer's own only, and the areas for which they may take some over."""

from uuid import UUID

from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.errors import NotFound
from dongli.people.importing.kinds import TableKind
from dongli.people.models import TableImport
from dongli.people.viewer import Viewer

MOST_LISTED = 20


def own_areas(viewer: Viewer, kind: TableKind) -> list[Area]:
    """The areas in which the viewer holds a role that takes this table over, the widest first. One statement."""
    paths = viewer.paths(*kind.roles)
    return list(Area.objects.active().filter(path__in=paths).order_by("path")) if paths else []


def mine(viewer: Viewer, import_id: UUID) -> TableImport:
    """One of the viewer's own; raises `NotFound`."""
    found = TableImport.objects.select_related("area").filter(pk=import_id, user=viewer.known).first()
    if found is None:
        raise NotFound("no_import", _("There is no such table. Tables are forgotten after a week."))
    return found


def latest(viewer: Viewer, kind: TableKind) -> list[TableImport]:
    """The viewer's latest tables of a kind. One statement."""
    rows = TableImport.objects.filter(user=viewer.known, kind=kind.name).select_related("area").order_by("-id")
    return list(rows.defer("report")[:MOST_LISTED])
