"""Addresses of links, joint meetings and the network, all at the desk. Names are global."""

from django.urls import URLPattern, path

from dongli.partnerships.views import links, meeting, meetings, network, steps, unit

urlpatterns: list[URLPattern] = [
    path("desk/partnerships/", links.partnerships, name="partnerships"),
    path("desk/partnerships/new/", links.choose_axis, name="partnership_new"),
    path("desk/partnerships/new/<uuid:axis_id>/", links.new_link, name="partnership_new_for"),
    path("desk/partnerships/new/<uuid:axis_id>/search/", links.search, name="partnership_search"),
    path("desk/partnerships/unlinked/", network.unlinked, name="unlinked"),
    path("desk/partnerships/unlinked/units.csv", network.unlinked_file, name="unlinked_file"),
    path("desk/partnerships/idle/", network.idle, name="idle_links"),
    path("desk/partnerships/<uuid:link_id>/", links.partnership, name="partnership"),
    path("desk/partnerships/<uuid:link_id>/change/", links.change, name="partnership_change"),
    path("desk/partnerships/<uuid:link_id>/end/", links.end, name="partnership_end"),
    path("desk/meetings/", meetings.meetings, name="meetings"),
    path("desk/meetings/new/", meetings.choose_convenor, name="meeting_new"),
    path("desk/meetings/new/<uuid:convenor_id>/", meetings.new_meeting, name="meeting_new_for"),
    path("desk/meetings/<uuid:meeting_id>/", meeting.meeting, name="meeting"),
    path("desk/meetings/<uuid:meeting_id>/names/", meeting.names, name="meeting_names"),
    path("desk/meetings/<uuid:meeting_id>/paper/", meeting.paper, name="meeting_paper"),
    path("desk/meetings/<uuid:meeting_id>/meeting.ics", meeting.calendar, name="meeting_calendar"),
    path("desk/meetings/<uuid:meeting_id>/change/", meetings.change, name="meeting_change"),
    path("desk/meetings/<uuid:meeting_id>/invite/", steps.invite, name="meeting_invite"),
    path("desk/meetings/<uuid:meeting_id>/answer/", steps.answer, name="meeting_answer"),
    path("desk/meetings/<uuid:meeting_id>/cancel/", steps.cancel, name="meeting_cancel"),
    path("desk/meetings/<uuid:meeting_id>/hold/", steps.hold, name="meeting_hold"),
    path("desk/meetings/<uuid:meeting_id>/attend/", steps.attend, name="meeting_attend"),
    path("desk/meetings/<uuid:meeting_id>/strike/<uuid:attendance_id>/", steps.strike, name="meeting_strike"),
    path("desk/meetings/<uuid:meeting_id>/decide/", steps.decide, name="meeting_decide"),
    path("desk/meetings/<uuid:meeting_id>/minutes/", steps.minutes, name="meeting_minutes"),
    path("desk/my-unit/", unit.my_unit, name="my_unit"),
    path("desk/committees/", network.committees, name="committees"),
    path("desk/committees/<uuid:organisation_id>/", network.committee, name="committee"),
    path("desk/organisations/<uuid:organisation_id>/network/", network.network, name="network"),
]
