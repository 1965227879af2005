"""What passes on of in-service members when their unit is merged or split: where they work, from now on."""

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from dongli.organisations.models import Organisation
from dongli.people.succession import STAFF, Part, Passing, Row, register
from dongli.volunteering.models import ReportIn, ReportInState

CURRENT = (ReportInState.ASKED, ReportInState.CONFIRMED)


def register_parts() -> None:
    """Register the members of a unit who report in; called once at start-up."""
    label = gettext_lazy("Members who report in at compounds")
    register(Part("reported", label, _count, pass_on, _rows, end=let_go, order=STAFF))


def _current(organisation: Organisation) -> QuerySet[ReportIn]:
    return ReportIn.objects.filter(unit=organisation, state__in=CURRENT)


def _count(organisation: Organisation) -> int:
    return _current(organisation).count()


def _rows(organisation: Organisation, limit: int) -> list[Row]:
    """A unit sees counts, not who and where."""
    return []


def let_go(organisation: Organisation, on: date) -> None:
    """Their unit is no more: they go on where they live, and nobody counts them until they name another."""
    _current(organisation).update(unit=None, told_unit=None)


def pass_on(passing: Passing) -> int:
    """They work at the other from now on; what they agreed to stays as it is."""
    return int(_current(passing.giver).update(unit=passing.taker))
