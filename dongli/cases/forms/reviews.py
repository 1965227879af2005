"""What is filled in for looks on site, exclusions, overdue appeals. Forms parse and offer; actions have the rules."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.cases.forms.fields import offer
from dongli.cases.forms.staff import ReasonForm, VerbForm, words_field
from dongli.cases.forms.staff_photos import AfterPhotosMixin
from dongli.cases.models import Case
from dongli.cases.queries import choices
from dongli.cases.workflow import SiteFinding
from dongli.common.ids import parse_id
from dongli.people.models import User
from dongli.people.viewer import Viewer

LIMIT = 1000


class AskVerifyForm(VerbForm):
    """Who is to look, and what the desk wants to know."""

    worker = forms.ChoiceField(label=gettext_lazy("Who goes to look"))
    words = words_field(
        gettext_lazy("What to look for"),
        limit=LIMIT,
        hint=gettext_lazy("The worker reads this. The case stays filed until you decide."),
    )

    def __init__(self, data: Any = None, *, case: Case, on_duty: User | None, **options: Any) -> None:
        super().__init__(data, **options)
        rows = [(str(one.id), _name(one, on_duty)) for one in choices.workers(case)]
        offer(self, "worker", [("", _("Please choose")), *rows])
        self.initial.setdefault("worker", str(on_duty.id) if on_duty is not None else "")

    @property
    def worker_id(self) -> UUID | None:
        """The worker chosen."""
        return parse_id(self.cleaned_data["worker"])


def _name(worker: User, on_duty: User | None) -> str:
    is_on = on_duty is not None and worker.id == on_duty.id
    return _("%(name)s (on duty)") % {"name": worker.name} if is_on else worker.name


class VerifyForm(AfterPhotosMixin, VerbForm):
    """What is there."""

    finding = forms.ChoiceField(
        label=gettext_lazy("What you found"), choices=SiteFinding.choices, widget=forms.RadioSelect
    )
    words = words_field(
        gettext_lazy("In words"),
        limit=LIMIT,
        hint=gettext_lazy("What is there; if it is elsewhere, where. The desk decides on this."),
    )
    field_order = ["finding", "words", "photos"]

    def __init__(self, data: Any = None, *, viewer: Viewer, **options: Any) -> None:
        super().__init__(data, **options)
        self.viewer = viewer


class AskExclusionForm(ReasonForm):
    """Why a case should be left out of the statistics."""

    kind = "exclude"
    words = words_field(
        gettext_lazy("In words"),
        limit=LIMIT,
        hint=gettext_lazy("The desk above reads this. The resident keeps every right; only the counting changes."),
    )


class WordsForm(VerbForm):
    """A step that needs a sentence."""

    words = words_field(gettext_lazy("Why"), limit=LIMIT)


class ExclusionWordsForm(WordsForm):
    """Why the case is left out, or counted again."""

    words = words_field(gettext_lazy("Why"), limit=LIMIT, hint=gettext_lazy("The resident reads this too."))


class RefuseRequestForm(WordsForm):
    """Why not."""

    words = words_field(gettext_lazy("Why it is refused"), limit=LIMIT)


class AppealForm(WordsForm):
    """Why the answer came late."""

    words = words_field(
        gettext_lazy("Why it was not your fault"),
        limit=LIMIT,
        hint=gettext_lazy("Once only. The subdistrict reviews it first, then the district or the city."),
    )


class ReviewForm(WordsForm):
    """What a review says."""

    words = words_field(gettext_lazy("What the review found"), limit=LIMIT)
