"""Who has looked at personal data, and how often something was tried."""

import pgtrigger
from django.db import models
from django.db.models import Q

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User


class AccessRecord(models.Model):
    """Who unmasked whose personal data, when and why: append-only (database trigger), shown to the person concerned.

    `subject` is the record that was opened (`subject_kind` names its table), `person` the account it is about, if any,
    `area` where the record lies: auditors of that area, or of one around it, read the row. `called` is what the record
    is called in its own pages where that names nobody: the number of a case.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=20)
    called = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=100, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"]),
            models.Index(fields=["-at", "-id"], name="access_newest"),
            models.Index(fields=["person", "-at"], condition=Q(person__isnull=False), name="access_by_person"),
        ]
        triggers = [
            pgtrigger.Protect(name="access_records_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} · {self.field}"


class RateCount(models.Model):
    """How often one thing was done for one key (a phone, an address, a device) in the window that ends at `expires_at`.

    `key` is a keyed hash of rule, window and value, so that the table names nobody.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return self.key
