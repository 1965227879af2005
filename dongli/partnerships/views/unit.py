"""The room of a unit's officer: invitations to answer, pairings, decisions to follow up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dongli.common.clock import today
from dongli.common.errors import NotAllowed
from dongli.common.ids import new_id
from dongli.duties.wording import DUTY_LOOKS
from dongli.partnerships import access, wording
from dongli.partnerships.queries import links
from dongli.partnerships.queries import meetings as queries
from dongli.people.guards import desk_required, viewer_from


@desk_required
@require_safe
def my_unit(request: HttpRequest) -> HttpResponse:
    """What my unit is asked, whom it works with, what it has taken on."""
    viewer = viewer_from(request)
    if not access.serves(viewer):
        raise NotAllowed("no_unit", _("This page is for officers of units. Ask your administrator if you are one."))
    context = {
        "names": [held.place for held in viewer.held if held.role in access.OFFICER_ROLES],
        "invitations": [(one, new_id(), new_id()) for one in queries.to_answer(viewer)],
        "answers": wording.ANSWER_LOOKS,
        "links": links.of_unit(viewer),
        "decisions": queries.taken_on(viewer),
        "duty_looks": DUTY_LOOKS,
        "attended": queries.attended(viewer),
        "looks": wording.STATE_LOOKS,
        "today": today(),
    }
    return render(request, "partnerships/my_unit.html", context)
