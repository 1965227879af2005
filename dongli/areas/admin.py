"""Places in the back office: to look at. They are imported, not edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from dongli.areas.models import Area, Boundary, Grid


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Looked at by who may view, changed by nobody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Area)
class AreaAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "level", "parent", "retired_on", "synthetic")
    list_filter = ("level", "settlement", "synthetic")
    list_select_related = ("parent",)
    search_fields = ("code", "name", "pinyin", "initials")
    show_full_result_count = False


@admin.register(Grid)
class GridAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "kind", "community", "households", "retired_on", "synthetic")
    list_filter = ("kind", "synthetic")
    list_select_related = ("community",)
    search_fields = ("code", "name")
    show_full_result_count = False


@admin.register(Boundary)
class BoundaryAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "source", "synthetic")
    list_select_related = ("area", "grid")
    search_fields = ("area__code", "grid__code", "area__name", "grid__name")
    show_full_result_count = False
