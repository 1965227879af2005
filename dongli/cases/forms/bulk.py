"""Giving several cases to one lead at once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.cases.actions.dispatching import Assignee
from dongli.cases.forms.departments import department_groups
from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import POOL, VerbForm, ids_of, words_field
from dongli.cases.models import Case
from dongli.cases.queries import choices
from dongli.common.ids import parse_id
from dongli.organisations import queries as organisations


class BulkDispatchForm(VerbForm):
    """The cases ticked, and their lead: a worker of the community, the pool of each one's grid, or a department."""

    cases = forms.MultipleChoiceField(label=gettext_lazy("Cases"), widget=forms.CheckboxSelectMultiple)
    lead = forms.ChoiceField(label=gettext_lazy("Lead"))
    words = words_field(gettext_lazy("A word to them"), required=False)

    def __init__(self, data: Any = None, *, cases: Iterable[Case], ground: Area | None, **options: Any) -> None:
        super().__init__(data, **options)
        self.offered = list(cases)
        offer(self, "cases", [(str(case.id), case.number) for case in self.offered])
        offer(self, "lead", self._leads(ground))

    def _leads(self, ground: Area | None) -> list[Any]:
        """Workers are offered where all cases lie in one community; whether each may lead is the action's to say."""
        departments = department_groups(organisations.in_reach(ground), ground) if ground is not None else []
        leads = [(label, [(f"organisation:{key}", name) for key, name in rows]) for label, rows in departments]
        places = {case.community_id for case in self.offered}
        workers = choices.workers(self.offered[0]) if len(places) == 1 else []
        grid = [*((f"worker:{one.id}", one.name) for one in workers), (POOL, _("The pool of each case's own grid"))]
        return [("", _("Please choose")), (_("Grid"), grid), *leads]

    @property
    def chosen(self) -> list[Case]:
        """The cases ticked, in the order of the list."""
        ticked = set(ids_of(self.cleaned_data["cases"]))
        return [case for case in self.offered if case.id in ticked]

    @property
    def assignee(self) -> Assignee:
        """The lead chosen."""
        kind, _colon, text = str(self.cleaned_data["lead"]).partition(":")
        key = parse_id(text)
        return Assignee(worker=key if kind == "worker" else None, organisation=key if kind == "organisation" else None)

    def key_of(self, case: Case) -> UUID:
        """The key of this form's step on `case`: the form sent twice dispatches nothing twice."""
        return uuid5(self.key, str(case.id))
