"""The workflow: one table for the case, one for its tasks, one for whistles. The product renders this page by page.

Nothing here touches the database. `case_state` is the only place where a case's state comes from.
Sources: GB/T 30428.8, CJ/T 315 (stages; supervision and command kept apart), Beijing's 吹哨报到 (whistles).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where a case stands."""

    FILED = "filed", _("Filed")
    REGISTERED = "registered", _("Registered")
    ARBITRATION = "arbitration", _("In arbitration")
    REFUSED = "refused", _("Not taken up")
    DISPATCHED = "dispatched", _("Dispatched")
    WORKING = "working", _("Being handled")
    WHISTLED = "whistled", _("Whistled")
    HELD = "held", _("On hold")
    ANSWERED = "answered", _("Answered")
    CHECKED = "checked", _("Checked")
    CLOSED = "closed", _("Closed")
    RATED = "rated", _("Rated")
    MERGED = "merged", _("Merged with another case")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SPAM = "spam", _("Spam")


class TaskState(models.TextChoices):
    """Where one holder's work stands."""

    DISPATCHED = "dispatched", _("Waiting to be accepted")
    ACCEPTED = "accepted", _("Accepted")
    REPORTED_IN = "reported_in", _("Reported in")
    HELD = "held", _("On hold")
    ANSWERED = "answered", _("Answered")
    RETURNED = "returned", _("Returned")
    RELEASED = "released", _("Released")
    PARKED = "parked", _("Waiting with the lead case")
    CANCELLED = "cancelled", _("Cancelled")


class WhistleState(models.TextChoices):
    """Where a whistle stands."""

    BLOWN = "blown", _("Blown, waiting for signature")
    SIGNED = "signed", _("Signed, departments called")
    DECLINED = "declined", _("Declined")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Tier(models.TextChoices):
    """How work was given (交办): at once, by a letter after consultation, or by a leader."""

    IMMEDIATE = "immediate", _("Immediate assignment")
    CONSULTATIVE = "consultative", _("Consultative assignment")
    LEADERS = "leaders", _("Leader's assignment")


class ExtensionState(models.TextChoices):
    """Where a request for more time stands."""

    ASKED = "asked", _("Asked for")
    ENDORSED = "endorsed", _("Endorsed")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")


class ReviewState(models.TextChoices):
    """Where a request that a second level reviews stands: an overdue appeal, a request to be left out."""

    ASKED = "asked", _("Asked for")
    UPHELD = "upheld", _("Upheld by the first review")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    LIFTED = "lifted", _("Granted, then lifted")


class SiteFinding(models.TextChoices):
    """What a look on site before registering found."""

    FOUND = "found", _("Found as described")
    NOT_FOUND = "not_found", _("Not found")
    ELSEWHERE = "elsewhere", _("Found, but elsewhere")


OPEN_REVIEW_STATES = frozenset({ReviewState.ASKED, ReviewState.UPHELD})
OPEN_EXTENSION_STATES = frozenset({ExtensionState.ASKED, ExtensionState.ENDORSED})
OPEN_TASK_STATES = frozenset({TaskState.DISPATCHED, TaskState.ACCEPTED, TaskState.REPORTED_IN, TaskState.HELD})
OPEN_WHISTLE_STATES = frozenset({WhistleState.BLOWN, WhistleState.SIGNED})
LIVE_TASK_STATES = OPEN_TASK_STATES | {TaskState.ANSWERED}
ENDED_CASE_STATES = frozenset(
    {CaseState.REFUSED, CaseState.CLOSED, CaseState.RATED, CaseState.WITHDRAWN, CaseState.SPAM}
)
OPEN_CASE_STATES = frozenset(CaseState) - ENDED_CASE_STATES
UNDER_WAY = (CaseState.DISPATCHED, CaseState.WORKING, CaseState.WHISTLED, CaseState.HELD)
CLOSED_STATES = (CaseState.CLOSED, CaseState.RATED)
# Where a case may be supervised, and where its place's clock runs at all.
UNFINISHED = (CaseState.FILED, CaseState.REGISTERED, CaseState.ARBITRATION, *UNDER_WAY)
TAKEN_UP = (*UNFINISHED[1:], CaseState.ANSWERED, CaseState.CHECKED, *CLOSED_STATES)


class Actor(models.TextChoices):
    """Who a viewer is to a case. A viewer may be several of these."""

    RESIDENT = "resident", _("the resident")
    HOLDER = "holder", _("the task's holder")
    DESK = "desk", _("the desk the case lies at")
    SUPERVISOR = "supervisor", _("the community (or a desk above it), not whoever answered")
    SENIOR = "senior", _("another officer of the department, or the community's secretary; not whoever asked")
    VERIFIER = "verifier", _("the worker asked to look on site")
    UPPER_DESK = "upper_desk", _("the subdistrict's desk, or a desk above")
    TOP_DESK = "top_desk", _("the district's desk, or the city's")
    SIGNER = "signer", _("the subdistrict's leader, or a leader above")
    SECRETARY = "secretary", _("the community's secretary, in an emergency")
    WHISTLER = "whistler", _("whoever blew the whistle")
    CALLED = "called", _("an officer of a department that was called")
    STAFF = "staff", _("staff who serve the place")
    SYSTEM = "system", _("the system")


class CaseFacts(Protocol):
    """What `case_state` reads of a case: moments (None = has not happened) and the current round."""

    @property
    def spam_at(self) -> object: ...
    @property
    def withdrawn_at(self) -> object: ...
    @property
    def refused_at(self) -> object: ...
    @property
    def disputed_at(self) -> object: ...
    @property
    def registered_at(self) -> object: ...
    @property
    def checked_at(self) -> object: ...
    @property
    def closed_at(self) -> object: ...
    @property
    def merged_at(self) -> object: ...
    @property
    def rated_at(self) -> object: ...
    @property
    def round(self) -> int: ...


class TaskFacts(Protocol):
    """What `case_state` reads of a task."""

    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def round(self) -> int: ...


def case_state(case: CaseFacts, tasks: Iterable[TaskFacts], *, open_whistle: bool) -> CaseState:
    """The state of a case: its own decided moments first, then what its current round's tasks say."""
    decided = (
        (case.spam_at, CaseState.SPAM),
        (case.withdrawn_at, CaseState.WITHDRAWN),
        (case.refused_at, CaseState.REFUSED),
        (case.rated_at, CaseState.RATED),
        (case.closed_at, CaseState.CLOSED),
        (case.merged_at, CaseState.MERGED),
        (case.checked_at, CaseState.CHECKED),
    )
    for moment, state in decided:
        if moment is not None:
            return state
    if case.registered_at is None:
        return CaseState.FILED
    nobody = CaseState.REGISTERED if case.disputed_at is None else CaseState.ARBITRATION
    return _state_of_work([task for task in tasks if task.round == case.round], open_whistle, nobody)


def _state_of_work(tasks: list[TaskFacts], open_whistle: bool, nobody: CaseState) -> CaseState:
    lead = next((task for task in tasks if task.kind == "lead" and task.state in LIVE_TASK_STATES), None)
    if lead is None:
        return nobody
    if open_whistle:
        return CaseState.WHISTLED
    return _OF_LEAD.get(TaskState(lead.state), CaseState.WORKING)


_OF_LEAD = {
    TaskState.DISPATCHED: CaseState.DISPATCHED,
    TaskState.HELD: CaseState.HELD,
    TaskState.ANSWERED: CaseState.ANSWERED,
}


@dataclass(frozen=True)
class Transition:
    """A row of the workflow: what may be done from which states, by whom, needing what, leading where.

    `targets` are the states it may lead to (empty: the state stays). `done` words it on the timeline. A task's verb is
    for open cases, or (`after_closing`) for closed ones.
    """

    verb: str
    label: Promise
    done: Promise
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    actors: tuple[Actor, ...]
    needs: tuple[Promise, ...] = ()
    public: bool = True
    reason_kind: str = ""
    after_closing: bool = False


MERGEABLE = (
    CaseState.FILED, CaseState.REGISTERED, CaseState.ARBITRATION, CaseState.DISPATCHED, CaseState.WORKING,
    CaseState.HELD,
)  # fmt: skip
ALL_STATES = tuple(CaseState)
ALL_OPEN = tuple(state for state in CaseState if state in OPEN_CASE_STATES)
WORDS, REASON, PHOTO = _("words"), _("a coded reason"), _("photos (optional)")

CASE_TABLE: tuple[Transition, ...] = (
    Transition(
        "submit",
        _("File"),
        _("Filed"),
        (),
        (CaseState.FILED,),
        (Actor.RESIDENT, Actor.STAFF),
        (_("what"), _("where"), _("contact (optional)"), PHOTO),
    ),
    Transition(
        "import",
        _("Import"),
        _("Taken over from another system"),
        (),
        (CaseState.FILED, CaseState.CLOSED),
        (Actor.SYSTEM,),
        (_("the other system's number"),),
    ),
    Transition("route", _("Route"), _("Routed"), ALL_OPEN, (), (Actor.SYSTEM,), (_("why"),)),
    Transition(
        "place",
        _("Say where it is"),
        _("Place found"),
        (CaseState.FILED, CaseState.REGISTERED),
        (),
        (Actor.DESK,),
        (_("an area or a point"),),
    ),
    Transition(
        "classify",
        _("Choose the class"),
        _("Class chosen"),
        (CaseState.FILED, CaseState.REGISTERED),
        (),
        (Actor.DESK,),
        (_("a class of the catalogue"),),
    ),
    Transition(
        "mark_spam",
        _("Mark as spam"),
        _("Marked as spam"),
        (CaseState.FILED,),
        (CaseState.SPAM,),
        (Actor.DESK,),
        public=False,
    ),
    Transition(
        "unmark_spam",
        _("Not spam"),
        _("Taken out of spam"),
        (CaseState.SPAM,),
        (CaseState.FILED,),
        (Actor.DESK,),
        public=False,
    ),
    Transition(
        "ask_verify",
        _("Ask for a look on site"),
        _("A look on site was asked for"),
        (CaseState.FILED,),
        (),
        (Actor.DESK,),
        (_("a grid worker of the place"), WORDS, _("no handling: the case stays filed")),
        public=False,
    ),
    Transition(
        "verify",
        _("Say what was found"),
        _("Looked on site"),
        (CaseState.FILED,),
        (),
        (Actor.VERIFIER,),
        (_("found, not found or elsewhere"), WORDS, PHOTO),
        public=False,
    ),
    Transition(
        "mark_ownerless",
        _("No clear owner"),
        _("Marked: no clear owner"),
        (CaseState.FILED, CaseState.REGISTERED),
        (),
        (Actor.DESK,),
        (_("the place handles it; counted apart"),),
    ),
    Transition(
        "unmark_ownerless",
        _("The owner is clear"),
        _("The mark “no clear owner” was taken off"),
        (CaseState.FILED, CaseState.REGISTERED, *UNDER_WAY),
        (),
        (Actor.DESK,),
    ),
    Transition(
        "register",
        _("Register"),
        _("Registered"),
        (CaseState.FILED,),
        (CaseState.REGISTERED,),
        (Actor.DESK, Actor.SYSTEM),
        (_("a class of the catalogue"), _("a place")),
    ),
    Transition(
        "refuse",
        _("Do not take up"),
        _("Not taken up"),
        (CaseState.FILED, CaseState.REGISTERED),
        (CaseState.REFUSED,),
        (Actor.DESK,),
        (REASON, WORDS),
        reason_kind="refuse",
    ),
    Transition(
        "dispatch",
        _("Dispatch"),
        _("Dispatched"),
        (CaseState.REGISTERED,),
        (CaseState.DISPATCHED,),
        (Actor.DESK, Actor.SYSTEM),
        (_("one lead: a grid worker or a department"), _("co-handlers (optional)")),
    ),
    Transition(
        "assign_jointly",
        _("Assign by letter"),
        _("Assigned by letter after consultation"),
        (CaseState.REGISTERED,),
        (CaseState.DISPATCHED,),
        (Actor.DESK,),
        (_("one lead and at least one co-handler"), _("the duty of each in words"), _("by when they have consulted")),
    ),
    Transition(
        "assign_by_leader",
        _("Assign as leader"),
        _("Assigned by a leader"),
        (CaseState.REGISTERED,),
        (CaseState.DISPATCHED,),
        (Actor.SIGNER,),
        (_("one lead: a grid worker or a department"), WORDS, _("a limit of its own (optional)")),
    ),
    Transition(
        "transfer",
        _("Transfer to another place"),
        _("Transferred to another place"),
        (CaseState.REGISTERED, CaseState.DISPATCHED, CaseState.WORKING),
        (CaseState.REGISTERED,),
        (Actor.DESK,),
        (
            _("an area or a point"),
            WORDS,
            _("nobody but the lead at work, and not by arbitration"),
            _("the limit goes on; a fresh one only if the desk says so"),
        ),
    ),
    Transition(
        "arbitrate",
        _("Decide who handles it"),
        _("Decided who handles it"),
        (CaseState.ARBITRATION,),
        (CaseState.DISPATCHED,),
        (Actor.UPPER_DESK,),
        (
            _("a department (the fallback department unless another is named)"),
            WORDS,
            _("within a limit of its own; it cannot be sent back"),
        ),
    ),
    Transition(
        "add_cohandler",
        _("Add a co-handler"),
        _("Co-handler added"),
        UNDER_WAY,
        (),
        (Actor.DESK,),
        (_("a department"),),
    ),
    Transition(
        "blow",
        _("Whistle"),
        _("Whistle blown"),
        (CaseState.WORKING,),
        (CaseState.WHISTLED,),
        (Actor.HOLDER, Actor.DESK),
        (_("kind"), _("departments"), _("place"), _("time wanted"), _("why the place can't do it alone")),
    ),
    Transition(
        "check",
        _("Check: solved"),
        _("Checked"),
        (CaseState.ANSWERED,),
        (CaseState.CHECKED,),
        (Actor.SUPERVISOR,),
        (PHOTO,),
    ),
    Transition(
        "fail_check",
        _("Check: not solved"),
        _("Check failed: reopened"),
        (CaseState.ANSWERED, CaseState.CHECKED),
        (CaseState.DISPATCHED, CaseState.REGISTERED),
        (Actor.SUPERVISOR,),
        (WORDS,),
    ),
    Transition(
        "close",
        _("Close the case"),
        _("Closed"),
        (CaseState.CHECKED,),
        (CaseState.CLOSED,),
        (Actor.SUPERVISOR,),
        (WORDS,),
    ),
    Transition(
        "call_back",
        _("Call back"),
        _("Called back by the desk"),
        CLOSED_STATES,
        (),
        (Actor.DESK,),
        (_("what the resident said"), WORDS, _("never a rating")),
        public=False,
    ),
    Transition(
        "rate",
        _("Rate"),
        _("Rated by the resident"),
        (CaseState.CLOSED,),
        (CaseState.RATED,),
        (Actor.RESIDENT,),
        (_("contacted, solved, satisfied"), _("within 15 days of closing")),
    ),
    Transition(
        "reopen",
        _("Not solved"),
        _("Reopened by the resident"),
        CLOSED_STATES,
        (CaseState.DISPATCHED, CaseState.REGISTERED),
        (Actor.RESIDENT,),
        (WORDS, _("within 15 days of closing")),
    ),
    Transition(
        "withdraw",
        _("Withdraw"),
        _("Withdrawn by the resident"),
        ALL_OPEN,
        (CaseState.WITHDRAWN,),
        (Actor.RESIDENT,),
        (),
    ),
    Transition("add", _("Add to it"), _("The resident added"), ALL_OPEN, (), (Actor.RESIDENT,), (WORDS, PHOTO)),
    Transition(
        "supervise",
        _("Supervise"),
        _("Supervised from above"),
        UNFINISHED,
        (),
        (Actor.UPPER_DESK,),
        (_("overdue"), _("by when it is to be done"), WORDS, _("a higher level after a lower one, never the reverse")),
        public=False,
    ),
    Transition(
        "ask_exclusion",
        _("Ask to leave it out"),
        _("Asked to leave it out of the statistics"),
        TAKEN_UP,
        (),
        (Actor.DESK, Actor.HOLDER),
        (REASON, WORDS),
        public=False,
        reason_kind="exclude",
    ),
    Transition(
        "grant_exclusion",
        _("Leave it out"),
        _("Left out of the statistics"),
        TAKEN_UP,
        (),
        (Actor.UPPER_DESK,),
        (_("asked for by somebody else"), WORDS, _("the resident keeps every right")),
        reason_kind="exclude",
    ),
    Transition(
        "refuse_exclusion",
        _("Do not leave it out"),
        _("Not left out of the statistics"),
        TAKEN_UP,
        (),
        (Actor.UPPER_DESK,),
        (_("asked for by somebody else"), WORDS),
        public=False,
    ),
    Transition(
        "lift_exclusion",
        _("Count it again"),
        _("Counted in the statistics again"),
        TAKEN_UP,
        (),
        (Actor.UPPER_DESK,),
        (_("left out of the statistics"), WORDS),
    ),
    Transition(
        "join",
        _("Add me"),
        _("Joined to what was reported before"),
        (CaseState.FILED,),
        (CaseState.MERGED,),
        (Actor.RESIDENT, Actor.STAFF),
        (_("an open case nearby, or a mass event, that the filer was offered"),),
    ),
    Transition(
        "merge",
        _("Merge with another case"),
        _("Merged with another case"),
        MERGEABLE,
        (CaseState.MERGED,),
        (Actor.DESK, Actor.HOLDER),
        (_("the case that leads"), _("no whistle open, no danger, not about staff, leading no others")),
    ),
    Transition(
        "unmerge",
        _("Take out of the merge"),
        _("Taken out of the merge"),
        (CaseState.MERGED,),
        MERGEABLE,
        (Actor.DESK, Actor.SYSTEM),
        (_("by itself when the lead case ends without being closed"),),
    ),
    Transition(
        "conclude",
        _("Close with the lead case"),
        _("Closed together with the lead case"),
        (CaseState.MERGED,),
        (CaseState.CLOSED,),
        (Actor.SYSTEM,),
        (_("the lead case is closed"),),
    ),
    Transition(
        "follow_again",
        _("Wait for the lead case again"),
        _("The lead case is being handled again"),
        (CaseState.CLOSED,),
        (CaseState.MERGED,),
        (Actor.SYSTEM,),
        (_("closed with it, and not rated"),),
    ),
    Transition("remind", _("Remind"), _("Reminded"), ALL_OPEN, (), (Actor.SYSTEM,), public=False),
    Transition(
        "redact",
        _("Remove personal data"),
        _("Personal data removed"),
        tuple(state for state in CaseState if state in ENDED_CASE_STATES),
        (),
        (Actor.SYSTEM,),
        (_("the time set for the class is over, or the resident asked for it"),),
    ),
    Transition("escalate", _("Escalate"), _("Escalated"), ALL_OPEN, (), (Actor.SYSTEM,), public=False),
)

AT_WORK = (TaskState.ACCEPTED, TaskState.REPORTED_IN)
TASK_TABLE: tuple[Transition, ...] = (
    Transition(
        "accept",
        _("Accept"),
        _("Accepted"),
        (TaskState.DISPATCHED,),
        (TaskState.ACCEPTED,),
        (Actor.HOLDER,),
    ),
    Transition(
        "report_in",
        _("Report in"),
        _("Reported in"),
        (TaskState.DISPATCHED,),
        (TaskState.REPORTED_IN,),
        (Actor.HOLDER,),
        (_("a whistle's task"), PHOTO),
    ),
    Transition(
        "acknowledge",
        _("Acknowledge the emergency"),
        _("Emergency acknowledged"),
        (TaskState.DISPATCHED,),
        (),
        (Actor.HOLDER,),
        (_("an emergency whistle's task that rings"),),
        public=False,
    ),
    Transition(
        "contact",
        _("Record the contact"),
        _("Resident contacted"),
        (TaskState.ACCEPTED, TaskState.REPORTED_IN),
        (),
        (Actor.HOLDER,),
        (_("by whom"), _("how")),
    ),
    Transition(
        "answer",
        _("Answer"),
        _("Answered"),
        (TaskState.ACCEPTED, TaskState.REPORTED_IN),
        (TaskState.ANSWERED,),
        (Actor.HOLDER,),
        (WORDS, PHOTO, _("the lead: no whistle and no co-handler's work open")),
    ),
    Transition(
        "ask_extension",
        _("Ask for more time"),
        _("Asked for more time"),
        AT_WORK,
        (),
        (Actor.HOLDER,),
        (_("how much, in the limit's own unit"), WORDS, _("before it is overdue")),
        public=False,
    ),
    Transition(
        "endorse_extension",
        _("Endorse more time"),
        _("More time endorsed"),
        AT_WORK,
        (),
        (Actor.SENIOR, Actor.UPPER_DESK),
        (_("a desk above only where the house has nobody else"),),
        public=False,
    ),
    Transition(
        "grant_extension",
        _("Grant more time"),
        _("More time granted"),
        AT_WORK,
        (),
        (Actor.UPPER_DESK,),
        (_("endorsed before, by somebody else"), _("as often as the rules allow, and no more than the limit again")),
    ),
    Transition(
        "refuse_extension",
        _("Refuse more time"),
        _("More time refused"),
        AT_WORK,
        (),
        (Actor.UPPER_DESK, Actor.SENIOR),
        (WORDS,),
        public=False,
    ),
    Transition(
        "ask_hold",
        _("Ask for a hold"),
        _("Asked for a hold"),
        AT_WORK,
        (),
        (Actor.HOLDER,),
        (_("until when, as far ahead as the rules allow"), WORDS, _("once a task, before it is overdue")),
        public=False,
    ),
    Transition(
        "hold",
        _("Put on hold"),
        _("Put on hold"),
        AT_WORK,
        (TaskState.HELD,),
        (Actor.UPPER_DESK,),
        (
            _("asked for by the holder"),
            _("until when, as far ahead as the rules allow"),
            WORDS,
            _("no whistle open"),
        ),
    ),
    Transition(
        "refuse_hold",
        _("Refuse the hold"),
        _("Hold refused"),
        AT_WORK,
        (),
        (Actor.UPPER_DESK,),
        (WORDS,),
        public=False,
    ),
    Transition(
        "resume",
        _("Resume"),
        _("Resumed: the clock runs again"),
        (TaskState.HELD,),
        AT_WORK,
        (Actor.UPPER_DESK, Actor.SYSTEM),
        (_("by itself on the day named"),),
    ),
    Transition(
        "return",
        _("Return"),
        _("Returned"),
        (TaskState.DISPATCHED, TaskState.ACCEPTED),
        (TaskState.RETURNED,),
        (Actor.HOLDER,),
        (REASON, WORDS, _("not what arbitration decided: handle first, argue later")),
        reason_kind="return",
    ),
    Transition(
        "release",
        _("Release"),
        _("Released"),
        (*sorted(OPEN_TASK_STATES), TaskState.RETURNED),
        (TaskState.RELEASED,),
        (Actor.DESK,),
        (_("a co-handler's or a whistle's task"), REASON),
        reason_kind="release",
    ),
    Transition(
        "appeal_lateness",
        _("Appeal against lateness"),
        _("Appealed against lateness"),
        (TaskState.ANSWERED,),
        (),
        (Actor.HOLDER,),
        (_("a department's late answer, after closing, once"), WORDS),
        public=False,
        after_closing=True,
    ),
    Transition(
        "uphold_lateness",
        _("Uphold the appeal"),
        _("First review: appeal upheld"),
        (TaskState.ANSWERED,),
        (),
        (Actor.UPPER_DESK,),
        (WORDS,),
        public=False,
        after_closing=True,
    ),
    Transition(
        "exempt_lateness",
        _("Exempt it"),
        _("Second review: exempted, the lateness stays in sight"),
        (TaskState.ANSWERED,),
        (),
        (Actor.TOP_DESK,),
        (_("upheld before, by somebody else"), WORDS),
        public=False,
        after_closing=True,
    ),
    Transition(
        "refuse_lateness",
        _("Refuse the appeal"),
        _("Appeal against lateness refused"),
        (TaskState.ANSWERED,),
        (),
        (Actor.UPPER_DESK,),
        (WORDS, _("once upheld: the district's desk, or the city's")),
        public=False,
        after_closing=True,
    ),
    Transition(
        "cancel",
        _("Cancel"),
        _("Cancelled with the case"),
        (*sorted(OPEN_TASK_STATES), TaskState.PARKED),
        (TaskState.CANCELLED,),
        (Actor.SYSTEM,),
        public=False,
    ),
)

WHISTLE_TABLE: tuple[Transition, ...] = (
    Transition(
        "sign",
        _("Sign"),
        _("Whistle signed"),
        (WhistleState.BLOWN,),
        (WhistleState.SIGNED,),
        (Actor.SIGNER, Actor.SECRETARY, Actor.SYSTEM),
        (_("departments"), _("an emergency that nobody signs in time is signed by itself")),
    ),
    Transition(
        "decline",
        _("Decline"),
        _("Whistle declined"),
        (WhistleState.BLOWN,),
        (WhistleState.DECLINED,),
        (Actor.SIGNER,),
        (WORDS,),
    ),
    Transition(
        "call",
        _("Call another department"),
        _("Another department called"),
        (WhistleState.SIGNED,),
        (),
        (Actor.DESK, Actor.SIGNER),
        (_("a department"),),
    ),
    Transition(
        "finish",
        _("Finish"),
        _("Whistle done"),
        (WhistleState.SIGNED,),
        (WhistleState.DONE,),
        (Actor.SYSTEM,),
        (_("all departments finished or released"),),
    ),
    Transition(
        "rate_response",
        _("Rate a department's response"),
        _("Rated a department's response"),
        (WhistleState.DONE,),
        (),
        (Actor.WHISTLER,),
        (_("in time, helpful"), _("each department once, while rating is open")),
        public=False,
    ),
    Transition(
        "judge_whistle",
        _("Say whether the whistle was founded"),
        _("Said whether the whistle was founded"),
        (WhistleState.DONE,),
        (),
        (Actor.CALLED,),
        (_("founded or not"), _("each department once, while rating is open")),
        public=False,
    ),
)

TASK_VERBS = frozenset(row.verb for row in TASK_TABLE)
WHISTLE_VERBS = frozenset(row.verb for row in WHISTLE_TABLE)
_BY_VERB = {row.verb: row for table in (CASE_TABLE, TASK_TABLE, WHISTLE_TABLE) for row in table}


def transition(verb: str) -> Transition:
    """The row for `verb`; raises KeyError for a verb that is not in the tables."""
    return _BY_VERB[verb]


def whistle_is_done(states: Iterable[str]) -> bool:
    """Whether a signed whistle has ended: every department called has answered or been released.

    A returned task keeps it open until it is released, as it is when another department is called in its place.
    """
    states = list(states)
    return bool(states) and all(state in {TaskState.ANSWERED, TaskState.RELEASED} for state in states)
