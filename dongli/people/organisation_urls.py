"""Organisations: the tree, one organisation, and an address per act. Included in the namespace `people`."""

from django.urls import path

from dongli.people.views import organisations, organising, reorganising

ONE = "desk/organisations/<uuid:organisation_id>/"
rooms = [
    path("desk/organisations/", organisations.tree, name="organisations"),
    path("desk/organisations/mine/", organisations.mine, name="my_organisation"),
    path("desk/organisations/choose/", organising.choose, name="choose_organisation"),
    path("desk/organisations/found/", organising.found, name="found_organisation"),
    path("desk/organisations/below/<str:code>/", organisations.below, name="organisations_below"),
    path("desk/organisations/grounds/<uuid:ground_id>/end/", organising.take_off_ground, name="take_off_ground"),
    path("desk/organisations/memberships/<uuid:membership_id>/end/", organising.leave, name="leave_committee"),
    path(ONE, organisations.organisation, name="organisation"),
    path(f"{ONE}rename/", organising.rename, name="rename_organisation"),
    path(f"{ONE}move/", organising.move, name="move_organisation"),
    path(f"{ONE}merge/", reorganising.merge, name="merge_organisation"),
    path(f"{ONE}split/", reorganising.split, name="split_organisation"),
    path(f"{ONE}dissolve/", reorganising.dissolve, name="dissolve_organisation"),
    path(f"{ONE}grounds/add/", organising.put_on_ground, name="put_on_ground"),
    path(f"{ONE}members/add/", organising.join, name="join_committee"),
]
