"""Addresses of the desk and the worker's phone: a page each, and one address per verb."""

from django.urls import URLPattern, path

from dongli.cases.views import board, bulk, exceptions, exports, outbox, policy, saved, staff, verbs, worker

pages: list[URLPattern] = [
    path("work/today/", worker.today, name="work_today"),
    path("work/task/<uuid:task_id>/", worker.task, name="work_task"),
    path("work/map/", worker.work_map, name="work_map"),
    path("work/map/points.json", worker.map_points, name="work_map_points"),
    path("work/patrol/", worker.patrol, name="work_patrol"),
    path("work/patrol/finish/", worker.finish_patrol, name="work_patrol_finish"),
    path("work/task/<uuid:task_id>/<slug:verb>/", outbox.step, name="work_step"),
    path("work/blank/<slug:verb>/", outbox.blank, name="work_blank"),
    path("work/queue/", outbox.queue, name="work_queue"),
    path("work/queue/hello/", outbox.hello, name="work_hello"),
    path("work/no-signal/", outbox.no_signal, name="work_no_signal"),
    path("desk/queue/", staff.queue, name="desk_queue"),
    path("desk/queue/live/", staff.queue_live, name="desk_queue_live"),
    path("desk/bulk-assign/", bulk.assign, name="desk_bulk_assign"),
    path("desk/export/", exports.ask, name="desk_export_ask"),
    path("desk/export/<uuid:export_id>/", exports.export, name="desk_export"),
    path("desk/export/<uuid:export_id>/live/", exports.live, name="desk_export_live"),
    path("desk/export/<uuid:export_id>/file/", exports.fetch, name="desk_export_file"),
    path("desk/views/", saved.views, name="desk_views"),
    path("desk/views/save/", saved.save, name="desk_view_save"),
    path("desk/views/<uuid:view_id>/drop/", saved.drop, name="desk_view_drop"),
    path("desk/case/<str:number>/", staff.case, name="desk_case"),
    path("desk/whistles/", board.board, name="desk_board"),
    path("desk/whistles/live/", board.board_live, name="desk_board_live"),
    path("desk/map/", staff.desk_map, name="desk_map"),
    path("desk/map/points.json", staff.map_points, name="desk_map_points"),
    path("desk/workflow/", policy.workflow, name="workflow"),
    path("desk/catalogue/", policy.catalogue, name="catalogue"),
    path("desk/calendar/", policy.calendar, name="calendar"),
    path("desk/calendar/clear/", policy.clear_day, name="calendar_clear"),
]
case_verbs: list[URLPattern] = [
    path("case/<uuid:case_id>/place/", verbs.place, name="case_place"),
    path("case/<uuid:case_id>/classify/", verbs.classify, name="case_classify"),
    path("case/<uuid:case_id>/register/", verbs.register, name="case_register"),
    path("case/<uuid:case_id>/refuse/", verbs.refuse, name="case_refuse"),
    path("case/<uuid:case_id>/mark-spam/", verbs.mark_spam, name="case_mark_spam"),
    path("case/<uuid:case_id>/unmark-spam/", verbs.unmark_spam, name="case_unmark_spam"),
    path("case/<uuid:case_id>/dispatch/", verbs.dispatch, name="case_dispatch"),
    path("case/<uuid:case_id>/supervise/", exceptions.supervise, name="case_supervise"),
    path("case/<uuid:case_id>/call-back/", exceptions.call_back, name="case_call_back"),
    path("case/<uuid:case_id>/transfer/", exceptions.transfer, name="case_transfer"),
    path("case/<uuid:case_id>/arbitrate/", exceptions.arbitrate, name="case_arbitrate"),
    path("case/<uuid:case_id>/add-cohandler/", verbs.add_cohandler, name="case_add_cohandler"),
    path("case/<uuid:case_id>/blow/", verbs.blow, name="case_blow"),
    path("case/<uuid:case_id>/check/", verbs.check, name="case_check"),
    path("case/<uuid:case_id>/fail-check/", verbs.fail_check, name="case_fail_check"),
    path("case/<uuid:case_id>/close/", verbs.close, name="case_close"),
    path("case/<uuid:case_id>/contact/", staff.open_contact, name="case_open_contact"),
]
task_verbs: list[URLPattern] = [
    path("task/<uuid:task_id>/accept/", verbs.accept, name="task_accept"),
    path("task/<uuid:task_id>/report-in/", verbs.report_in, name="task_report_in"),
    path("task/<uuid:task_id>/contact/", verbs.contact, name="task_contact"),
    path("task/<uuid:task_id>/answer/", verbs.answer, name="task_answer"),
    path("task/<uuid:task_id>/ask-extension/", exceptions.ask_extension, name="task_ask_extension"),
    path("task/<uuid:task_id>/endorse-extension/", exceptions.endorse_extension, name="task_endorse_extension"),
    path("task/<uuid:task_id>/grant-extension/", exceptions.grant_extension, name="task_grant_extension"),
    path("task/<uuid:task_id>/refuse-extension/", exceptions.refuse_extension, name="task_refuse_extension"),
    path("task/<uuid:task_id>/ask-hold/", exceptions.ask_hold, name="task_ask_hold"),
    path("task/<uuid:task_id>/hold/", exceptions.hold, name="task_hold"),
    path("task/<uuid:task_id>/refuse-hold/", exceptions.refuse_hold, name="task_refuse_hold"),
    path("task/<uuid:task_id>/resume/", exceptions.resume, name="task_resume"),
    path("task/<uuid:task_id>/return/", verbs.return_task, name="task_return"),
    path("task/<uuid:task_id>/release/", verbs.release, name="task_release"),
]
whistle_verbs: list[URLPattern] = [
    path("whistle/<uuid:whistle_id>/sign/", verbs.sign, name="whistle_sign"),
    path("whistle/<uuid:whistle_id>/decline/", verbs.decline, name="whistle_decline"),
    path("whistle/<uuid:whistle_id>/call/", verbs.call, name="whistle_call"),
]
urlpatterns: list[URLPattern] = [*pages, *case_verbs, *task_verbs, *whistle_verbs]
