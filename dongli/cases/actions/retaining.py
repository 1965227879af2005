"""How long what identifies a resident is kept, by class: dated rows, never overwritten."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.cases import access, policy
from dongli.cases.models import Category, Retention
from dongli.cases.policy import in_force
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid, NotAllowed
from dongli.people.viewer import Viewer

SHIPPED_SINCE = date(2020, 1, 1)
MOST_DAYS = 36_500


def load_retention() -> None:
    """Put the shipped periods where there are none."""
    if Retention.objects.exists():
        return
    Retention.objects.bulk_create(
        Retention(
            category_code=row["category_code"],
            contact_days=int(row["contact_days"]),
            text_days=int(row["text_days"]),
            since=SHIPPED_SINCE,
        )
        for row in policy.shipped("retention.csv")
    )


def periods(on: date) -> list[Retention]:
    """The periods in force on `on`: that of every class first, then those of single classes, by code."""
    return list(Retention.objects.filter(in_force(on)).order_by("category_code"))


@transaction.atomic
def set_retention(*, viewer: Viewer, category: str, contact_days: int, text_days: int) -> Retention:
    """From today, keep contacts and texts of the class `category` (empty: every class without its own) so many days.

    Counted from the case's end. Text is kept at least as long as the contact. City administrators only.
    """
    _check_administrator(viewer)
    if not 1 <= contact_days <= MOST_DAYS:
        raise Invalid("bad_days", _("Please give a number of days between 1 and 36500."), field="contact_days")
    if not contact_days <= text_days <= MOST_DAYS:
        raise Invalid("text_too_short", _("Texts are kept at least as long as contacts."), field="text_days")
    if category and not Category.objects.filter(code=category).exists():
        raise Invalid("unknown_category", _("Please choose a class from the catalogue."), field="category")
    _end_current(category)
    return Retention.objects.create(
        category_code=category, contact_days=contact_days, text_days=text_days, since=today()
    )


@transaction.atomic
def drop_retention(*, viewer: Viewer, category: str) -> None:
    """From today the class is kept as all others are. The period of every class cannot be dropped."""
    _check_administrator(viewer)
    if not category:
        raise Conflict("needs_a_period", _("There must be a period for classes without their own. Change it instead."))
    _end_current(category)


def _end_current(category: str) -> None:
    """End the period in force; one that began today never held for a day and goes."""
    for row in Retention.objects.select_for_update().filter(category_code=category, until=None):
        if row.since >= today():
            row.delete()
        else:
            row.until = today()
            row.save(update_fields=["until"])


def _check_administrator(viewer: Viewer) -> None:
    if not any(path.count("/") == 1 for path in viewer.paths(*access.POLICY_ROLES)):
        raise NotAllowed("city_administrator_only", _("Only an administrator of the whole city may do this."))
