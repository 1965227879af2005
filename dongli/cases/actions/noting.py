"""Notes: staff write to each other about a case, mention colleagues, attach files; none of it reaches the resident."""

import re
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dongli.cases import attachments
from dongli.cases.attachments import Attachment
from dongli.cases.models import Case, Note, NoteFile, NoteMention, NoteText
from dongli.cases.models.notes import FileKind
from dongli.cases.photos import Upload
from dongli.cases.queries import notes as reading
from dongli.cases.queries.notes import Colleague
from dongli.common.errors import Conflict, Invalid
from dongli.common.text import clean
from dongli.notices import kinds
from dongli.notices.actions import notify
from dongli.people.models import User
from dongli.people.viewer import Viewer

MAX_WORDS = 2000
MAX_MENTIONS = 10
LONGEST_NAME = 40
_MENTION = re.compile(rf"(?<![A-Za-z0-9._@-])@([^\s@]{{1,{LONGEST_NAME}}})")
ENDINGS: dict[str, str] = {FileKind.IMAGE: "jpg", FileKind.PDF: "pdf", FileKind.DOCX: "docx", FileKind.XLSX: "xlsx"}

kinds.register("cases.mention", gettext_noop("%(author)s mentions you in a note on case %(number)s"))


def write_note(*, viewer: Viewer, case_id: UUID, key: UUID, words: str, files: Sequence[Upload] = ()) -> Note:
    """Write a note with its attachments, and tell those whom `words` mention (@name); the same key is the same note.

    Raises `NotFound` for whoever does not see the case by office, `Invalid` for a bad file, too many of them, a mention
    of nobody, or of somebody who may not see the case.
    """
    reading.check_may_see(viewer, case_id)
    text = clean(words, field="words", max_length=MAX_WORDS, required=not files)
    if len(files) > attachments.MAX_FILES:
        message = _("Please attach at most %(count)d files.") % {"count": attachments.MAX_FILES}
        raise Invalid("too_many_files", message, field="attachments")
    found = [attachments.prepare(upload) for upload in files]
    saved: list[str] = []
    try:
        return _write(viewer, case_id, key, text, found, saved)
    except Exception:  # whatever it was, no file stays without its row
        for name in saved:
            default_storage.delete(name)
        raise


@transaction.atomic
def _write(viewer: Viewer, case_id: UUID, key: UUID, text: str, found: list[Attachment], saved: list[str]) -> Note:
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    case = reading.check_may_see(viewer, case_id)
    if (earlier := _earlier(viewer, case, key)) is not None:
        return earlier
    mentioned = mentions(text, case)
    note = Note.objects.create(id=key, case=case, author=viewer.known)
    NoteText.objects.create(note=note, words=text)
    others = [user for user in mentioned if user.id != viewer.known.id]
    NoteMention.objects.bulk_create(NoteMention(note=note, user=user) for user in others)
    _attach(note, found, saved)
    params = {"number": case.number, "author": viewer.known.name or str(viewer.known)}
    notify(users=others, kind="cases.mention", params=params, url=f"{address_of(case)}#note-{note.id}")
    return note


def address_of(case: Case) -> str:
    """The page that shows the notes of a case."""
    return reverse("case_notes", args=[case.pk])


def _earlier(viewer: Viewer, case: Case, key: UUID) -> Note | None:
    earlier = Note.objects.filter(pk=key).first()
    if earlier is not None and (earlier.case_id, earlier.author_id) != (case.id, viewer.known.id):
        raise Conflict("key_in_use", _("This form was already used for something else. Please open the page again."))
    return earlier


def _attach(note: Note, found: list[Attachment], saved: list[str]) -> None:
    """Store the files under random names, each named in `saved`."""
    for one in found:
        content = ContentFile(one.data, name=f"{secrets.token_urlsafe(24)}.{ENDINGS[one.kind]}")
        row = NoteFile(note=note, kind=one.kind, name=one.name, file=content, size=len(one.data))
        row.save(force_insert=True)
        saved.append(str(row.file))


def mentions(text: str, case: Case) -> list[User]:
    """Whom `text` mentions, each once; raises `Invalid` for a name that nobody who sees the case answers to."""
    written = _MENTION.findall(text)
    if not written:
        return []
    if len(written) > MAX_MENTIONS:
        message = _("Please mention at most %(count)d people in a note.") % {"count": MAX_MENTIONS}
        raise Invalid("too_many_mentions", message, field="words")
    known = reading.colleagues(case)
    found = {user.id: user for user in (_meant(one, known) for one in written)}
    return list(found.values())


def _meant(written: str, known: list[Colleague]) -> User:
    """The colleague whose name `written` begins with, the longest name first: Chinese goes on without a space."""
    names = [(name, one.user) for one in known for name in {one.handle, one.user.name, one.user.username or ""} if name]
    fitting = [(name, user) for name, user in names if written.startswith(name)]
    longest = max((len(name) for name, _user in fitting), default=0)
    meant = {user.id: user for name, user in fitting if len(name) == longest}
    if len(meant) == 1:
        return next(iter(meant.values()))
    if meant:
        handles = _(", ").join(f"@{user.username}" for user in meant.values())
        message = _("Several people are called so. Please write one of: %(handles)s") % {"handles": handles}
        raise Invalid("several_called_so", message, field="words")
    raise _nobody(written)


def _nobody(written: str) -> Invalid:
    person = reading.staff_called(written[:length] for length in range(1, len(written) + 1))
    if person is None:
        message = _("Nobody who may see this case is called “@%(name)s”. Choose from the list, or leave out the @.")
        return Invalid("nobody_called_so", message % {"name": written}, field="words")
    message = _("%(name)s may not see this case. Leave out the @, or ask the desk to bring their department in.")
    return Invalid("may_not_see_it", message % {"name": person}, field="words")
