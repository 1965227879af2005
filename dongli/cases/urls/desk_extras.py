"""Addresses of notes, of the answer to many, of the case file on paper, and of what residents ask for their data."""

from django.urls import URLPattern, path

from dongli.cases.views import bulk_answer, notes, paper, privacy, retention
from dongli.people.guards import login_required

urlpatterns: list[URLPattern] = [
    path("case/<uuid:case_id>/notes/", notes.notes, name="case_notes"),
    path("case/<uuid:case_id>/notes/people/", notes.people, name="case_note_people"),
    path("note-file/<uuid:file_id>/", notes.file, name="note_file"),
    path("desk/bulk-answer/", bulk_answer.choose, name="desk_bulk_answer"),
    path("desk/bulk-answer/<uuid:bulk_id>/", bulk_answer.bulk_answer, name="bulk_answer"),
    path("desk/bulk-answer/<uuid:bulk_id>/live/", bulk_answer.live, name="bulk_answer_live"),
    path("desk/bulk-answer/<uuid:bulk_id>/undo/", bulk_answer.undo, name="bulk_answer_undo"),
    path("me/privacy/", privacy.me, name="me_privacy"),
    path("me/privacy/copy/", privacy.ask_copy, name="me_copy_ask"),
    path("me/privacy/copy/<uuid:copy_id>/live/", privacy.copy_live, name="me_copy_live"),
    path("me/privacy/copy/<uuid:copy_id>/file/", privacy.copy_file, name="me_copy_file"),
    path("me/privacy/delete/", privacy.delete_account, name="me_delete"),
    path("me/privacy/requests/<uuid:request_id>/take-back/", privacy.take_back, name="me_take_back"),
    path("c/<str:number>/<str:token>/data/", privacy.case_data, name="link_data"),
    path("my/<str:number>/data/", login_required(privacy.case_data), name="my_data"),
    path("desk/privacy/", privacy.desk, name="desk_privacy"),
    path("desk/privacy/<uuid:request_id>/grant/", privacy.grant, name="desk_privacy_grant"),
    path("desk/privacy/<uuid:request_id>/refuse/", privacy.refuse, name="desk_privacy_refuse"),
    path("desk/cases/<uuid:case_id>/file/", paper.case_file, name="case_paper"),
    path("desk/retention/", retention.retention, name="desk_retention"),
    path("desk/retention/drop/", retention.drop, name="desk_retention_drop"),
]
