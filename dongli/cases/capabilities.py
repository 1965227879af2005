"""What the rows of the workflow, and the other doors of case work, let each role do: for the page on permissions.

Roles come from `access`, verbs from `workflow`: the tables that the actions themselves read.
"""

from django.utils.translation import gettext_lazy as _

from dongli.cases import access
from dongli.cases.actions.ruling import RULING_ROLES
from dongli.cases.queries.detail import SUPERVISING_ROLES
from dongli.cases.queries.whistles import OVERSEEING_ROLES
from dongli.cases.workflow import CASE_TABLE, TASK_TABLE, WHISTLE_TABLE, Actor, Transition
from dongli.people.capabilities import Capability, Group, Reach, Rule, Words, register

OFFICERS = Rule(access.OFFICER_ROLES, Reach.UNIT, _("the task is their department's"))
AT_THE_DESK = Rule(access.DESK_ROLES, when=_("the case lies at their desk; in danger cases only the few named below"))
ACTOR_RULES: dict[Actor, tuple[Rule, ...]] = {
    **{actor: (Rule(roles, when=actor.label),) for actor, roles in access.OFFICE_ACTORS.items()},
    Actor.SUPERVISOR: (Rule(access.DESK_ROLES, when=Actor.SUPERVISOR.label),),
    Actor.HOLDER: (
        Rule(access.POOL_ROLES, when=_("the task is theirs, or waits in the pool of their community")),
        OFFICERS,
    ),
    Actor.SENIOR: (
        Rule(access.SECRETARY_ROLES, when=Actor.SENIOR.label),
        Rule(access.OFFICER_ROLES, Reach.UNIT, Actor.SENIOR.label),
    ),
    Actor.VERIFIER: (Rule(access.POOL_ROLES, when=Actor.VERIFIER.label),),
    Actor.WHISTLER: (Rule((*access.POOL_ROLES, *access.UPPER_DESK_ROLES), when=Actor.WHISTLER.label),),
    Actor.CALLED: (Rule(access.OFFICER_ROLES, Reach.UNIT, Actor.CALLED.label),),
    Actor.STAFF: (
        Rule(access.FILING_ROLES, when=Actor.STAFF.label),
        Rule(access.HOTLINE_ROLES, Reach.ANYWHERE, _("a call to the hotline, about any place")),
    ),
}
"""By which rules somebody can be an actor of the workflow. Residents and the system need no role."""
WITHOUT_ROLE = (Actor.RESIDENT, Actor.SYSTEM)
TABLES = ((Group.CASES, CASE_TABLE), (Group.TASKS, TASK_TABLE), (Group.WHISTLES, WHISTLE_TABLE))


def verb_name(verb: str) -> str:
    """What the row of a workflow verb is called."""
    return f"workflow.{verb}"


def _of(group: Group, row: Transition) -> Capability:
    rules = tuple(rule for actor in row.actors for rule in ACTOR_RULES.get(actor, ()))
    others: tuple[Words, ...] = tuple(actor.label for actor in row.actors if actor in WITHOUT_ROLE)
    return Capability(verb_name(row.verb), group, row.label, rules, needs=row.needs, others=others)


def register_all() -> None:
    """Called at start-up."""
    for group, table in TABLES:
        register(*(_of(group, row) for row in table))
    register(*SEEING, *DOORS)


SEEING = (
    Capability(
        "cases.see",
        Group.CASES,
        _("See a case"),
        (
            Rule(access.WATCHING_ROLES, when=_("the case lies at a desk of theirs, or below it")),
            Rule(access.POOL_ROLES, when=_("a task on it is theirs, or waits in the pool of their community")),
            Rule(access.OFFICER_ROLES, Reach.UNIT, _("their department has a task on it")),
        ),
        others=(_("whoever filed it, or holds its secret link"),),
    ),
    Capability(
        "cases.see_danger",
        Group.CASES,
        _("See a case of danger to life, of self-harm or of a minor"),
        (
            Rule(access.FEW_ROLES, when=_("the case lies at a desk of theirs, or below it")),
            Rule(access.POOL_ROLES, when=_("a task on it is theirs")),
            OFFICERS,
        ),
    ),
    Capability(
        "cases.open_contact",
        Group.CASES,
        _("Open a resident's name and phone"),
        (AT_THE_DESK, Rule(access.POOL_ROLES, when=_("an open task on it is theirs")), OFFICERS),
        needs=(_("it is put on record who looked"),),
    ),
    Capability(
        "cases.oversee",
        Group.CASES,
        _("Read internal steps as a level that oversees"),
        (Rule(SUPERVISING_ROLES, when=_("the case lies at a desk of theirs, or below it")),),
    ),
    Capability(
        "whistles.oversee",
        Group.WHISTLES,
        _("Read what both sides of a whistle said of each other"),
        (Rule(OVERSEEING_ROLES, when=_("the case lies at a desk of theirs, or below it")),),
    ),
)
DOORS = (
    Capability(
        "cases.hotline",
        Group.CASES,
        _("File a call to the hotline"),
        (Rule(access.HOTLINE_ROLES, Reach.ANYWHERE),),
        pages=("hotline",),
    ),
    Capability(
        "cases.report_for",
        Group.CASES,
        _("File for a neighbour where one serves"),
        (Rule(access.FILING_ROLES, Reach.PLACE),),
        pages=("work_report",),
    ),
    Capability(
        "cases.patrol",
        Group.CASES,
        _("Record a patrol of a grid"),
        (Rule(access.PATROL_ROLES),),
        pages=("work_patrol",),
    ),
    Capability(
        "cases.bulk",
        Group.CASES,
        _("Dispatch several cases at once"),
        (Rule(access.DESK_ROLES, Reach.ANYWHERE, _("each case lies at their desk")),),
        pages=("desk_bulk_assign",),
    ),
    Capability(
        "cases.event",
        Group.CASES,
        _("Open a mass event"),
        (Rule(access.UPPER_DESK_ROLES, when=_("all its areas lie below their desk")),),
        pages=("desk_event_new",),
    ),
    Capability(
        "cases.deletion",
        Group.CASES,
        _("Decide requests for deletion"),
        (Rule(access.UPPER_DESK_ROLES, when=_("the appeal lies at their desk; accounts are the city desk's")),),
        pages=("desk_privacy",),
    ),
    Capability(
        "rules.set",
        Group.RULES,
        _("Set the rules of a level, and its canned phrases"),
        (Rule(RULING_ROLES),),
        pages=("rules_level", "rule_set", "phrase_set"),
    ),
    Capability(
        "rules.catalogue",
        Group.RULES,
        _("Change the catalogue, the working calendar and their rules"),
        (Rule(access.POLICY_ROLES, Reach.ANYWHERE),),
    ),
    Capability(
        "rules.retention",
        Group.RULES,
        _("Set how long personal data are kept"),
        (Rule(access.POLICY_ROLES, Reach.WHOLE_CITY),),
    ),
)
