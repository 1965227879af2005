"""Every read of people: who is on duty, who holds which role where, what a viewer may know of others."""

from dongli.people.queries.directory import (
    accounts,
    holders,
    holds_role_over,
    looked_at,
    manageable,
    officers_of,
    workers_of,
)
from dongli.people.queries.duty import (
    OnDuty,
    desk_duty,
    gaps,
    on_duty,
    on_duty_many,
    people_on_duty,
    stand_ins,
)

__all__ = (
    "OnDuty",
    "accounts",
    "desk_duty",
    "gaps",
    "holders",
    "holds_role_over",
    "looked_at",
    "manageable",
    "officers_of",
    "on_duty",
    "on_duty_many",
    "people_on_duty",
    "stand_ins",
    "workers_of",
)
