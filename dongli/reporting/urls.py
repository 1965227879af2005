"""Addresses, room by room. Names are global."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
