"""Who may see or do what, and why: read from the grants in force and the registered capabilities."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.common.ids import parse_id
from dongli.common.text import strip_controls
from dongli.organisations.models import Organisation
from dongli.people import capabilities
from dongli.people.actions.roles import ADMINISTERING, APART, AUDITING
from dongli.people.capabilities import Capability, Reach, Rule, Words
from dongli.people.models import Grant, Role, User
from dongli.people.queries.directory import working
from dongli.people.queries.duty import in_force
from dongli.people.viewer import Held, Viewer

EXPLAINING = (*ADMINISTERING, *AUDITING)
PAGE = 50
FOUND = 12
LONGEST = 40


def within(paths: Iterable[str], *prefixes: str) -> Q:
    """Filter: the area at one of `prefixes` lies in one of the subtrees (ranges of the path's index)."""
    condition = Q(pk__in=[])
    for path in paths:
        for prefix in prefixes:
            condition |= Q(**{f"{prefix}__path__gte": path, f"{prefix}__path__lt": f"{path[:-1]}0"})
    return condition


def overseen(viewer: Viewer) -> Q:
    """Filter over Grant: those held in the viewer's area, or in an organisation of it, as administrator or auditor."""
    return within(viewer.paths(*EXPLAINING), "area", "organisation__area")


@dataclass(frozen=True)
class Question:
    """What is asked: a place or an organisation (whose own area counts as the place), a capability, or both."""

    area: Area | None = None
    unit: Organisation | None = None
    capability: Capability | None = None

    @property
    def place(self) -> Area | None:
        return self.unit.area if self.unit is not None else self.area


@dataclass(frozen=True)
class Allowed:
    """A grant in force that allows it, and the rule that says so (None: nothing in particular was asked)."""

    grant: Grant
    rule: Rule | None = None


@dataclass(frozen=True)
class Answer:
    """A page of what allows it, and the key of the next."""

    rows: list[Allowed]
    next: str = ""


def who(viewer: Viewer, question: Question, *, after: str = "") -> Answer:
    """The grants that allow what is asked, by role, a page at a time. One query. Raises `NotFound` outside the area.

    With neither place nor organisation: the grants of the viewer's own area.
    """
    place = question.place
    if place is not None and not viewer.covers(EXPLAINING, place):
        raise NotFound("not_your_area", _("There is no such place in your area."))
    grants = Grant.objects.filter(in_force(now()), working("user__"), _asked(viewer, question)).filter(_beyond(after))
    rows = grants.select_related("user", "area", "organisation__area", "granted_by").order_by("role", "id")
    found = list(rows[: PAGE + 1])
    page = [Allowed(grant, _rule(question, grant)) for grant in found[:PAGE]]
    return Answer(page, f"{found[PAGE - 1].role}~{found[PAGE - 1].pk}" if len(found) > PAGE else "")


def _asked(viewer: Viewer, question: Question) -> Q:
    if question.capability is None:
        return _anything(viewer, question)
    condition = Q(pk__in=[])
    for rule in question.capability.rules:
        condition |= Q(role__in=[str(role) for role in rule.roles]) & _reaching(viewer, question, rule.reach)
    return condition


def _anything(viewer: Viewer, question: Question) -> Q:
    if question.unit is not None:
        return Q(organisation=question.unit)
    return _over(question.area) if question.area is not None else overseen(viewer)


def _over(area: Area) -> Q:
    return Q(area__code__in=area.path.rstrip("/").split("/"))


def _reaching(viewer: Viewer, question: Question, reach: Reach) -> Q:
    """Filter: grants that reach the place or organisation in question, for a rule of this reach."""
    place = question.place
    if reach == Reach.WHOLE_CITY:
        return Q(area__level=Level.CITY)
    if place is None or reach == Reach.ANYWHERE:
        return overseen(viewer)
    if reach == Reach.PLACE:
        return _over(place)
    if question.unit is not None:
        return Q(organisation=question.unit)
    return Q(organisation__area__code__in=place.path.rstrip("/").split("/"))


def _rule(question: Question, grant: Grant) -> Rule | None:
    if question.capability is None:
        return None
    path = question.place.path if question.place is not None else None
    return question.capability.rule_for(held(grant), path, question.unit.pk if question.unit is not None else None)


def held(grant: Grant) -> Held:
    """The grant as a viewer holds it."""
    return Held(
        role=grant.role,
        area=grant.area_id,
        path=grant.area.path if grant.area is not None else "",
        organisation=grant.organisation_id,
    )


def _beyond(cursor: str) -> Q:
    role, _tilde, text = cursor.partition("~")
    key = parse_id(text)
    return Q() if key is None or role not in Role.values else Q(role__gt=role) | Q(role=role, pk__gt=key)


@dataclass(frozen=True)
class Explained:
    """One grant of a person, and what its role lets them do, under the headings of the kinds of things."""

    grant: Grant
    gives: list[tuple[Words, list[tuple[Capability, Rule]]]]


@dataclass(frozen=True)
class Portrait:
    """What one person may: grants in force, those to come, and how many lie outside the area of whoever asks."""

    user: User
    now: list[Explained]
    later: list[Grant]
    elsewhere: int


def portrait(viewer: Viewer, user_id: UUID) -> Portrait:
    """What this person may see or do, as far as the viewer's area goes; of oneself, all. Raises `NotFound`.

    Two queries; three of somebody else.
    """
    own = viewer.known.pk == user_id
    user = viewer.known if own else people(viewer).filter(pk=user_id).first()
    if user is None:
        raise NotFound("no_account", _("There is no such account in your area."))
    moment = now()
    lasting = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=moment), user=user)
    rows = lasting.select_related("area", "organisation__area", "granted_by", "ended_by").order_by("role", "id")
    shown = list(rows if own else rows.filter(overseen(viewer)))
    elsewhere = 0 if own else lasting.exclude(pk__in=[grant.pk for grant in shown]).count()
    return Portrait(
        user=user,
        now=[Explained(grant, gives(grant.role)) for grant in shown if grant.since <= moment],
        later=[grant for grant in shown if grant.since > moment],
        elsewhere=elsewhere,
    )


def gives(role: str) -> list[tuple[Words, list[tuple[Capability, Rule]]]]:
    """What a role lets its holder do, under headings; a thing that several rules allow is told once for each."""
    rules: dict[str, list[Rule]] = {}
    rows = capabilities.of_role(role)
    for row, rule in rows:
        rules.setdefault(row.name, []).append(rule)
    distinct = list(dict.fromkeys(row.name for row, _rule in rows))
    named = [row for row in (capabilities.named(name) for name in distinct) if row is not None]
    return [
        (label, [(row, rule) for row in members for rule in rules[row.name]])
        for label, members in capabilities.grouped(named)
    ]


def people(viewer: Viewer, *, text: str = "") -> QuerySet[User]:
    """Staff with a role, now or once, in the viewer's area, by name; `text` is part of the name or user name."""
    rows = Grant.objects.filter(overseen(viewer), user=OuterRef("pk"))
    found = User.objects.filter(Exists(rows), username__isnull=False)
    if wanted := strip_controls(text).strip()[:LONGEST]:
        found = found.filter(Q(username__icontains=wanted) | Q(name__icontains=wanted))
    return found.order_by("name", "id")


def organisations(paths: Iterable[str], text: str, kinds: Iterable[str] = (), limit: int = FOUND) -> list[Organisation]:
    """Standing organisations in these subtrees whose name holds `text`, or whose pinyin or initials begin with it."""
    wanted = strip_controls(text).strip()[:LONGEST]
    if not wanted:
        return []
    keys = "".join(wanted.lower().split())
    said = Q(name__contains=wanted) | Q(pinyin__startswith=keys) | Q(initials__startswith=keys)
    rows = Organisation.objects.filter(said, within(paths, "area"), dissolved_on=None)
    if chosen := list(kinds):
        rows = rows.filter(kind__in=chosen)
    return list(rows.select_related("area").order_by("area__path", "code")[:limit])


@dataclass(frozen=True)
class Clash:
    """Somebody who grants and audits in one place at one time, though nobody may."""

    user: User
    granting: Grant
    auditing: Grant


def clashes(viewer: Viewer | None = None, *, at: datetime | None = None) -> list[Clash]:
    """Pairs of grants that nobody may hold together and that overlap in area and time, from now on; in the viewer's
    area, or (without one) in the whole city. One query.
    """
    moment = at or now()
    rows = Grant.objects.filter(
        Q(until__isnull=True) | Q(until__gt=moment), role__in=list(APART), area__isnull=False
    ).select_related("user", "area")
    if viewer is not None:
        rows = rows.filter(overseen(viewer))
    by_user: dict[UUID, list[Grant]] = {}
    for grant in rows.order_by("user_id", "since"):
        by_user.setdefault(grant.user_id, []).append(grant)
    return [
        Clash(first.user, first, second)
        for grants in by_user.values()
        for first in grants
        for second in grants
        if first.role == Role.ADMINISTRATOR and second.role == Role.AUDITOR and _meet(first, second)
    ]


def _meet(one: Grant, other: Grant) -> bool:
    if one.area is None or other.area is None:
        return False
    together = one.area.path.startswith(other.area.path) or other.area.path.startswith(one.area.path)
    meanwhile = (one.until is None or one.until > other.since) and (other.until is None or other.until > one.since)
    return together and meanwhile


def grant_to_end(viewer: Viewer, grant_id: UUID) -> Grant:
    """A grant of the area the viewer administers. Raises `NotFound` for any other."""
    inside = within(viewer.paths(*ADMINISTERING), "area", "organisation__area")
    found = Grant.objects.filter(inside, pk=grant_id).first()
    if found is None:
        raise NotFound("no_grant", _("There is no such grant."))
    return found


def ending(viewer: Viewer, *, after: str = "") -> Answer:
    """Roles in the area the viewer administers that have an end date, the soonest first. One query."""
    inside = within(viewer.paths(*ADMINISTERING), "area", "organisation__area")
    rows = Grant.objects.filter(inside, working("user__"), until__gt=now())
    text, _tilde, id_text = after.partition("~")
    key, moment = parse_id(id_text), parse_moment(text)
    if key is not None and moment is not None:
        rows = rows.filter(Q(until__gt=moment) | Q(until=moment, pk__gt=key))
    found = list(rows.select_related("user", "area", "organisation", "granted_by").order_by("until", "id")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    following = f"{last.until.isoformat()}~{last.pk}" if last is not None and last.until is not None else ""
    return Answer([Allowed(grant) for grant in found[:PAGE]], following)


def parse_moment(text: str) -> datetime | None:
    """The moment at the head of a page's key; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
