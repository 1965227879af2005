"""What a compound should have: each item of coverage, its definition in words and in SQL, as one table.

The SQL speaks of a row of `facts` (see `reporting.facts`). Where an item does not apply, there is neither coverage nor
a gap. “Organisation coverage” is the item `branch`, “work coverage” the item `work` (双覆盖).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Item:
    """One item. `covered`, `applies`: conditions over a row of `facts`; `label` is short, for a column's head."""

    key: str
    label: str | Promise
    definition: str | Promise
    icon: str
    covered: str
    applies: str = "true"

    @property
    def missing(self) -> str:
        """The condition over `facts` of a gap."""
        return f"({self.applies}) AND NOT ({self.covered})"


ITEMS: dict[str, Item] = {
    item.key: item
    for item in (
        Item(
            "branch", _("Branch"),
            _("A branch or general branch of the compound's own, or a joint one that the compound belongs to."),
            "flag", "branch IS NOT NULL",
        ),
        Item(
            "secretary", _("Secretary"),
            _("Somebody holds the post of compound branch secretary, here or in the joint branch."),
            "user-check", "secretary",
        ),
        Item(
            "first_secretary", _("First secretary"),
            _("Somebody is seconded as first secretary, to the compound or its branch."),
            "user-check", "first_secretary",
        ),
        Item(
            "captains", _("Building captains"),
            _("Every building has its captain. A compound without recorded buildings is not counted."),
            "users", "captains >= buildings", "buildings > 0",
        ),
        Item(
            "owners_committee", _("Owners’ committee"),
            _("An owners' committee or, in its place, a management committee stands in the compound."),
            "users", "committee IS NOT NULL",
        ),
        Item(
            "property_firm", _("Property firm"),
            _("A property firm has a contract for the compound."),
            "home", "property_firm",
        ),
        Item(
            "grid_worker", _("Grid worker"),
            _("Somebody is on duty on the compound's grid at this moment: by roster, or as deputy of whoever is away."),
            "walk", "grid_worker",
        ),
        Item(
            "work", _("Work"),
            _("Something was done in the compound within the period: any of the kinds of work on its sheet."),
            "checklist", "work",
        ),
    )
}  # fmt: skip
POSITIONS = {key: position for position, key in enumerate(ITEMS)}
DOUBLE = f"({ITEMS['branch'].covered}) AND ({ITEMS['work'].covered})"
"""Condition over `facts`: organisation coverage and work coverage both."""
GAPS = " + ".join(f"({item.missing})::int" for item in ITEMS.values())
"""How many gaps a row of `facts` has."""
