"""The catalogue of offers, as it holds today and as it was."""

from collections.abc import Iterable

from django.db.models import Q

from dongli.common.clock import today
from dongli.volunteering.models import Offer


def on_offer() -> list[Offer]:
    """What can be offered and wished for today, in the order of the catalogue. One query."""
    return list(Offer.objects.filter(Q(until=None) | Q(until__gt=today()), since__lte=today()))


def names() -> dict[str, str]:
    """Code → its newest name, ended kinds too. One query."""
    return dict(Offer.objects.order_by("since").values_list("code", "name"))


def unknown(codes: Iterable[str]) -> set[str]:
    """Those of `codes` that are not on offer today. One query."""
    return set(codes) - {one.code for one in on_offer()}
