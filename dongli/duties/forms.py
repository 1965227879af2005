"""What is filled in about a duty. Forms parse; the rules are in the actions."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.common.ids import new_id
from dongli.duties.actions import MAX_WORDS


class StepForm(forms.Form):
    """A step to take: `idempotency_key` names it, so that the same form sent twice is one step."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(data, **options)
        self.initial.setdefault("idempotency_key", new_id())

    @property
    def key(self) -> UUID:
        """The key of the step."""
        key: UUID = self.cleaned_data["idempotency_key"]
        return key


def day(label: Any) -> forms.DateField:
    """A date."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def words(label: Any, hint: Any = "") -> forms.CharField:
    """A few sentences."""
    return forms.CharField(label=label, help_text=hint, max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 3}))


class ProgressForm(StepForm):
    """How far it is."""

    words = words(_("Progress"), _("What has been done, what comes next. No names or telephone numbers."))
    published = forms.BooleanField(label=_("Show it on the public board"), required=False, initial=True)


class CloseForm(StepForm):
    """Fulfilled, with evidence."""

    evidence = words(
        _("Evidence"),
        _("What shows that it is solved: when, where, what was done, who accepted it. Residents concerned read it."),
    )


class DropForm(StepForm):
    """Dropped, with a reason."""

    reason = words(_("Reason to drop it"))


class ReopenForm(StepForm):
    """Taken up again."""

    reason = words(_("Why it has to be taken up again"))
    due_on = day(_("New date"))
