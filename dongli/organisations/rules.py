"""Which kind of organisation stands at which level, under whom, and on whose ground: what acts are checked against.

Structure, not policy: the party's and the government's own rules fix it for every city.
"""

from django.utils.translation import gettext as _

from dongli.areas.models import Area, Level
from dongli.common.errors import Invalid
from dongli.organisations.models import COMMITTEE_KINDS, Line, Organisation, OrganisationKind, UnitKind

Kind = OrganisationKind
CITY, DISTRICT, STREET, COMMUNITY, COMPOUND = (
    Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY, Level.COMPOUND,
)  # fmt: skip
LEVELS: dict[OrganisationKind, tuple[Level, ...]] = {
    Kind.OFFICE: (CITY, DISTRICT, STREET, COMMUNITY),
    Kind.DEPARTMENT: (CITY, DISTRICT, STREET),
    Kind.PARTY_COMMITTEE: (CITY, DISTRICT, STREET, COMMUNITY),
    Kind.GENERAL_BRANCH: (DISTRICT, STREET, COMMUNITY, COMPOUND),
    Kind.BRANCH: (CITY, DISTRICT, STREET, COMMUNITY, COMPOUND),
    Kind.LINKED_UNIT: (CITY, DISTRICT, STREET, COMMUNITY, COMPOUND),
    Kind.INDUSTRY_COMMITTEE: (CITY, DISTRICT, STREET),
    Kind.SUPPLY_CHAIN_COMMITTEE: (CITY, DISTRICT),
    Kind.JOINT_COMMITTEE: (CITY, DISTRICT, STREET, COMMUNITY),
    Kind.OWNERS_COMMITTEE: (COMPOUND,),
    Kind.MANAGEMENT_COMMITTEE: (COMPOUND,),
    Kind.PROPERTY_FIRM: (CITY, DISTRICT, STREET, COMMUNITY),
}
SECTORAL = (Kind.INDUSTRY_COMMITTEE, Kind.SUPPLY_CHAIN_COMMITTEE)
"""Committees of an industry or a supply chain, which they name."""
ALONE = (Kind.OWNERS_COMMITTEE, Kind.MANAGEMENT_COMMITTEE)
"""Kinds of which one stands in a place at a time (offices and departments are kept apart by the database)."""
PARENTS: dict[OrganisationKind, tuple[OrganisationKind, ...]] = {
    Kind.OFFICE: (Kind.OFFICE, Kind.PARTY_COMMITTEE),
    Kind.DEPARTMENT: (Kind.OFFICE, Kind.DEPARTMENT, Kind.PARTY_COMMITTEE),
    Kind.PARTY_COMMITTEE: (Kind.PARTY_COMMITTEE, *COMMITTEE_KINDS),
    Kind.GENERAL_BRANCH: (Kind.PARTY_COMMITTEE, *COMMITTEE_KINDS),
    Kind.BRANCH: (Kind.PARTY_COMMITTEE, Kind.GENERAL_BRANCH, *COMMITTEE_KINDS),
    Kind.LINKED_UNIT: (Kind.LINKED_UNIT, Kind.DEPARTMENT, Kind.OFFICE),
    Kind.INDUSTRY_COMMITTEE: (Kind.PARTY_COMMITTEE,),
    Kind.SUPPLY_CHAIN_COMMITTEE: (Kind.PARTY_COMMITTEE,),
    Kind.JOINT_COMMITTEE: (Kind.PARTY_COMMITTEE,),
    Kind.OWNERS_COMMITTEE: (Kind.OFFICE, Kind.GENERAL_BRANCH, Kind.BRANCH),
    Kind.MANAGEMENT_COMMITTEE: (Kind.OFFICE, Kind.GENERAL_BRANCH, Kind.BRANCH),
    Kind.PROPERTY_FIRM: (Kind.PROPERTY_FIRM, Kind.LINKED_UNIT, Kind.DEPARTMENT),
}
GROUNDS: dict[OrganisationKind, tuple[Level, ...]] = {
    Kind.BRANCH: (COMPOUND,),
    Kind.GENERAL_BRANCH: (COMMUNITY, COMPOUND),
    Kind.JOINT_COMMITTEE: (STREET, COMMUNITY, COMPOUND),
    Kind.PROPERTY_FIRM: (COMPOUND,),
}
"""Who may serve an area beside its own, and of which level."""
# An office comes and goes with its area: it is neither merged nor split.
MERGEABLE = tuple(kind for kind in Kind if kind != Kind.OFFICE)
_TOGETHER = (frozenset({Kind.PARTY_COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH}), frozenset(COMMITTEE_KINDS))


def together(kind: OrganisationKind) -> list[OrganisationKind]:
    """The kinds that an organisation of this kind may be merged into."""
    like = next((kinds for kinds in _TOGETHER if kind in kinds), frozenset({kind}))
    return [one for one in Kind if one in like and kind in MERGEABLE]


def kinds_at(level: str) -> list[OrganisationKind]:
    """The kinds that may be founded at an area of `level`."""
    return [kind for kind in Kind if level in LEVELS[kind]]


def check_level(kind: OrganisationKind, area: Area) -> None:
    """Raises `Invalid` (field `kind`) when this kind does not stand at the level of `area`."""
    if area.level not in LEVELS[kind]:
        levels = _(", ").join(str(level.label) for level in LEVELS[kind])
        message = _("%(kind)s: only at these levels: %(levels)s.") % {"kind": kind.label, "levels": levels}
        raise Invalid("wrong_level", message, field="kind")


def check_facts(kind: OrganisationKind, *, unit_kind: str, sector: str, function: str, line: str) -> None:
    """Raises `Invalid` when what a kind needs is missing, or something is said that is not of this kind."""
    if kind == Kind.DEPARTMENT and not (function and line):
        message = _("A department needs a function and a line of business.")
        raise Invalid("no_function", message, field="line" if function else "function")
    if line and line not in Line.values:
        raise Invalid("bad_line", _("Please choose a line."), field="line")
    if kind == Kind.LINKED_UNIT and unit_kind not in UnitKind.values:
        raise Invalid("no_unit_kind", _("Please say what kind of unit it is."), field="unit_kind")
    if kind != Kind.LINKED_UNIT and unit_kind:
        raise Invalid("no_linked_unit", _("Only a linked unit is of one of these kinds."), field="unit_kind")
    if (kind in SECTORAL) and not sector:
        raise Invalid("no_sector", _("Please name the industry or the supply chain."), field="sector")


def check_parent(kind: OrganisationKind, area: Area, parent: Organisation | None) -> None:
    """Raises `Invalid` (field `other`) when `parent` cannot stand above a `kind` in `area`."""
    if parent is None:
        return
    if parent.dissolved_on is not None:
        raise Invalid(
            "dissolved", _("This organisation has been dissolved. Please choose one that stands."), field="other"
        )
    if parent.kind not in PARENTS[kind]:
        kinds = _(", ").join(str(one.label) for one in PARENTS[kind])
        message = _("%(kind)s can stand under these only: %(kinds)s.") % {"kind": kind.label, "kinds": kinds}
        raise Invalid("wrong_parent", message, field="other")
    if not parent.area.contains(area):
        message = _("A parent stands in the same place or in one that encloses it.")
        raise Invalid("parent_elsewhere", message, field="other")


def check_ground(organisation: Organisation, area: Area) -> None:
    """Raises `Invalid` (field `area`) when the organisation cannot serve `area` beside its own."""
    levels = GROUNDS.get(Kind(organisation.kind), ())
    if area.level not in levels:
        wanted = _(", ").join(str(level.label) for level in levels) or _("none")
        message = _("This kind of organisation serves grounds of these levels: %(levels)s.") % {"levels": wanted}
        raise Invalid("wrong_ground", message, field="area")
    if area.pk == organisation.area_id:
        raise Invalid("own_area", _("This is its own place already."), field="area")


def check_merger(one: Organisation, into: Organisation) -> None:
    """Raises `Invalid` (field `other`) when what `one` does cannot go on in `into`."""
    if one.pk == into.pk:
        raise Invalid("itself", _("Please choose another organisation than itself."), field="other")
    if into.dissolved_on is not None:
        raise Invalid(
            "dissolved", _("This organisation has been dissolved. Please choose one that stands."), field="other"
        )
    if one.kind not in MERGEABLE:
        raise Invalid(
            "an_office", _("The office of a level comes and goes with its area; it is not merged."), field="other"
        )
    if into.kind not in together(OrganisationKind(one.kind)):
        raise Invalid("unlike", _("Only organisations of the same kind can be merged."), field="other")
