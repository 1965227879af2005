"""Assignment beside the immediate one: by a letter after consultation (会商交办), and by a leader (领导交办)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.cases import alerts, policy
from dongli.cases.actions.dispatching import Assignee, cohandler_task, lead_task, promised
from dongli.cases.deadlines import LimitUnit
from dongli.cases.models import Case, Letter, Task
from dongli.cases.work import Work, begin
from dongli.cases.workflow import Tier
from dongli.common.clock import city_date
from dongli.common.errors import Invalid
from dongli.common.text import clean
from dongli.people.viewer import Viewer

MAX_WORDS = 1000
MAX_COHANDLERS = 10
MOST = {
    LimitUnit.EMERGENCY_HOUR: 720,
    LimitUnit.WORKING_HOUR: 240,
    LimitUnit.WORKING_DAY: 90,
    LimitUnit.CALENDAR_DAY: 90,
}


@dataclass(frozen=True)
class Duty:
    """What one department is to do, in words."""

    organisation: UUID
    words: str


@dataclass(frozen=True)
class OwnLimit:
    """A limit that a leader sets: an amount of one of the four units of `deadlines`."""

    amount: int
    unit: str


@transaction.atomic
def assign_jointly(
    *, viewer: Viewer, case_id: UUID, key: UUID, lead: Assignee, words: str, cohandlers: Iterable[Duty]
) -> Case:
    """Give the case to a lead and co-handlers by a letter that says the duty of each (`words`: the lead's).

    They are to have consulted and accepted within the limit `consultation`; the work's limit is the class's, and runs
    from now. Raises `Invalid` without a co-handler or a duty.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    duties = [Duty(one.organisation, _duty_words(at, one)) for at, one in enumerate(cohandlers, start=1)]
    work = begin("assign_jointly", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    _check_duties(duties, lead)
    letter = _letter(work, Tier.CONSULTATIVE)
    task = lead_task(work, lead)
    others = [(cohandler_task(work, one.organisation), one.words) for one in duties]
    for party in (task, *(other for other, _words in others)):
        _bind(work, party, letter)
    work.add_tasks([task, *(other for other, _words in others)])
    work.step("assign_jointly", task=task, words=text, data={**promised(task), **numbered(letter)})
    for other, duty in others:
        work.step("add_cohandler", task=other, words=duty, data=promised(other))
    return alerts.finish(work, "assign_jointly")


def _duty_words(at: int, duty: Duty) -> str:
    return clean(duty.words, field=f"duty_{at}", max_length=MAX_WORDS, required=True)


def _check_duties(duties: list[Duty], lead: Assignee) -> None:
    chosen = [one.organisation for one in duties]
    if not chosen:
        raise Invalid(
            "no_cohandler", _("A letter needs at least one co-handler; else dispatch it."), field="cohandler_1"
        )
    if len(chosen) > MAX_COHANDLERS:
        raise Invalid("too_many", _("Please choose at most %(count)d departments.") % {"count": MAX_COHANDLERS})
    if len(set(chosen)) < len(chosen):
        raise Invalid("named_twice", _("A department is named twice."), field="cohandler_1")
    if lead.organisation in chosen:
        raise Invalid("lead_is_cohandler", _("The lead cannot also be a co-handler."), field="cohandler_1")


def _bind(work: Work, task: Task, letter: Letter) -> None:
    """A party to the letter: until it has accepted, the consultation's limit rings first."""
    due = policy.promise_limit("consultation", work.moment, work.calendar).deadline.at
    task.tier, task.letter = Tier.CONSULTATIVE, letter
    task.consult_due_at = due
    task.next_escalation_at = min(due, task.due_at)


@transaction.atomic
def assign_by_leader(
    *, viewer: Viewer, case_id: UUID, key: UUID, lead: Assignee, words: str, limit: OwnLimit | None = None
) -> Case:
    """A leader gives the case to a lead, with words and perhaps a limit of its own (else `leader_assignment`).

    It is shown before other work to whoever gets it. Raises `Invalid` for a limit outside reason.
    """
    text = clean(words, field="words", max_length=MAX_WORDS, required=True)
    if limit is not None:
        _check_limit(limit)
    work = begin("assign_by_leader", viewer=viewer, case_id=case_id, key=key)
    if work.repeated:
        return work.case
    if limit is None:
        promise = policy.promise_limit("leader_assignment", work.moment, work.calendar)
    else:
        promise = policy.promise(work.moment, limit.amount, limit.unit, work.calendar)
    letter = _letter(work, Tier.LEADERS)
    task = lead_task(work, lead, promise)
    task.tier, task.letter = Tier.LEADERS, letter
    work.add_tasks([task])
    work.step("assign_by_leader", task=task, words=text, data={**promised(task), **numbered(letter)})
    return alerts.finish(work, "assign_by_leader")


def _check_limit(limit: OwnLimit) -> None:
    if limit.unit not in MOST:
        raise Invalid("unknown_unit", _("Please choose a unit from the list."), field="unit")
    most = MOST[LimitUnit(limit.unit)]
    if not 1 <= limit.amount <= most:
        raise Invalid("bad_limit", _("Please choose a number from 1 to %(most)d.") % {"most": most}, field="amount")


def _letter(work: Work, tier: Tier) -> Letter:
    """A letter with the next number of the desk's year; a desk numbers one after another, under a lock of its row."""
    desk = Area.objects.select_for_update(no_key=True).get(pk=work.case.desk_id)
    year = city_date(work.moment).year
    last = Letter.objects.filter(desk=desk, year=year).aggregate(last=Max("serial"))["last"] or 0
    return Letter.objects.create(
        case=work.case,
        tier=tier,
        desk=desk,
        year=year,
        serial=last + 1,
        made_by=work.viewer.known,
        made_at=work.moment,
    )


def numbered(letter: Letter) -> dict[str, object]:
    """What a step keeps of its letter's number."""
    return {"letter": {"desk": letter.desk.name, "year": letter.year, "serial": letter.serial}}
