"""What is filled in round a whistle: the call, another department, reporting in, and what both sides say afterwards."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases.actions.whistling import Call
from dongli.cases.forms.departments import DepartmentsMixin
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import VerbForm, ids_of, words_field
from dongli.cases.forms.staff_photos import AfterPhotosMixin
from dongli.cases.models import Case, Task, WhistleKind
from dongli.cases.models.whistle_rating import Helpful, InTime
from dongli.cases.queries import choices
from dongli.common.clock import CITY_ZONE, now
from dongli.common.ids import parse_id
from dongli.people.viewer import Viewer

WAITS = {WhistleKind.EMERGENCY: timedelta(minutes=30)}
USUAL_WAIT = timedelta(hours=2)


class BlowForm(DepartmentsMixin, VerbForm):
    """A whistle: kind, departments, place, time wanted, and why the place can't do it alone."""

    may_seek = True
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=WhistleKind.choices, widget=forms.RadioSelect)
    departments = forms.MultipleChoiceField(
        label=gettext_lazy("Departments wanted"), widget=forms.CheckboxSelectMultiple
    )
    place = forms.CharField(label=gettext_lazy("Where"), max_length=200)
    wanted_at = forms.DateTimeField(
        label=gettext_lazy("Wanted on site"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Left empty: in 2 hours; in an emergency, in 30 minutes."),
    )
    why = words_field(
        gettext_lazy("Why the place can't do it alone"),
        limit=1000,
        hint=gettext_lazy("One sentence. The subdistrict's leader signs on it."),
    )

    def __init__(self, data: Any = None, *, case: Case, sought: str = "", **options: Any) -> None:
        super().__init__(data, **options)
        self.sought = sought
        offered = choices.departments(case)
        self.offer_departments(offered, case.desk, suggested=choices.suggested(case, offered))
        self.initial.setdefault("kind", WhistleKind.DAILY)
        self.initial.setdefault("place", place_words(case))

    @property
    def call(self) -> Call:
        """The whistle as the action takes it."""
        data = self.cleaned_data
        wait = WAITS.get(data["kind"], USUAL_WAIT)
        wanted: datetime = data["wanted_at"] or now() + wait
        return Call(
            kind=data["kind"],
            departments=tuple(ids_of(data["departments"])),
            place=data["place"],
            wanted_at=wanted if wanted.tzinfo else wanted.replace(tzinfo=CITY_ZONE),
            why=data["why"],
        )


def place_words(case: Case) -> str:
    """Where a case is, in words: the place's name and the address."""
    place = case.place or case.community
    return " ".join(part for part in (place.name if place is not None else "", case.text.address) if part)


class CallForm(DepartmentsMixin, VerbForm):
    """Another department, perhaps instead of one that sent its task back."""

    departments_field = "organisation"
    may_seek = True
    organisation = forms.ChoiceField(label=gettext_lazy("Department"), widget=forms.RadioSelect)
    instead_of = forms.ChoiceField(label=gettext_lazy("Instead of"), required=False)
    field_order = ["instead_of", "organisation"]

    def __init__(
        self, data: Any = None, *, case: Case, returned: Iterable[Task], sought: str = "", **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.sought = sought
        offered = choices.departments(case)
        self.offer_departments(offered, case.desk, suggested=choices.suggested(case, offered))
        rows = [(str(task.id), str(task.organisation)) for task in returned]
        offer(self, "instead_of", [("", _("Nobody: one more")), *rows])
        if rows:
            self.initial.setdefault("instead_of", rows[0][0])
        else:
            del self.fields["instead_of"]

    @property
    def department_id(self) -> UUID:
        """The department chosen."""
        return UUID(self.cleaned_data["organisation"])

    @property
    def replaced_id(self) -> UUID | None:
        """The returned task that the new department takes over, if any."""
        return parse_id(self.cleaned_data.get("instead_of") or "")


class ReportInForm(AfterPhotosMixin, VerbForm):
    """A department is there; words and photos if it likes, never demanded."""

    words = words_field(gettext_lazy("What was found"), required=False, limit=500)
    field_order = ["words", "photos"]

    def __init__(self, data: Any = None, *, viewer: Viewer, **options: Any) -> None:
        super().__init__(data, **options)
        self.viewer = viewer


class PartForm(VerbForm):
    """A rating of one department's part in a whistle; with one part there is nothing to choose."""

    task = forms.ChoiceField(label=gettext_lazy("Department"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, parts: Iterable[Task], **options: Any) -> None:
        super().__init__(data, **options)
        rows = [(str(part.id), str(part.organisation)) for part in parts]
        offer(self, "task", rows)
        if len(rows) == 1:
            self.initial.setdefault("task", rows[0][0])

    @property
    def task_id(self) -> UUID:
        """The part that is rated."""
        return UUID(self.cleaned_data["task"])


class RateResponseForm(PartForm):
    """How a department responded to the whistle."""

    in_time = forms.ChoiceField(
        label=gettext_lazy("Did it come in time?"), choices=InTime.choices, widget=forms.RadioSelect
    )
    helpful = forms.ChoiceField(label=gettext_lazy("Did it help?"), choices=Helpful.choices, widget=forms.RadioSelect)
    words = words_field(
        gettext_lazy("In words"),
        required=False,
        limit=500,
        hint=gettext_lazy("Final. The department reads it once it has rated too, or once the time to rate is over."),
    )


class JudgeWhistleForm(PartForm):
    """Whether the whistle was founded."""

    founded = forms.TypedChoiceField(
        label=gettext_lazy("Was it right to call your department?"),
        choices=[("1", gettext_lazy("Yes, founded")), ("0", gettext_lazy("No, unfounded"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    words = words_field(
        gettext_lazy("In words"),
        required=False,
        limit=500,
        hint=gettext_lazy("Final. The place reads it once it has rated too, or once the time to rate is over."),
    )
