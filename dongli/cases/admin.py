"""The back office of case work: policy can be edited; cases and everything that happened to them can only be read."""

from django.contrib import admin

from dongli.areas.admin import ReadOnlyAdmin
from dongli.cases.models import (
    CalendarDay,
    Case,
    Category,
    Limit,
    Patrol,
    Photo,
    Rating,
    Reason,
    Step,
    Task,
    Whistle,
)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    """The catalogue, version by version."""

    list_display = ("code", "name", "major_name", "line", "solver", "since", "until")
    list_filter = ("line", "solver", "staff_only")
    search_fields = ("code", "name")


@admin.register(Limit)
class LimitAdmin(admin.ModelAdmin[Limit]):
    """The procedure's named limits."""

    list_display = ("key", "amount", "unit", "since", "until")


@admin.register(Reason)
class ReasonAdmin(admin.ModelAdmin[Reason]):
    """The coded reasons of each verb."""

    list_display = ("kind", "code", "label_zh", "label_en", "needs_words", "is_active", "position")
    list_filter = ("kind", "is_active")


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin[CalendarDay]):
    """Days that differ from the published calendar."""

    list_display = ("date", "is_working", "note")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """A case's own facts; the resident's words and contact stay where access to them is recorded."""

    list_display = ("number", "kind", "source", "state", "category", "desk", "filed_at")
    list_select_related = ("category", "desk")
    list_filter = ("state", "kind", "source")
    search_fields = ("number",)


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks with their clocks."""

    list_display = ("case", "kind", "state", "organisation", "worker", "dispatched_at", "due_at")
    list_select_related = ("case", "organisation", "worker")
    list_filter = ("kind", "state")


@admin.register(Whistle)
class WhistleAdmin(ReadOnlyAdmin):
    """Whistles."""

    list_display = ("case", "kind", "state", "blown_by", "blown_at", "signed_at", "ended_at")
    list_select_related = ("case", "blown_by")
    list_filter = ("kind", "state")


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    """What happened, in order."""

    list_display = ("case", "seq", "verb", "at", "actor", "actor_as", "state_after")
    list_select_related = ("case", "actor")
    list_filter = ("verb",)


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Ratings without their words."""

    list_display = ("case", "closing", "contacted", "solved", "satisfaction", "at")
    list_select_related = ("case",)


@admin.register(Patrol)
class PatrolAdmin(ReadOnlyAdmin):
    """Rounds walked."""

    list_display = ("grid", "worker", "findings", "at")
    list_select_related = ("grid", "worker")


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    """Photos as rows: size and phase."""

    list_display = ("id", "case", "phase", "width", "height", "size", "created_at")
    list_select_related = ("case",)
    exclude = ("draft_key",)
