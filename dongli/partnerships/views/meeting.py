"""One joint meeting: agenda, invitations, attendance, decisions, minutes; on paper, and for the calendar."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dongli.common.clock import city_date, today
from dongli.common.errors import NotAllowed
from dongli.common.ids import new_id
from dongli.duties.wording import DUTY_LOOKS
from dongli.organisations.models import Organisation
from dongli.partnerships import access, ics, wording
from dongli.partnerships.forms import CancelForm, DecisionForm, MinutesForm
from dongli.partnerships.models import Invitation, Meeting, MeetingState, MeetingStep
from dongli.partnerships.queries import meetings as queries
from dongli.partnerships.queries import units
from dongli.partnerships.queries.people import candidates
from dongli.partnerships.views.links import Line
from dongli.people.actions import open_record
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer


@desk_required
@require_safe
def meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """One meeting, and what the viewer may do with it."""
    return page(request, queries.meeting(viewer_from(request), meeting_id), {})


@desk_required
@require_POST
def names(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The same with the names of those who came; who looks is written down."""
    found = queries.meeting(viewer_from(request), meeting_id)
    look_at_names(viewer_from(request), found)
    return page(request, found, {}, unmasked=True)


def look_at_names(viewer: Viewer, found: Meeting) -> None:
    """Write down that the viewer reads who came. Raises `NotAllowed` unless they keep the meeting."""
    if not access.keeps(viewer, found.convenor):
        raise NotAllowed("names_of_others", _("Who came by name is for the convenor's desk."))
    open_record(viewer=viewer, kind="meeting", subject=found.id, field="attendance", value="")


def page(
    request: HttpRequest,
    found: Meeting,
    bound: dict[str, forms.Form],
    *,
    unmasked: bool = False,
    error: str = "",
    typed: QueryDict | None = None,
) -> HttpResponse:
    """The page of a meeting; `bound` holds the form to mend, `error` what is wrong elsewhere, `typed` what was sent."""
    viewer = viewer_from(request)
    keeps = access.keeps(viewer, found.convenor)
    invited = queries.invitations(found)
    own = access.serves(viewer)
    decided = queries.decisions(found)
    context = {
        "meeting": found,
        "look": wording.STATE_LOOKS[found.state],
        "agenda": list(found.agenda.all()),
        "invitations": [(one, one.organisation_id in own or keeps) for one in invited],
        "answers": wording.ANSWER_LOOKS,
        "attendance": queries.attendance(viewer, found, unmasked=unmasked),
        "unmasked": unmasked,
        "decisions": decided,
        "open_duties": queries.duties_seen(viewer, decided),
        "duty_looks": DUTY_LOOKS,
        "series": queries.series(found),
        "looks": wording.STATE_LOOKS,
        "steps": [_line(step) for step in reversed(queries.history(found))],
        "keeps": keeps,
        "key": new_id(),
        "error": error,
        "bound": next(iter(bound.values()), None),
        **_may(found, invited, bound, keeps=keeps, typed=typed),
    }
    return render(request, "partnerships/meeting.html", context, status=422 if bound or error else 200)


def _may(
    found: Meeting, invited: list[Invitation], bound: dict[str, forms.Form], *, keeps: bool, typed: QueryDict | None
) -> dict[str, Any]:
    """The steps that this viewer may take now, as forms and lists."""
    open_: dict[str, Any] = {"forms": {}, "may_hold": False, "may_attend": False, "more": [], "parties": []}
    if not keeps:
        return open_
    made: dict[str, forms.Form] = {}
    if found.state == MeetingState.PLANNED:
        made["cancel"] = CancelForm(auto_id="cancel-%s")
        there = {one.organisation_id for one in invited} | {found.convenor_id}
        open_["more"] = [unit for unit in units.invitable(found.convenor) if unit.id not in there]
        open_["may_hold"] = city_date(found.starts_at) <= today()
    if found.state == MeetingState.HELD:
        made["decide"] = DecisionForm(candidates=candidates(found), auto_id="decide-%s")
        open_["may_attend"] = True
    if found.state in (MeetingState.HELD, MeetingState.MINUTED):
        made["minutes"] = MinutesForm(initial={"minutes": found.minutes}, auto_id="minutes-%s")
    if open_["may_hold"] or open_["may_attend"]:
        open_["parties"] = _parties(found, invited, typed)
    return open_ | {"forms": made | bound}


def _parties(
    found: Meeting, invited: list[Invitation], typed: QueryDict | None
) -> list[tuple[Organisation, bool, str]]:
    """Who may have come, whether they are ticked (those who said they would come), and the names typed."""
    ticked = {found.convenor_id, *(one.organisation_id for one in invited if one.answer == "coming")}
    if found.state == MeetingState.HELD:
        ticked = set()
    parties = [found.convenor, *(one.organisation for one in invited)]
    if typed is None:
        return [(one, one.id in ticked, "") for one in parties]
    chosen = set(typed.getlist("came"))
    return [(one, str(one.id) in chosen, str(typed.get(f"names-{one.id}", ""))) for one in parties]


def _line(step: MeetingStep) -> Line:
    title, icon, tone = wording.MEETING_STEPS[step.verb]
    return Line(str(title), step.at, icon, tone, str(step.actor or _("By the system")), wording.meeting_detail(step))


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The minutes as a page to print; asked for by POST it names those who came, and who asked is written down."""
    viewer = viewer_from(request)
    found = queries.meeting(viewer, meeting_id)
    unmasked = request.method == "POST"
    if unmasked:
        look_at_names(viewer, found)
    context = {
        "meeting": found,
        "agenda": list(found.agenda.all()),
        "attendance": queries.attendance(viewer, found, unmasked=unmasked),
        "absent": _absent(found),
        "decisions": queries.decisions(found),
        "unmasked": unmasked,
        "keeps": access.keeps(viewer, found.convenor),
    }
    return render(request, "partnerships/paper.html", context)


def _absent(found: Meeting) -> list[str]:
    """Names of the invited organisations for which nobody came."""
    came = set(found.attendance.values_list("organisation_id", flat=True))
    rows = found.invitations.exclude(organisation__in=came).select_related("organisation")
    return [one.organisation.name for one in rows.order_by("organisation__pinyin", "id")]


@desk_required
@require_safe
def calendar(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The meeting as a file for calendars (iCalendar, RFC 5545)."""
    found = queries.meeting(viewer_from(request), meeting_id)
    url = request.build_absolute_uri(reverse("meeting", args=[found.id]))
    event = ics.Event.of(found, url)
    body = ics.calendar([replace(event, description="\n".join(item.words for item in found.agenda.all()))])
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
