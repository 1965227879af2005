"""Changes of roles, so that the auditor has something to read and an administrator something that ends."""

from datetime import datetime, timedelta

from dongli.common.clock import now
from dongli.people import actions
from dongli.people.models import Grant, Role, User
from dongli.people.personas import PREFIX
from dongli.people.viewer import Viewer


def seed_permissions(*, as_of: datetime) -> int:
    """A worker helps out at the desk for some days, another role of theirs was ended; how many changes. Once only."""
    admin = User.objects.filter(username="demo-admin").first()
    home = Grant.objects.filter(user__username="demo-community").select_related("area").first()
    if admin is None or home is None or home.area is None or Grant.objects.filter(granted_by=admin).exists():
        return 0
    workers = Grant.objects.filter(role=Role.GRID_WORKER, area__parent=home.area.parent, until=None)
    other = workers.exclude(user__username__startswith=PREFIX).select_related("user").order_by("id").first()
    if other is None:
        return 0
    helper = other.user
    viewer, moment = Viewer.of(admin), max(as_of, now())
    actions.grant_role(
        viewer=viewer,
        user=helper,
        role=Role.COMMUNITY_DESK,
        area=home.area,
        until=moment + timedelta(days=10),
        reason="社区人手不足，临时顶岗",
    )
    mistaken = actions.grant_role(
        viewer=viewer, user=helper, role=Role.COMMUNITY_SECRETARY, area=home.area, reason="换届过渡"
    )
    actions.end_grant(viewer=viewer, grant_id=mistaken.pk, reason="新书记已到任")
    return 3
