"""A resident asks that what identifies them is deleted: asked, decided by a desk within its limit, then carried out.

What is deleted goes by the redaction path and no other. An appeal that is still open is worked on with its words; it
is emptied when it ends.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.areas.models import Area, Level
from dongli.cases import access, policy
from dongli.cases.actions import copying, redacting
from dongli.cases.models import Case, DeletionRequest
from dongli.cases.models.retention import OPEN_DELETION_STATES, DeletionScope, DeletionState
from dongli.cases.queries import deletion as reading
from dongli.cases.workflow import ENDED_CASE_STATES, Actor
from dongli.common.clock import now
from dongli.common.errors import Conflict, NotAllowed, NotFound
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import forget_person, notify
from dongli.people import personal
from dongli.people import queries as people
from dongli.people.actions import erase_account
from dongli.people.models import Grant, Role, User
from dongli.people.viewer import Viewer

MAX_REASON = 500
ASKER_KEPT = timedelta(days=30)
_TITLES = {
    "deletion_asked": gettext_noop("A resident asks for deletion: please decide within the limit"),
    "deletion_granted": gettext_noop("Your request for deletion was granted"),
    "deletion_refused": gettext_noop("Your request for deletion was refused: the reason stands there"),
}
for _kind, _title in _TITLES.items():
    kinds.register(f"cases.{_kind}", _title)


@transaction.atomic
def ask_deletion(*, viewer: Viewer, key: UUID, case_id: UUID | None = None) -> DeletionRequest:
    """Ask that one's appeal, or (without one) one's account with all its appeals, is deleted.

    Asked again while a request is open, it is that request. Raises `NotFound` for an appeal that is not theirs.
    """
    case = _own_case(viewer, case_id) if case_id is not None else None
    if case is None:
        _check_account(viewer)
        User.objects.select_for_update(no_key=True).get(pk=viewer.known.pk)
    own = Q(case=case) if case is not None else Q(user=viewer.known, scope=DeletionScope.ACCOUNT)
    earlier = DeletionRequest.objects.filter(own, state__in=OPEN_DELETION_STATES).first()
    if earlier is not None or (earlier := DeletionRequest.objects.filter(own, pk=key).first()) is not None:
        return earlier
    if case is not None and case.text_gone_at is not None:
        raise Conflict("nothing_left", _("Nothing that names you is left on this appeal."))
    promise = policy.promise_limit("deletion", now(), policy.work_calendar())
    request = DeletionRequest.objects.create(
        id=key,
        scope=DeletionScope.CASE if case is not None else DeletionScope.ACCOUNT,
        user=viewer.user,
        case=case,
        limit_amount=promise.amount,
        limit_unit=promise.unit,
        due_at=promise.deadline.at,
    )
    notify(users=_deciders(case), kind="cases.deletion_asked", params={}, url=reverse("desk_privacy"))
    return request


def _own_case(viewer: Viewer, case_id: UUID) -> Case:
    found = Case.objects.select_for_update(of=("self",), no_key=True).select_related("desk").filter(pk=case_id).first()
    if found is None or Actor.RESIDENT not in access.actors(viewer, found):
        raise NotFound("not_your_case", _("This is not among your appeals."))
    return found


def _check_account(viewer: Viewer) -> None:
    if viewer.is_staff_member or viewer.needs_second_factor or Grant.objects.filter(user=viewer.known).exists():
        raise Conflict("staff_account", _("Accounts of staff are closed by the administrator when their office ends."))


def _deciders(case: Case | None) -> list[User]:
    if case is not None:
        return [one for one in people.holders(access.UPPER_DESK_ROLES, case.desk) if one.id not in case.hidden_from]
    city = Area.objects.filter(level=Level.CITY).first()
    return people.holders((Role.CITY_DESK,), city) if city is not None else []


@transaction.atomic
def take_back(*, viewer: Viewer, request_id: UUID) -> DeletionRequest:
    """Take one's request back while nobody has decided it; taken back twice is taken back."""
    request = (
        DeletionRequest.objects.select_for_update(of=("self",)).select_related("case").filter(pk=request_id).first()
    )
    if request is None or not _is_own(viewer, request):
        raise NotFound("no_such_request", _("There is no such request."))
    if request.state == DeletionState.WITHDRAWN:
        return request
    if request.state != DeletionState.ASKED:
        raise Conflict("decided_already", _("It has been decided already."))
    request.state = DeletionState.WITHDRAWN
    request.save(update_fields=["state"])
    return request


def _is_own(viewer: Viewer, request: DeletionRequest) -> bool:
    if viewer.user is not None and request.user_id == viewer.user.id:
        return True
    return request.case is not None and Actor.RESIDENT in access.actors(viewer, request.case)


@transaction.atomic
def decide(*, viewer: Viewer, request_id: UUID, grant: bool, reason: str = "") -> DeletionRequest:
    """Grant a request, or refuse it with the reason that the resident reads. The same decision twice is one.

    Raises `NotFound` for whoever does not decide it, `NotAllowed` for the person who asks.
    """
    words = clean(reason, field="reason", max_length=MAX_REASON, required=not grant)
    reading.request_to_decide(viewer, request_id)
    request = DeletionRequest.objects.select_for_update().get(pk=request_id)
    if request.user_id == viewer.known.id:
        raise NotAllowed("own_request", _("Whoever asks does not decide it."))
    wanted = (DeletionState.GRANTED, DeletionState.DONE) if grant else (DeletionState.REFUSED,)
    if request.state in wanted:
        return request
    if request.state != DeletionState.ASKED:
        raise Conflict("decided_already", _("It has been decided already, or taken back."))
    request.state = DeletionState.GRANTED if grant else DeletionState.REFUSED
    request.decided_by, request.decided_at, request.reason = viewer.known, now(), words
    request.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    if request.user is not None:
        kind = "cases.deletion_granted" if grant else "cases.deletion_refused"
        notify(users=[request.user], kind=kind, params={}, url=reverse("me_privacy"))
    if grant:
        _carry_out(request)
    return request


def carry_out_granted() -> int:
    """Carry out what was granted, as far as the appeals concerned have ended; how many requests were finished."""
    done = 0
    granted = DeletionRequest.objects.filter(state=DeletionState.GRANTED).order_by("pk")
    for key in list(granted.values_list("pk", flat=True)):
        with transaction.atomic():
            request = DeletionRequest.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            if request is not None and request.state == DeletionState.GRANTED:
                done += _carry_out(request)
    return done


def forget_askers() -> int:
    """A month after it was done, a request no longer says whose it was; how many."""
    old = DeletionRequest.objects.filter(state=DeletionState.DONE, done_at__lt=now() - ASKER_KEPT, user__isnull=False)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:1000])
    return DeletionRequest.objects.filter(pk__in=keys).update(user=None)


def _carry_out(request: DeletionRequest) -> bool:
    """Empty what has ended; whether that was all. The account goes last, when no appeal of it is open."""
    cases = Case.objects.filter(pk=request.case_id) if request.case_id else Case.objects.filter(resident=request.user)
    ended = cases.filter(state__in=sorted(ENDED_CASE_STATES), text_gone_at=None)
    keys = list(ended.values_list("pk", flat=True))
    for start in range(0, len(keys), redacting.BATCH):
        redacting.redact(keys[start : start + redacting.BATCH], part=redacting.TEXT, cause=redacting.REQUEST)
    if cases.filter(text_gone_at=None).exists():
        return False
    if request.scope == DeletionScope.ACCOUNT and request.user is not None:
        _forget_account(request.user)
    request.state, request.done_at = DeletionState.DONE, now()
    request.save(update_fields=["state", "done_at"])
    return True


def _forget_account(user: User) -> None:
    """Contacts left elsewhere with the same phone go too; then copies, messages and the account itself."""
    if user.phone_hash:
        same = Case.objects.filter(contact__phone_hash=user.phone_hash, state__in=sorted(ENDED_CASE_STATES))
        redacting.redact(
            list(same.values_list("pk", flat=True)[: redacting.BATCH]), part=redacting.CONTACT, cause=redacting.REQUEST
        )
    copying.drop_copies(user)
    personal.erase(user)
    forget_person(user)
    erase_account(user)
