"""A note: words and files."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases.actions.noting import MAX_WORDS
from dongli.cases.attachments import MAX_FILES
from dongli.cases.forms.staff import VerbForm, words_field
from dongli.cases.photos import Upload


class _SeveralInput(forms.FileInput):
    allow_multiple_selected = True


class _SeveralFiles(forms.Field):
    """All files sent under one name, as they are."""

    widget = _SeveralInput


class NoteForm(VerbForm):
    """What is written to colleagues. The files are checked by the action, from their content."""

    words = words_field(
        gettext_lazy("Note"),
        required=False,
        limit=MAX_WORDS,
        hint=gettext_lazy("Only staff read this. Write @ and a name to tell a colleague."),
    )
    attachments = _SeveralFiles(
        label=gettext_lazy("Attachments"),
        required=False,
        widget=_SeveralInput(attrs={"accept": "image/*,.pdf,.docx,.xlsx"}),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="note_%s", **options)
        most = _("Pictures, PDF, Word or Excel; %(count)s files at most.") % {"count": MAX_FILES}
        self.fields["attachments"].help_text = most

    @property
    def uploads(self) -> list[Upload]:
        """The files sent."""
        return list(self.cleaned_data["attachments"] or [])
