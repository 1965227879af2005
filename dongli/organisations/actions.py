"""Every write to organisations. People stand to the right of this app, so who may call is checked by the caller."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.areas.naming import pinyin_keys
from dongli.common.clock import today
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.organisations.models import Line, Organisation, OrganisationKind

COMPARED = ("name", "kind", "function", "line", "area_id", "parent_id", "is_fallback")


@transaction.atomic
def add_organisation(
    *,
    area: Area,
    name: str,
    kind: OrganisationKind,
    function: str = "",
    line: Line | None = None,
    code: str = "",
    parent: Organisation | None = None,
    is_fallback: bool = False,
    founded_on: date | None = None,
) -> Organisation:
    """A new organisation at `area`; `code` defaults to the area's code and the function (or kind).

    Safe to repeat: the same organisation again answers the one there is. Raises `Invalid` for a department without
    function or line, `Conflict` when the code, the area's office or the area's department of that function is taken.
    """
    kind = OrganisationKind(kind)
    if kind is OrganisationKind.DEPARTMENT and not (function and line):
        raise Invalid("no_function", _("A department needs a function and a line of business."), field="function")
    words = clean(name, field="name", max_length=120, required=True)
    pinyin, initials = pinyin_keys(words)
    made = Organisation(
        code=code or f"{area.code}-{function or kind.value}",
        name=words,
        pinyin=pinyin,
        initials=initials,
        kind=kind,
        function=clean(function, field="function", max_length=40),
        line=Line(line) if line else "",
        area=area,
        parent=parent,
        is_fallback=is_fallback,
        founded_on=founded_on,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        return _the_same(made, error)
    return made


def _the_same(wanted: Organisation, error: IntegrityError) -> Organisation:
    found = Organisation.objects.filter(code=wanted.code, dissolved_on=None).first()
    if found is not None and all(getattr(found, name) == getattr(wanted, name) for name in COMPARED):
        return found
    raise Conflict("organisation_exists", _("There is already such an organisation in this area.")) from error


@transaction.atomic
def rename(*, organisation: Organisation, name: str) -> Organisation:
    """Give it a new name; its code, and all that refers to it, stay."""
    found = _lock(organisation)
    found.name = clean(name, field="name", max_length=120, required=True)
    found.pinyin, found.initials = pinyin_keys(found.name)
    found.save(update_fields=["name", "pinyin", "initials"])
    return found


@transaction.atomic
def dissolve(*, organisation: Organisation, on: date | None = None) -> Organisation:
    """End it on a date (today if none is given). Repeating it changes nothing. Its records stay."""
    found = _lock(organisation)
    if found.dissolved_on is None:
        found.dissolved_on = on or today()
        found.save(update_fields=["dissolved_on"])
    return found


def _lock(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
