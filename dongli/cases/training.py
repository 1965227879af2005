"""Learn which words speak for which class, from the catalogue's own words and from labelled texts; and measure it.

Two linear models are learned on the same pieces of text (see `learned`): a support vector machine and naive Bayes. Each
is centred and scaled to the same spread, and they are added, which was better than either on texts unseen. The
learning library is imported only here and only when called.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from dongli.cases.catalogue import DATA, SHIPPED_APPEALS, read_table, shipped_catalogue
from dongli.cases.learned import Blend, Model, pieces
from dongli.cases.suggest import WEAK_MARK, Described

SHIPPED_SAYINGS = DATA / "category_sayings.csv"
MOST_PIECES = 60_000
PENALTY = 1.0
SMOOTHING = 0.1
_DIFFERENCES = re.compile(r"[\W\d_]+")


class Classed(Described, Protocol):
    """A class of the catalogue as training and its report need it."""

    @property
    def major_code(self) -> str: ...
    @property
    def major_name(self) -> str: ...
    @property
    def line(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the class a person gave it. The subject, where there is one, is the text's first line."""

    text: str
    code: str


@dataclass
class Score:
    """Texts tried, right at first, right among three."""

    tried: int = 0
    first: int = 0
    three: int = 0

    def add(self, found: Sequence[str], right: str) -> None:
        """Count one text: `found` are the suggestions, best first."""
        self.tried += 1
        self.first += found[:1] == [right]
        self.three += right in found[:3]


@dataclass
class Report:
    """How suggestions fared on texts not learned from; `silent` counts those with no suggestion at all."""

    every: Score = field(default_factory=Score)
    major_only: Score = field(default_factory=Score)
    lines: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    majors: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    silent: int = 0


def catalogue_stamp(catalogue: Iterable[Described]) -> str:
    """Tells whether a catalogue's words changed since a model was trained."""
    digest = hashlib.sha256()
    for one in sorted(catalogue, key=lambda row: row.code):
        digest.update("\x1f".join((one.code, one.name, one.condition, *one.keywords, "\n")).encode())
    return digest.hexdigest()[:16]


def own_words(catalogue: Iterable[Described]) -> Iterator[Example]:
    """What the catalogue itself says of each class, and how residents say it where the class is a shipped one."""
    shipped = _shipped_names()
    sayings = {row["code"]: row["sayings"].split("|") for row in read_table(SHIPPED_SAYINGS)}
    for one in catalogue:
        if not one.keywords:
            continue
        words = " ".join(word.removeprefix(WEAK_MARK).replace("+", " ") for word in one.keywords)
        yield Example(f"{one.name} {one.condition}", one.code)
        yield Example(words, one.code)
        if shipped.get(one.code) == one.name and one.code in sayings:
            said = sayings[one.code]
            yield from (Example(saying, one.code) for saying in said)
            yield Example(" ".join(said), one.code)


def shipped_examples(catalogue: Iterable[Described]) -> list[Example]:
    """The labelled appeals that come with the product, of classes that are still the shipped ones."""
    shipped = _shipped_names()
    same = {one.code for one in catalogue if shipped.get(one.code) == one.name}
    rows = (row for row in read_table(SHIPPED_APPEALS) if row["category_code"] in same)
    return [Example(f"{row['subject']}\n{row['text']}", row["category_code"]) for row in rows]


def _shipped_names() -> dict[str, str]:
    return {one.code: one.name for one in shipped_catalogue()}


def train(catalogue: Sequence[Described], examples: Sequence[Example], *, source: str = "shipped") -> Model:
    """A model of `catalogue` (three classes at least) from its own words and `examples`; takes seconds."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    documents = [*own_words(catalogue)]
    for one in examples:
        documents.append(one)
        if "\n" in one.text:
            documents.append(Example(one.text.split("\n", 1)[0], one.code))
    vectorizer = TfidfVectorizer(
        analyzer=pieces,
        sublinear_tf=True,
        dtype=np.float32,
        max_features=MOST_PIECES,
        # A pair of characters seen in one resident's text alone is not kept: it may be a name.
        min_df=2 if len(examples) > len(documents) / 2 else 1,
    )
    matrix = vectorizer.fit_transform(one.text for one in documents)
    codes, weights, constants = _linear(matrix, [one.code for one in documents])
    return Model(
        codes=codes,
        places={str(piece): int(at) for piece, at in sorted(vectorizer.vocabulary_.items(), key=lambda pair: pair[1])},
        idf=np.asarray(vectorizer.idf_, np.float32),
        weights=weights.astype(np.float32),
        constants=constants.astype(np.float32),
        about={"catalogue": catalogue_stamp(catalogue), "source": source, "examples": len(examples)},
    )


def _linear(matrix: Any, labels: list[str]) -> tuple[tuple[str, ...], Any, Any]:
    """Both models as one: class codes, weights [pieces × classes], constants."""
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=PENALTY, random_state=0).fit(matrix, labels)
    bayes = MultinomialNB(alpha=SMOOTHING, fit_prior=False).fit(matrix, labels)
    weights, constants = _centred(machine.coef_.T), machine.intercept_ - machine.intercept_.mean()
    likely = _centred(bayes.feature_log_prob_.T)
    spread = (matrix @ weights + constants).std(axis=1).mean()
    other_spread = (matrix @ likely).std(axis=1).mean()
    codes = tuple(str(code) for code in machine.classes_)
    return codes, weights / spread + likely / other_spread, constants / spread


def _centred(weights: Any) -> Any:
    return weights - weights.mean(axis=1, keepdims=True)


def folds_of(examples: Sequence[Example], folds: int) -> list[int]:
    """A fold for each example, by what it says: copies of a text (numbers and signs apart) share a fold."""
    return [int(hashlib.sha256(_DIFFERENCES.sub("", one.text).encode()).hexdigest(), 16) % folds for one in examples]


def cross_validate(
    catalogue: Sequence[Classed], examples: Sequence[Example], folds: int = 5, *, base: Sequence[Example] = ()
) -> Report:
    """How well texts are classed that were not learned from: each fold by a model of the others (and of `base`)."""
    report, places = Report(), folds_of(examples, folds)
    kept_out = {_DIFFERENCES.sub("", one.text) for one in examples}
    extra = [one for one in base if _DIFFERENCES.sub("", one.text) not in kept_out]
    by_code = {one.code: one for one in catalogue}
    for fold in sorted(set(places)):
        others = [one for one, place in zip(examples, places, strict=True) if place != fold]
        blend = Blend(catalogue, train(catalogue, [*extra, *others]))
        for one, place in zip(examples, places, strict=True):
            if place == fold:
                count(report, by_code, [found.code for found in blend.suggest(one.text)], one.code)
    return report


def count(report: Report, by_code: dict[str, Any], found: Sequence[str], right: str) -> None:
    """Enter one text into the report: under the line and the major class it belongs to."""
    row = by_code[right]
    majors = [by_code[code].major_code for code in found]
    report.silent += not found
    report.every.add(found, right)
    report.major_only.add(majors, row.major_code)
    report.lines[row.line].add(found, right)
    report.majors[f"{row.major_code} {row.major_name}"].add(found, right)
