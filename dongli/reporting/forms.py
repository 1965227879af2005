"""What is filled in about a gap. Forms parse; the rules are in the actions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import parse_id
from dongli.duties.forms import StepForm, day, words
from dongli.duties.queries import Owner, owners
from dongli.reporting.actions.assigning import Charge
from dongli.reporting.actions.reasons import MAX_WORDS, Given
from dongli.reporting.models import GapReason

NOBODY = UUID(int=0)


class ReasonForm(StepForm):
    """Why there is a gap, and until when that holds."""

    reason = forms.ChoiceField(label=_("Reason for the gap"))
    words = forms.CharField(
        label=_("In words"),
        help_text=_("What is being done about it. No names or telephone numbers."),
        max_length=MAX_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    last_day = day(_("Holds until"))

    def __init__(self, data: Any = None, *, reasons: Sequence[GapReason], **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Please choose")), *((str(one.id), one.name) for one in reasons)]
        self.fields["last_day"].initial = today() + timedelta(days=90)

    @property
    def given(self) -> Given:
        """What was filled in."""
        data = self.cleaned_data
        return Given(parse_id(data["reason"]) or NOBODY, data["words"], data["last_day"])


class ChargeForm(StepForm):
    """Whose duty the gap becomes."""

    owner = forms.ChoiceField(label=_("Owner"), help_text=_("The person who answers for it, and their unit."))
    measures = words(_("Measures"), _("What will be done to close the gap."))
    due_on = day(_("Due on"))

    def __init__(self, data: Any = None, *, area: Area, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["owner"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Please choose")), *_groups(owners(area))]

    @property
    def charge(self) -> Charge:
        """What was filled in."""
        data = self.cleaned_data
        user, _slash, organisation = data["owner"].partition("/")
        return Charge(parse_id(user) or NOBODY, parse_id(organisation) or NOBODY, data["measures"], data["due_on"])


def _groups(found: Sequence[Owner]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Owners by organisation, in the order given."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        value = f"{one.user.id}/{one.organisation.id}"
        groups.setdefault(one.organisation.name, []).append((value, f"{one.user.name} · {one.organisation.name}"))
    return list(groups.items())
