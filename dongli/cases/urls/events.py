"""Addresses of mass events."""

from django.urls import path

from dongli.cases.views import events

urlpatterns = [
    path("desk/events/", events.events, name="desk_events"),
    path("desk/events/new/", events.new_event, name="desk_event_new"),
    path("desk/events/<uuid:event_id>/", events.event, name="desk_event"),
    path("desk/events/<uuid:event_id>/live/", events.live, name="desk_event_live"),
    path("desk/events/<uuid:event_id>/group/", events.group, name="desk_event_group"),
    path("desk/events/<uuid:event_id>/notice/", events.notice, name="desk_event_notice"),
]
