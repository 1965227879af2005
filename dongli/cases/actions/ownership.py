"""No clear owner (无责任主体): the desk marks it, the place it lies in handles it (属地), and it is counted apart."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases.models import Case
from dongli.cases.work import Work, begin
from dongli.common.errors import Conflict
from dongli.people.viewer import Viewer


@transaction.atomic
def mark_ownerless(*, viewer: Viewer, case_id: UUID, key: UUID) -> Case:
    """Mark that nobody in particular owns what is wrong: only the place may lead."""
    return _set("mark_ownerless", viewer, case_id, key)


@transaction.atomic
def unmark_ownerless(*, viewer: Viewer, case_id: UUID, key: UUID) -> Case:
    """Take the mark off: the owner has been found."""
    return _set("unmark_ownerless", viewer, case_id, key)


def _set(verb: str, viewer: Viewer, case_id: UUID, key: UUID) -> Case:
    work = begin(verb, viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    if not set_mark(work, ownerless=verb == "mark_ownerless", key=key):
        raise Conflict("marked_already", _("This has been done already. Please look at the latest state of the case."))
    return work.finish()


def set_mark(work: Work, *, ownerless: bool | None, key: UUID | None = None) -> bool:
    """Put the mark on or off, as a step under `key`; False when it is so already, or nobody said (`None`)."""
    if ownerless is None or work.case.ownerless == ownerless:
        return False
    work.case.ownerless = ownerless
    work.step("mark_ownerless" if ownerless else "unmark_ownerless", key=key)
    return True
