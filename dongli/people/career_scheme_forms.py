"""The numbers of a pay scheme as fields: to try them out, and to set a new scheme."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.common.ids import new_id
from dongli.people.actions.career_schemes import NewScheme
from dongli.people.career_forms import day_field
from dongli.people.careers.rules import LONGEST_STEP, MOST_GRADES, Scheme
from dongli.people.models import Certificate, Degree


class NumbersForm(forms.Form):
    """Every number of a scheme, as fields that start as they are. `year`: whose average wage is asked for."""

    def __init__(self, data: Any = None, *, scheme: Scheme, rule: Mapping[str, Any], year: int, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.scheme, self.rule, self.year = scheme, rule, year
        self._steps()
        self._credits()
        self._allowances()
        self._posts()
        for grade, coefficient in enumerate(scheme.coefficients, start=1):
            self._decimal(f"grade_{grade}", _("Grade %(grade)d") % {"grade": grade}, coefficient, most=100)

    def _steps(self) -> None:
        known = self.scheme.wage_for(self.year + 1)
        self._whole("step_years", _("Years of a step"), self.scheme.step_years, most=LONGEST_STEP, least=1)
        self._decimal("uplift", _("Uplift"), self.scheme.uplift, most=10)
        label = _("Average monthly wage of %(year)d, yuan") % {"year": self.year}
        self._decimal("wage", label, known[1] if known is not None else None)

    def _credits(self) -> None:
        for code, years in self.scheme.degrees.items():
            name = Degree(code).label if code in Degree.values else code
            self._whole(f"degree_{code}", _("Credited years: %(degree)s") % {"degree": name}, years, most=30)
        for code, bonus in self.scheme.certificates.items():
            name = Certificate(code).label if code in Certificate.values else code
            self._whole(f"certificate_{code}", _("Grades more: %(certificate)s") % {"certificate": name}, bonus, most=9)

    def _allowances(self) -> None:
        for one in self.scheme.allowances:
            label = _("%(allowance)s, yuan a month") % {"allowance": one.label}
            self._decimal(f"allowance_{one.code}", label, one.amount, least="0")

    def _posts(self) -> None:
        for one in self.scheme.posts.values():
            base = _("Base grade: %(post)s") % {"post": one.label}
            last = _("Last grade: %(post)s") % {"post": one.label}
            self._whole(f"base_{one.code}", base, one.base, most=MOST_GRADES, least=1)
            self._whole(f"last_{one.code}", last, one.last, most=MOST_GRADES, least=1)

    def _whole(self, name: str, label: str, value: int, *, most: int, least: int = 0) -> None:
        self.fields[name] = forms.IntegerField(label=label, min_value=least, max_value=most)
        self.initial.setdefault(name, value)

    def _decimal(
        self, name: str, label: str, value: Decimal | None, *, most: int = 1_000_000, least: str = "0.0001"
    ) -> None:
        self.fields[name] = forms.DecimalField(
            label=label, min_value=Decimal(least), max_value=most, decimal_places=4, widget=_Typed
        )
        self.initial.setdefault(name, value)

    def _some(self, *starts: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(starts)]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under headings, coefficients last."""
        return [
            (_("Steps and wage"), self._some("step_years", "uplift", "wage")),
            (_("Degrees and certificates"), self._some("degree_", "certificate_")),
            (_("Allowances"), self._some("allowance_")),
            (_("Grades of the posts"), self._some("base_", "last_")),
            (_("Coefficients of the grades"), self._some("grade_")),
        ]

    @property
    def changed_rule(self) -> dict[str, Any]:
        """The scheme's rule with what was filled in."""
        data, scheme = self.cleaned_data, self.scheme
        return {
            **self.rule,
            "step_years": data["step_years"],
            "uplift": str(data["uplift"]),
            "wages": {**self.rule["wages"], str(self.year): str(data["wage"])},
            "degrees": {code: data[f"degree_{code}"] for code in scheme.degrees},
            "certificates": {code: data[f"certificate_{code}"] for code in scheme.certificates},
            "coefficients": [str(data[f"grade_{at}"]) for at in range(1, len(scheme.coefficients) + 1)],
            "allowances": [{**row, "amount": str(data[f"allowance_{row['code']}"])} for row in self._allowed],
            "posts": [{**row, **self._grades_of(row["code"])} for row in self.rule["posts"]],
        }

    @property
    def _allowed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.rule.get("allowances", [])
        return rows

    def _grades_of(self, post: str) -> dict[str, int]:
        base: int = self.cleaned_data[f"base_{post}"]
        return {"base": base, "first": base, "last": self.cleaned_data[f"last_{post}"]}


class _Typed(forms.TextInput):
    """A number with decimals, typed: no wheel or arrow changes it by mistake."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class EndForm(forms.Form):
    """The first day on which a scheme no longer holds."""

    until = day_field(gettext_lazy("No longer in force from"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class SchemeForm(NumbersForm):
    """A scheme to be set: its numbers, its name, where and from when on."""

    def __init__(self, data: Any = None, *, areas: list[Area], **options: Any) -> None:
        super().__init__(data, **options)
        own: dict[str, forms.Field] = {
            "idempotency_key": forms.UUIDField(widget=forms.HiddenInput),
            "area": forms.ChoiceField(label=_("Area"), choices=[(one.code, one.name) for one in areas]),
            "since": day_field(_("In force from")),
            "name": forms.CharField(label=_("Name of the scheme"), max_length=60),
            "version": forms.CharField(label=_("Version"), max_length=40, help_text=_("As the document calls it")),
            "source": forms.CharField(label=_("Source"), max_length=300, required=False),
        }
        self.fields.update(own)
        self.initial.setdefault("idempotency_key", new_id())

    @property
    def head(self) -> list[forms.BoundField]:
        """Name, place and day."""
        return [self[name] for name in ("area", "since", "name", "version", "source")]

    @property
    def key(self) -> UUID:
        """The key of the step."""
        key: UUID = self.cleaned_data["idempotency_key"]
        return key

    @property
    def new_scheme(self) -> NewScheme:
        """What was filled in. Changed numbers stay an example only where nothing of the numbers was changed."""
        data, rule = self.cleaned_data, self.changed_rule
        example = self.scheme.example and Scheme.read(rule) == Scheme.read(self.rule)
        return NewScheme(data["name"], data["version"], rule, data["since"], data["source"], example)
