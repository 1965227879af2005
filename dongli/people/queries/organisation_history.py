"""What happened to an organisation, and what it was on a day: read from its acts."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from dongli.organisations.models import Organisation
from dongli.people.actions.organising import STATE_ACTS
from dongli.people.models import ActKind, OrganisationAct

LISTED = 100


@dataclass(frozen=True)
class Then:
    """An organisation as it was on a day. `stood`: founded by then, and not dissolved."""

    name: str
    parent: Organisation | None
    stood: bool


def history(found: Organisation) -> list[OrganisationAct]:
    """What happened to it, and to others beside it, the newest first. One query."""
    rows = OrganisationAct.objects.filter(Q(organisation=found) | Q(other=found) & ~Q(kind=ActKind.FOUNDED))
    rows = rows.select_related("organisation", "other", "former", "area", "recorded_by")
    return list(rows.order_by("-on", "-recorded_at", "-number")[:LISTED])


def organisation_as_of(found: Organisation, day: date) -> Then:
    """Name and parent as they were on `day`, read from the acts. Before its first act: as that found it. One query."""
    acts = list(
        OrganisationAct.objects.filter(organisation=found, kind__in=STATE_ACTS)
        .select_related("other", "former")
        .order_by("number")
    )
    names = [act for act in acts if act.kind in (ActKind.FOUNDED, ActKind.RENAMED)]
    moves = [act for act in acts if act.kind in (ActKind.FOUNDED, ActKind.MOVED)]
    stood = (found.founded_on is None or found.founded_on <= day) and (
        found.dissolved_on is None or day < found.dissolved_on
    )
    return Then(_name_on(names, day, found), _parent_on(moves, day, found), stood)


def _name_on(acts: list[OrganisationAct], day: date, found: Organisation) -> str:
    before = [act for act in acts if act.on <= day]
    if before:
        return before[-1].new_name
    return (acts[0].old_name or acts[0].new_name) if acts else found.name


def _parent_on(acts: list[OrganisationAct], day: date, found: Organisation) -> Organisation | None:
    before = [act for act in acts if act.on <= day]
    if before:
        return before[-1].other
    if not acts:
        return found.parent
    return acts[0].other if acts[0].kind == ActKind.FOUNDED else acts[0].former
