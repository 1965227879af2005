"""In-service members who report in where they live, the micro-wishes they claim, and the service they log."""

from dongli.volunteering.models.members import (
    CURRENT_STATES,
    Consent,
    ConsentKind,
    EndedWhy,
    ReportIn,
    ReportInState,
    ReportInStep,
    ReportInText,
    Times,
)
from dongli.volunteering.models.offers import Offer
from dongli.volunteering.models.service import (
    Service,
    ServiceState,
    ServiceStep,
    ServiceText,
)
from dongli.volunteering.models.wishes import (
    LIVE_STATES,
    Audience,
    Claim,
    Wish,
    WishContact,
    WishState,
    WishStep,
)

__all__ = (
    "CURRENT_STATES",
    "LIVE_STATES",
    "Audience",
    "Claim",
    "Consent",
    "ConsentKind",
    "EndedWhy",
    "Offer",
    "ReportIn",
    "ReportInState",
    "ReportInStep",
    "ReportInText",
    "Service",
    "ServiceState",
    "ServiceStep",
    "ServiceText",
    "Times",
    "Wish",
    "WishContact",
    "WishState",
    "WishStep",
)
