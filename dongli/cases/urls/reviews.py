"""Addresses of looks on site, the mark “no clear owner”, exclusions and overdue appeals: one per verb."""

from django.urls import URLPattern, path

from dongli.cases.views import reviews

urlpatterns: list[URLPattern] = [
    path("case/<uuid:case_id>/ask-verify/", reviews.ask_verify, name="case_ask_verify"),
    path("case/<uuid:case_id>/verify/", reviews.verify, name="case_verify"),
    path("case/<uuid:case_id>/mark-ownerless/", reviews.mark_ownerless, name="case_mark_ownerless"),
    path("case/<uuid:case_id>/unmark-ownerless/", reviews.unmark_ownerless, name="case_unmark_ownerless"),
    path("case/<uuid:case_id>/ask-exclusion/", reviews.ask_exclusion, name="case_ask_exclusion"),
    path("case/<uuid:case_id>/grant-exclusion/", reviews.grant_exclusion, name="case_grant_exclusion"),
    path("case/<uuid:case_id>/refuse-exclusion/", reviews.refuse_exclusion, name="case_refuse_exclusion"),
    path("case/<uuid:case_id>/lift-exclusion/", reviews.lift_exclusion, name="case_lift_exclusion"),
    path("task/<uuid:task_id>/appeal-lateness/", reviews.appeal_lateness, name="task_appeal_lateness"),
    path("task/<uuid:task_id>/uphold-lateness/", reviews.uphold_lateness, name="task_uphold_lateness"),
    path("task/<uuid:task_id>/exempt-lateness/", reviews.exempt_lateness, name="task_exempt_lateness"),
    path("task/<uuid:task_id>/refuse-lateness/", reviews.refuse_lateness, name="task_refuse_lateness"),
]
