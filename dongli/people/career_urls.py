"""Addresses of careers; `urls.py` takes them into the app's own."""

from django.urls import path

from dongli.people.views import career_runs, career_schemes, careers, my_career

rooms = [
    path("me/career/", my_career.my_career, name="my_career"),
    path("me/career/contest/", my_career.contest, name="my_career_contest"),
    path("desk/careers/", careers.workers, name="careers"),
    path("desk/careers/new/", careers.newcomers, name="career_newcomers"),
    path("desk/careers/new/<uuid:person_id>/", careers.open_file, name="career_open"),
    path("desk/careers/contests/<uuid:contest_id>/", careers.contest, name="career_contest"),
    path("desk/careers/schemes/", career_schemes.schemes, name="career_schemes"),
    path("desk/careers/schemes/set/", career_schemes.set_scheme, name="career_scheme_set"),
    path("desk/careers/schemes/<uuid:scheme_id>/", career_schemes.scheme, name="career_scheme"),
    path("desk/careers/schemes/<uuid:scheme_id>/end/", career_schemes.end_scheme, name="career_scheme_end"),
    path("desk/careers/simulation/", career_schemes.simulation, name="career_simulation"),
    path("desk/careers/runs/", career_runs.runs, name="career_runs"),
    path("desk/careers/runs/<uuid:run_id>/", career_runs.run, name="career_run"),
    path("desk/careers/runs/<uuid:run_id>/state/", career_runs.state, name="career_run_state"),
    path("desk/careers/runs/<uuid:run_id>/approve/", career_runs.approve, name="career_run_approve"),
    path("desk/careers/runs/<uuid:run_id>/drop/", career_runs.drop, name="career_run_drop"),
    path("desk/careers/runs/<uuid:run_id>/sheet.<str:format>", career_runs.sheet, name="career_sheet"),
    path("desk/careers/runs/<uuid:run_id>/<uuid:person_id>/", career_runs.result, name="career_result"),
    path("desk/careers/<uuid:person_id>/", careers.worker, name="career"),
    path("desk/careers/<uuid:person_id>/fact/", careers.fact, name="career_fact"),
]
