"""What a trained model holds and how it answers: numpy only, no learning library. `training` makes models.

A text is its characters and pairs of neighbouring characters, weighed by TF-IDF (1 + log count, times idf, length one).
Each class has one weight for each of these pieces, so a score is a sum, and a suggestion can name the pieces that made
it. The weights lie in a file that is mapped, not read: all processes share one copy and load only what a text touches.
"""

import json
import math
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dongli.cases.suggest import OPENING, SHOWN_WORDS, Described, Suggester, Suggestion

KEYWORD_WEIGHT = 1.0
"""How much log(1 + keyword score) counts beside the model's score; chosen on texts that neither had seen."""
UNLEARNED_WEIGHT = 3.0
"""The same for a class that the model does not know yet: its keywords stand in for what was not learned."""
LEAST_LEARNED = 0.36
"""Times the root of the number of classes, which a score grows with: without any keyword, less is no evidence. Of 100
appeals, 99 reach it."""
LEAST_PIECES = 3
LONGEST_RUN = 6
LONGEST_READ = 2000
"""Characters of a text that the model reads; the keyword scorer reads more."""
TOP_PIECES = 8

_APART = re.compile(r"[^\w]+|_+")
_DIGITS = re.compile(r"\d+")
_MANNERS = re.compile(
    r"尊敬的[^，,：:。!！\n]{0,16}[，,：:。!！\n]|(?:领导|市长|书记|网友|大家)?(?:您好|你好|你们好|们好)"
    r"|^(?:强烈)?(?:咨询|反映|投诉|举报|请求|恳请|希望|关于|求助|呼吁|质疑|建议|请问)+(?:一?下)?"
    r"|[望请](?:有关|相关|主管)(?:部门|领导|单位)|(?:西地省)?[a-z]\d{0,2}[市区县]"
)
"""What every letter to an authority says, and coded places; it stands in every class and would only blur them."""
_DULL = set("的了是在我有不就都和也要这那去来上下们到个很没着过把被给让又还一们您你他她它吗呢吧啊请")

Numbers = NDArray[np.float32]


def pieces(text: str) -> list[str]:
    """Characters and pairs of them, within words; every number is one “0”, so that no house or phone is learned."""
    bare = _MANNERS.sub(" ", unicodedata.normalize("NFKC", text).lower())
    plain = _DIGITS.sub("0", _APART.sub(" ", bare))
    pairs = (plain[at : at + 2] for at in range(len(plain) - 1))
    return [*plain.replace(" ", ""), *(pair for pair in pairs if " " not in pair)]


def with_opening(text: str) -> str:
    """The text with its subject line said twice: it tells most."""
    short = text[:LONGEST_READ].strip()
    return f"{short}\n{short.split(chr(10), 1)[0][:OPENING]}"


@dataclass(frozen=True, slots=True)
class Model:
    """Weights [pieces × classes], a constant a class, the idf of each piece. `about` tells where it came from."""

    codes: tuple[str, ...]
    places: dict[str, int]
    idf: Numbers
    weights: NDArray[Any]
    constants: Numbers
    about: dict[str, Any]

    def weigh(self, text: str) -> tuple[list[str], Numbers, Numbers]:
        """The text's known pieces, how much each counts, and their rows of weights."""
        counts = Counter(pieces(with_opening(text)))
        known = [piece for piece in counts if piece in self.places]
        rows = np.fromiter((self.places[piece] for piece in known), dtype=np.intp, count=len(known))
        amount = np.fromiter((counts[piece] for piece in known), dtype=np.float32, count=len(known))
        value = (1 + np.log(amount)) * self.idf[rows] if known else amount
        length = float(np.linalg.norm(value))
        return known, value / length if length else value, self.weights[rows].astype(np.float32)


def save(model: Model, folder: Path) -> None:
    """Write the model so that a reader sees the old one or the new one, never half of each."""
    folder.mkdir(parents=True, exist_ok=True)
    old = {path.name for path in folder.glob("categories-*.npy")}
    name = f"categories-{os.urandom(6).hex()}.npy"
    np.save(folder / name, model.weights.astype(np.float16))
    described = {
        "weights": name,
        "codes": model.codes,
        "pieces": list(model.places),
        "idf": [round(float(value), 4) for value in model.idf],
        "constants": [round(float(value), 5) for value in model.constants],
        "about": model.about,
    }
    draft = folder / f"{name}.json"
    draft.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    draft.replace(folder / "categories.json")
    for stale in old:
        (folder / stale).unlink(missing_ok=True)


def load(folder: Path) -> Model:
    """The model in `folder`; raises `OSError`, `ValueError` or `KeyError` when there is none or it is damaged."""
    described = json.loads((folder / "categories.json").read_text(encoding="utf-8"))
    weights = np.load(folder / Path(described["weights"]).name, mmap_mode="r", allow_pickle=False)
    codes, places = tuple(described["codes"]), {piece: at for at, piece in enumerate(described["pieces"])}
    idf, constants = np.array(described["idf"], np.float32), np.array(described["constants"], np.float32)
    if weights.shape != (len(places), len(codes)) or len(idf) != len(places) or len(constants) != len(codes):
        raise ValueError("weights and description differ")
    return Model(codes, places, idf, weights, constants, dict(described["about"]))


class Blend:
    """The keyword scorer and a model, asked together. Only classes of `catalogue` are suggested."""

    def __init__(self, catalogue: Iterable[Described], model: Model) -> None:
        classes = list(catalogue)
        self._keywords = Suggester(classes)
        self._model = model
        offered = {one.code for one in classes}
        self._offered = np.array([code in offered for code in model.codes])
        self._columns = {code: at for at, code in enumerate(model.codes) if code in offered}

    def suggest(self, text: str, limit: int = 3) -> list[Suggestion]:
        """The best `limit` classes for a text (its subject as the first line), best first; none without evidence."""
        told = {one.code: one for one in self._keywords.suggest(text, limit=len(self._columns) + 1)}
        known, value, rows = self._model.weigh(text)
        # Not `value @ rows`: for so little work the threads of the linear algebra library only wait for each other.
        learned = np.einsum("i,ij->j", value, rows) + self._model.constants
        if not told and not self._is_evidence(known, learned):
            return []
        scores = {code: float(learned[at]) for code, at in self._columns.items()}
        for code, one in told.items():
            weight = KEYWORD_WEIGHT if code in scores else UNLEARNED_WEIGHT
            scores[code] = scores.get(code, 0.0) + weight * math.log1p(one.score)
        best = sorted(scores, key=lambda code: (-scores[code], code))[:limit]
        telling = [at for at, piece in enumerate(known) if _tells(piece)]
        read = _Read(text[:LONGEST_READ], [known[at] for at in telling], value[telling], rows[telling])
        found = [Suggestion(code, round(scores[code], 2), self._why(code, told.get(code), read)) for code in best]
        return [one for one in found if one.words]

    def _is_evidence(self, known: Sequence[str], learned: Numbers) -> bool:
        pairs = sum(len(piece) > 1 and _tells(piece) for piece in known)
        least = LEAST_LEARNED * math.sqrt(len(self._model.codes))
        return pairs >= LEAST_PIECES and float(learned[self._offered].max(initial=0.0)) >= least

    def _why(self, code: str, told: Suggestion | None, read: "_Read") -> tuple[str, ...]:
        """The keywords found, then the runs of text that the model weighed most for this class."""
        words = list(told.words) if told else []
        if len(words) < SHOWN_WORDS and code in self._columns:
            shares = read.value * read.rows[:, self._columns[code]]
            order = [read.pieces[at] for at in np.argsort(-shares) if shares[at] > 0]
            top = [piece for piece in order if len(piece) > 1][:TOP_PIECES]
            words += [run for run in _runs(read.text, top) if not any(run in word for word in words)]
            words = words or order
        return tuple(words[:SHOWN_WORDS])


@dataclass(frozen=True, slots=True)
class _Read:
    """A text and its pieces that mean something, with what each counts and weighs."""

    text: str
    pieces: list[str]
    value: Numbers
    rows: Numbers


def _tells(piece: str) -> bool:
    return not _DULL.intersection(piece) and not piece.isascii()


def _runs(text: str, pairs: Sequence[str]) -> list[str]:
    """The pairs as they stand in the text, those that touch joined into one run; the weightiest pair's run first."""
    plain = unicodedata.normalize("NFKC", text).lower()
    wanted = set(pairs)
    marked = [plain[at : at + 2] in wanted for at in range(len(plain))]
    found: dict[str, int] = {}
    at = 0
    while at < len(plain):
        end = at
        while marked[end] and end - at + 2 <= LONGEST_RUN:
            end += 1
        if end > at:
            run = plain[at : end + 1]
            rank = min(pairs.index(run[place : place + 2]) for place in range(len(run) - 1))
            found[run] = min(rank, found.get(run, rank))
        at = max(end, at + 1)
    runs = sorted(found, key=lambda run: (found[run], -len(run)))
    return [run for place, run in enumerate(runs) if not any(run in longer for longer in runs if longer != run)]
