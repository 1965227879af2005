"""A few policies that levels set, so that the page of a place has something to inherit, override and bind."""

from dongli.common.ids import new_id
from dongli.people.actions.policies import set_policy
from dongli.people.models import Grant, LevelPolicy, Role
from dongli.people.viewer import Viewer


def seed_level_policies() -> int:
    """The city sets themes and binds the rating window, the district and the secretary their own; how many."""
    if LevelPolicy.objects.exists():
        return LevelPolicy.objects.count()
    said: list[tuple[str, Role, str, object, bool, str]] = [
        ("demo-city", Role.CITY_DESK, "monthly_theme", "邻里守望，温暖过冬", False, "全市主题安排"),
        ("demo-city", Role.CITY_DESK, "rating_window", 15, True, "回访工作规定"),
        ("demo-district", Role.DISTRICT_DESK, "rating_window", 20, False, "区里延长评价期"),
        ("demo-district", Role.DISTRICT_DESK, "points_per_hour", "1.5", False, "志愿服务激励试点"),
        ("demo-secretary", Role.COMMUNITY_SECRETARY, "nearby_metres", 80, False, "小区密集"),
    ]
    for username, role, key, value, binding, reason in said:
        grant = Grant.objects.select_related("user", "area").get(user__username=username, role=role)
        if grant.area is not None:
            set_policy(
                viewer=Viewer.of(grant.user),
                area=grant.area,
                key=new_id(),
                policy=key,
                value=value,
                binding=binding,
                reason=reason,
            )
    return LevelPolicy.objects.count()
