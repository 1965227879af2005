"""A few rules that levels set for their own area, so that the page that explains them has something to tell."""

from dongli.cases.actions.ruling import OfTheClass, OfTheCondition, Words, set_rule
from dongli.cases.models import Override
from dongli.common.ids import new_id
from dongli.people.models import Grant, Role
from dongli.people.viewer import Viewer


def seed_rules() -> int:
    """The district of the personas makes a limit binding, their community a shorter one; how many rules there are."""
    if Override.objects.exists():
        return Override.objects.count()
    district = Grant.objects.select_related("user", "area").get(user__username="demo-district", role=Role.DISTRICT_DESK)
    secretary = Grant.objects.select_related("user", "area").get(
        user__username="demo-secretary", role=Role.COMMUNITY_SECRETARY
    )
    said: list[tuple[Grant, str, int, Words, str]] = [
        (
            district,
            "0203",
            2,
            OfTheCondition(limit_amount=4, limit_unit="emergency_hour", binding=True),
            "道路养护合同",
        ),
        (secretary, "0101", 1, OfTheCondition(limit_amount=4, limit_unit="working_hour"), "居民公约"),
        (district, "0313", 0, OfTheClass(solver="department", contact_hours=4), "加装电梯专班"),
    ]
    for grant, category, number, words, basis in said:
        if grant.area is not None:
            viewer = Viewer.of(grant.user)
            set_rule(
                viewer=viewer,
                area=grant.area,
                key=new_id(),
                category=category,
                number=number,
                words=words,
                basis=basis,
            )
    return Override.objects.count()
