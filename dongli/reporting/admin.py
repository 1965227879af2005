"""The back office of coverage: the list of reasons is edited here; reasons given and duties can only be read."""

from django.contrib import admin

from dongli.areas.admin import ReadOnlyAdmin
from dongli.reporting.models import GapReason, GivenReason


@admin.register(GapReason)
class GapReasonAdmin(admin.ModelAdmin[GapReason]):
    """The reasons to choose from, version by version; every change is kept by a trigger."""

    list_display = ("position", "code", "name", "items", "longest_days", "since", "until")
    search_fields = ("code", "name")


@admin.register(GivenReason)
class GivenReasonAdmin(ReadOnlyAdmin):
    """Reasons as they were given; they change on the compound's page, where it is kept who did."""

    list_display = ("compound", "item", "reason", "since", "until", "given_by", "withdrawn_at")
    list_select_related = ("compound", "reason", "given_by")
