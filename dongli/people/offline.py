"""Which answers a worker's phone may keep for when there is no signal, and whose they are.

The phone keeps nothing by itself: only an answer marked here is kept, under its owner, and never one that says
`no-store`. Steps made without a signal carry their owner too, and are taken from nobody else.
"""

from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from dongli.common.crypto import keyed_hash
from dongli.common.errors import Conflict
from dongli.people.viewer import Viewer

KEPT_FOR = "X-Kept-For"
MADE_BY = "X-Made-By"
LENGTH = 20
Answer = TypeVar("Answer", bound=HttpResponseBase)


def owner(user_id: object) -> str:
    """The name under which a phone keeps what is this user's: the same on every phone, and no id of ours."""
    return keyed_hash(f"offline:{user_id}")[:LENGTH] if user_id else ""


def keep(response: Answer, viewer: Viewer) -> Answer:
    """Let the viewer's phone keep this page; not while somebody else's log-in could be behind it."""
    if viewer.user is not None and response.status_code == 200:
        response.headers[KEPT_FOR] = owner(viewer.user.pk)
    return response


def check_maker(request: HttpRequest, viewer: Viewer) -> None:
    """A step that was made on this phone is taken only from who made it. Raises `Conflict`."""
    made_by = request.headers.get(MADE_BY, "")
    if made_by and made_by != owner(viewer.known.pk):
        raise Conflict("made_by_other", _("Somebody else made this step on this phone. It waits until they sign in."))
