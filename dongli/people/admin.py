"""People in the back office: to look at. They change through actions."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from dongli.people.models import Absence, AccessRecord, Grant, RosterEntry


class ReadOnly(admin.ModelAdmin[Any]):
    """To look at only."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Grant)
class GrantAdmin(ReadOnly):
    """Who holds which role where."""

    list_display = ("user", "role", "area", "organisation", "since", "until", "granted_by", "ended_by")
    list_filter = ("role",)
    list_select_related = ("user", "area", "organisation", "granted_by", "ended_by")
    search_fields = ("user__username", "user__name")


@admin.register(RosterEntry)
class RosterEntryAdmin(ReadOnly):
    """Turns on grids and desks."""

    list_display = ("user", "grid", "area", "rank", "since", "until")
    list_select_related = ("user", "grid", "area")


@admin.register(Absence)
class AbsenceAdmin(ReadOnly):
    """Who is away."""

    list_display = ("user", "deputy", "since", "until", "recorded_by")
    list_select_related = ("user", "deputy", "recorded_by")


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnly):
    """Who opened whose personal data."""

    list_display = ("at", "viewer", "subject_kind", "subject_id", "field", "reason")
    list_select_related = ("viewer",)
    list_filter = ("subject_kind", "field")
