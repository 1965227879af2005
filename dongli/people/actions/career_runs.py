"""The yearly step: proposed by one, computed by a job, approved by another, final from then on."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid, NotAllowed, NotFound
from dongli.people.actions.accounts import open_record
from dongli.people.actions.careers import check_keeps_careers
from dongli.people.models import CareerResult, CareerRun, RunState, User
from dongli.people.queries import career_runs
from dongli.people.telling import Tidings, tell
from dongli.people.viewer import Viewer

FURTHEST = timedelta(days=366)


@transaction.atomic
def propose_run(*, viewer: Viewer, key: UUID, area: Area, effective_on: date) -> CareerRun:
    """Ask for the grades and pay of an area's workers on a first of a month; a job computes them once this commits.

    Repeating the `key` changes nothing. Raises `NotAllowed`, `Invalid` (effective_on), `Conflict` while another run of
    the area and day is open.
    """
    from dongli.people.tasks import compute_career_run

    check_keeps_careers(viewer, area)
    if (earlier := CareerRun.objects.filter(pk=key).first()) is not None:
        if (earlier.made_by_id, earlier.area_id) != (viewer.known.id, area.id):
            raise Conflict("key_in_use", _("This form was already used for something else. Please open it again."))
        return earlier
    if effective_on.day != 1 or abs(effective_on - today()) > FURTHEST:
        raise Invalid(
            "bad_day", _("Please choose the first of a month, within a year of today."), field="effective_on"
        )  # fmt: skip
    try:
        with transaction.atomic():
            run = CareerRun.objects.create(id=key, area=area, effective_on=effective_on, made_by=viewer.known)
    except IntegrityError as error:
        raise Conflict(
            "run_open", _("A run of this area and day is waiting already. Decide on it first."), field="effective_on"
        ) from error
    compute_career_run.defer(run_id=str(run.pk))
    return run


@transaction.atomic
def compute_run(run_id: UUID) -> CareerRun | None:
    """Write what a waiting run finds, and propose it; a job that is tried again finds nothing to do."""
    run = CareerRun.objects.select_for_update(of=("self",)).select_related("area").filter(pk=run_id).first()
    if run is None or run.state != RunState.WAITING:
        return run
    _alone()
    run.known_at = now()
    found = career_runs.find(run.area, run.effective_on, run.known_at)
    places = _places(found)
    CareerResult.objects.bulk_create([one.row(run, places[one.file.area.path]) for one in found], 1000)
    run.state, run.people = RunState.PROPOSED, len(found)
    run.stepping = sum(one.stepping for one in found)
    run.unclear = sum(bool(one.account.problem) for one in found)
    run.total_before = sum((one.before[1] for one in found), Decimal(0))
    run.total_after = sum((one.account.total for one in found), Decimal(0))
    run.save()
    return run


def _alone() -> None:
    """No fact is recorded and no other run computed or approved until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dongli.people.careers'))")


def _places(found: list[career_runs.Found]) -> dict[str, str]:
    """Path → names of district and below, as the pay sheet shows them. One query."""
    paths = {one.file.area.path for one in found}
    codes = {code for path in paths for code in path.split("/") if code}
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "name"))
    return {path: " ".join(names[code] for code in path.split("/")[1:] if code)[:200] for path in paths}


@transaction.atomic
def approve_run(*, viewer: Viewer, run_id: UUID) -> CareerRun:
    """Make a proposed run final; approving it again changes nothing.

    Raises `NotFound`, `NotAllowed` for whoever made it or is in it, `Conflict` when it was dropped, or when something
    was recorded since that would change what it found.
    """
    run = _locked(viewer, run_id)
    if run.made_by_id == viewer.known.id:
        raise NotAllowed("second_person", _("Somebody else than whoever made the run approves it."))
    if run.state == RunState.APPROVED:
        return run
    if run.results.filter(person=viewer.known).exists():
        raise NotAllowed("own_pay", _("Nobody approves a run that their own pay is in."))
    if run.state != RunState.PROPOSED:
        raise Conflict("state_moved", _("This run cannot be approved any more. Please look at its latest state."))
    _alone()
    _check_still_true(run)
    run.state, run.decided_by, run.decided_at = RunState.APPROVED, viewer.known, now()
    run.save(update_fields=["state", "decided_by", "decided_at"])
    _tell_of_approval(run)
    return run


def _check_still_true(run: CareerRun) -> None:
    """What the approver saw is what would be found now; otherwise a new run is needed."""
    rows = run.results.values_list("person_id", "grade_before", "total_before", "grade", "total", "scheme_id")
    seen = {row[0]: row[1:] for row in rows}
    now_found = {}
    for one in career_runs.find(run.area, run.effective_on, now()):
        row = one.row(run, "")
        now_found[row.person_id] = (row.grade_before, row.total_before, row.grade, row.total, row.scheme_id)
    if seen != now_found:
        differing = sum(seen.get(person) != now_found.get(person) for person in seen.keys() | now_found.keys())
        raise Conflict(
            "facts_moved",
            _("Since this run was computed something was recorded that changes it (workers: %(count)d). Drop it and "
              "make a new one.") % {"count": differing},
        )  # fmt: skip


def _tell_of_approval(run: CareerRun) -> None:
    url, day = reverse("people:my_career"), run.effective_on.isoformat()
    stepping = career_runs.stepping(CareerResult.objects.filter(run=run)).values_list("person_id", flat=True)
    workers = tuple(User.objects.filter(pk__in=list(stepping)))
    tell(Tidings("people.career_step", workers, {"day": day}, url))
    page = reverse("people:career_run", args=[run.pk])
    tell(Tidings("people.career_run", (run.made_by,), {"place": run.area.name, "day": day}, page))


@transaction.atomic
def drop_run(*, viewer: Viewer, run_id: UUID) -> CareerRun:
    """Take back a run that is not approved; its rows stay. Dropped twice is dropped. Raises `NotFound`, `Conflict`."""
    run = _locked(viewer, run_id)
    if run.state == RunState.APPROVED:
        raise Conflict("state_moved", _("This run has been approved: it is final. Later corrections make a new run."))
    if run.state != RunState.DROPPED:
        run.state, run.decided_by, run.decided_at = RunState.DROPPED, viewer.known, now()
        run.save(update_fields=["state", "decided_by", "decided_at"])
    return run


def _locked(viewer: Viewer, run_id: UUID) -> CareerRun:
    rows = CareerRun.objects.select_for_update(of=("self",)).select_related("area", "made_by")
    run = rows.filter(career_runs.seen(viewer), pk=run_id).first()
    if run is None:
        raise NotFound("no_run", _("There is no such run in your area."))
    return run


def note_sheet(*, viewer: Viewer, run: CareerRun, area: Area, format: str) -> None:
    """Put on record that the pay sheet of a run was taken away. Raises `NotAllowed`."""
    check_keeps_careers(viewer, area)
    open_record(
        viewer=viewer,
        kind="pay_sheet",
        subject=run.pk,
        field=format,
        value="",
        reason=f"{area.name} {run.effective_on}",
    )
