"""Who has looked at a resident's unmasked contact: when, in which office, for which case. For the resident to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dongli.areas.models import Area
from dongli.cases.models import Case
from dongli.people.models import AccessRecord, Grant, Role, User

MOST = 200


@dataclass(frozen=True)
class Look:
    """One look. `office`: the role and its place as held at that moment; `number` of the case looked at."""

    at: datetime
    who: str
    office: str
    number: str


def at_case(case: Case) -> list[Look]:
    """Every look at the contact of `case`, newest first. At most two queries."""
    records = AccessRecord.objects.filter(subject_kind="case", subject_id=case.pk, field="contact")
    return _looks(records.select_related("viewer").order_by("-at", "-id")[:MOST], {case.pk: case})


def at_person(user: User) -> list[Look]:
    """Every look at contacts of the cases of `user`, newest first. At most three queries."""
    records = AccessRecord.objects.filter(person=user, subject_kind="case", field="contact")
    found = list(records.select_related("viewer").order_by("-at", "-id")[:MOST])
    cases = Case.objects.filter(pk__in={one.subject_id for one in found}).select_related("desk") if found else []
    return _looks(found, {case.pk: case for case in cases})


def _looks(records: Iterable[AccessRecord], cases: dict[UUID, Case]) -> list[Look]:
    rows = list(records)
    grants: dict[UUID, list[Grant]] = {}
    if rows:
        held = Grant.objects.filter(user__in={one.viewer_id for one in rows}).select_related("area", "organisation")
        for grant in held.order_by("since", "id"):
            grants.setdefault(grant.user_id, []).append(grant)
    return [_look(one, grants.get(one.viewer_id, []), cases.get(one.subject_id)) for one in rows]


def _look(record: AccessRecord, grants: list[Grant], case: Case | None) -> Look:
    then = [one for one in grants if one.since <= record.at and (one.until is None or one.until > record.at)]
    over = [one for one in then if case is not None and _covers(one.area, case.desk)]
    departments = [one for one in then if one.organisation is not None]
    office = next(iter([*over, *departments, *then]), None)
    title = f"{Role(office.role).label} · {office.area or office.organisation}" if office is not None else ""
    return Look(record.at, str(record.viewer), title, case.number if case is not None else "")


def _covers(area: Area | None, desk: Area) -> bool:
    return area is not None and desk.path.startswith(area.path)
