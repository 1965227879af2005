"""What staff fill in, a form per verb. Forms parse and offer; the rules are in the actions."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area, Grid
from dongli.cases import policy, wording
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.forms.departments import DepartmentsMixin, department_groups
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff_photos import AfterPhotosMixin, BeforeAndAfterMixin
from dongli.cases.models import Case, Category
from dongli.cases.queries import choices
from dongli.cases.routing import Where
from dongli.common.clock import today
from dongli.common.ids import new_id, parse_id
from dongli.people.models import User
from dongli.people.viewer import Viewer

MAX_WORDS = 2000
POOL = "pool"


class VerbForm(forms.Form):
    """A step to take: `idempotency_key` names it, so that the same form sent twice is one step."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.initial.setdefault("idempotency_key", new_id())

    @property
    def key(self) -> UUID:
        """The key of the step."""
        key: UUID = self.cleaned_data["idempotency_key"]
        return key

    def take_back(self) -> None:
        """Show what was sent once more, as not yet sent: a button only arranged the form (photos are kept)."""
        self.full_clean()
        sent = {name: field for name, field in self.fields.items() if name in self.data}
        for name, field in sent.items():
            self.initial[name] = field.widget.value_from_datadict(self.data, self.files, name)
        self.is_bound = False
        self.full_clean()

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields to show, in order."""
        return self.visible_fields()


def words_field(label: Any, *, required: bool = True, hint: Any = "", limit: int = MAX_WORDS) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PlaceForm(VerbForm):
    """Where a case is: one of the places found, or a point on the map."""

    area = forms.ChoiceField(label=gettext_lazy("Place"), required=False, widget=forms.RadioSelect)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, places: Iterable[Area], **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "area", [(place.code, _place_name(place)) for place in places])

    def clean(self) -> dict[str, Any]:
        """A place or a whole point is needed."""
        data = super().clean() or self.cleaned_data
        has_point = data.get("longitude") is not None and data.get("latitude") is not None
        if not self.errors and not has_point and not data.get("area"):
            self.add_error("area", _("Please choose a place from the list, or mark the map."))
        return data

    @property
    def where(self) -> Where:
        """The place chosen; a point counts before the list."""
        data = self.cleaned_data
        return Where(longitude=data.get("longitude"), latitude=data.get("latitude"), area_code=data.get("area", ""))


def _place_name(place: Area) -> str:
    return f"{place.name}({place.parent.name})" if place.parent is not None else place.name


class ConditionField(forms.ChoiceField):
    """A filing condition as “class:number”; one of another class than the one chosen counts as none."""

    def valid_value(self, value: Any) -> bool:
        """Whether the number exists is for the action to say."""
        return True


class ClassifyForm(VerbForm):
    """A class of the catalogue, the suggested ones first, and one of its filing conditions with its limit at `area`."""

    category = forms.ChoiceField(label=gettext_lazy("Class"))
    condition = ConditionField(label=gettext_lazy("Filing condition"), required=False, widget=forms.RadioSelect)

    def __init__(
        self,
        data: Any = None,
        *,
        area: Area,
        suggested: Iterable[Category] = (),
        conditions_at: str = "",
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        offer(self, "category", category_choices(suggested))
        self.conditions_at = conditions_at
        if conditions_at:
            swap = {"hx-get": conditions_at, "hx-target": "#conditions", "hx-swap": "outerHTML", "hx-trigger": "change"}
            self.fields["category"].widget.attrs.update(swap)
        offered = condition_choices(str(self["category"].value() or ""), area)
        offer(self, "condition", offered)
        if offered:
            self.initial.setdefault("condition", offered[0][0])

    @property
    def condition_number(self) -> int:
        """The number chosen; 0 when none of the class chosen was."""
        code, _colon, number = str(self.cleaned_data.get("condition", "")).partition(":")
        return int(number) if code == self.cleaned_data["category"] and number.isdecimal() and len(number) < 4 else 0


def condition_choices(code: str, area: Area) -> list[tuple[str, str]]:
    """The conditions of class `code`, each with the limit that holds at `area`."""
    on = today()
    found = []
    for condition in policy.conditions(code, on):
        rule = policy.rule_for(policy.category(code, on), condition, area, on)
        limit = wording.limit_words(rule.limit_amount, rule.limit_unit) if rule is not None else ""
        found.append((f"{code}:{condition.number}", f"{condition.text} · {limit}"))
    return found


def category_choices(suggested: Iterable[Category] = ()) -> Any:
    """The catalogue in force, by major class, what the words suggest on top."""
    first = [(one.code, f"{one.name} · {one.major_name}") for one in suggested]
    groups = [
        (major, [(one.code, one.name) for one in classes]) for major, classes in choices.catalogue(staff=True).items()
    ]
    return [("", _("Please choose")), *([(_("Suggested by the words"), first)] if first else []), *groups]


def ownerless_field() -> forms.BooleanField:
    """Whether the case has no clear owner."""
    return forms.BooleanField(
        label=gettext_lazy("No clear owner"),
        required=False,
        help_text=gettext_lazy("The place handles it: a grid worker, not a department. It is counted apart."),
    )


class RegisterForm(ClassifyForm):
    """The class under which a case is taken up, and whether anybody owns what is wrong."""

    ownerless = ownerless_field()


class ReasonForm(VerbForm):
    """A coded reason with a sentence. Subclasses say for which verb."""

    kind = ""
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), widget=forms.RadioSelect)
    words = words_field(gettext_lazy("In words"), required=False)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        rows = policy.reasons(self.kind)
        offer(self, "reason", [(row.code, policy.reason_label(row)) for row in rows])


class RefuseForm(ReasonForm):
    """Why a case is not taken up."""

    kind = "refuse"
    words = words_field(
        gettext_lazy("In words"),
        required=False,
        hint=gettext_lazy("The resident reads this: say what can be done instead."),
    )


class ReturnForm(ReasonForm):
    """Why a task goes back."""

    kind = "return"
    words = words_field(
        gettext_lazy("In words"), hint=gettext_lazy("The desk reads this: who should handle it, what was found.")
    )


class ReleaseForm(ReasonForm):
    """Why a co-handler or a whistled department may go."""

    kind = "release"


class DispatchForm(DepartmentsMixin, VerbForm):
    """One lead (a worker, the grid's pool or a department) and any co-handlers."""

    departments_field = "cohandlers"
    lead = forms.ChoiceField(label=gettext_lazy("Lead"))
    cohandlers = forms.MultipleChoiceField(
        label=gettext_lazy("Co-handlers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    words = words_field(gettext_lazy("A word to them"), required=False)
    ownerless = ownerless_field()
    field_order = ["lead", "ownerless", "cohandlers", "words"]

    def __init__(self, data: Any = None, *, case: Case, on_duty: User | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        departments = choices.departments(case)
        suggested = choices.suggested(case, departments)
        groups = department_groups(departments, case.desk, suggested)
        workers = [(f"worker:{one.id}", _worker_name(one, on_duty)) for one in choices.workers(case)]
        if case.grid is not None:
            workers.append((POOL, _("Pool of %(grid)s: whoever comes first") % {"grid": case.grid.name}))
        leads = [(label, [(f"organisation:{key}", name) for key, name in rows]) for label, rows in groups]
        grid = [(_("Grid"), workers)] if workers else []
        offer(self, "lead", [("", _("Please choose")), *grid, *leads])
        self.offer_departments(departments, case.desk, suggested=suggested)
        self.initial.setdefault("lead", _usual_lead(case, on_duty))
        self.initial.setdefault("ownerless", case.ownerless)

    @property
    def assignee(self) -> Assignee:
        """The assignee chosen; a value that parses as none is refused by the field before."""
        kind, _colon, text = str(self.cleaned_data["lead"]).partition(":")
        key = parse_id(text)
        return Assignee(worker=key if kind == "worker" else None, organisation=key if kind == "organisation" else None)

    @property
    def cohandler_ids(self) -> list[UUID]:
        """The departments ticked."""
        return ids_of(self.cleaned_data["cohandlers"])


def _worker_name(worker: User, on_duty: User | None) -> str:
    is_on = on_duty is not None and worker.id == on_duty.id
    return _("%(name)s (on duty)") % {"name": worker.name} if is_on else worker.name


def _usual_lead(case: Case, on_duty: User | None) -> str:
    """What is chosen when the form opens: the department the class names, else whoever is on duty, else the pool."""
    department = choices.suggested_lead(case)
    if department is not None and not case.ownerless:
        return f"organisation:{department.id}"
    if on_duty is not None:
        return f"worker:{on_duty.id}"
    return POOL if case.grid is not None else ""


def ids_of(texts: Iterable[str]) -> list[UUID]:
    """The UUIDs among `texts`."""
    return [key for key in map(parse_id, texts) if key is not None]


class DepartmentForm(VerbForm):
    """One more department: a co-handler, or another one called to a whistle."""

    organisation = forms.ChoiceField(label=gettext_lazy("Department"))

    def __init__(self, data: Any = None, *, case: Case, **options: Any) -> None:
        super().__init__(data, **options)
        departments = choices.departments(case)
        groups = department_groups(departments, case.desk, choices.suggested(case, departments))
        offer(self, "organisation", [("", _("Please choose")), *groups])

    @property
    def department_id(self) -> UUID:
        """The department chosen."""
        return UUID(self.cleaned_data["organisation"])


class WordsForm(VerbForm):
    """A step that needs words."""

    words = words_field(gettext_lazy("In words"))


class FailCheckForm(VerbForm):
    """What does not hold."""

    words = words_field(gettext_lazy("What is not solved"), hint=gettext_lazy("Whoever handles it again reads this."))


class CloseForm(VerbForm):
    """The answer that the resident reads."""

    words = words_field(
        gettext_lazy("Answer to the resident"), hint=gettext_lazy("In plain words: what was done, and what comes next.")
    )
    sure = forms.BooleanField()

    def __init__(self, data: Any = None, *, followers: int = 0, **options: Any) -> None:
        """`followers`: so many cases are closed with this one; what goes to many is asked once."""
        super().__init__(data, **options)
        if not followers:
            del self.fields["sure"]
            return
        label = _("I know that %(count)s more residents read this answer") % {"count": followers}
        self.fields["sure"].label = label
        self.fields["sure"].help_text = _("It closes their cases too. Name nobody, and no household.")


class CheckForm(AfterPhotosMixin, VerbForm):
    """What was seen on the spot."""

    words = words_field(gettext_lazy("What was seen"), required=False)
    field_order = ["words", "photos"]

    def __init__(self, data: Any = None, *, viewer: Viewer, **options: Any) -> None:
        super().__init__(data, **options)
        self.viewer = viewer


class DeclineForm(VerbForm):
    """Why a whistle is not signed."""

    words = words_field(gettext_lazy("Why it is declined"), limit=1000)


class ContactForm(VerbForm):
    """By whom (the sender) and how the resident was contacted."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"), choices=list(wording.CONTACT_WAYS.items()), widget=forms.RadioSelect
    )
    words = words_field(gettext_lazy("What was said"), required=False, limit=500)


class AnswerForm(BeforeAndAfterMixin, VerbForm):
    """What was done."""

    words = words_field(
        gettext_lazy("What was done"), hint=gettext_lazy("What was found, what was done, what remains.")
    )
    field_order = ["words", "before", "photos"]

    def __init__(self, data: Any = None, *, viewer: Viewer, **options: Any) -> None:
        super().__init__(data, **options)
        self.viewer = viewer


class FindingForm(AfterPhotosMixin, VerbForm):
    """One thing met on a patrol."""

    what = forms.CharField(
        label=gettext_lazy("What did you find?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    category = forms.ChoiceField(label=gettext_lazy("Class"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    address = forms.CharField(label=gettext_lazy("More exactly"), required=False, max_length=200)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    field_order = ["what", "photos", "area", "address", "category"]

    def __init__(
        self, data: Any = None, *, viewer: Viewer, grid: Grid, compounds: Iterable[Area], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.viewer = viewer
        self.grid = grid
        offer(self, "category", category_choices())
        offer(self, "area", [(place.code, place.name) for place in (grid.community, *compounds)])

    @property
    def where(self) -> Where:
        """The point where the worker stands, if given; the compound or community otherwise."""
        data = self.cleaned_data
        longitude, latitude = data.get("longitude"), data.get("latitude")
        has_point = longitude is not None and latitude is not None
        return Where(
            longitude=longitude if has_point else None,
            latitude=latitude if has_point else None,
            area_code="" if has_point else data["area"] or self.grid.community.code,
            address=data["address"],
        )


class CalendarDayForm(forms.Form):
    """A date that is, or is not, a working day."""

    date = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    is_working = forms.TypedChoiceField(
        label=gettext_lazy("That day is"),
        choices=[("0", gettext_lazy("a day off")), ("1", gettext_lazy("a working day"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Why"), max_length=60, required=False)
