"""Claiming a place of a wish and giving it back. The wish is locked meanwhile, so that never more claim than wanted."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import now, today
from dongli.common.errors import Conflict, NotFound
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.viewer import Viewer
from dongli.volunteering import steps
from dongli.volunteering.models import Claim, ReportIn, ReportInState, Wish
from dongli.volunteering.models.wishes import wish_state
from dongli.volunteering.queries import wishes as reading

kinds.register("volunteering.claimed", gettext_noop("A member claimed your wish: %(title)s"))


@transaction.atomic
def claim(*, viewer: Viewer, wish_id: UUID, key: UUID) -> Claim:
    """Take one of the places of a wish. Claimed again it is the same claim.

    Raises `NotFound` for who is not reported in where the wish is shown, `Conflict` when nobody more is wanted.
    """
    row = _reported_in(viewer)
    wish = _locked(wish_id, row)
    mine = Claim.objects.filter(wish=wish, report_in=row, given_back_at=None).first()
    if mine is not None:
        return mine
    if Claim.objects.filter(pk=key).exists() or steps.taken(wish, "claim", key):
        raise steps.used_elsewhere()
    if not wish.is_live or wish.until < today():
        raise Conflict("wish_over", _("This wish is over. Please choose another one."))
    if wish.claimed >= wish.helpers:
        raise Conflict("all_taken", _("Somebody else was first: nobody more is wanted. Please choose another one."))
    made = Claim.objects.create(id=key, wish=wish, report_in=row, claimed_at=now())
    _settle(wish, +1, "claim", key)
    url = reverse("desk_wish", args=[wish.pk])
    notify(users=[wish.raised_by], kind="volunteering.claimed", params={"title": wish.title}, url=url)
    return made


@transaction.atomic
def give_back(*, viewer: Viewer, wish_id: UUID, key: UUID) -> Wish:
    """Give one's place back, for another member. Given back twice is given back."""
    row = _reported_in(viewer)
    wish = _locked(wish_id, row)
    mine = Claim.objects.filter(wish=wish, report_in=row, given_back_at=None).first()
    if mine is not None:
        _give_back(mine, wish, key)
    return wish


def give_all_back(row: ReportIn) -> None:
    """Give back every place a locked report-in holds of wishes that are still live."""
    held = Claim.objects.filter(report_in=row, given_back_at=None).order_by("wish_id")
    for one in list(held):
        wish = Wish.objects.select_for_update(no_key=True).get(pk=one.wish_id)
        if wish.is_live:
            _give_back(one, wish, steps.fresh())


def _give_back(one: Claim, wish: Wish, key: UUID) -> None:
    one.given_back_at = now()
    one.save(update_fields=["given_back_at"])
    _settle(wish, -1, "give_back", key)


def _settle(wish: Wish, change: int, verb: str, key: UUID) -> None:
    wish.claimed += change
    wish.state = wish_state(wish)
    steps.write(wish, verb, key, data={"claimed": wish.claimed, "helpers": wish.helpers})


def _reported_in(viewer: Viewer) -> ReportIn:
    rows = ReportIn.objects.select_for_update(no_key=True, of=("self",)).select_related("compound")
    row = rows.filter(person=viewer.known, state=ReportInState.CONFIRMED).first()
    if row is None:
        raise NotFound("not_reported_in", _("Wishes are claimed by members whom their compound has confirmed."))
    return row


def _locked(wish_id: UUID, row: ReportIn) -> Wish:
    rows = Wish.objects.select_for_update(no_key=True, of=("self",)).select_related("raised_by")
    wish = rows.filter(reading.shown_to(row), pk=wish_id).first()
    if wish is None:
        raise NotFound("no_wish", _("There is no such wish here."))
    return wish
