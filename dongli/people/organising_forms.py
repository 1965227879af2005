"""What the organisation desk fills in, a form per act. Forms parse and offer; the rules are in the actions."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.organisations import rules
from dongli.organisations.models import Line, OrganisationKind, UnitKind
from dongli.people.actions.organising import Basis, Founding

Kind = OrganisationKind
BLANK = ("", gettext_lazy("Please choose"))


class ActForm(forms.Form):
    """An act: in force from a day, by a document; `idempotency_key` names it, so that sent twice it is one act."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    document = forms.CharField(
        label=gettext_lazy("Number of the document"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        label=gettext_lazy("Why, in a sentence"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    own: tuple[str, ...] = ()
    seeks = ""
    """What is looked for by name: "organisation", "compound" or nothing."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.initial.setdefault("idempotency_key", new_id())
        self.initial.setdefault("on", today())
        self.order_fields(["idempotency_key", *self.own, "on", "document", "words"])

    @property
    def basis(self) -> Basis:
        """What the act rests on."""
        data = self.cleaned_data
        return Basis(data["idempotency_key"], data["on"], data["document"], data["words"])

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields to show, in order; what is looked for by name is shown by the page itself."""
        return [bound for bound in self.visible_fields() if bound.name != "other"]

    def other_id(self) -> UUID | None:
        """The organisation chosen, if any."""
        chosen: UUID | None = self.cleaned_data.get("other")
        return chosen


class FoundForm(ActForm):
    """A new organisation; only what its kind needs is asked."""

    name = forms.CharField(label=gettext_lazy("Name of the organisation"), max_length=120)
    unit_kind = forms.ChoiceField(label=gettext_lazy("Kind of unit"), choices=[BLANK, *UnitKind.choices])
    sector = forms.CharField(label=gettext_lazy("Industry or supply chain"), max_length=60)
    line = forms.ChoiceField(label=gettext_lazy("Line of business"), choices=[BLANK, *Line.choices])
    function = forms.CharField(
        label=gettext_lazy("Function"),
        max_length=40,
        help_text=gettext_lazy("What it does, as the catalogue of cases names it, for instance housing."),
    )
    other = forms.UUIDField(label=gettext_lazy("Under"), required=False, widget=forms.HiddenInput)
    own = ("name", "unit_kind", "sector", "line", "function", "other")
    seeks = "organisation"

    def __init__(self, data: Any = None, *, kind: OrganisationKind, functions: list[str], **options: Any) -> None:
        super().__init__(data, **options)
        self.kind = kind
        self.fields["function"].widget = forms.TextInput(attrs={"list": "functions", "autocomplete": "off"})
        self.functions = functions
        of_kind = {
            "unit_kind": kind == Kind.LINKED_UNIT,
            "sector": kind in rules.SECTORAL,
            "line": kind == Kind.DEPARTMENT,
            "function": kind == Kind.DEPARTMENT,
        }
        for name, wanted in of_kind.items():
            if not wanted:
                del self.fields[name]

    @property
    def founding(self) -> Founding:
        """The organisation to found."""
        data = self.cleaned_data
        facts = {name: data.get(name, "") for name in ("unit_kind", "sector", "function", "line")}
        return Founding(self.kind, data["name"], self.other_id(), **facts)


class RenameForm(ActForm):
    """A new name."""

    name = forms.CharField(label=gettext_lazy("New name"), max_length=120)
    own = ("name",)


class MoveForm(ActForm):
    """Another parent; none is a choice."""

    other = forms.UUIDField(label=gettext_lazy("New parent"), required=False, widget=forms.HiddenInput)
    own = ("other",)
    seeks = "organisation"


class MergeForm(ActForm):
    """Into which organisation, and under which name it goes on."""

    other = forms.UUIDField(label=gettext_lazy("Merged into"), widget=forms.HiddenInput)
    new_name = forms.CharField(
        label=gettext_lazy("Name of both together"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Leave it empty to keep the name of the one that goes on."),
    )
    own = ("other", "new_name")
    seeks = "organisation"


class SplitForm(ActForm):
    """The new part, or one that stands; what passes to it is read by `passes` and `chosen`."""

    name = forms.CharField(
        label=gettext_lazy("Name of the new part"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Or choose an organisation below that takes the part over."),
    )
    line = forms.ChoiceField(label=gettext_lazy("Line of business"), choices=[BLANK, *Line.choices], required=False)
    function = forms.CharField(label=gettext_lazy("Function"), max_length=40, required=False)
    sector = forms.CharField(label=gettext_lazy("Industry or supply chain"), max_length=60, required=False)
    other = forms.UUIDField(label=gettext_lazy("To one that stands"), required=False, widget=forms.HiddenInput)
    own = ("name", "line", "function", "sector", "other")
    seeks = "organisation"

    def __init__(self, data: Any = None, *, kind: OrganisationKind, **options: Any) -> None:
        super().__init__(data, **options)
        self.kind = kind
        dropped = [] if kind == Kind.DEPARTMENT else ["line", "function"]
        for name in [*dropped, *([] if kind in rules.SECTORAL else ["sector"])]:
            del self.fields[name]

    @property
    def founding(self) -> Founding | None:
        """The part to found; None when one that stands was chosen."""
        data = self.cleaned_data
        if self.other_id() is not None or not data["name"]:
            return None
        facts = {name: data.get(name, "") for name in ("sector", "function", "line")}
        return Founding(self.kind, data["name"], None, **facts)


class GroundForm(ActForm):
    """Another area that it serves."""

    other = forms.CharField(label=gettext_lazy("Ground"), max_length=20, widget=forms.HiddenInput)
    own = ("other",)
    seeks = "compound"


class JoinForm(ActForm):
    """Who joins the committee."""

    other = forms.UUIDField(label=gettext_lazy("Member"), widget=forms.HiddenInput)
    own = ("other",)
    seeks = "organisation"


def ground_levels(kind: OrganisationKind) -> list[str]:
    """The levels of the grounds that this kind serves."""
    return [str(level) for level in rules.GROUNDS.get(kind, ())]


def label_of_area(area: Area) -> str:
    """A place with the one around it."""
    return f"{area.name} · {area.parent.name}" if area.parent is not None else area.name
