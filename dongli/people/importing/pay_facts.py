"""Pay facts of workers: recorded, never edited. A row that contradicts what is known is refused."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import Invalid
from dongli.common.ids import new_id
from dongli.people.actions.careers import KEEPERS, VALUES, NewFact, record_fact
from dongli.people.importing import columns
from dongli.people.importing.columns import Column, chosen
from dongli.people.importing.kinds import Did, Outcome, Row, Run, TableKind
from dongli.people.importing.persons import NAME, record
from dongli.people.models import CareerFile, CareerScheme, FactKind, PayFact, User
from dongli.people.queries.careers import facts_known, known_at
from dongli.people.queries.persons import findable
from dongli.people.viewer import Viewer

COLUMNS = (
    Column("username", gettext_lazy("User name"), columns.text(40), gettext_lazy("Of the worker"), "li.ming"),
    Column(
        "record", gettext_lazy("Record mark"), record,
        gettext_lazy("In place of the user name, from an exported table"),
    ),
    Column("name", NAME, columns.text(60), gettext_lazy("To compare with the record")),
    chosen("kind", gettext_lazy("Kind of fact"), FactKind.choices, required=True),
    Column(
        "value", gettext_lazy("Value of the fact"), columns.text(60),
        gettext_lazy("Degree, certificate, appraisal, or post or allowance of the scheme; empty for service"),
    ),
    Column("since", gettext_lazy("True since"), columns.day, gettext_lazy("The first day"), required=True),
    Column("until", gettext_lazy("True until"), columns.day, gettext_lazy("The first day without it; empty: still")),
    Column("document", gettext_lazy("Document"), columns.text(80), gettext_lazy("Its number")),
)  # fmt: skip


def take(run: Run, row: Row) -> Outcome:
    """The fact, when it is not known already."""
    person = _person(run, row)
    fact = NewFact(
        row.get("kind"), row.get("since"), _value(run, row), row.get("until"), row.get("document") or ""
    )  # fmt: skip
    before = {one.pk for one in facts_known(person)}
    made = record_fact(viewer=run.viewer, key=new_id(), person=person, fact=fact)
    return Outcome(Did.SAME if made.pk in before else Did.ADDED)


def _person(run: Run, row: Row) -> User:
    named = {"pk": row.get("record")} if row.get("record") else {"username": (row.get("username") or "").lower()}
    found = findable(run.viewer).filter(**named).first()
    if found is None or not (row.get("record") or row.get("username")):
        raise Invalid("no_person", _("There is no such person in your area."), field="username")
    if row.get("name") and row.get("name") != found.name:
        raise Invalid("other_name", _("This record has another name. Please check both."), field="name")
    return found


def _value(run: Run, row: Row) -> str:
    """The code meant: of a fixed list, or of any scheme; by code or by label."""
    text, kind = row.get("value"), row.get("kind")
    if text is None:
        return ""
    if kind in VALUES:
        try:
            return columns.choice(VALUES[kind].choices)(text)
        except Invalid as refusal:
            raise Invalid(refusal.code, refusal.message, field="value") from refusal
    codes = _codes(run, "posts" if kind == FactKind.POST else "allowances")
    if columns.plain(text) not in codes:
        raise Invalid("no_code", _("No scheme has this post or allowance."), field="value")
    return codes[columns.plain(text)]


def _codes(run: Run, part: str) -> dict[str, str]:
    """Code of every post or allowance of the schemes, by code and by label. One statement a run."""
    if part not in run.memo:
        rules = CareerScheme.objects.values_list("rule", flat=True)
        rows = [one for rule in rules for one in rule.get(part, [])]
        run.memo[part] = {
            columns.plain(text): str(one["code"])
            for one in rows
            for text in (one["code"], one.get("label", one["code"]))
        }
    found: dict[str, str] = run.memo[part]
    return found


def export(viewer: Viewer, area: Area) -> Iterator[dict[str, str]]:
    """What is known now of every worker with a file in the area; the viewer's own left out."""
    files = CareerFile.objects.filter(area__path__gte=area.path, area__path__lt=area.path_end)
    people: dict[UUID, User] = {
        one.person_id: one.person for one in files.exclude(person=viewer.known).select_related("person")
    }
    rows = PayFact.objects.filter(known_at(now()), person__in=people)
    for one in rows.order_by("person", "kind", "since", "id").iterator(2000):
        person, kinds = people[one.person_id], VALUES.get(one.kind)
        yield {
            "username": person.username or "", "record": str(person.pk), "name": person.name,
            "kind": str(one.get_kind_display()),
            "value": str(dict(kinds.choices).get(one.value, one.value)) if kinds else one.value,
            "since": one.since.isoformat(), "until": one.until.isoformat() if one.until else "",
            "document": one.document,
        }  # fmt: skip


KIND = TableKind(
    name="pay-facts",
    label=gettext_lazy("Pay facts"),
    about=gettext_lazy("Service, degrees, certificates, posts, appraisals of workers. Nothing known is overwritten."),
    columns=COLUMNS,
    take=take,
    key=("username", "record", "kind", "value", "since"),
    export=export,
    fields={"person": "username"},
    roles=KEEPERS,
)
