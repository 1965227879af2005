"""A worker contests their record; the organisation desk answers, and corrects where the worker is right."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.common.ids import new_id
from dongli.common.text import clean
from dongli.people.actions.careers import KEEPERS, NewFact, check_keeps_careers, record_fact, withdraw_fact
from dongli.people.models import CareerContest, CareerFile, ContestState, PayFact, Role, User
from dongli.people.queries.directory import holders
from dongli.people.telling import Tidings, tell
from dongli.people.viewer import Viewer

MAX_WORDS = 1000


@transaction.atomic
def contest(*, viewer: Viewer, key: UUID, words: str, fact_id: UUID | None = None) -> CareerContest:
    """Say that one's own record, or one fact of it, is wrong; the organisation desk is told. The `key` repeats safely.

    Raises `NotFound` (a fact of somebody else, no file), `Invalid` (words), `Conflict` while one about it is open.
    """
    file = CareerFile.objects.select_related("area", "person").filter(person=viewer.known).first()
    if file is None:
        raise NotFound("no_file", _("There is no pay record of yours here."))
    if (earlier := CareerContest.objects.filter(pk=key).first()) is not None:
        if earlier.person_id != viewer.known.id:
            raise Conflict("key_in_use", _("This form was already used for something else. Please open it again."))
        return earlier
    fact = PayFact.objects.filter(pk=fact_id, person=viewer.known).first() if fact_id is not None else None
    if fact_id is not None and fact is None:
        raise NotFound("no_fact", _("There is no such fact."))
    said = clean(words, field="words", max_length=MAX_WORDS, required=True)
    try:
        with transaction.atomic():
            made = CareerContest.objects.create(id=key, person=viewer.known, fact=fact, words=said)
    except IntegrityError as error:
        raise Conflict(
            "contest_open", _("You have contested this already; the answer is still to come."), field="words"
        ) from error
    url = reverse("people:career_contest", args=[made.pk])
    tell(Tidings("people.career_contest", keepers(file.area), {"place": file.area.name}, url))
    return made


def keepers(area: Area) -> tuple[User, ...]:
    """Whom a contest goes to: the organisation desks over the area; where there is none, its administrators."""
    found = holders([Role.ORGANISER], area) or holders([Role.ADMINISTRATOR], area)
    return tuple(found)


@transaction.atomic
def decide_contest(
    *,
    viewer: Viewer,
    contest_id: UUID,
    upheld: bool,
    answer: str,
    correction: NewFact | None = None,
    correction_key: UUID | None = None,
    withdraw: bool = False,
) -> CareerContest:
    """Answer a contest with a decision. Upheld: `correction` takes the contested fact's place (or is new when none was
    named), or `withdraw` takes it back. Both sides are told. Deciding the same again changes nothing.

    Raises `NotFound`, `NotAllowed`, `Invalid` (answer, upheld), `Conflict` when it was decided otherwise meanwhile.
    """
    rows = CareerContest.objects.select_for_update(of=("self",)).select_related("person__career_file__area", "fact")
    found = rows.filter(pk=contest_id).first()
    if found is None or not viewer.covers(KEEPERS, found.person.career_file.area):
        raise NotFound("no_contest", _("There is no such contest in your area."))
    check_keeps_careers(viewer, found.person.career_file.area)
    if found.person_id == viewer.known.id:
        raise NotAllowed("own_career", _("Somebody else keeps your own record."))
    state = ContestState.UPHELD if upheld else ContestState.REFUSED
    if found.state != ContestState.OPEN:
        if (found.state, found.decided_by_id) == (state, viewer.known.id):
            return found
        raise Conflict("decided", _("Somebody has decided on this meanwhile. Please look at it again."))
    said = clean(answer, field="answer", max_length=MAX_WORDS, required=True)
    if not upheld and (correction is not None or withdraw):
        raise Invalid("corrects_nothing", _("Only a contest that is upheld corrects something."), field="upheld")
    if upheld:
        found.correction = _correct(viewer, found, correction, correction_key or new_id(), said, withdraw=withdraw)
    found.state, found.answer, found.decided_by, found.decided_at = state, said, viewer.known, now()
    found.save()
    _tell(found)
    return found


def _correct(
    viewer: Viewer, found: CareerContest, correction: NewFact | None, key: UUID, answer: str, *, withdraw: bool
) -> PayFact | None:
    reason = answer[:200]
    if withdraw and found.fact_id is not None:
        return withdraw_fact(viewer=viewer, key=key, fact_id=found.fact_id, reason=reason)
    if correction is None:
        return None
    return record_fact(
        viewer=viewer, key=key, person=found.person, fact=correction, supersedes=found.fact_id, reason=reason
    )


def _tell(found: CareerContest) -> None:
    """The worker, and the desk."""
    upheld = found.state == ContestState.UPHELD
    kind = "people.contest_upheld" if upheld else "people.contest_refused"
    tell(Tidings(kind, (found.person,), {}, reverse("people:my_career")))
    url = reverse("people:career_contest", args=[found.pk])
    area = found.person.career_file.area
    tell(Tidings("people.contest_decided", keepers(area), {"place": area.name}, url))
