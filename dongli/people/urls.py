"""My account, duty, staff; and the demonstration's personas."""

from django.urls import include, path

from dongli.people.views import demo, policies, resident, staff

rooms = [
    path("me/", resident.me, name="me"),
    path("me/home/", resident.home, name="home"),
    path("me/language/", resident.set_language, name="set_language"),
    path("desk/duty/", staff.duty, name="on_duty"),
    path("desk/duty/<str:code>/absence/", staff.add_absence, name="add_absence"),
    path("desk/duty/<str:code>/turn/", staff.add_turn, name="add_turn"),
    path("desk/duty/turns/<uuid:entry_id>/end/", staff.end_turn, name="end_turn"),
    path("desk/duty/absences/<uuid:absence_id>/end/", staff.end_absence, name="end_absence"),
    path("desk/people/", staff.people, name="people"),
    path("desk/people/add/", staff.add_person, name="add_person"),
    path("desk/people/<uuid:user_id>/", staff.person, name="person"),
    path("desk/people/<uuid:user_id>/grant/", staff.grant, name="grant"),
    path("desk/people/<uuid:user_id>/leave/", staff.let_leave, name="let_leave"),
    path("desk/people/<uuid:user_id>/reset/", staff.reset_access, name="reset_access"),
    path("desk/people/grants/<uuid:grant_id>/end/", staff.end_grant, name="end_grant"),
    path("desk/policies/", policies.policies, name="policies"),
    path("desk/policies/<str:key>/set/", policies.set_policy, name="set_policy"),
    path("desk/policies/rows/<uuid:row_id>/withdraw/", policies.withdraw_policy, name="withdraw_policy"),
]

urlpatterns = [
    path("", include((rooms, "people"))),
    path("demo/", demo.personas, name="demo_personas"),
    path("demo/as/<str:username>/", demo.become, name="demo_become"),
]
