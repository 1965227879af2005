"""What each role lets its holder do: rows that the apps register at start-up, from the constants their actions use.

A row never decides anything: the action or the page does. Since both read the same constant they cannot differ, and
tests try the one against the other. `rooms.py` adds the pages by their guards.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.people.models import Role
from dongli.people.viewer import Held, Viewer

Words = str | Promise


class Reach(models.TextChoices):
    """How far a role reaches for one rule: where the thing in question must lie."""

    PLACE = "place", _("in the area in which the role is held, and in all areas below it")
    UNIT = "unit", _("in the organisation in which the role is held")
    WHOLE_CITY = "whole_city", _("only when the role is held for the whole city")
    ANYWHERE = "anywhere", _("wherever the role is held")


class Group(models.TextChoices):
    """Kinds of things, as the explainer's list groups them."""

    CASES = "cases", _("Cases")
    TASKS = "tasks", _("Tasks of a case")
    WHISTLES = "whistles", _("Whistles")
    DUTIES = "duties", _("Problems and duties")
    ORGANISATIONS = "organisations", _("Organisations and links")
    PEOPLE = "people", _("People, posts and rosters")
    CAREERS = "careers", _("Careers and pay")
    VOLUNTEERS = "volunteers", _("Members and volunteers")
    RULES = "rules", _("Rules and settings")
    PERMISSIONS = "permissions", _("Roles and their audit")
    ROOMS = "rooms", _("Rooms and pages")


@dataclass(frozen=True)
class Rule:
    """One way to be allowed: holding one of `roles` as far as `reach` says. `when`: what must be true besides."""

    roles: tuple[str, ...]
    reach: Reach = Reach.PLACE
    when: Words = ""

    @property
    def named(self) -> list[tuple[str, Words]]:
        """The roles with their names, each once."""
        return [(str(role), Role(role).label) for role in dict.fromkeys(self.roles)]

    def allows(self, held: Held, path: str | None, unit: UUID | None) -> bool:
        """Whether this grant allows it at the place `path`, for the organisation `unit`; None asks for any."""
        if held.role not in self.roles:
            return False
        if self.reach == Reach.PLACE:
            return bool(held.path) and (path is None or path.startswith(held.path))
        if self.reach == Reach.UNIT:
            return held.organisation is not None and unit in (None, held.organisation)
        return self.reach == Reach.ANYWHERE or held.path.count("/") == 1


@dataclass(frozen=True)
class Capability:
    """Something that can be seen or done. Any of `rules` suffices; `needs`: what the action asks for besides.

    `pages`: names of the addresses that only these people may open. `others`: who may without any role, in words.
    """

    name: str
    group: Group
    label: Words
    rules: tuple[Rule, ...]
    needs: tuple[Words, ...] = ()
    pages: tuple[str, ...] = ()
    others: tuple[Words, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """Every role that some rule names."""
        return frozenset(str(role) for rule in self.rules for role in rule.roles)

    def rule_for(self, held: Held, path: str | None = None, unit: UUID | None = None) -> Rule | None:
        """The rule by which this grant allows it there, or None."""
        return next((rule for rule in self.rules if rule.allows(held, path, unit)), None)

    def allows(self, viewer: Viewer, path: str | None = None, unit: UUID | None = None) -> bool:
        """Whether one of the viewer's grants allows it there."""
        return any(self.rule_for(held, path, unit) is not None for held in viewer.held)


@dataclass
class _Registry:
    rows: dict[str, Capability] = field(default_factory=dict)


_registry = _Registry()


def register(*rows: Capability) -> None:
    """Add rows; the same row twice changes nothing. Raises ValueError when a name is taken by another row."""
    for row in rows:
        if _registry.rows.setdefault(row.name, row) != row:
            raise ValueError(f"two capabilities are called {row.name}")


def every() -> list[Capability]:
    """All rows in the order of their groups, and within a group as they were registered."""
    order = {group: number for number, group in enumerate(Group)}
    return sorted(_registry.rows.values(), key=lambda row: order[row.group])


def named(name: str) -> Capability | None:
    """The row of this name."""
    return _registry.rows.get(name)


def of_role(role: str) -> list[tuple[Capability, Rule]]:
    """What a role lets its holder do, each with the rule that says so."""
    return [(row, rule) for row in every() for rule in row.rules if role in rule.roles]


def guarding(url_name: str) -> list[Capability]:
    """The rows that say who may open this address, beside the guard of its room."""
    return [row for row in _registry.rows.values() if url_name in row.pages]


def grouped(rows: Iterable[Capability]) -> list[tuple[Words, list[Capability]]]:
    """Rows under the headings of their groups, for a list to choose from."""
    found: dict[Group, list[Capability]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return [(group.label, members) for group, members in found.items()]
