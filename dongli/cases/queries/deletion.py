"""Requests for deletion, by who is looking: the resident's own, and those a desk is to decide."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.models import Level
from dongli.cases import access
from dongli.cases.models import Case, DeletionRequest
from dongli.cases.models.retention import OPEN_DELETION_STATES, DeletionScope
from dongli.common.errors import NotFound
from dongli.people.models import Role, User
from dongli.people.viewer import Viewer

MOST = 200


def decidable(viewer: Viewer) -> Q:
    """Filter: requests this viewer decides. One appeal: a desk above the community that it lies at, never whoever it
    complains of; an account: the city's desk."""
    if viewer.user is None:
        return Q(pk__in=[])
    own = access.under("case__desk", viewer.paths(*access.UPPER_DESK_ROLES))
    seen = Q(scope=DeletionScope.CASE) & own & ~Q(case__hidden_from__contains=[viewer.user.id])
    return seen | Q(scope=DeletionScope.ACCOUNT) if _of_the_city(viewer) else seen


def _of_the_city(viewer: Viewer) -> bool:
    return any(path.count("/") == Level.CITY.depth + 1 for path in viewer.paths(Role.CITY_DESK))


def open_requests(viewer: Viewer) -> list[DeletionRequest]:
    """What this desk has to decide or waits for, the most pressing first. One query."""
    found = DeletionRequest.objects.filter(decidable(viewer), state__in=OPEN_DELETION_STATES)
    return list(found.select_related("case", "case__text", "user").order_by("state", "due_at")[:MOST])


def request_to_decide(viewer: Viewer, request_id: UUID) -> DeletionRequest:
    """The request; raises `NotFound` when it is not this viewer's to decide."""
    found = DeletionRequest.objects.filter(decidable(viewer), pk=request_id).first()
    if found is None:
        raise NotFound("no_such_request", _("There is no such request."))
    return found


def of_person(user: User) -> list[DeletionRequest]:
    """A resident's own requests, newest first. One query."""
    return list(DeletionRequest.objects.filter(user=user).select_related("case")[:MOST])


def of_case(case: Case) -> DeletionRequest | None:
    """The newest request about one appeal."""
    return DeletionRequest.objects.filter(case=case).order_by("-id").first()
