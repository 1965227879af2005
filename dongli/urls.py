"""Every address of the product, room by room."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("dongli.web.urls")),
    path("", include("dongli.areas.urls")),
    path("", include("dongli.people.urls")),
    path("", include("dongli.notices.urls")),
    path("", include("dongli.duties.urls")),
    path("", include("dongli.volunteering.urls")),
    path("", include("dongli.cases.urls")),
    path("", include("dongli.partnerships.urls")),
    path("", include("dongli.reporting.urls")),
    path("accounts/", include("dongli.people.account_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "dongli.web.views.errors.bad_request"
handler403 = "dongli.web.views.errors.forbidden"
handler404 = "dongli.web.views.errors.not_found"
handler500 = "dongli.web.views.errors.server_error"
