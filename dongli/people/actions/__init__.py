"""Every write to people: accounts, roles, turns on the roster, absence, and the record of who looked."""

from dongli.people.actions.accounts import (
    create_administrator,
    create_staff,
    erase_account,
    let_leave,
    log_in_by_phone,
    open_record,
    reseal_authenticators,
    reset_access,
    set_home,
    set_language,
)
from dongli.people.actions.roles import end_grant, grant_role
from dongli.people.actions.roster import end_absence, end_turn, put_on_roster, record_absence

__all__ = (
    "create_administrator",
    "create_staff",
    "end_absence",
    "end_grant",
    "end_turn",
    "erase_account",
    "grant_role",
    "let_leave",
    "log_in_by_phone",
    "open_record",
    "put_on_roster",
    "record_absence",
    "reseal_authenticators",
    "reset_access",
    "set_home",
    "set_language",
)
