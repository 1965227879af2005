"""Addresses of notes, of the answer to many, of the case file on paper, and of what residents ask for their data."""

from django.urls import URLPattern, path

from dongli.cases.views import bulk_answer, notes

urlpatterns: list[URLPattern] = [
    path("case/<uuid:case_id>/notes/", notes.notes, name="case_notes"),
    path("case/<uuid:case_id>/notes/people/", notes.people, name="case_note_people"),
    path("note-file/<uuid:file_id>/", notes.file, name="note_file"),
    path("desk/bulk-answer/", bulk_answer.choose, name="desk_bulk_answer"),
    path("desk/bulk-answer/<uuid:bulk_id>/", bulk_answer.bulk_answer, name="bulk_answer"),
    path("desk/bulk-answer/<uuid:bulk_id>/live/", bulk_answer.live, name="bulk_answer_live"),
    path("desk/bulk-answer/<uuid:bulk_id>/undo/", bulk_answer.undo, name="bulk_answer_undo"),
]
