"""The demonstration's persona switcher. Outside the demonstration these addresses do not exist."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from dongli.people.models import User
from dongli.people.personas import PERSONAS
from dongli.people.second_factor import DEMO_SESSION_KEY
from dongli.people.viewer import Viewer


@require_safe
def personas(request: HttpRequest) -> HttpResponse:
    """The cast, each with a button."""
    _only_in_demo()
    names = [persona.username for persona in PERSONAS]
    users = {user.username: user for user in User.objects.filter(username__in=names)}
    cast = [(persona, users.get(persona.username)) for persona in PERSONAS]
    return render(request, "people/personas.html", {"cast": [pair for pair in cast if pair[1] is not None]})


@require_POST
def become(request: HttpRequest, username: str) -> HttpResponse:
    """Be this persona from now on; the second factor counts as passed."""
    _only_in_demo()
    persona = next((one for one in PERSONAS if one.username == username), None)
    if persona is None:
        raise Http404
    user = get_object_or_404(User, username=username)
    if not user.may_log_in:
        raise Http404
    request.session.flush()
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[DEMO_SESSION_KEY] = str(user.pk)
    return HttpResponseRedirect(persona.room if Viewer.of(user).is_staff_member else "/")


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404
