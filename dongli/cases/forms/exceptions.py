"""What staff fill in when a case does not go the usual way. Forms parse and offer; the rules are in the actions."""

from typing import Any

from django.utils.translation import gettext_lazy

from dongli.cases.actions.arbitrating import fallback
from dongli.cases.forms.staff import DepartmentForm, words_field
from dongli.cases.models import Case


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
