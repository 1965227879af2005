"""Addresses of duties, all at the desk. Names are global: `desk_duties`, `desk_duty_sheet` …"""

from django.urls import path

from dongli.duties.views import staff

urlpatterns = [
    path("desk/duties/", staff.my_duties, name="desk_duties"),
    path("desk/duties/of/<uuid:user_id>/", staff.of_official, name="desk_duties_of"),
    path("desk/duties/<uuid:duty_id>/", staff.duty, name="desk_duty_sheet"),
    path("desk/duties/<uuid:duty_id>/progress/", staff.progress, name="duty_progress"),
    path("desk/duties/<uuid:duty_id>/close/", staff.close, name="duty_close"),
    path("desk/duties/<uuid:duty_id>/drop/", staff.drop, name="duty_drop"),
    path("desk/duties/<uuid:duty_id>/reopen/", staff.reopen, name="duty_reopen"),
]
