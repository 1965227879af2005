"""What residents open: filing, the timeline behind the secret link or the log-in, photos; and filing for others."""

from django.urls import path

from dongli.cases.views import known, on_behalf, photos, resident
from dongli.people.guards import desk_required, login_required, worker_required

LINK, MINE = "c/<str:number>/<str:token>/", "my/<str:number>/"

urlpatterns = [
    path("report/", resident.report, name="report"),
    path("report/suggest/", resident.suggest, name="report_suggest"),
    path("report/known/", known.report_known, name="report_known"),
    path("report/done/<str:number>/<str:token>/", resident.done, name="report_done"),
    path("r/<str:code>", resident.scan, name="scan"),
    path("r/<str:code>/", resident.scan),
    path("c/", resident.find, name="find_case"),
    path(LINK, resident.case_page, name="case_link"),
    path(f"{LINK}add/", resident.add, name="link_add"),
    path(f"{LINK}withdraw/", resident.withdraw, name="link_withdraw"),
    path(f"{LINK}rate/", resident.rate, name="link_rate"),
    path(f"{LINK}reopen/", resident.reopen, name="link_reopen"),
    path(f"{LINK}photo/<uuid:photo_id>/", photos.link_photo, name="link_photo"),
    path("my/", login_required(resident.my_cases), name="my_cases"),
    path(MINE, login_required(resident.case_page), name="my_case"),
    path(f"{MINE}add/", login_required(resident.add), name="my_add"),
    path(f"{MINE}withdraw/", login_required(resident.withdraw), name="my_withdraw"),
    path(f"{MINE}rate/", login_required(resident.rate), name="my_rate"),
    path(f"{MINE}reopen/", login_required(resident.reopen), name="my_reopen"),
    path("photo/<uuid:photo_id>/", photos.case_photo, name="case_photo"),
    path("work/report/", worker_required(on_behalf.worker_report), name="work_report"),
    path("work/report/done/<str:number>/", worker_required(on_behalf.worker_done), name="work_report_done"),
    path("desk/hotline/", desk_required(on_behalf.hotline), name="hotline"),
    path("desk/hotline/done/<str:number>/", desk_required(on_behalf.hotline_done), name="hotline_done"),
]
