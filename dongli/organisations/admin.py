"""Organisations in the back office: to look at. They change through actions."""

from django.contrib import admin
from django.http import HttpRequest

from dongli.organisations.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Read-only."""

    list_display = ("code", "name", "kind", "line", "function", "area", "dissolved_on")
    list_filter = ("kind", "line")
    list_select_related = ("area",)
    search_fields = ("code", "name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False
