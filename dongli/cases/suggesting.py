"""The suggester in use: keywords and the trained model together, or keywords alone where no model was trained.

`dongli train-categories` (and `dongli migrate`, with what the product ships) leaves the model under
`DONGLI_VAR/models`. A new one is taken up by running processes at the next text.
"""

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from dongli.cases import learned
from dongli.cases.suggest import Described, Suggester, Suggestion, Traits

logger = logging.getLogger(__name__)


def suggester_for(catalogue: Iterable[Described]) -> Suggester | learned.Blend:
    """What suggests among the classes of `catalogue`; prepared once for the same classes and model."""
    rows = tuple(row if isinstance(row, Traits) else Traits.of(row) for row in catalogue)
    return _prepared(rows, model_folder(), _stamp(model_folder()))


def suggest(text: str, catalogue: Sequence[Described], limit: int = 3) -> list[Suggestion]:
    """The best `limit` classes for a text, best first; none when nothing in it speaks for any."""
    return suggester_for(catalogue).suggest(text, limit=limit) if text.strip() else []


def model_folder() -> Path:
    """Where the trained model lies."""
    return Path(settings.VAR) / "models"


def current_model() -> learned.Model | None:
    """The model in use, if one was trained."""
    folder = model_folder()
    return _model(folder, _stamp(folder))


def _stamp(folder: Path) -> int:
    """When the model was written; 0 for none."""
    try:
        return (folder / "categories.json").stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _prepared(rows: tuple[Traits, ...], folder: Path, stamp: int) -> Suggester | learned.Blend:
    model = _model(folder, stamp)
    return learned.Blend(rows, model) if model is not None else Suggester(rows)


@lru_cache(maxsize=1)
def _model(folder: Path, stamp: int) -> learned.Model | None:
    if not stamp:
        return None
    try:
        return learned.load(folder)
    except (OSError, ValueError, KeyError, TypeError):
        logger.exception("The trained category model in %s cannot be read; keywords alone are used", folder)
        return None
