"""What a desk fills in about a mass event. The rules are in the actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.cases.actions.events import MAX_NOTICE, MAX_TITLE, MOST_AREAS, NewEvent
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import VerbForm, category_choices, words_field

DAY_AND_TIME = "%Y-%m-%dT%H:%M"


def moment_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateTimeField:
    """A day and a time of the city."""
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=hint,
        input_formats=[DAY_AND_TIME, f"{DAY_AND_TIME}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=DAY_AND_TIME),
    )


class NoticeForm(VerbForm):
    """What everybody reads, and until when it is expected to last."""

    notice = words_field(
        _("Public notice"),
        limit=MAX_NOTICE,
        hint=_("Residents read this before they file: what happened, what is being done, until when. No names."),
    )
    ends_at = moment_field(_("Expected to end"), required=False)


class EventForm(NoticeForm):
    """A new event; its areas are ticked beside the form."""

    title = forms.CharField(
        label=_("Title"), max_length=MAX_TITLE, help_text=_("As residents would say it: “Water is off in the north”.")
    )
    category = forms.ChoiceField(label=_("Class"))
    whole_line = forms.BooleanField(
        label=_("All classes of this line belong to it"), required=False, help_text=_("Otherwise only this class.")
    )
    starts_at = moment_field(_("Since"), hint=_("Cases filed since then are proposed to be grouped."))
    field_order = ("title", "category", "whole_line", "starts_at", "ends_at", "notice")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "category", category_choices())
        self.areas = [str(code) for code in data.getlist("areas")[: MOST_AREAS + 1]] if data is not None else []

    @property
    def event(self) -> NewEvent:
        """What was filled in."""
        data = self.cleaned_data
        return NewEvent(
            title=data["title"],
            notice=data["notice"],
            category=data["category"],
            areas=self.areas,
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            whole_line=data["whole_line"],
        )
