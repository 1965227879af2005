"""Micro-wishes: what a compound or a resident wishes for, who claimed it; the contact of whoever asked, kept apart."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.crypto import EncryptedTextField
from dongli.common.ids import new_id
from dongli.people.models import User
from dongli.volunteering.models.members import ReportIn


class WishState(models.TextChoices):
    """Where a wish stands; derived by `wish_state`, stored to be indexed."""

    OPEN = "open", _("Helpers wanted")
    TAKEN = "taken", _("All places taken")
    DONE = "done", _("Fulfilled")
    CANCELLED = "cancelled", _("Taken back")


LIVE_STATES = (WishState.OPEN, WishState.TAKEN)


class Audience(models.TextChoices):
    """Which members a wish is shown to."""

    COMPOUND = "compound", _("Members of the compound")
    COMMUNITY = "community", _("Members of the whole community")


class Wish(models.Model):
    """One wish. What is written here is read by all members it is shown to: no personal data.

    `place` is the compound or one of its buildings; `minutes` what each helper should expect to need. It can be
    claimed until the day `until`. `for_resident`: a resident asked through the desk, else the compound itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=60)
    details = models.TextField(blank=True)
    compound = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="wishes")
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.COMPOUND)
    for_resident = models.BooleanField(default=False)
    helpers = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(default=60)
    since = models.DateField()
    until = models.DateField()
    claimed = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=WishState.choices, default=WishState.OPEN)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    steps_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(claimed__lte=F("helpers")), name="never_more_helpers_than_wanted"),
            models.CheckConstraint(condition=Q(helpers__gte=1), name="a_wish_wants_somebody"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="a_wish_ends_after_it_begins"),
        ]
        indexes = [
            models.Index(fields=["compound", "state", "id"], name="wish_compound"),
            models.Index(fields=["community", "state", "id"], name="wish_community"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        """Whether it can still be helped with."""
        return self.state in LIVE_STATES


def wish_state(wish: Wish) -> WishState:
    """The state that follows from what was decided and claimed."""
    if wish.cancelled_at is not None:
        return WishState.CANCELLED
    if wish.done_at is not None:
        return WishState.DONE
    return WishState.TAKEN if wish.claimed >= wish.helpers else WishState.OPEN


class WishContact(models.Model):
    """How to reach whoever a wish is for: sealed, shown only to who claimed it, emptied when the wish ends.

    `person`: their account, when the number belongs to one, so that they read who looked.
    """

    wish = models.OneToOneField(Wish, on_delete=models.CASCADE, primary_key=True, related_name="contact")
    name = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    address = EncryptedTextField(blank=True, default="")
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return str(self.wish_id)


class Claim(models.Model):
    """That a member took one of the places of a wish; `id` is the key of the form they sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="claims")
    report_in = models.ForeignKey(ReportIn, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(default=now)
    given_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wish", "report_in"], condition=Q(given_back_at__isnull=True), name="a_wish_is_claimed_once"
            )
        ]
        indexes = [models.Index(fields=["report_in", "-id"], name="claim_report_in")]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.report_in_id}"


class WishStep(models.Model):
    """One thing that happened to a wish; `id` is the key its maker chose. `actor` is empty for members.

    Append-only (database trigger). `data` holds no personal data: the claim concerned, a count, a date.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["wish", "seq"], name="steps_numbered_in_a_wish")]
        triggers = [pgtrigger.Protect(name="wish_steps_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.seq} {self.verb}"
