"""What residents open: filing, the timeline behind the secret link or the log-in, photos; and filing for others."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
