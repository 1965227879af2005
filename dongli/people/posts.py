"""What is known of each post, as one table: where it is held, what comes with it, who may appoint. Pure."""

from dataclasses import dataclass

from django.utils.functional import Promise

from dongli.areas.models import Area, Level
from dongli.organisations.models import OrganisationKind
from dongli.people.models import SINGLE_POSTS, Post, Role
from dongli.people.viewer import Viewer

EVERYWHERE = (Role.ORGANISER, Role.ADMINISTRATOR)
"""Who appoints to every post in the area they hold the role over."""
READERS = (
    Role.COMMUNITY_DESK,
    Role.COMMUNITY_SECRETARY,
    Role.SUBDISTRICT_DESK,
    Role.SUBDISTRICT_LEADER,
    Role.DISTRICT_DESK,
    Role.CITY_DESK,
    Role.CITY_VIEWER,
    *EVERYWHERE,
)
"""Who sees the posts of the area they hold the role over, and who holds them."""
NUMBER_READERS = tuple(role for role in READERS if role != Role.CITY_VIEWER)
"""Who may unmask the number of somebody who serves there."""
MEMBERSHIP_READERS = (*EVERYWHERE, Role.COMMUNITY_SECRETARY)
"""Who appoints members of a branch, and so is told who is a party member there; nobody else but the member is."""
_PARTY = (OrganisationKind.BRANCH, OrganisationKind.GENERAL_BRANCH, OrganisationKind.PARTY_COMMITTEE)
_OWNERS = (OrganisationKind.OWNERS_COMMITTEE, OrganisationKind.MANAGEMENT_COMMITTEE)
_COMMUNITY = (Role.COMMUNITY_SECRETARY, Role.COMMUNITY_DESK)


@dataclass(frozen=True)
class Facts:
    """One post: the levels at which it is held, the role that comes with it if its holder has a staff account, the
    kinds of organisation it may belong to, and who may appoint beside `EVERYWHERE`.
    """

    post: Post
    levels: tuple[Level, ...]
    role: Role | None = None
    kinds: tuple[OrganisationKind, ...] = ()
    appointers: tuple[Role, ...] = ()

    @property
    def single(self) -> bool:
        """Whether one person holds it at a time in one place."""
        return self.post in SINGLE_POSTS

    @property
    def is_expected(self) -> bool:
        """Whether it is a gap when nobody holds it; the others are filled where they are needed."""
        return self.single or self.post in {Post.COMMUNITY_STAFF, Post.GRID_WORKER}

    @property
    def label(self) -> str | Promise:
        return self.post.label


FACTS: dict[str, Facts] = {
    facts.post.value: facts
    for facts in (
        Facts(Post.COMPOUND_SECRETARY, (Level.COMPOUND,), kinds=_PARTY),
        Facts(Post.FIRST_SECRETARY, (Level.COMPOUND, Level.COMMUNITY), kinds=_PARTY),
        Facts(
            Post.BRANCH_MEMBER,
            (Level.COMPOUND, Level.COMMUNITY),
            kinds=_PARTY,
            appointers=(Role.COMMUNITY_SECRETARY,),
        ),
        Facts(Post.COMMUNITY_SECRETARY, (Level.COMMUNITY,), Role.COMMUNITY_SECRETARY, _PARTY),
        Facts(
            Post.COMMUNITY_STAFF,
            (Level.COMMUNITY,),
            Role.COMMUNITY_DESK,
            (OrganisationKind.OFFICE,),
            (Role.COMMUNITY_SECRETARY,),
        ),
        Facts(Post.GRID_WORKER, (Level.COMMUNITY,), Role.GRID_WORKER, (OrganisationKind.OFFICE,)),
        Facts(Post.CAPTAIN, (Level.BUILDING,), Role.CAPTAIN, appointers=(Role.COMMUNITY_SECRETARY,)),
        Facts(Post.ENVOY, (Level.SUBDISTRICT, Level.COMMUNITY, Level.COMPOUND)),
        Facts(Post.OWNERS_DIRECTOR, (Level.COMPOUND,), kinds=_OWNERS, appointers=_COMMUNITY),
        Facts(Post.OWNERS_MEMBER, (Level.COMPOUND,), kinds=_OWNERS, appointers=_COMMUNITY),
        Facts(
            Post.PROPERTY_MANAGER,
            (Level.COMPOUND,),
            kinds=(OrganisationKind.PROPERTY_FIRM,),
            appointers=_COMMUNITY,
        ),
    )
}
BRANCH_POSTS = (Post.COMPOUND_SECRETARY, Post.FIRST_SECRETARY, Post.BRANCH_MEMBER)
OWNERS_POSTS = (Post.OWNERS_DIRECTOR, Post.OWNERS_MEMBER)
"""Somebody who holds one of each in one compound serves both: a cross-post (交叉任职)."""


def may_appoint(viewer: Viewer, post: str, area: Area) -> bool:
    """Whether the viewer appoints to `post` at `area`, ends it, and hands over what its holder leaves."""
    return viewer.covers((*EVERYWHERE, *FACTS[post].appointers), area)


def posts_for(viewer: Viewer, area: Area) -> list[Facts]:
    """The posts of `area`'s level to which the viewer appoints there."""
    fitting = (facts for facts in FACTS.values() if area.level in facts.levels)
    return [facts for facts in fitting if may_appoint(viewer, facts.post, area)]
