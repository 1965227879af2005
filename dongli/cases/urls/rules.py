"""Addresses of the rules of a place and of what a level sets for its area."""

from django.urls import path

from dongli.cases.views import rules, verbs

urlpatterns = [
    path("case/<uuid:case_id>/conditions/", verbs.conditions, name="case_conditions"),
    path("desk/rules/", rules.rules, name="rules"),
    path("desk/rules/level/", rules.level, name="rules_level"),
    path("desk/rules/level/set/", rules.set_rule, name="rule_set"),
    path("desk/rules/level/phrase/", rules.set_phrase, name="phrase_set"),
    path("desk/rules/override/<uuid:override_id>/end/", rules.end_rule, name="rule_end"),
    path("desk/rules/phrase/<uuid:phrase_id>/end/", rules.end_phrase, name="phrase_end"),
]
