"""How a called department kept the time wanted, and how long it has been on site, in words."""

from django.utils.translation import gettext as _

from dongli.cases import whistle_parts, wording
from dongli.cases.models import Task, Whistle
from dongli.common.clock import now


def presence(task: Task, whistle: Whistle | None = None) -> str:
    """“arrived 5 min after the time wanted · 40 min on site”; "" for other work, or while it has not come."""
    whistle = whistle or task.whistle
    if whistle is None or task.reported_in_at is None:
        return ""
    after, stay = whistle_parts.arrival(task, whistle), whistle_parts.on_site(task, now())
    arrived = wording.arrival_words(after) if after is not None else ""
    stayed = _("%(span)s on site") % {"span": wording.span_words(stay)} if stay is not None else ""
    return " · ".join(part for part in (arrived, stayed) if part)
