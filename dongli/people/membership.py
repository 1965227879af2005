"""Party membership, kept only while somebody's work needs it: a tenure here, or a reason that an app registers.

An app to the right registers what else needs it (`needed_while`), and calls `settle_membership` when that ends.
"""

from collections.abc import Callable

from dongli.common.clock import today
from dongli.organisations.models import Organisation
from dongli.people.models import PartyMembership, Tenure, User
from dongli.people.queries.posts import lasting

Reason = Callable[[User], bool]
_reasons: list[Reason] = []


def needed_while(reason: Reason) -> Reason:
    """Register a reason to keep a membership; usable as a decorator. Registering it twice changes nothing."""
    if reason not in _reasons:
        _reasons.append(reason)
    return reason


def record_membership(*, person: User, organisation: Organisation | None, by: User | None) -> PartyMembership:
    """Note that `person` is a member, of which branch; what is noted stays. Who may is checked by the caller."""
    found, _made = PartyMembership.objects.get_or_create(
        person=person, defaults={"organisation": organisation, "recorded_by": by}
    )
    return found


def settle_membership(person: User) -> bool:
    """Forget the membership, and its history, unless a tenure or a registered reason needs it; whether it went."""
    return not _is_needed(person) and forget_membership(person)


def forget_membership(person: User) -> bool:
    """Forget the membership and its history; whether there was one."""
    rows = PartyMembership.objects.filter(person=person)
    history = PartyMembership.pgh_event_model.objects.filter(person_id=person.pk)  # type: ignore[attr-defined]  # pghistory's
    gone, _tables = rows.delete()
    history.delete()
    return bool(gone)


def _is_needed(person: User) -> bool:
    serving = Tenure.objects.filter(lasting(today()), person=person)
    return serving.exists() or any(reason(person) for reason in _reasons)
