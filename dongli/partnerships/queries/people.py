"""Who speaks for a unit, and who can hold a duty for an organisation at a meeting."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from dongli.common.clock import now
from dongli.duties import queries as duties
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.partnerships import access
from dongli.partnerships.models import Meeting
from dongli.people.models import Grant, User
from dongli.people.queries.directory import working
from dongli.people.queries.duty import in_force


def officers(organisations: Iterable[UUID]) -> dict[UUID, list[User]]:
    """Organisation id → its officers (of a unit or a department); those without one are left out. One query."""
    grants = Grant.objects.filter(
        in_force(now()), working("user__"), role__in=list(access.OFFICER_ROLES), organisation__in=set(organisations)
    )
    found: dict[UUID, list[User]] = {}
    for grant in grants.select_related("user").order_by("since", "id"):
        if grant.organisation_id is not None:
            found.setdefault(grant.organisation_id, []).append(grant.user)
    return found


@dataclass(frozen=True)
class Candidate:
    """Somebody who can take a decision on: `follower` follows it up, `holder` is where `user` serves.

    They differ where the follower has no account of its own: the convenor's office holds the duty for it.
    """

    follower: Organisation
    user: User
    holder: Organisation

    @property
    def value(self) -> str:
        """Both ids, as the form sends them."""
        return f"{self.follower.id}:{self.user.id}"


def candidates(meeting: Meeting) -> list[Candidate]:
    """Who can take on what the meeting decides: the convenor's office first, then each organisation invited.

    Four queries, however many organisations.
    """
    invited = [one.organisation for one in meeting.invitations.select_related("organisation").order_by("id")]
    office = office_people(meeting)
    told = officers(one.id for one in invited)
    own = [Candidate(meeting.convenor, one.user, one.organisation) for one in office]
    for unit in invited:
        held = [Candidate(unit, user, unit) for user in told.get(unit.id, [])]
        own += held or [Candidate(unit, one.user, one.organisation) for one in office]
    return own


def office_people(meeting: Meeting) -> list[duties.Owner]:
    """Who runs the office nearest to the convenor: they take on what it follows up, or what a unit without an account
    does. Two queries."""
    offices = [one for one in duties.owners(meeting.area) if one.organisation.kind == OrganisationKind.OFFICE]
    return [one for one in offices if one.organisation == offices[0].organisation]
