"""One answer to several cases."""

from django import forms
from django.utils.translation import gettext_lazy

from dongli.cases.actions.handling import MAX_WORDS
from dongli.cases.forms.staff import VerbForm, words_field


class BulkAnswerForm(VerbForm):
    """The words; which cases were ticked is read beside it, since any of them may have moved on meanwhile."""

    words = words_field(
        gettext_lazy("What was done"),
        limit=MAX_WORDS,
        hint=gettext_lazy("Each resident reads these words on the page of their own case: name nobody in them."),
    )
    cases = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
