"""The case, and the personal text and photos that live in rows of their own beside it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Floor
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area, Grid
from dongli.cases.models.policy import Category, FilingCondition
from dongli.cases.workflow import CaseState, SiteFinding
from dongli.common.clock import now
from dongli.common.crypto import EncryptedTextField
from dongli.common.ids import new_id
from dongli.people.models import User


class Kind(models.TextChoices):
    """An appeal is asked by a resident, a finding is met on patrol."""

    APPEAL = "appeal", _("Appeal")
    FINDING = "finding", _("Finding")


class Source(models.TextChoices):
    """Through which door a case came."""

    WEB = "web", _("Resident")
    QR = "qr", _("QR code")
    CAPTAIN = "captain", _("Building captain")
    WORKER = "worker", _("Grid worker")
    HOTLINE = "hotline", _("Hotline")
    PATROL = "patrol", _("Patrol")
    IMPORT = "import", _("Imported")
    EVENT = "event", _("Mass event")


class About(models.TextChoices):
    """Whom an appeal complains of, when that is somebody who would handle it: it then goes one level up."""

    NOBODY = "", _("Nobody who would handle it")
    WORKER = "worker", _("The grid worker")
    COMMUNITY = "community", _("The community office")
    SUBDISTRICT = "subdistrict", _("The subdistrict office")
    DEPARTMENT = "department", _("A department")


class Danger(models.TextChoices):
    """Why a case is urgent and opened to few."""

    NONE = "", _("None")
    LIFE = "life", _("Danger to life")
    SELF_HARM = "self_harm", _("Self-harm")
    MINOR = "minor", _("A minor")


CELLS_PER_DEGREE = 500
"""Cases near a point are found by cells of 1/500 degree: about 220 m from south to north, 190 m from west to east."""
MAY_LEAD = Q(
    closed_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True, spam_at__isnull=True,
    merged_at__isnull=True, category__isnull=False,
)  # fmt: skip
"""Open, of a class, and not merged under another case: by its moments, so that indexes name no states."""


class Case(models.Model):
    """One appeal or finding. `state` is derived from the moments below and the tasks by `workflow.case_state`.

    `desk` is the area whose desk looks after the case: who sees it follows from `desk.path`, nothing else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=10, choices=Source.choices)
    state = models.CharField(max_length=12, choices=CaseState.choices)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    condition = models.ForeignKey(
        FilingCondition, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Foreign keys that begin a composite index, or whose index without empty ones stands below, have none of their own.
    desk = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    place = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey(Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pooled = models.BooleanField(default=False)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    about = models.CharField(max_length=12, choices=About.choices, blank=True)
    danger = models.CharField(max_length=10, choices=Danger.choices, blank=True)
    urgent = models.BooleanField(default=False)
    resident = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    external_system = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=80, blank=True)
    filed_at = models.DateTimeField(default=now)
    registered_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    spam_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    closings = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True, blank=True)
    demanded_by = models.DateField(null=True, blank=True)
    demanded_level = models.CharField(max_length=11, blank=True)
    promised_due_at = models.DateTimeField(null=True, blank=True)
    carried_due_at = models.DateTimeField(null=True, blank=True)
    disputed_at = models.DateTimeField(null=True, blank=True)
    arbitrate_due_at = models.DateTimeField(null=True, blank=True)
    verifier = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    verify_due_at = models.DateTimeField(null=True, blank=True)
    site_finding = models.CharField(max_length=10, choices=SiteFinding.choices, blank=True)
    ownerless = models.BooleanField(default=False)
    reviewing = models.BooleanField(default=False)
    excluded_at = models.DateTimeField(null=True, blank=True)
    exclusion_reason = models.CharField(max_length=40, blank=True)
    alarm_at = models.DateTimeField(null=True, blank=True)
    dispatch_due_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now)
    steps_count = models.PositiveIntegerField(default=0)
    hidden_from = ArrayField(models.UUIDField(), default=list, blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    lead_case = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers", db_index=False
    )
    merged_at = models.DateTimeField(null=True, blank=True)
    contact_gone_at = models.DateTimeField(null=True, blank=True)
    text_gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_system", "external_id"], condition=~Q(external_id=""), name="one_case_per_source_id"
            ),
            models.CheckConstraint(
                condition=Q(lead_case__isnull=True, merged_at__isnull=True)
                | (Q(lead_case__isnull=False, merged_at__isnull=False) & ~Q(lead_case=models.F("id"))),
                name="merged_under_another_case_since_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "state", "-id"], name="case_desk_state"),
            models.Index(fields=["state", "due_at", "id"], name="case_state_due"),
            models.Index(fields=["state", "-id"], name="case_state_newest"),
            models.Index(fields=["latitude", "longitude"], condition=Q(latitude__isnull=False), name="case_on_map"),
            models.Index(fields=["community", "-id"], name="case_community"),
            models.Index(fields=["-updated_at"], name="case_updated"),
            models.Index(fields=["filed_at"], name="case_filed"),
            models.Index(fields=["resident", "-id"], condition=Q(resident__isnull=False), name="case_resident"),
            models.Index(fields=["lead_case", "id"], condition=Q(lead_case__isnull=False), name="case_followers"),
            models.Index(
                Floor(models.F("latitude") * CELLS_PER_DEGREE),
                Floor(models.F("longitude") * CELLS_PER_DEGREE),
                models.F("filed_at"),
                condition=MAY_LEAD & Q(latitude__isnull=False),
                name="case_near_point",
            ),
            models.Index(
                fields=["place", "filed_at"], condition=MAY_LEAD & Q(place__isnull=False), name="case_near_place"
            ),
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="case_alarm"),
            models.Index(fields=["verifier", "-id"], condition=Q(verifier__isnull=False), name="case_verifier"),
            models.Index(fields=["desk", "-id"], condition=Q(ownerless=True), name="case_ownerless"),
            models.Index(fields=["desk", "-id"], condition=Q(demanded_by__isnull=False), name="case_supervised"),
            models.Index(fields=["desk", "-id"], condition=Q(reviewing=True), name="case_reviewing"),
            models.Index(fields=["desk", "-id"], condition=Q(excluded_at__isnull=False), name="case_excluded"),
        ]

    def __str__(self) -> str:
        return self.number


class CaseText(models.Model):
    """What the resident wrote, and the address in words: erasable without touching the case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="text")
    description = models.TextField(blank=True)
    address = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.summary

    @property
    def summary(self) -> str:
        """The first 60 characters, on one line, for lists."""
        line = " ".join(self.description.split())
        return line if len(line) <= 60 else line[:59] + "…"


class CaseContact(models.Model):
    """How to reach the resident: sealed at rest, shown masked, every unmasking recorded."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="contact")
    name = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)

    def __str__(self) -> str:
        return str(self.case_id)


class Photo(models.Model):
    """A re-encoded JPEG without metadata. A draft (no case yet) belongs to whoever holds `draft_key`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="photos")
    step = models.ForeignKey("cases.Step", on_delete=models.PROTECT, null=True, blank=True, related_name="photos")
    draft_key = models.CharField(max_length=64, blank=True, db_index=True)
    phase = models.CharField(
        max_length=10,
        choices=[("filed", _("When filed")), ("before", _("Before")), ("after", _("After"))],
        default="filed",
    )
    file = models.FileField(upload_to="photos/%Y/%m/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.file.name or str(self.id)
