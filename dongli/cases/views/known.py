"""“Already reported, add me”: what a filer is told of before sending, in the page and as a step of its own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dongli.areas.models import Area
from dongli.cases import safety
from dongli.cases.forms.resident import ReportForm
from dongli.cases.models import Category
from dongli.cases.policy import in_force
from dongli.cases.queries.nearby import Known, Spot, classes_of, known
from dongli.cases.views.doors import private
from dongli.common.clock import today
from dongli.common.errors import TooMany
from dongli.people.ratelimits import hit, visitor


@dataclass(frozen=True)
class Given:
    """The place as the form gives it."""

    longitude: float | None
    latitude: float | None
    place: Area | None


def known_to(request: HttpRequest, form: ReportForm, for_others: bool = False) -> list[Known]:
    """What is offered for this form, valid or not: nothing for danger, for complaints about staff, or too often."""
    data = form.cleaned_data
    what = data.get("what", "")
    if data.get("danger") or data.get("about") or not what or safety.danger_signs(what):
        return []
    where = form.where()
    place = Area.objects.active().filter(code=where.area_code).first() if where.area_code else None
    if place is None and where.longitude is None:
        return []
    code = data.get("category", "")
    chosen = Category.objects.filter(in_force(today()), code=code).first() if code else None
    found = known(Spot.about(classes_of(chosen, what), Given(where.longitude, where.latitude, place)))
    return found if not found or for_others or _may_be_told(request) else []


def _may_be_told(request: HttpRequest) -> bool:
    """Whether this visitor has not been told too often; being told is counted, asking in vain is not."""
    try:
        hit(*visitor(request, "nearby"))
    except TooMany:
        return False
    return True


@require_POST
def report_known(request: HttpRequest) -> HttpResponse:
    """A fragment for the form while it is filled in."""
    form = ReportForm(request.POST)
    form.is_valid()
    return private(render(request, "cases/resident/_known.html", {"known": known_to(request, form)}))
