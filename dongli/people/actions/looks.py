"""The record of who looked, for those who are no staff but were trusted with something: a helper with a contact."""

from uuid import UUID

from dongli.areas.models import Area
from dongli.people.models import AccessRecord, User
from dongli.people.viewer import Viewer


def note_look(
    *, viewer: Viewer, kind: str, subject: UUID, field: str, person: User | None = None, area: Area | None = None
) -> AccessRecord:
    """Write that the viewer opened `field` of a record. That they may is checked by the caller."""
    return AccessRecord.objects.create(
        viewer=viewer.known, subject_kind=kind, subject_id=subject, field=field, person=person, area=area
    )
