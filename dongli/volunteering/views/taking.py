"""Taking a step from a form: what was refused goes back into the form, with everything that was typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from dongli.common.errors import Conflict, Invalid
from dongli.people.guards import MEMBERS, View, check_room
from dongli.volunteering import access
from dongli.volunteering.forms import StepForm

form_view = require_http_methods(["GET", "HEAD", "POST"])


def serving_required(view: View) -> View:
    """Staff, and heads of a compound's branch, who need not hold a role. What each page shows it decides itself."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return check_room(request, access.serves) or view(request, *args, **kwargs)

    guarded.room = MEMBERS  # type: ignore[attr-defined]  # read by `people.rooms`
    return guarded


def take(request: HttpRequest, form: StepForm, act: Callable[[], object]) -> bool:
    """Whether the form was sent and the step taken; else the form says what is to be mended."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal.field, str(refusal.message))
        return False
    return True


def status(form: StepForm | None) -> int:
    """422 for a form that was sent and is to be mended."""
    return 422 if form is not None and form.is_bound and form.errors else 200
