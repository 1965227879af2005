"""Every read of notifications and deliveries."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.common.errors import NotAllowed, NotFound
from dongli.common.ids import parse_id
from dongli.notices.models import Delivery, DeliveryState, Notification
from dongli.people.models import Role
from dongli.people.viewer import Viewer

PAGE = 30
COUNTED = 100
TRACING_ROLES = (Role.ADMINISTRATOR,)
Row = TypeVar("Row", Notification, Delivery)


def unread_count(viewer: Viewer) -> int:
    """How many the viewer has not read, counted up to `COUNTED`. One query; none for nobody."""
    if viewer.user is None:
        return 0
    return Notification.objects.filter(user=viewer.user, read_at=None)[:COUNTED].count()


def inbox(viewer: Viewer, *, after: str = "") -> tuple[list[Notification], str | None]:
    """The viewer's notifications, newest first, a page at a time; and the cursor of the next page. One query."""
    rows = Notification.objects.filter(_beyond(after), user=viewer.known).order_by("-created_at", "-id")
    return _page(list(rows[: PAGE + 1]))


def deliveries(viewer: Viewer, *, state: str = "", after: str = "") -> tuple[list[Delivery], str | None]:
    """All deliveries for the administrator of the whole city, newest first. One query. Raises `NotAllowed`."""
    _check_traces(viewer)
    rows = Delivery.objects.filter(_beyond(after)).select_related("notification__user", "webhook")
    if state in DeliveryState.values:
        rows = rows.filter(state=state)
    return _page(list(rows.order_by("-created_at", "-id")[: PAGE + 1]))


def delivery(viewer: Viewer, delivery_id: UUID) -> Delivery:
    """One delivery with its attempts. Raises `NotAllowed`, `NotFound`."""
    _check_traces(viewer)
    found = Delivery.objects.select_related("notification__user", "webhook").filter(pk=delivery_id).first()
    if found is None:
        raise NotFound("no_delivery", _("There is no such delivery."))
    return found


def trace(viewer: Viewer, notification_id: UUID) -> tuple[Notification, list[Delivery]]:
    """A notification and every delivery of it: from event to provider. Raises `NotAllowed`, `NotFound`."""
    _check_traces(viewer)
    found = Notification.objects.select_related("user").filter(pk=notification_id).first()
    if found is None:
        raise NotFound("no_notification", _("There is no such notification."))
    return found, list(found.deliveries.order_by("created_at", "id"))


def _check_traces(viewer: Viewer) -> None:
    if not any(path.count("/") == 1 for path in viewer.paths(*TRACING_ROLES)):
        raise NotAllowed("administrator_only", _("Only an administrator of the city may see deliveries."))


def _beyond(cursor: str) -> Q:
    """Filter: rows after the cursor ("time~id"); a mangled one starts from the top."""
    moment_text, _tilde, id_text = cursor.partition("~")
    row_id = parse_id(id_text)
    try:
        moment = datetime.fromisoformat(moment_text)
    except ValueError:
        return Q()
    if row_id is None or moment.tzinfo is None:
        return Q()
    return Q(created_at__lt=moment) | Q(created_at=moment, id__lt=row_id)


def _page(rows: list[Row]) -> tuple[list[Row], str | None]:
    """The page, and the cursor of the next when there is more."""
    page = rows[:PAGE]
    last = page[-1] if len(rows) > PAGE else None
    return page, f"{last.created_at.isoformat()}~{last.id}" if last is not None else None
