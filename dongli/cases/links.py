"""The secret link of a case: derived, never stored, re-sendable, and revoked by raising `link_version`."""

import hmac

from django.conf import settings
from django.urls import reverse

from dongli.cases.models import Case
from dongli.cases.models.problem import FollowUpQuestion
from dongli.common.crypto import keyed_hash

TOKEN_LENGTH = 32


def token(case: Case) -> str:
    """128 bits in hex that only the server can make."""
    return keyed_hash(f"case link:{case.id}:{case.link_version}")[:TOKEN_LENGTH]


def is_token(case: Case, text: str) -> bool:
    """Whether `text` is the case's token, compared in constant time."""
    return hmac.compare_digest(token(case).encode(), text.encode("utf-8", "replace"))


def path(case: Case) -> str:
    """The link's path within the site."""
    return reverse("case_link", args=[case.number, token(case)])


def url(case: Case) -> str:
    """The whole link, for a message."""
    return f"{settings.BASE_URL}{path(case)}"


def question_token(question: FollowUpQuestion) -> str:
    """128 bits in hex that open one follow-up question, and nothing of the case."""
    return keyed_hash(f"follow-up question:{question.id}")[:TOKEN_LENGTH]


def is_question_token(question: FollowUpQuestion, text: str) -> bool:
    """Whether `text` is the question's token, compared in constant time."""
    return hmac.compare_digest(question_token(question).encode(), text.encode("utf-8", "replace"))


def question_path(question: FollowUpQuestion) -> str:
    """The path of the question for whoever has only a telephone."""
    return reverse("question_link", args=[question.id, question_token(question)])


def question_page(question: FollowUpQuestion) -> str:
    """The path of the question for whoever logs in."""
    return reverse("my_question", args=[question.id])
