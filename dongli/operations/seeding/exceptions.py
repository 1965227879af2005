"""What does not go the usual way, in the personas' community: one of each, taken by the actions."""

from datetime import timedelta

from django.db.models import F

from dongli.areas.models import Area
from dongli.cases.actions import appealing_lateness, excluding, overseeing, ownership, verifying
from dongli.cases.models import Case, Task
from dongli.cases.workflow import CLOSED_STATES, UNDER_WAY, CaseState
from dongli.common.clock import now, today
from dongli.common.ids import new_id
from dongli.people.models import RosterEntry, User
from dongli.people.queries import officers_of
from dongli.people.viewer import Viewer


def seed_exceptions() -> int:
    """Looks on site, a case without a clear owner, exclusions, an overdue appeal, a supervised case; how many."""
    turn = RosterEntry.objects.filter(user__username="demo-worker", grid__isnull=False).select_related("grid").first()
    if turn is None or turn.grid is None:
        return 0
    home = turn.grid.community
    return _looks(home) + _ownerless(home) + _exclusions(home) + _supervised(home) + _appeal(home)


def _persona(name: str) -> Viewer:
    return Viewer.of(User.objects.filter(username=f"demo-{name}").first())


def _at(home: Area, *states: str) -> list[Case]:
    """Ordinary cases of the community in one of `states`, the newest first."""
    rows = Case.objects.filter(community=home, state__in=states, about="", danger="", desk=home)
    return list(rows.select_related("category").order_by("-id")[:6])


def _looks(home: Area) -> int:
    """The worker is asked to look at one case, and has looked at another."""
    found = [case for case in _at(home, CaseState.FILED) if case.grid_id is not None][:2]
    desk, worker = _persona("community"), _persona("worker")
    for nth, case in enumerate(found):
        words = "请到现场看看是否属实，位置以当事人描述为准。"
        verifying.ask_verify(viewer=desk, case_id=case.id, key=new_id(), words=words, worker=worker.known.id)
        if nth:
            words = "已到现场，情况属实，范围约两米，建议立案。"
            verifying.verify(viewer=worker, case_id=case.id, key=new_id(), finding="found", words=words)
    return len(found)


def _ownerless(home: Area) -> int:
    found = _at(home, CaseState.REGISTERED)[:1]
    for case in found:
        ownership.mark_ownerless(viewer=_persona("community"), case_id=case.id, key=new_id())
    return len(found)


def _exclusions(home: Area) -> int:
    """One waits for the second level, one was granted."""
    found = _at(home, *CLOSED_STATES)[:2]
    for nth, case in enumerate(found):
        words = "诉求超出政策范围，已当面解释并留存依据。"
        reason = ("unreasonable_demand", "out_of_scope")[nth]
        excluding.ask_exclusion(viewer=_persona("community"), case_id=case.id, key=new_id(), reason=reason, words=words)
        if nth:
            words = "依据充分，同意不计入统计；仍请社区做好解释。"
            excluding.grant_exclusion(viewer=_persona("subdistrict"), case_id=case.id, key=new_id(), words=words)
    return len(found)


def _supervised(home: Area) -> int:
    late = Case.objects.filter(community=home, desk=home, state__in=UNDER_WAY, due_at__lt=now(), about="", danger="")
    found = late.order_by("-id")[:1]
    for case in found:
        by, words = today() + timedelta(days=1), "已超期，请明日下班前办结并回复居民。"
        overseeing.supervise(viewer=_persona("subdistrict"), case_id=case.id, key=new_id(), demanded_by=by, words=words)
    return len(found)


def _appeal(home: Area) -> int:
    """A department of the district says why it was late; the first review is the subdistrict's."""
    subdistrict = home.parent
    late = Task.objects.filter(
        case__state__in=CLOSED_STATES, state="answered", organisation__isnull=False, answered_at__gt=F("due_at"),
        case__desk__path__startswith=subdistrict.path if subdistrict is not None else home.path, case__danger="",
    ).order_by("-id")  # fmt: skip
    task = late.first()
    officers = (
        officers_of([task.organisation_id]).get(task.organisation_id, []) if task and task.organisation_id else []
    )
    if task is None or not officers:
        return 0
    words = "配件由厂家统一调配，停工两天有记录，非本单位原因。"
    appealing_lateness.appeal_lateness(viewer=Viewer.of(officers[0]), task_id=task.id, key=new_id(), words=words)
    return 1
