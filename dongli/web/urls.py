"""Doors of the rooms, preferences, health, and the files that browsers ask for."""

from django.urls import path

from dongli.web.views import home, shell, styleguide

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("work/", home.work, name="work"),
    path("work/sw.js", shell.service_worker, name="service_worker"),
    path("work/more/", home.work_more, name="work_more"),
    path("desk/", home.desk, name="desk"),
    path("preferences/", shell.set_preferences, name="preferences"),
    path("healthz", shell.healthz, name="healthz"),
    path("robots.txt", shell.robots, name="robots"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/desk/", styleguide.desk, name="styleguide_desk"),
]
