"""Founding many organisations in one step, as a table brings them: each checked as `organising.found` checks one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.areas.naming import pinyin_keys
from dongli.common.errors import Conflict
from dongli.common.ids import short_code
from dongli.common.text import clean
from dongli.organisations import rules
from dongli.organisations.models import Organisation, OrganisationKind
from dongli.people.actions.organising import Basis, Founding, check_day, check_organises
from dongli.people.models import ActKind, OrganisationAct
from dongli.people.viewer import Viewer

ONE_A_PLACE = (*rules.ALONE, OrganisationKind.OFFICE)


@dataclass(frozen=True)
class Founded:
    """An organisation that passed every check and is not stored yet, with what its founding rests on."""

    organisation: Organisation
    basis: Basis


def prepare(
    *,
    viewer: Viewer,
    area: Area,
    founding: Founding,
    basis: Basis,
    parent: Organisation | None,
    there: Sequence[Organisation],
) -> Founded:
    """Check a founding; `there` is what stands at `area` already. Errors as for `organising.found`. No statement."""
    check_organises(viewer, area)
    check_day(basis.on)
    kind = OrganisationKind(founding.kind)
    rules.check_level(kind, area)
    rules.check_facts(
        kind,
        unit_kind=founding.unit_kind,
        sector=founding.sector,
        function=founding.function,
        line=founding.line,
    )
    rules.check_parent(kind, area, parent)
    _check_alone(kind, founding.function, there)
    document = clean(basis.document, field="document", max_length=60, required=True)
    made = Organisation(
        name=clean(founding.name, field="name", max_length=120, required=True),
        kind=kind,
        function=clean(founding.function, field="function", max_length=40) if founding.line else "",
        line=founding.line,
        area=area,
        parent=parent,
        unit_kind=founding.unit_kind,
        sector=clean(founding.sector, field="sector", max_length=60),
        founded_on=basis.on,
    )
    made.pinyin, made.initials = pinyin_keys(made.name)
    return Founded(made, Basis(basis.key, basis.on, document))


def _check_alone(kind: OrganisationKind, function: str, there: Sequence[Organisation]) -> None:
    same = [one for one in there if one.kind == kind]
    if (kind in ONE_A_PLACE and same) or (
        kind == OrganisationKind.DEPARTMENT and any(one.function == function for one in same)
    ):
        message = _("%(kind)s: there is one here already. Rename or dissolve that one first.") % {"kind": kind.label}
        raise Conflict("one_already", message, field="kind")


@transaction.atomic
def store(*, viewer: Viewer, founded: Sequence[Founded]) -> None:
    """Store what `prepare` has checked, parents before children, each with its act. Five statements."""
    areas = {one.organisation.area_id: one.organisation.area for one in founded}
    for area in areas.values():
        check_organises(viewer, area)
    list(Area.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=areas).order_by("pk"))
    _give_codes([one.organisation for one in founded])
    Organisation.objects.bulk_create([one.organisation for one in founded])
    OrganisationAct.objects.bulk_create(
        OrganisationAct(
            id=one.basis.key,
            organisation=one.organisation,
            number=1,
            kind=ActKind.FOUNDED,
            on=one.basis.on,
            document=one.basis.document,
            recorded_by=viewer.known,
            other=one.organisation.parent,
            new_name=one.organisation.name,
        )
        for one in founded
    )


def _give_codes(made: Sequence[Organisation]) -> None:
    """The area's code and the function or kind, with some random characters where that is taken."""
    stems = {one.pk: f"{one.area.code}-{one.function or one.kind}"[:50] for one in made}
    taken = set(Organisation.objects.filter(code__in=set(stems.values())).values_list("code", flat=True))
    for one in made:
        stem = stems[one.pk]
        one.code = f"{stem}-{short_code(6)}" if stem in taken else stem
        taken.add(stem)
