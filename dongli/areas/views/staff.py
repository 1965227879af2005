"""What staff print: QR sheets."""

from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.areas import queries
from dongli.areas.models import Level
from dongli.areas.qr import place_url, qr_svg
from dongli.common.errors import Invalid, NotAllowed


class _Viewer(Protocol):
    @property
    def is_staff_member(self) -> bool: ...


class DeskRequest(HttpRequest):
    """A request after the middleware of `people`, which stands to the right and is not imported here."""

    viewer: _Viewer


@require_safe
def qr_sheet(request: DeskRequest, code: str) -> HttpResponse:
    """Print-ready A6 sheets for a compound: one for the whole and one for each building."""
    if not request.viewer.is_staff_member:
        raise NotAllowed("staff_only", _("QR sheets are printed by staff. Please sign in with a staff account."))
    compound = queries.area_by_code(code)
    if compound.level != Level.COMPOUND:
        raise Invalid(
            "wrong_level", _("QR sheets are printed for one compound. Please choose a compound."), field="code"
        )
    places = [compound, *queries.children(compound)]
    sheets = [{"area": place, "url": place_url(place), "svg": qr_svg(place_url(place))} for place in places]
    context = {"compound": compound, "breadcrumb": queries.breadcrumb(compound), "sheets": sheets}
    return render(request, "areas/qr_sheet.html", context)
