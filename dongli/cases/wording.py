"""How steps, states and limits read: words, icons and colours of timelines and lists.

Pure: nothing here asks the database; moments are handed on for the page to word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Level
from dongli.cases.deadlines import LimitUnit
from dongli.cases.models import Source, Step, WhistleKind
from dongli.cases.models.policy import TIMES
from dongli.cases.workflow import CaseState, SiteFinding, TaskState, Tier, WhistleState

# State or verb → (word, icon of the sprite, tone): what the badge tag and the timeline show.
Look = tuple[str | Promise, str, str]


@dataclass(frozen=True)
class Line:
    """One sentence of a step's record; `due` is a moment to show behind it (“before …”), `late` says it was missed."""

    text: str
    due: datetime | None = None
    late: bool = False


CASE_LOOKS: dict[str, Look] = {
    CaseState.FILED: (CaseState.FILED.label, "circle-dashed", ""),
    CaseState.REGISTERED: (CaseState.REGISTERED.label, "clipboard-list", "warn"),
    CaseState.ARBITRATION: (CaseState.ARBITRATION.label, "users", "bad"),
    CaseState.REFUSED: (CaseState.REFUSED.label, "ban", ""),
    CaseState.DISPATCHED: (CaseState.DISPATCHED.label, "send", "info"),
    CaseState.WORKING: (CaseState.WORKING.label, "progress-check", "info"),
    CaseState.WHISTLED: (CaseState.WHISTLED.label, "speakerphone", "warn"),
    CaseState.HELD: (CaseState.HELD.label, "hourglass", "warn"),
    CaseState.ANSWERED: (CaseState.ANSWERED.label, "message-2", "info"),
    CaseState.CHECKED: (CaseState.CHECKED.label, "shield-check", "info"),
    CaseState.CLOSED: (CaseState.CLOSED.label, "circle-check", "good"),
    CaseState.RATED: (CaseState.RATED.label, "star", "good"),
    CaseState.MERGED: (CaseState.MERGED.label, "stack-2", "info"),
    CaseState.WITHDRAWN: (CaseState.WITHDRAWN.label, "arrow-back-up", ""),
    CaseState.SPAM: (CaseState.SPAM.label, "trash", ""),
}
TASK_LOOKS: dict[str, Look] = {
    TaskState.DISPATCHED: (TaskState.DISPATCHED.label, "hourglass", "warn"),
    TaskState.ACCEPTED: (TaskState.ACCEPTED.label, "progress-check", "info"),
    TaskState.REPORTED_IN: (TaskState.REPORTED_IN.label, "map-pin", "info"),
    TaskState.HELD: (TaskState.HELD.label, "hourglass", "warn"),
    TaskState.ANSWERED: (TaskState.ANSWERED.label, "circle-check", "good"),
    TaskState.RETURNED: (TaskState.RETURNED.label, "arrow-back-up", "bad"),
    TaskState.RELEASED: (TaskState.RELEASED.label, "minus", ""),
    TaskState.PARKED: (TaskState.PARKED.label, "stack-2", ""),
    TaskState.CANCELLED: (TaskState.CANCELLED.label, "circle-x", ""),
}
WHISTLE_LOOKS: dict[str, Look] = {
    WhistleState.BLOWN: (WhistleState.BLOWN.label, "speakerphone", "warn"),
    WhistleState.SIGNED: (WhistleState.SIGNED.label, "users-group", "info"),
    WhistleState.DECLINED: (WhistleState.DECLINED.label, "ban", ""),
    WhistleState.DONE: (WhistleState.DONE.label, "circle-check", "good"),
    WhistleState.CANCELLED: (WhistleState.CANCELLED.label, "circle-x", ""),
}
# Verb → (icon, tone) of its mark on the timeline.
STEP_LOOKS: dict[str, tuple[str, str]] = {
    "submit": ("message", ""),
    "import": ("download", ""),
    "route": ("route", ""),
    "place": ("map-pin", ""),
    "transfer": ("route", "warn"),
    "classify": ("tag", ""),
    "mark_spam": ("trash", ""),
    "unmark_spam": ("refresh", ""),
    "ask_verify": ("eye", ""),
    "verify": ("eye", "info"),
    "mark_ownerless": ("tag", "warn"),
    "unmark_ownerless": ("tag", ""),
    "ask_exclusion": ("minus", ""),
    "grant_exclusion": ("minus", "warn"),
    "refuse_exclusion": ("minus", "info"),
    "lift_exclusion": ("plus", "info"),
    "appeal_lateness": ("clock-exclamation", ""),
    "uphold_lateness": ("clock-exclamation", "info"),
    "exempt_lateness": ("clock-exclamation", "good"),
    "refuse_lateness": ("clock-exclamation", "warn"),
    "register": ("clipboard-list", "info"),
    "refuse": ("ban", "warn"),
    "dispatch": ("send", "info"),
    "assign_jointly": ("send", "info"),
    "assign_by_leader": ("send", "warn"),
    "acknowledge": ("bell", "info"),
    "rate_response": ("star", ""),
    "judge_whistle": ("star", ""),
    "arbitrate": ("send", "warn"),
    "add_cohandler": ("users", "info"),
    "accept": ("check", "info"),
    "report_in": ("map-pin", "info"),
    "contact": ("phone", "info"),
    "answer": ("message-2", "good"),
    "ask_extension": ("hourglass", ""),
    "endorse_extension": ("hourglass", "info"),
    "grant_extension": ("hourglass", "good"),
    "refuse_extension": ("hourglass", "warn"),
    "ask_hold": ("hourglass", ""),
    "hold": ("hourglass", "warn"),
    "refuse_hold": ("hourglass", "warn"),
    "resume": ("refresh", "info"),
    "return": ("arrow-back-up", "warn"),
    "release": ("minus", ""),
    "cancel": ("circle-x", ""),
    "blow": ("speakerphone", "warn"),
    "sign": ("edit", "info"),
    "decline": ("ban", "warn"),
    "call": ("users-group", "info"),
    "finish": ("circle-check", "good"),
    "check": ("shield-check", "good"),
    "fail_check": ("alert-triangle", "bad"),
    "close": ("circle-check", "good"),
    "rate": ("star", "good"),
    "reopen": ("refresh", "bad"),
    "withdraw": ("arrow-back-up", ""),
    "add": ("plus", ""),
    "join": ("stack-2", "info"),
    "merge": ("stack-2", "info"),
    "unmerge": ("route", "warn"),
    "conclude": ("circle-check", "good"),
    "follow_again": ("refresh", "warn"),
    "supervise": ("clock-exclamation", "bad"),
    "call_back": ("phone", ""),
    "remind": ("bell", "warn"),
    "escalate": ("clock-exclamation", "bad"),
    "redact": ("eye-off", ""),
}
CONTACT_WAYS: dict[str, str | Promise] = {
    "phone": gettext_lazy("By phone"),
    "visit": gettext_lazy("In person"),
    "message": gettext_lazy("By message"),
    "not_reached": gettext_lazy("Tried, but not reached"),
    "anonymous": gettext_lazy("Filed anonymously: nobody to contact"),
}
CALL_BACKS: dict[str, str | Promise] = {
    "solved": gettext_lazy("On the telephone: solved"),
    "not_solved": gettext_lazy("On the telephone: not solved"),
    "not_reached": gettext_lazy("Not reached"),
}
_LIMITS: dict[str, str | Promise] = {
    LimitUnit.EMERGENCY_HOUR: gettext_lazy("%(amount)s hours, nights and holidays included"),
    LimitUnit.WORKING_HOUR: gettext_lazy("%(amount)s working hours"),
    LimitUnit.WORKING_DAY: gettext_lazy("%(amount)s working days"),
    LimitUnit.CALENDAR_DAY: gettext_lazy("%(amount)s calendar days"),
    TIMES: gettext_lazy("%(amount)s times"),
}


TIER_LOOKS: dict[str, Look] = {
    Tier.CONSULTATIVE: (Tier.CONSULTATIVE.label, "users-group", "info"),
    Tier.LEADERS: (Tier.LEADERS.label, "flag", "bad"),
}


def span_words(span: timedelta) -> str:
    """A span of time in hours and minutes: “1 h 20 min”, “35 min”."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d min") % {"minutes": minutes}


def arrival_words(after: timedelta) -> str:
    """When a department arrived, against the time it was wanted."""
    if after > timedelta(minutes=1):
        return _("arrived %(span)s after the time wanted") % {"span": span_words(after)}
    if after < -timedelta(minutes=1):
        return _("arrived %(span)s before the time wanted") % {"span": span_words(-after)}
    return _("arrived at the time wanted")


def limit_words(amount: int, unit: str) -> str:
    """A limit as people say it: “5 working days”."""
    return str(_LIMITS[unit]) % {"amount": amount} if unit in _LIMITS else f"{amount} {unit}"


def lines(step: Step, *, for_staff: bool) -> list[Line]:
    """What the step's own record says beyond its verb; residents read no names of staff."""
    teller = _TELLERS.get(step.verb)
    return teller(step, step.data, for_staff) if teller is not None else []


def _submitted(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    source = data.get("source", "")
    known = source in Source.values and (for_staff or source not in {Source.WEB, Source.PATROL})
    return [Line(_("Through: %(source)s") % {"source": Source(source).label})] if known else []


def _routed(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    said = (_why(one, for_staff) for one in data.get("why", []))
    return [Line(text) for text in said if text]


def _why(one: Mapping[str, str], for_staff: bool) -> str:
    """One turn of the route. An unknown code says nothing rather than something wrong."""
    if one.get("why") == "on_duty" and not for_staff:
        return _("A grid worker is on duty there.")
    if one.get("why") == "handed_over" and not for_staff:
        return _("Somebody else of the place works on it now.")
    template = _WHY.get(one.get("why", ""))
    return (
        str(template) % {"grid": "", "community": "", "desk": "", "worker": "", "person": "", **one} if template else ""
    )


_WHY: dict[str, str | Promise] = {
    "grid": gettext_lazy("The place lies in %(grid)s."),
    "nearest": gettext_lazy("The point lies in no grid; the nearest is %(grid)s."),
    "community": gettext_lazy("There is no exact point: it goes to %(community)s."),
    "unplaced": gettext_lazy("Only words say where it is: the desk finds the place first."),
    "one_up": gettext_lazy("It is about whoever would handle it, so it goes one level up, to %(desk)s."),
    "left": gettext_lazy("Whoever had it has left: it goes to %(worker)s."),
    "left_to_pool": gettext_lazy("Whoever had it has left: it waits in the community's pool."),
    "handed_over": gettext_lazy("%(person)s has handed over: %(worker)s works on it now."),
    "succession": gettext_lazy("%(to)s has taken over from %(from)s."),
    "nobody_on_duty": gettext_lazy("Nobody is on duty in %(grid)s: it waits in the community's pool."),
    "on_duty": gettext_lazy("%(worker)s is on duty there."),
}


def _placed(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    return [Line(str(data["place"]))] if data.get("place") else []


def _transferred(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """Where it went; whether its limit goes on, or is counted anew because the desk said so."""
    found = [Line(_("From %(left)s to %(to)s") % {"left": data.get("from", ""), "to": data.get("to", "")})]
    if data.get("due"):
        found.append(Line(_("The limit goes on:"), due=_moment(data["due"])))
    return [*found, Line(_("The limit is counted anew from here."))] if data.get("fresh_limit") else found


def _classed(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    found = [Line(_("Class: %(category)s") % {"category": data["category"]})] if data.get("category") else []
    return found + ([Line(_("Filed when: %(text)s") % {"text": data["condition"]})] if data.get("condition") else [])


def _given(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """To whom and until when: a resident reads the department's name, never the worker's."""
    to = str(data.get("to", ""))
    if not for_staff and step.organisation_id is None:
        to = _("the grid")
    found = [Line(_("To: %(to)s") % {"to": to})] if to else []
    if data.get("due"):
        limit = limit_words(data.get("amount", 0), data.get("unit", ""))
        found.append(Line(_("Limit: %(limit)s") % {"limit": limit}, due=_moment(data["due"])))
    if data.get("provisional") and for_staff:
        found.append(Line(_("Provisional: the working calendar of that year is not published yet.")))
    return found


def _more_time(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """How much more, and where the limit moved to; what was promised first stays in sight."""
    more = limit_words(data.get("amount", 0), data.get("unit", ""))
    found = [Line(_("More time: %(limit)s") % {"limit": more})]
    if data.get("due"):
        found.append(Line(_("New limit:"), due=_moment(data["due"])))
    if data.get("promised"):
        found.append(Line(_("First promised:"), due=_moment(data["promised"])))
    return found


def _held(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """Until when, and the limit that follows."""
    found = [Line(_("On hold until:"), due=_moment(data["until"]))] if data.get("until") else []
    return found + ([Line(_("New limit:"), due=_moment(data["due"]))] if data.get("due") else [])


def _contacted(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    how = CONTACT_WAYS.get(data.get("how", ""))
    return [Line(str(how))] if how is not None else []


def _answered(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    return [Line(_("After the limit."), late=True)] if data.get("late") and for_staff else []


def _blown(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    kind = data.get("kind", "")
    found = [Line(_("Kind: %(kind)s") % {"kind": WhistleKind(kind).label})] if kind in WhistleKind.values else []
    found += _called(step, data, for_staff)
    if data.get("wanted"):
        found.append(Line(_("Wanted on site:"), due=_moment(data["wanted"])))
    return found


def _called(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    names = _(", ").join(str(name) for name in data.get("departments", []))
    found = [Line(_("Departments: %(names)s") % {"names": names})] if names else []
    elsewhere = _(", ").join(str(name) for name in data.get("elsewhere", []))
    if elsewhere and for_staff:
        found.append(Line(_("Across districts; told: the desk of %(names)s") % {"names": elsewhere}))
    if step.verb == "sign" and step.actor_id is None:
        found.append(Line(_("Nobody had signed in time: an emergency does not wait.")))
    return found


def _by_letter(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """To whom and until when, and under which letter."""
    letter = data.get("letter") or {}
    number = letter_number(letter.get("desk", ""), letter.get("year", ""), letter.get("serial", ""))
    return [*_given(step, data, for_staff), *([Line(number)] if letter and for_staff else [])]


def letter_number(desk: str, year: object, serial: object) -> str:
    """“月塘街道交办〔2026〕3号”."""
    return _("%(desk)s assignment [%(year)s] no. %(serial)s") % {"desk": desk, "year": year, "serial": serial}


def _rated_part(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    return [Line(_("Department: %(name)s") % {"name": data.get("department", "")})]


def _reported_in(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    return [Line(_("Later than wanted."), late=True)] if data.get("late") and for_staff else []


def _reminded(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    return [Line(_("Due:"), due=_moment(data["due"]))] if data.get("due") else []


def _escalated(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    what = str(_LATE_FOR.get(data.get("late_for", ""), _("Not answered in time.")))
    return [Line(what, late=True), Line(_("Told: the person on duty of %(desk)s") % {"desk": data.get("to", "")})]


def _led(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """Staff read which case leads; to residents it is somebody else's."""
    return [Line(_("Lead case: %(number)s") % {"number": data["lead"]})] if data.get("lead") and for_staff else []


_LATE_FOR: dict[str, str | Promise] = {
    "report_in": gettext_lazy("Not reported in in time."),
    "consultation": gettext_lazy("Not consulted in time."),
    "verify": gettext_lazy("Not looked on site in time."),
    "verifier_left": gettext_lazy("Whoever was asked to look on site has left."),
    "arbitrate": gettext_lazy("Not decided in arbitration in time."),
    "demand": gettext_lazy("The day that supervision demanded has passed."),
}


def _verified(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    known = data.get("finding") in SiteFinding.values
    found = [Line(str(SiteFinding(data["finding"]).label))] if known else []
    return [*found, Line(_("After the limit."), late=True)] if data.get("late") else found


def _endorsed(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    alone = [Line(_("In the house's stead: it has nobody else."))] if data.get("in_stead") else []
    return [*_more_time(step, data, for_staff), *alone]


def _arbitrated(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    late = [Line(_("After the limit."), late=True)] if data.get("late") and for_staff else []
    return [*_given(step, data, for_staff), *late]


def _supervised(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    level = data.get("level", "")
    found = [Line(_("From: %(level)s") % {"level": Level(level).label})] if level in Level.values else []
    return [*found, Line(_("To be done by %(date)s") % {"date": data.get("by", "")})]


def _called_back(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    said = CALL_BACKS.get(data.get("outcome", ""))
    return [Line(str(said))] if said is not None else []


def _rated(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    return [Line(_("The resident says: solved.") if data.get("solved") else _("The resident says: not solved."))]


def _closed(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    again = int(data.get("closing", 1)) > 1
    return [Line(_("Closing number %(number)s of this case.") % {"number": data["closing"]})] if again else []


def _redacted(step: Step, data: Mapping[str, Any], for_staff: bool) -> list[Line]:
    """What went, and whether the resident had asked for it."""
    what = _("Name, phone and numbers in the words.") if data.get("part") == "contact" else _("Words and photos too.")
    why = _("The resident asked for it.") if data.get("cause") == "request" else _("The time it is kept was over.")
    return [Line(what), Line(why)]


def _moment(text: object) -> datetime | None:
    """The aware moment that a step wrote in ISO 8601; None when it is not one."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


Teller = Callable[[Step, Mapping[str, Any], bool], list[Line]]
_TELLERS: dict[str, Teller] = {
    "submit": _submitted,
    "route": _routed,
    "place": _placed,
    "transfer": _transferred,
    "classify": _classed,
    "register": _classed,
    "dispatch": _given,
    "assign_jointly": _by_letter,
    "assign_by_leader": _by_letter,
    "rate_response": _rated_part,
    "judge_whistle": _rated_part,
    "arbitrate": _arbitrated,
    "ask_verify": _given,
    "verify": _verified,
    "ask_extension": _more_time,
    "endorse_extension": _endorsed,
    "grant_extension": _more_time,
    "refuse_extension": _more_time,
    "ask_hold": _held,
    "hold": _held,
    "resume": _held,
    "add_cohandler": _given,
    "contact": _contacted,
    "answer": _answered,
    "blow": _blown,
    "sign": _called,
    "call": _called,
    "report_in": _reported_in,
    "remind": _reminded,
    "escalate": _escalated,
    "supervise": _supervised,
    "call_back": _called_back,
    "join": _led,
    "merge": _led,
    "unmerge": _led,
    "conclude": _led,
    "follow_again": _led,
    "close": _closed,
    "rate": _rated,
    "redact": _redacted,
}
