"""What desks write to each other, who opened a contact, a request for deletion: a few of each, by the actions."""

from dongli.areas.models import Area
from dongli.cases.actions import deletion, noting
from dongli.cases.models import Case
from dongli.cases.workflow import ENDED_CASE_STATES, CaseState
from dongli.common.ids import new_id
from dongli.people.actions import open_record
from dongli.people.models import RosterEntry, User
from dongli.people.viewer import Viewer

NOTES = (
    ("community", "业主白天不在家，请晚上七点后上门。@{worker}"),
    ("secretary", "物业经理已口头答应配合，进场前再联系一次。"),
    ("subdistrict", "同类诉求本月第三件，请一并查清原因。@{community}"),
)


def seed_desk() -> int:
    """Notes on a case in hand in the worker's community, looks at the resident's contact, one request; how many."""
    turn = RosterEntry.objects.filter(user__username="demo-worker", grid__isnull=False).select_related("grid").first()
    if turn is None or turn.grid is None:
        return 0
    return _notes(turn.grid.community) + _looks() + _request()


def _persona(name: str) -> Viewer:
    return Viewer.of(User.objects.get(username=f"demo-{name}"))


def _notes(home: Area) -> int:
    worker = _persona("worker")
    mine = Case.objects.filter(desk=home, state=CaseState.WORKING, about="", danger="", tasks__worker=worker.known)
    case = mine.order_by("-id").first()
    if case is None:
        return 0
    handles = {"worker": worker.known.username, "community": "demo-community"}
    for name, words in NOTES:
        noting.write_note(viewer=_persona(name), case_id=case.id, key=new_id(), words=words.format(**handles))
    return len(NOTES)


def _looks() -> int:
    """The community's desk has opened the contact of the resident's newest appeals."""
    found = Case.objects.filter(resident__username="demo-resident", contact__isnull=False).order_by("-id")[:2]
    for case in found:
        open_record(
            viewer=_persona("community"),
            kind="case",
            subject=case.id,
            field="contact",
            value="",
            person=case.resident,
            area=case.desk,
            called=case.number,
        )
    return len(found)


def _request() -> int:
    """The resident asks that an appeal that has ended is deleted; the subdistrict has it on its list."""
    ended = Case.objects.filter(resident__username="demo-resident", state__in=sorted(ENDED_CASE_STATES))
    case = ended.order_by("id").first()
    if case is None:
        return 0
    deletion.ask_deletion(viewer=_persona("resident"), key=new_id(), case_id=case.id)
    return 1
