"""What people are told of careers; `of_people` carries it."""

from django.utils.translation import gettext_noop

from dongli.notices import kinds


def register_all() -> None:
    """Called at start-up."""
    kinds.register("people.career_contest", gettext_noop("A worker contests their pay record: %(place)s"))
    kinds.register("people.contest_upheld", gettext_noop("You were right about your pay record. Read the answer."))
    kinds.register("people.contest_refused", gettext_noop("Your contest was answered: the record stays as it is."))
    kinds.register("people.contest_decided", gettext_noop("A contest of a pay record was answered: %(place)s"))
    kinds.register("people.career_run", gettext_noop("The yearly step was approved: %(place)s, from %(day)s"))
    kinds.register("people.career_step", gettext_noop("Your grade changes from %(day)s on. See how it is computed."))
