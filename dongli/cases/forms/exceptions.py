"""What staff fill in when a case does not go the usual way. Forms parse and offer; the rules are in the actions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases import extensions, policy
from dongli.cases.actions.arbitrating import fallback
from dongli.cases.forms.staff import DepartmentForm, PlaceForm, VerbForm, words_field
from dongli.cases.models import Case, Task
from dongli.cases.wording import CALL_BACKS, limit_words
from dongli.common.clock import today


class ArbitrateForm(DepartmentForm):
    """Who handles it for good; the fallback department is chosen when the form opens."""

    words = words_field(
        gettext_lazy("Why this department"),
        hint=gettext_lazy("It cannot send the case back: handle first, argue later."),
    )

    def __init__(self, data: Any = None, *, case: Case, **options: Any) -> None:
        super().__init__(data, case=case, **options)
        department = fallback(case)
        if department is not None:
            self.initial.setdefault("organisation", str(department.id))


class TransferForm(PlaceForm):
    """Where the case lies, and why it is not for the place that has it."""

    words = words_field(
        gettext_lazy("Why it belongs there"), hint=gettext_lazy("The desk that gets it reads this, and the resident.")
    )
    fresh_limit = forms.BooleanField(
        label=gettext_lazy("Count the limit anew"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise it goes on from the first dispatch. Say above why the new place needs all of it; what was"
            " promised first stays in sight."
        ),
    )


class AskExtensionForm(VerbForm):
    """How much more time, in the task's own unit, and why."""

    amount = forms.IntegerField(label=gettext_lazy("How much more"), min_value=1)
    words = words_field(
        gettext_lazy("Why more time is needed"),
        limit=1000,
        hint=gettext_lazy("The department or the community reads this first, then the desk above."),
    )

    def __init__(self, data: Any = None, *, task: Task, **options: Any) -> None:
        super().__init__(data, **options)
        most = extensions.room_left(task)
        self.fields["amount"].help_text = _("At most %(limit)s.") % {"limit": limit_words(most, task.limit_unit)}


class RefuseExtensionForm(VerbForm):
    """Why there is no more time."""

    words = words_field(gettext_lazy("Why it is refused"), limit=1000)


class AskHoldForm(VerbForm):
    """Until when the work has to wait, and for what."""

    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    words = words_field(
        gettext_lazy("Why it cannot be solved now"), limit=1000, hint=gettext_lazy("The desk above reads this.")
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        days = policy.number("hold_longest", today())
        said = _("At most %(days)d days ahead. On this day the clock runs again by itself.") % {"days": days}
        self.fields["until"].help_text = said


class HoldForm(AskHoldForm):
    """The hold as the desk grants it; the day that was asked for stands there to start from."""

    words = words_field(
        gettext_lazy("Why it has to wait"), limit=1000, hint=gettext_lazy("The resident reads this too.")
    )

    def __init__(self, data: Any = None, *, asked: date | None, **options: Any) -> None:
        super().__init__(data, **options)
        self.initial.setdefault("until", asked)


class RefuseHoldForm(VerbForm):
    """Why the work does not wait."""

    words = words_field(gettext_lazy("Why it is refused"), limit=1000)


class SuperviseForm(VerbForm):
    """By when a late case is to be done, and what is demanded."""

    demanded_by = forms.DateField(
        label=gettext_lazy("To be done by"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    words = words_field(
        gettext_lazy("What is demanded"), limit=1000, hint=gettext_lazy("Whoever handles it reads this.")
    )


class CallBackForm(VerbForm):
    """What the resident said on the telephone."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What the resident said"),
        choices=list(CALL_BACKS.items()),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Kept as a call-back. It is not the resident's own rating and does not replace it."),
    )
    words = words_field(gettext_lazy("In words"), required=False, limit=1000)
