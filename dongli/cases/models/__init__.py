"""The tables of case work, a file per story."""

from dongli.cases.models.case import Case, CaseContact, CaseText, Kind, Photo, Source
from dongli.cases.models.history import Rating, RatingText, Step, StepText
from dongli.cases.models.policy import CalendarDay, Category, Limit, Reason
from dongli.cases.models.problem import FollowUpQuestion, Problem, ProblemCase
from dongli.cases.models.search import CaseSearch, Export, SavedView
from dongli.cases.models.whistle_rating import WhistleRating, WhistleRatingText
from dongli.cases.models.work import Extension, Letter, Patrol, Task, TaskKind, Whistle, WhistleKind

__all__ = [
    "CalendarDay",
    "Case",
    "CaseContact",
    "CaseSearch",
    "CaseText",
    "Category",
    "Export",
    "Extension",
    "FollowUpQuestion",
    "Kind",
    "Letter",
    "Limit",
    "Patrol",
    "Photo",
    "Problem",
    "ProblemCase",
    "Rating",
    "RatingText",
    "Reason",
    "SavedView",
    "Source",
    "Step",
    "StepText",
    "Task",
    "TaskKind",
    "Whistle",
    "WhistleKind",
    "WhistleRating",
    "WhistleRatingText",
]
