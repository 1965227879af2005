"""The notes of a case as its page shows them."""

from dataclasses import dataclass

from dongli.cases.forms.notes import NoteForm
from dongli.cases.models import Case, Note
from dongli.cases.queries import notes as reading
from dongli.common.ids import parse_id
from dongli.people.viewer import Viewer

ON_CASE_PAGE = 20


@dataclass(frozen=True)
class Panel:
    """The notes of a case as its page shows them, with the form for one more. `next`: where older ones begin."""

    case: Case
    notes: list[Note]
    form: NoteForm
    next: str = ""


def panel(viewer: Viewer, case: Case) -> Panel | None:
    """The panel for a case's page; None for whoever does not see the case by office. At most five statements."""
    return panel_of(case, NoteForm()) if reading.may_see(viewer, case) else None


def panel_of(case: Case, form: NoteForm, *, after: str = "", most: int = ON_CASE_PAGE) -> Panel:
    """A page of the notes with a form. Four statements."""
    found = reading.notes(case, parse_id(after))
    return Panel(case, found[:most], form, str(found[most - 1].id) if len(found) > most else "")
