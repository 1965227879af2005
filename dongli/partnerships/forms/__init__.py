"""What is filled in about links and meetings. Forms parse; the rules are in the actions."""

from dongli.partnerships.forms.links import ChangeLinkForm, EndLinkForm, LinkForm
from dongli.partnerships.forms.meetings import CancelForm, DecisionForm, MeetingForm, MinutesForm, SeriesForm

__all__ = (
    "CancelForm",
    "ChangeLinkForm",
    "DecisionForm",
    "EndLinkForm",
    "LinkForm",
    "MeetingForm",
    "MinutesForm",
    "SeriesForm",
)
