"""The tables of case work, a file per story."""

from dongli.cases.models.bulk import BulkAnswer, BulkMember
from dongli.cases.models.case import Case, CaseContact, CaseText, Kind, Photo, Source
from dongli.cases.models.exception import Exclusion, LatenessAppeal, Verification
from dongli.cases.models.history import Rating, RatingText, Step, StepText
from dongli.cases.models.merging import Grouping, MassEvent
from dongli.cases.models.notes import Note, NoteFile, NoteMention, NoteText
from dongli.cases.models.policy import CalendarDay, Category, FilingCondition, Limit, PolicyStamp, Reason
from dongli.cases.models.problem import FollowUpQuestion, Problem, ProblemCase
from dongli.cases.models.retention import DataCopy, DeletionRequest, Retention
from dongli.cases.models.rules import Override, Phrase, PhraseUse
from dongli.cases.models.search import CaseSearch, Export, SavedView
from dongli.cases.models.whistle_rating import WhistleRating, WhistleRatingText
from dongli.cases.models.work import Extension, Letter, Patrol, Task, TaskKind, Whistle, WhistleKind

__all__ = [
    "BulkAnswer",
    "BulkMember",
    "CalendarDay",
    "Case",
    "CaseContact",
    "CaseSearch",
    "CaseText",
    "Category",
    "DataCopy",
    "DeletionRequest",
    "Exclusion",
    "Export",
    "Extension",
    "FilingCondition",
    "FollowUpQuestion",
    "Grouping",
    "Kind",
    "LatenessAppeal",
    "Letter",
    "Limit",
    "MassEvent",
    "Note",
    "NoteFile",
    "NoteMention",
    "NoteText",
    "Override",
    "Patrol",
    "Photo",
    "Phrase",
    "PhraseUse",
    "PolicyStamp",
    "Problem",
    "ProblemCase",
    "Rating",
    "RatingText",
    "Reason",
    "Retention",
    "SavedView",
    "Source",
    "Step",
    "StepText",
    "Task",
    "TaskKind",
    "Verification",
    "Whistle",
    "WhistleKind",
    "WhistleRating",
    "WhistleRatingText",
]
