"""Addresses of places: outlines for the map, the picker, what lies at a point, QR sheets."""

from django.urls import path

from dongli.areas.views import resident, staff

app_name = "areas"
urlpatterns = [
    path("map/outlines/<str:level>/<str:code>.json", resident.outlines, name="outlines"),
    path("areas/children/<str:code>/", resident.children, name="children"),
    path("areas/locate", resident.locate, name="locate"),
    path("desk/areas/<str:code>/qr/", staff.qr_sheet, name="qr"),
]
