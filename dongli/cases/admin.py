"""The back office of case work: policy can be edited; cases and everything that happened to them can only be read."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from dongli.areas.admin import ReadOnlyAdmin
from dongli.cases.actions.policy import drop_row, keep_row
from dongli.cases.models import (
    CalendarDay,
    Case,
    Category,
    FilingCondition,
    Limit,
    Override,
    Patrol,
    Photo,
    Phrase,
    Rating,
    Reason,
    Step,
    Task,
    Whistle,
)
from dongli.people.guards import viewer_from


class PolicyAdmin(admin.ModelAdmin[Any]):
    """Policy that is mended here goes through the actions, so that every process reads it again at once."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        keep_row(viewer=viewer_from(request), row=obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        drop_row(viewer=viewer_from(request), row=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        for row in queryset:
            drop_row(viewer=viewer_from(request), row=row)


@admin.register(FilingCondition)
class FilingConditionAdmin(PolicyAdmin):
    """The filing conditions of each class, version by version."""

    list_display = ("category", "number", "text", "limit_amount", "limit_unit", "urgent", "since", "until")
    list_filter = ("limit_unit", "urgent")
    search_fields = ("category", "text")


@admin.register(Override)
class OverrideAdmin(ReadOnlyAdmin):
    """What levels have set; they do so on their own page, where it is kept who did."""

    list_display = ("area", "category", "number", "since", "until", "set_by")
    list_select_related = ("area", "set_by")
    search_fields = ("category", "area__name")


@admin.register(Phrase)
class PhraseAdmin(ReadOnlyAdmin):
    """Canned phrases; levels keep them on their own page."""

    list_display = ("use", "title", "category", "line", "area", "since", "until")
    list_select_related = ("area",)
    list_filter = ("use", "line")


@admin.register(Category)
class CategoryAdmin(PolicyAdmin):
    """The catalogue, version by version."""

    list_display = ("code", "name", "major_name", "line", "solver", "since", "until")
    list_filter = ("line", "solver", "staff_only")
    search_fields = ("code", "name")


@admin.register(Limit)
class LimitAdmin(PolicyAdmin):
    """The procedure's named limits."""

    list_display = ("key", "amount", "unit", "since", "until")


@admin.register(Reason)
class ReasonAdmin(PolicyAdmin):
    """The coded reasons of each verb."""

    list_display = ("kind", "code", "label_zh", "label_en", "needs_words", "is_active", "position")
    list_filter = ("kind", "is_active")


@admin.register(CalendarDay)
class CalendarDayAdmin(PolicyAdmin):
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
