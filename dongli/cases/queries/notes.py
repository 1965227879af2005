"""Notes of a case, and whom one may mention: for staff who see the case by office, and nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dongli.areas.naming import pinyin_keys
from dongli.cases import access
from dongli.cases.models import Case, Note, NoteFile, Task
from dongli.cases.workflow import LIVE_TASK_STATES
from dongli.common.errors import NotFound
from dongli.people import queries as people
from dongli.people.models import User
from dongli.people.viewer import Viewer

PAGE = 100
OFFERED = 8


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be mentioned; `handle` goes behind the @: the name, or for namesakes the user name."""

    user: User
    handle: str


def may_see(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer reads and writes the notes of `case`. One query."""
    return Case.objects.filter(access.as_staff(viewer), pk=case.pk).exists()


def check_may_see(viewer: Viewer, case_id: UUID) -> Case:
    """The case whose notes these are; raises `NotFound` for whoever does not see it by office."""
    found = Case.objects.filter(access.as_staff(viewer), pk=case_id).select_related("desk", "community").first()
    if found is None:
        raise NotFound("no_such_case", _("There is no such case."))
    return found


def notes(case: Case, after: UUID | None = None) -> list[Note]:
    """A page of the notes, newest first, with words, mentions and files. Four statements, however many there are."""
    found = Note.objects.filter(case=case).select_related("author", "text")
    if after is not None:
        found = found.filter(pk__lt=after)
    return list(found.prefetch_related("files", "mentions__user").order_by("-id")[:PAGE])


def note_file(viewer: Viewer, file_id: UUID) -> NoteFile:
    """An attachment; raises `NotFound` unless the viewer sees the notes of its case."""
    found = NoteFile.objects.filter(pk=file_id).select_related("note").first()
    if found is None:
        raise NotFound("no_such_file", _("There is no such file."))
    check_may_see(viewer, found.note.case_id)
    return found


def colleagues(case: Case) -> list[Colleague]:
    """Everybody who sees `case` by office, by name: those `access.as_staff` would let in. At most four queries."""
    roles = access.FEW_ROLES if case.danger else access.WATCHING_ROLES
    users = {user.id: user for user in people.holders(roles, case.desk)}
    tasks = Task.objects.filter(case=case, state__in=sorted(LIVE_TASK_STATES)).select_related("worker")
    users |= {user.id: user for user in _at_work(case, list(tasks))}
    shut_out = {*case.hidden_from, case.resident_id}
    fit = [user for user in users.values() if user.id not in shut_out and user.may_log_in]
    return _with_handles(sorted(fit, key=lambda user: (user.name, user.username or "")))


def _at_work(case: Case, tasks: list[Task]) -> Iterable[User]:
    """Workers and officers of live tasks; for one in the pool, whoever may take it."""
    yield from (task.worker for task in tasks if task.worker is not None)
    officers = people.officers_of(task.organisation_id for task in tasks if task.organisation_id is not None)
    for several in officers.values():
        yield from several
    pooled = any(task.worker_id is None and task.organisation_id is None for task in tasks)
    if pooled and not case.danger and case.community is not None:
        yield from people.holders(access.POOL_ROLES, case.community)


def _with_handles(users: list[User]) -> list[Colleague]:
    names = [user.name for user in users]
    return [
        Colleague(user, user.name if user.name and names.count(user.name) == 1 else user.username or user.name)
        for user in users
    ]


def offered(case: Case, words: str, *, without: User, most: int = OFFERED) -> list[Colleague]:
    """Colleagues whose name, pinyin, initials or user name begins with (or whose name holds) `words`."""
    wanted = words.strip().lower()
    others = (one for one in colleagues(case) if one.user.id != without.id)
    return [one for one in others if _answers_to(one.user, wanted)][:most]


def _answers_to(user: User, wanted: str) -> bool:
    if not wanted or wanted in user.name.lower() or (user.username or "").startswith(wanted):
        return True
    return any(key.startswith(wanted) for key in pinyin_keys(user.name)) if user.name else False


def staff_called(names: Iterable[str]) -> User | None:
    """Somebody with a role who is called so, by name or user name: to tell “may not see it” from “no such person”."""
    wanted = list(names)
    called = Q(name__in=wanted) | Q(username__in=wanted)
    return User.objects.filter(called, grants__isnull=False).order_by("id").first()
