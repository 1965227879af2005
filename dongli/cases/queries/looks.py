"""Looks on site before registering: what a worker is asked to look at, and what was found."""

from dataclasses import dataclass
from datetime import datetime

from dongli.cases.models import Case, Photo, Step
from dongli.cases.workflow import CaseState, SiteFinding
from dongli.people.viewer import Viewer

MOST = 50


@dataclass(frozen=True)
class Asked:
    """What the desk wants to know."""

    words: str
    at: datetime


@dataclass(frozen=True)
class Found:
    """What the last look found: in a word, in words, with photos."""

    finding: str
    words: str
    who: str
    at: datetime
    photos: list[Photo]


def to_look_at(viewer: Viewer) -> list[Case]:
    """Cases this viewer is asked to look at on site, the most urgent first (at most 50). One statement."""
    rows = Case.objects.filter(verifier=viewer.known, state=CaseState.FILED).exclude(
        hidden_from__contains=[viewer.known.id]
    )
    rows = rows.select_related("text", "category", "place", "community")
    return list(rows.order_by("-urgent", "verify_due_at", "id")[:MOST])


def asked(case: Case) -> Asked | None:
    """What was asked last; None when nobody asked. One statement."""
    step = Step.objects.filter(case=case, verb="ask_verify").select_related("text").order_by("-seq").first()
    return Asked(step.text.words if hasattr(step, "text") else "", step.at) if step is not None else None


def found(case: Case) -> Found | None:
    """What the last look found; None without one. Two statements, and none when nobody has looked."""
    if not case.site_finding:
        return None
    steps = Step.objects.filter(case=case, verb="verify").select_related("text", "actor").prefetch_related("photos")
    step = steps.order_by("-seq").first()
    if step is None:
        return None
    return Found(
        finding=str(SiteFinding(case.site_finding).label),
        words=step.text.words if hasattr(step, "text") else "",
        who=step.actor.name if step.actor is not None else "",
        at=step.at,
        photos=list(step.photos.all()),
    )
