"""Forms of links."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dongli.common.clock import today
from dongli.duties.forms import StepForm, day
from dongli.organisations.models import Mechanism, Organisation
from dongli.partnerships.actions.linking import Terms


class LinkForm(StepForm):
    """Which units, how, since when. `offered` are those found or chosen before; only they can be ticked."""

    mechanism = forms.ChoiceField(label=_("How they work together"), choices=Mechanism.choices)
    since = day(_("Since"))
    doing = forms.CharField(label=_("What is done"), max_length=300, required=False, widget=forms.Textarea({"rows": 2}))
    contact = forms.CharField(
        label=_("Who to ask at the unit"),
        help_text=_("An office rather than a person, where there is one. For several units leave it empty."),
        max_length=80,
        required=False,
    )
    units = forms.MultipleChoiceField(
        label=_("Units"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Please choose a unit.")}
    )

    def __init__(self, data: Any = None, *, offered: list[Organisation], **options: Any) -> None:
        super().__init__(data, **options)
        self.initial.setdefault("since", today())
        names = [(str(one.id), f"{one.name} · {one.area.name}") for one in offered]
        self.fields["units"].choices = names  # type: ignore[attr-defined]  # a MultipleChoiceField

    @property
    def unit_ids(self) -> list[UUID]:
        return [UUID(one) for one in self.cleaned_data["units"]]

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(data["mechanism"], data["since"], contact=data["contact"], doing=data["doing"])


class ChangeLinkForm(StepForm):
    """What is done, and who to ask; `seen` is the newest step the form was made from."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    doing = forms.CharField(label=_("What is done"), max_length=300, required=False, widget=forms.Textarea({"rows": 2}))
    contact = forms.CharField(label=_("Who to ask at the unit"), max_length=80, required=False)


class EndLinkForm(StepForm):
    """The first day without the link, and why."""

    on = day(_("First day without it"))
    reason = forms.CharField(label=_("Why it ends"), max_length=200, required=False)
