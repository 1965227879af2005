"""Addresses, room by room. Names are global."""

from django.urls import path

from dongli.reporting.views import areas, figures, gaps, sheet

urlpatterns = [
    path("desk/coverage/", areas.overview, name="coverage"),
    path("desk/coverage/map/", areas.coverage_map, name="coverage_map"),
    path("desk/coverage/map/points/", areas.points, name="coverage_points"),
    path("desk/coverage/gaps/", gaps.gap_list, name="coverage_gaps"),
    path("desk/coverage/gaps/export/", gaps.export, name="coverage_export"),
    path("desk/coverage/figures/<str:key>/", figures.figure, name="coverage_figure"),
    path("desk/coverage/reasons/<uuid:reason_id>/withdraw/", sheet.withdraw_reason, name="withdraw_gap_reason"),
    path("desk/coverage/<str:code>/work/<str:key>/", sheet.work_list, name="coverage_work"),
    path("desk/coverage/<str:code>/", areas.place, name="coverage_place"),
    path("desk/coverage/<str:code>/<str:item>/reason/", sheet.give_reason, name="give_gap_reason"),
    path("desk/coverage/<str:code>/<str:item>/duty/", sheet.assign, name="assign_gap"),
]
