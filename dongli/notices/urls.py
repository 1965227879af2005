"""Notifications and the trace of deliveries."""

from django.urls import path

from dongli.notices.views import inbox, staff

app_name = "notices"

urlpatterns = [
    path("notices/", inbox.inbox, name="inbox"),
    path("notices/bell/", inbox.bell, name="bell"),
    path("notices/read/", inbox.read_all, name="read_all"),
    path("notices/<uuid:notification_id>/read/", inbox.read, name="read"),
    path("desk/deliveries/", staff.deliveries, name="deliveries"),
    path("desk/deliveries/<uuid:delivery_id>/", staff.delivery, name="delivery"),
    path("desk/deliveries/<uuid:delivery_id>/retry/", staff.retry, name="retry"),
    path("desk/deliveries/of/<uuid:notification_id>/", staff.trace, name="trace"),
]
