"""The letter of an assignment as it is printed: its number, its parties with the duty and limit of each."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dongli.areas.qr import qr_svg
from dongli.cases.models import Case, Letter, Step, Task, TaskKind
from dongli.cases.wording import letter_number
from dongli.cases.workflow import Tier
from dongli.common.errors import NotFound
from dongli.people.viewer import Viewer

DUTY_VERBS = ("assign_jointly", "assign_by_leader", "add_cohandler")


@dataclass(frozen=True)
class Party:
    """One holder named in a letter, with its duty in words ("" once erased)."""

    task: Task
    holder: str
    duty: str

    @property
    def is_lead(self) -> bool:
        """Whether it leads."""
        return self.task.kind == TaskKind.LEAD


@dataclass(frozen=True)
class Sheet:
    """A letter ready to be printed; the lead stands first."""

    letter: Letter
    parties: list[Party]
    address: str

    @property
    def number(self) -> str:
        """The letter's number as it is written."""
        return letter_number(self.letter.desk.name, self.letter.year, self.letter.serial)

    @property
    def qr(self) -> SafeString:
        """The case's address as a code to be photographed."""
        return qr_svg(self.address)

    @property
    def lead(self) -> Party | None:
        """The party that leads."""
        return next((party for party in self.parties if party.is_lead), None)

    @property
    def is_joint(self) -> bool:
        """Whether the parties consult first."""
        return self.letter.tier == Tier.CONSULTATIVE


def newest(viewer: Viewer, case: Case) -> Sheet:
    """The case's newest letter (`case` as the viewer may see it); raises `NotFound` when there is none."""
    letter = Letter.objects.filter(case=case).select_related("desk", "made_by").order_by("-id").first()
    if letter is None:
        raise NotFound("no_letter", _("This case was not assigned by letter."))
    letter.case = case
    tasks = Task.objects.filter(letter=letter).select_related("organisation", "worker", "grid").order_by("id")
    steps = Step.objects.filter(case=case, task__letter=letter, verb__in=DUTY_VERBS).select_related("text")
    duties = {step.task_id: step.text.words for step in steps if hasattr(step, "text")}
    parties = [Party(task, _holder(task), duties.get(task.id, "")) for task in tasks]
    address = settings.BASE_URL + reverse("desk_case", args=[case.number])
    return Sheet(letter, sorted(parties, key=lambda party: not party.is_lead), address)


def _holder(task: Task) -> str:
    """A department's or worker's name, or whose pool it is."""
    if task.organisation is not None:
        return task.organisation.name
    if task.worker is not None:
        return task.worker.name
    return _("Pool of %(grid)s") % {"grid": task.grid.name} if task.grid is not None else _("Pool")
