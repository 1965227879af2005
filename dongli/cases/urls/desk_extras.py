"""Addresses of notes, of the answer to many, of the case file on paper, and of what residents ask for their data."""

from django.urls import URLPattern, path

from dongli.cases.views import notes

urlpatterns: list[URLPattern] = [
    path("case/<uuid:case_id>/notes/", notes.notes, name="case_notes"),
    path("case/<uuid:case_id>/notes/people/", notes.people, name="case_note_people"),
    path("note-file/<uuid:file_id>/", notes.file, name="note_file"),
]
