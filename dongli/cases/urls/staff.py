"""What workers and desks open."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
