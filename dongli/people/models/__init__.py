"""Accounts, the roles they hold and where, posts, rosters, absence, and who has looked at personal data."""

from dongli.people.models.accounts import User, UserManager
from dongli.people.models.career_runs import (
    OPEN_RUN_STATES,
    CareerContest,
    CareerResult,
    CareerRun,
    ContestState,
    RunState,
)
from dongli.people.models.careers import (
    Appraisal,
    CareerFile,
    CareerScheme,
    Certificate,
    Degree,
    FactKind,
    PayFact,
)
from dongli.people.models.grants import Grant, GrantReminder, Role
from dongli.people.models.imports import ImportState, TableImport
from dongli.people.models.organising import ActKind, OrganisationAct
from dongli.people.models.passing import HandOver
from dongli.people.models.policies import LevelPolicy, LevelPolicyStamp
from dongli.people.models.posts import SINGLE_POSTS, PartyMembership, Post, Tenure, TenureManner, TenureSource
from dongli.people.models.records import AccessRecord, RateCount
from dongli.people.models.rosters import Absence, RosterEntry

__all__ = [
    "OPEN_RUN_STATES",
    "SINGLE_POSTS",
    "Absence",
    "AccessRecord",
    "ActKind",
    "Appraisal",
    "CareerContest",
    "CareerFile",
    "CareerResult",
    "CareerRun",
    "CareerScheme",
    "Certificate",
    "ContestState",
    "Degree",
    "FactKind",
    "Grant",
    "GrantReminder",
    "HandOver",
    "ImportState",
    "LevelPolicy",
    "LevelPolicyStamp",
    "OrganisationAct",
    "PartyMembership",
    "PayFact",
    "Post",
    "RateCount",
    "Role",
    "RosterEntry",
    "RunState",
    "TableImport",
    "Tenure",
    "TenureManner",
    "TenureSource",
    "User",
    "UserManager",
]
