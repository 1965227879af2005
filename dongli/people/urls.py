"""My account, duty, staff; and the demonstration's personas."""

from django.urls import include, path

from dongli.people import career_urls
from dongli.people.organisation_urls import rooms as organisation_rooms
from dongli.people.views import (
    auditing,
    demo,
    granting,
    importing,
    permissions,
    persons,
    policies,
    post_export,
    posts,
    resident,
    staff,
)

rooms = [
    path("me/", resident.me, name="me"),
    path("me/home/", resident.home, name="home"),
    path("me/language/", resident.set_language, name="set_language"),
    path("desk/duty/", staff.duty, name="on_duty"),
    path("desk/duty/<str:code>/absence/", staff.add_absence, name="add_absence"),
    path("desk/duty/<str:code>/turn/", staff.add_turn, name="add_turn"),
    path("desk/duty/turns/<uuid:entry_id>/end/", staff.end_turn, name="end_turn"),
    path("desk/duty/absences/<uuid:absence_id>/end/", staff.end_absence, name="end_absence"),
    path("desk/duty/<str:code>/desk-turn/", staff.add_desk_turn, name="add_desk_turn"),
    path("desk/posts/", posts.roster, name="posts"),
    path("desk/posts/export.csv", post_export.export, name="posts_export"),
    path("desk/posts/appoint/", posts.appoint, name="appoint"),
    path("desk/posts/<uuid:tenure_id>/end/", posts.end, name="end_tenure"),
    path("desk/posts/<uuid:tenure_id>/hand-over/", posts.pass_on, name="pass_on"),
    path("desk/persons/", persons.search, name="persons"),
    path("desk/persons/<uuid:person_id>/", persons.page, name="person_page"),
    path("desk/persons/<uuid:person_id>/number/", persons.open_number, name="open_number"),
    path("desk/persons/<uuid:person_id>/membership/", persons.set_membership, name="set_membership"),
    path("desk/persons/<uuid:person_id>/account/", persons.add_account, name="give_account"),
    path("desk/people/", staff.people, name="people"),
    path("desk/people/add/", staff.add_person, name="add_person"),
    path("desk/people/ending/", granting.ending, name="ending"),
    path("desk/people/<uuid:user_id>/", granting.person, name="person"),
    path("desk/people/<uuid:user_id>/grant/", granting.grant, name="grant"),
    path("desk/people/<uuid:user_id>/leave/", staff.let_leave, name="let_leave"),
    path("desk/people/<uuid:user_id>/reset/", staff.reset_access, name="reset_access"),
    path("desk/people/grants/<uuid:grant_id>/end/", granting.end_grant, name="end_grant"),
    path("desk/permissions/", permissions.index, name="permissions"),
    path("desk/permissions/me/", permissions.mine, name="permissions_mine"),
    path("desk/permissions/roles/", permissions.roles, name="permissions_roles"),
    path("desk/permissions/people/<uuid:user_id>/", permissions.person, name="permissions_person"),
    path("desk/permissions/changes/", auditing.changes, name="permissions_changes"),
    path("desk/permissions/changes.csv", auditing.changes_file, name="permissions_changes_file"),
    path("desk/permissions/looks/", auditing.looks, name="permissions_looks"),
    path("desk/import/", importing.tables, name="tables"),
    path("desk/import/runs/<uuid:import_id>/", importing.table_import, name="table_import"),
    path("desk/import/runs/<uuid:import_id>/load/", importing.load_table, name="load_table"),
    path("desk/import/<str:name>/", importing.table, name="table"),
    path("desk/import/<str:name>/template.xlsx", importing.template, name="table_template"),
    path("desk/import/<str:name>/export.<str:format>", importing.export, name="table_export"),
    path("desk/policies/", policies.policies, name="policies"),
    path("desk/policies/<str:key>/set/", policies.set_policy, name="set_policy"),
    path("desk/policies/rows/<uuid:row_id>/withdraw/", policies.withdraw_policy, name="withdraw_policy"),
    *career_urls.rooms,
]

urlpatterns = [
    path("", include(([*rooms, *organisation_rooms], "people"))),
    path("demo/", demo.personas, name="demo_personas"),
    path("demo/as/<str:username>/", demo.become, name="demo_become"),
]
