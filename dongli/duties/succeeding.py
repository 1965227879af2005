"""What passes on of duties when an organisation is merged or split: those that are open, or may be taken up again."""

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from dongli.common.clock import now
from dongli.common.ids import new_id
from dongli.duties.models import OPEN_DUTY_STATES, Duty, DutyState, DutyStep
from dongli.organisations.models import Organisation
from dongli.people.succession import WORK, Part, Passing, Row, register


def register_parts() -> None:
    """Register what duties there are of an organisation; called once at start-up."""
    part = Part("duties", gettext_lazy("Open duties"), _count, pass_duties, _rows, chosen=True, order=WORK)
    register(part)


def _alive(organisation: Organisation) -> QuerySet[Duty]:
    """Open duties, and fulfilled ones whose follow-ups are still to come."""
    waiting = Q(state=DutyState.DONE, follow_ups__outcome="", follow_ups__isnull=False)
    ids = Duty.objects.filter(Q(state__in=sorted(OPEN_DUTY_STATES)) | waiting, organisation=organisation).values("pk")
    return Duty.objects.filter(pk__in=ids)


def _count(organisation: Organisation) -> int:
    return _alive(organisation).count()


def _rows(organisation: Organisation, limit: int) -> list[Row]:
    rows = _alive(organisation).select_related("owner").order_by("due_on", "id")[:limit]
    return [
        Row(duty.pk, duty.title, duty.owner, duty.due_on.isoformat(), reverse("desk_duty_sheet", args=[duty.pk]))
        for duty in rows
    ]


def pass_duties(passing: Passing) -> int:
    """The duties are the other organisation's, with a step each; owner, measures and date stay as promised."""
    rows = _alive(passing.giver)
    wanted = rows if passing.only is None else rows.filter(pk__in=passing.only)
    duties = list(Duty.objects.select_for_update(of=("self",)).filter(pk__in=wanted.values("pk")).order_by("pk"))
    steps = []
    for duty in duties:
        duty.organisation = passing.taker
        duty.steps_count += 1
        steps.append(_step(duty, passing))
    DutyStep.objects.bulk_create(steps)
    Duty.objects.bulk_update(duties, ["organisation", "steps_count"], batch_size=500)
    return len(duties)


def _step(duty: Duty, passing: Passing) -> DutyStep:
    return DutyStep(
        id=new_id(),
        duty=duty,
        seq=duty.steps_count,
        verb="succeed",
        at=now(),
        actor=passing.viewer.user,
        data={"from": passing.giver.name, "to": passing.taker.name},
        state_before=duty.state,
        state_after=duty.state,
        published=duty.published,
    )
