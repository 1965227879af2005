"""What a duty came from: apps that make duties register here, at start-up, what there is to say of it now."""

from collections.abc import Callable
from dataclasses import dataclass

from dongli.duties.models import Duty


@dataclass(frozen=True)
class Said:
    """A sentence about a duty's source as it is now, with an icon of the sprite and a tone."""

    text: str
    icon: str
    tone: str = ""


Teller = Callable[[Duty], Said | None]
_tellers: dict[str, Teller] = {}


def register(source_kind: str, teller: Teller) -> None:
    """Let `teller` speak for duties of this source; doing so again replaces it."""
    _tellers[source_kind] = teller


def said_of(duty: Duty) -> Said | None:
    """What there is to say of a duty's source; nothing for most."""
    teller = _tellers.get(duty.source_kind)
    return teller(duty) if teller is not None else None
