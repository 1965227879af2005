"""Pages about an organisation that stand in apps to the right: they register here, its own page leads there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from dongli.organisations.models import Organisation
from dongli.people.viewer import Viewer


@dataclass(frozen=True)
class Door:
    """`url_name` takes the organisation's id; `opens` says for whom and which organisations the page is there."""

    url_name: str
    label: str | Promise
    icon: str
    opens: Callable[[Viewer, Organisation], bool]


_doors: dict[str, Door] = {}


def register(door: Door) -> None:
    """Register a door under its address; registering it again changes nothing."""
    _doors[door.url_name] = door


def doors(viewer: Viewer, organisation: Organisation) -> list[tuple[str, str, str]]:
    """Address, label and icon of each page that is there for this viewer."""
    return [
        (reverse(door.url_name, args=[organisation.pk]), str(door.label), door.icon)
        for door in _doors.values()
        if door.opens(viewer, organisation)
    ]
