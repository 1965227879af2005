"""What each role is for, in a sentence: shown where a role is chosen, granted or explained."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.people.models import Role

GIVES: dict[str, Promise] = {
    Role.CAPTAIN: _("Reports for the neighbours of one building or compound; works on the phone."),
    Role.GRID_WORKER: _("Handles tasks of one community's grids on the phone, patrols, calls departments by whistle."),
    Role.COMMUNITY_DESK: _("Registers, dispatches, checks and closes the cases of one community; keeps its roster."),
    Role.COMMUNITY_SECRETARY: _("As the community desk; also sets the community's rules and sees cases of danger."),
    Role.SUBDISTRICT_DESK: _("Watches over the communities of one subdistrict: deadlines, extensions, duties."),
    Role.SUBDISTRICT_LEADER: _("As the subdistrict desk; also signs whistles and sets the subdistrict's rules."),
    Role.DISTRICT_DESK: _("Watches over one district, places what has only an address, hears what escalates."),
    Role.CITY_DESK: _("Watches over the whole city; decides requests for deletion of accounts."),
    Role.CITY_VIEWER: _("Sees cases, duties and figures of a city or district; changes nothing."),
    Role.HOTLINE_CLERK: _("Files for residents who telephone, about any place; sees what was filed so."),
    Role.DEPARTMENT_OFFICER: _("Handles the tasks and duties of one department; reports in to whistles."),
    Role.ORGANISER: _("Keeps organisations, links, posts and careers of an area; sees no cases."),
    Role.UNIT_OFFICER: _("Speaks for one linked unit: its links, meetings and counts of its members' service."),
    Role.AUDITOR: _("Reads who was granted what and who looked at personal data; grants nothing, sees no cases."),
    Role.ADMINISTRATOR: _("Makes accounts, grants and ends roles in an area; reads no audit and sees no cases."),
}
