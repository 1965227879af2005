"""Addresses of the problem list, of the public board of a compound, and of the follow-up question."""

from django.urls import path

from dongli.cases.views import places, problems

urlpatterns = [
    path("desk/problems/", problems.problem_list, name="desk_problems"),
    path("desk/problems/<uuid:problem_id>/", problems.problem, name="desk_problem"),
    path("desk/problems/<uuid:problem_id>/accept/", problems.accept, name="problem_accept"),
    path("desk/problems/<uuid:problem_id>/reject/", problems.reject, name="problem_reject"),
    path("place/<str:code>/", places.place, name="place_board"),
    path("held/<uuid:question_id>/", places.my_question, name="my_question"),
    path("held/<uuid:question_id>/<str:token>/", places.question_link, name="question_link"),
]
