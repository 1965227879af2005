"""An invited organisation says whether it comes: through its officer, or the convenor's desk records it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.common.clock import now
from dongli.common.errors import Invalid, NotAllowed, NotFound
from dongli.notices import kinds
from dongli.partnerships import access
from dongli.partnerships.meeting_work import begin, check_state, step, tell
from dongli.partnerships.models import Answer, Invitation, MeetingState
from dongli.people.viewer import Viewer

kinds.register("partnerships.answer", gettext_noop("An invited organisation has answered: %(title)s"))


@transaction.atomic
def answer_invitation(
    *, viewer: Viewer, meeting_id: UUID, key: UUID, organisation_id: UUID, answer: Answer | str
) -> Invitation:
    """Coming or not; the last answer counts. Raises `NotFound`, `NotAllowed`, `Invalid` (answer), `Conflict`."""
    meeting, again = begin("answer", viewer, meeting_id, key)
    found = Invitation.objects.filter(meeting=meeting, organisation=organisation_id).select_related("organisation")
    invitation = found.first()
    if invitation is None:
        raise NotFound("not_invited", _("This organisation is not invited."))
    own = organisation_id in access.serves(viewer)
    if not own and not access.keeps(viewer, meeting.convenor):
        raise NotAllowed("not_your_unit", _("The unit answers itself, or the convenor's desk records its answer."))
    if again:
        return invitation
    check_state(meeting, MeetingState.PLANNED)
    if answer not in Answer.values:
        raise Invalid("no_answer", _("Please say whether you are coming."), field="answer")
    invitation.answer, invitation.answered_at, invitation.answered_by = str(answer), now(), viewer.known
    invitation.save(update_fields=["answer", "answered_at", "answered_by"])
    data = {"organisation": invitation.organisation.name, "answer": invitation.answer, "by_desk": not own}
    step(meeting, "answer", viewer, key, data)
    tell(meeting, "answer", viewer, [meeting.called_by])
    return invitation
