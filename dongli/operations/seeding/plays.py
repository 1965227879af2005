"""A script with its cast: who is who for one case, and where it happens."""

from dataclasses import dataclass
from uuid import UUID

from dongli.cases.actions.filing import Filing
from dongli.operations.seeding.scripts import Beat
from dongli.organisations.models import Organisation
from dongli.people.models import User

DEPARTMENT = "department:"


@dataclass(frozen=True)
class Play:
    """Everything about one demonstration case. `organisations`: function → department for this place."""

    key: UUID
    number: str
    filing: Filing
    beats: list[Beat]
    people: dict[str, User | None]
    organisations: dict[str, Organisation]
    officers: dict[UUID, User]

    def person(self, who: str) -> User | None:
        """The account behind a beat's `who`; None for a resident without an account."""
        if who.startswith(DEPARTMENT):
            return self.officers[self.organisation(who).id]
        return self.people[who]

    def organisation(self, who: str) -> Organisation:
        """The department behind `department:<function>` or a bare function."""
        return self.organisations[who.removeprefix(DEPARTMENT)]
