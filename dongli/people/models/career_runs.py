"""Yearly runs of the pay of an area's workers, their results, and what workers contest."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.people.models.accounts import User
from dongli.people.models.careers import CareerScheme, PayFact


class RunState(models.TextChoices):
    """Where a yearly run stands."""

    WAITING = "waiting", _("Being computed")
    PROPOSED = "proposed", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    DROPPED = "dropped", _("Dropped")


OPEN_RUN_STATES = (RunState.WAITING, RunState.PROPOSED)


@pghistory.track()
class CareerRun(models.Model):
    """Grades and pay of an area's workers on the day `effective_on`, from facts as known at `known_at`.

    Computed by a job, approved by somebody else than `made_by`; from then on nothing of it changes (database
    trigger). A later run of the same day takes up what was corrected since. Sums are yuan a month.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="career_runs")
    effective_on = models.DateField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    known_at = models.DateTimeField(null=True, blank=True)
    people = models.PositiveIntegerField(default=0)
    stepping = models.PositiveIntegerField(default=0)
    unclear = models.PositiveIntegerField(default=0)
    total_before = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    total_after = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "effective_on"],
                condition=Q(state__in=["waiting", "proposed"]),
                name="one_open_run_of_an_area_and_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("made_by"))),
                name="a_run_is_approved_by_somebody_else",
            ),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="career_run_newest")]
        triggers = [
            pgtrigger.Protect(
                name="decided_runs_are_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["approved", "dropped"]),
            ),
            pgtrigger.Protect(name="runs_are_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.effective_on}"


class CareerResult(models.Model):
    """What a run found for one worker, append-only (database trigger), with name and place as they were.

    `problem` names why nothing could be computed. `lines` is the explanation, worded when read. Yuan a month.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(CareerRun, on_delete=models.PROTECT, related_name="results")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="career_results")
    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=200, db_collation="C", blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    scheme = models.ForeignKey(CareerScheme, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    post = models.CharField(max_length=60, blank=True)
    grade_before = models.PositiveSmallIntegerField(null=True, blank=True)
    total_before = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    base_pay = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    allowances = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    changed = models.BooleanField(default=False)
    problem = models.CharField(max_length=20, blank=True)
    lines = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="one_result_of_a_person_in_a_run")]
        indexes = [
            models.Index(fields=["run", "pinyin", "id"], name="career_result_by_name"),
            models.Index(fields=["person", "-id"], name="career_result_of_person"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="career_results_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="career_results_are_written_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                IF (SELECT state FROM people_careerrun WHERE id = NEW.run_id) <> 'waiting' THEN
                    RAISE EXCEPTION 'pgtrigger: results are written once, before the run is proposed'; END IF;
                RETURN NEW;
                """,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.grade}"


class ContestState(models.TextChoices):
    """Where a contest stands."""

    OPEN = "open", _("Waiting for an answer")
    UPHELD = "upheld", _("Upheld")
    REFUSED = "refused", _("Not upheld")


class CareerContest(models.Model):
    """A worker says that a fact, or the record as a whole, is wrong; the organisation desk decides with an answer.

    `correction` is the fact that was recorded because of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="career_contests")
    fact = models.ForeignKey(PayFact, on_delete=models.PROTECT, null=True, blank=True, related_name="contests")
    words = models.TextField()
    state = models.CharField(max_length=10, choices=ContestState.choices, default=ContestState.OPEN)
    answer = models.TextField(blank=True)
    correction = models.ForeignKey(PayFact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "fact"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="one_open_contest_of_a_fact",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(answer="") & Q(decided_by__isnull=False)),
                name="a_decision_has_an_answer_and_a_decider",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-made_at"], name="contest_of_person"),
            models.Index(fields=["made_at"], condition=Q(state="open"), name="contest_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"
