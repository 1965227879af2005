"""What is filled in about a problem, and the one question residents are asked about it."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.areas.models import Area
from dongli.cases.actions.problems import Acceptance
from dongli.cases.forms.fields import offer
from dongli.common.ids import parse_id
from dongli.duties.forms import StepForm, day, words
from dongli.duties.queries import Owner, owners


class AcceptForm(StepForm):
    """Who takes the problem on, how and by when."""

    owner = forms.ChoiceField(label=_("Owner"), help_text=_("The person who answers for it, and their unit."))
    measures = words(_("Measures"), _("What will be done. Residents read it: no names or telephone numbers."))
    due_on = day(_("Due on"))
    published = forms.BooleanField(label=_("Show it on the public board"), required=False, initial=True)

    def __init__(self, data: Any = None, *, area: Area, lead: str = "", **options: Any) -> None:
        """`lead`: the function of the department that leads the class; its officers stand first."""
        super().__init__(data, **options)
        found = sorted(owners(area), key=lambda one: not lead or one.organisation.function != lead)
        offer(self, "owner", [("", _("Please choose")), *_groups(found)])

    @property
    def acceptance(self) -> Acceptance:
        """What was filled in."""
        data = self.cleaned_data
        user, organisation = (parse_id(part) for part in data["owner"].split("/"))
        return Acceptance(
            owner_id=user or UUID(int=0),
            organisation_id=organisation or UUID(int=0),
            measures=data["measures"],
            due_on=data["due_on"],
            published=data["published"],
        )


def _groups(found: list[Owner]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Owners by organisation, in the order given."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        value = f"{one.user.id}/{one.organisation.id}"
        groups.setdefault(one.organisation.name, []).append((value, f"{one.user.name} · {one.organisation.name}"))
    return list(groups.items())


class RejectForm(forms.Form):
    """Why a proposed problem is left alone."""

    reason = words(_("Reason not to take it up"), _("For instance: it is being solved by a works programme."))


class HeldForm(forms.Form):
    """Has it held?"""

    held = forms.ChoiceField(
        label=_("Has it held?"),
        choices=[("yes", _("Yes, it is still solved")), ("no", _("No, the trouble is back"))],
        widget=forms.RadioSelect,
    )
