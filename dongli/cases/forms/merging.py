"""What staff fill in to merge two cases. The rules are in the action."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import VerbForm, words_field
from dongli.cases.models import Case
from dongli.cases.queries.detail import case_by_number
from dongli.cases.queries.nearby import Near
from dongli.cases.workflow import CaseState
from dongli.common.clock import city_date
from dongli.common.errors import NotFound
from dongli.people.viewer import Viewer

OTHER_LEADS, THIS_LEADS = "other", "this"


class MergeForm(VerbForm):
    """With which case, and which of the two leads. `other` is the case chosen, once the form is valid."""

    nearby = forms.ChoiceField(label=gettext_lazy("Reported nearby"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label=gettext_lazy("Or the number of another case"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    leads = forms.ChoiceField(
        label=gettext_lazy("Which one leads"),
        choices=[
            (OTHER_LEADS, gettext_lazy("The other case; this one waits with it")),
            (THIS_LEADS, gettext_lazy("This case; the other one waits with it")),
        ],
        initial=OTHER_LEADS,
        widget=forms.RadioSelect,
    )
    words = words_field(
        gettext_lazy("In words"),
        required=False,
        limit=1000,
        hint=gettext_lazy("The resident of the case that waits reads this."),
    )

    def __init__(self, data: Any = None, *, viewer: Viewer, near: Sequence[Near], **options: Any) -> None:
        super().__init__(data, **options)
        self.viewer = viewer
        self.other: Case | None = None
        if near:
            offer(self, "nearby", [(one.case.number, _named(one)) for one in near])
        else:
            del self.fields["nearby"]
            self.fields["number"].label = _("Number of the other case")

    def clean(self) -> dict[str, Any]:
        """A number counts before the list; the case must be one that the viewer may see."""
        data = super().clean() or self.cleaned_data
        number = (data.get("number") or data.get("nearby") or "").strip().upper()
        if not self.errors:
            try:
                self.other = case_by_number(self.viewer, number)
            except NotFound:
                self.add_error("number", _("Choose a case, or give the number of one that you may see."))
        return data


def _named(near: Near) -> str:
    """A case in a list: how far, its class, when, how it stands."""
    case = near.case
    far = _("%(metres)s m") % {"metres": near.metres} if near.metres is not None else _("same compound")
    name = case.category.name if case.category is not None else ""
    return f"{far} · {name} · {city_date(case.filed_at)} · {CaseState(case.state).label} · {case.number}"
