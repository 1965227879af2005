"""`dongli train-categories`: learn the category suggestion, and say how often it is right."""

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from dongli.cases import learned, policy, suggesting, training
from dongli.cases.importing.problems import FileProblem
from dongli.cases.labelled import Labels, closed_cases, read_labelled
from dongli.cases.models import Category
from dongli.cases.training import Example, Report, Score
from dongli.common.clock import today
from dongli.common.errors import Refusal

FEWEST = 20
FEWEST_CLASSES = 3


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the `dongli` command."""
    add = subparsers.add_parser(
        "train-categories",
        help="learn the category suggestion from the catalogue and labelled texts; print its accuracy",
        description="Learns from the catalogue's own words, the appeals that come with the product, and what is "
        "given here; measures by cross validation (copies of a text never stand on both sides); stores the model "
        "under DONGLI_VAR/models, where running processes take it up. A file whose labels are not classes of the "
        "catalogue is measured against, never learned.",
    )
    add.add_argument(
        "file", type=Path, nargs="?", help=".csv or .xlsx: text (or 留言详情), category (or 小类代码), subject"
    )
    add.add_argument("--from-cases", action="store_true", help="learn from closed cases whose class a person chose")
    add.add_argument("--folds", type=int, default=5, choices=range(2, 21), metavar="2-20", help="default 5")
    add.add_argument("--no-shipped", action="store_true", help="leave out the appeals that come with the product")
    add.add_argument("--dry-run", action="store_true", help="measure only; store nothing")
    add.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when trained (or measured), 1 when refused."""
    catalogue = policy.catalogue(today())
    if len(catalogue) < FEWEST_CLASSES:
        print("There is no catalogue yet, or hardly any: run `dongli migrate`.", file=sys.stderr)
        return 1
    try:
        labels = read_labelled(args.file, catalogue) if args.file else Labels([], own=True, unknown=0)
    except (Refusal, FileProblem, OSError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if not labels.own:
        return _measure_other_labels(catalogue, labels, args.folds)
    if labels.unknown:
        print(f"{labels.unknown:,} texts have a label that is no class of the catalogue; they are left out.")
    given = [*labels.examples, *(closed_cases(catalogue) if args.from_cases else [])]
    shipped = [] if args.no_shipped else training.shipped_examples(catalogue)
    _measure(catalogue, given, shipped, args.folds)
    if not args.dry_run:
        train_now(catalogue, [*shipped, *given], "shipped" if not given else "given")
    return 0


def ensure_model() -> None:
    """Train from what the product ships where no model is there, or where one so trained no longer fits the catalogue.

    A model trained from a city's own texts is never replaced unasked; that it should be trained anew is said.
    """
    catalogue, model = policy.catalogue(today()), suggesting.current_model()
    if len(catalogue) < FEWEST_CLASSES:
        return
    if model is not None and model.about.get("catalogue") == training.catalogue_stamp(catalogue):
        return
    if model is not None and model.about.get("source") != "shipped":
        print("The catalogue changed since the category suggestion was trained: run `dongli train-categories` again.")
        return
    try:
        train_now(catalogue, training.shipped_examples(catalogue), "shipped")
    except OSError as error:
        print(f"The category suggestion could not be trained, keywords alone will suggest: {error}", file=sys.stderr)


def train_now(catalogue: list[Category], examples: list[Example], source: str) -> learned.Model:
    """Train and store; `source` is `shipped` where nothing of the city's own was learned, else `given`."""
    started = time.monotonic()
    model = training.train(catalogue, examples, source=source)
    folder = suggesting.model_folder()
    learned.save(model, folder)
    size = sum(path.stat().st_size for path in folder.glob("categories*")) / 1e6
    print(
        f"Trained the category suggestion on {len(examples):,} texts and {len(catalogue)} classes in "
        f"{time.monotonic() - started:.1f} s: {folder} ({size:.0f} MB)"
    )
    return model


def _measure(catalogue: list[Category], given: list[Example], shipped: list[Example], folds: int) -> None:
    """Cross validation on what was given, with the shipped texts always learned; else on the shipped texts."""
    tried, base = (given, shipped) if given else (shipped, [])
    if len(tried) < FEWEST:
        print(f"Only {len(tried)} texts to measure on; at least {FEWEST} are needed, so accuracy is not printed.")
        return
    print(f"Cross validation on {len(tried):,} texts, {folds} folds:")
    if not given:
        print("(the texts shipped with the product; the catalogue's keywords were chosen with them in sight)")
    _print(training.cross_validate(catalogue, tried, folds, base=base))


def _print(report: Report) -> None:
    _row("all", report.every)
    _row("major class only", report.major_only)
    print(f"  no suggestion: {report.silent}")
    for title, group in (("By line", report.lines), ("By major class", report.majors)):
        print(title)
        for name, score in sorted(group.items()):
            _row(name, score)


def _row(name: str, score: Score) -> None:
    tried = score.tried or 1
    print(f"  first {score.first / tried:6.1%}   among three {score.three / tried:6.1%}   of {score.tried:6,}   {name}")


def _measure_other_labels(catalogue: list[Category], labels: Labels, folds: int) -> int:
    """How well suggested classes tell labels of another classification: which class means which label is learned from
    the other folds, by majority."""
    blend = learned.Blend(catalogue, training.train(catalogue, training.shipped_examples(catalogue)))
    majors = {one.code: one.major_code for one in catalogue}
    found = [[one.code for one in blend.suggest(example.text)] for example in labels.examples]
    places, score, by_label = training.folds_of(labels.examples, folds), Score(), defaultdict[str, Score](Score)
    for fold in range(folds):
        meaning = _meanings(found, labels.examples, majors, [place != fold for place in places])
        for codes, example, place in zip(found, labels.examples, places, strict=True):
            if place == fold:
                told = [meaning[key] for code in codes if (key := code if code in meaning else majors[code]) in meaning]
                score.add(told, example.code)
                by_label[example.code].add(told, example.code)
    print(f"The file's {len(by_label)} labels are not classes of the catalogue: measured, not learned ({folds} folds).")
    _row("all", score)
    for name, one in sorted(by_label.items()):
        _row(name, one)
    return 0


def _meanings(
    found: list[list[str]], examples: list[Example], majors: dict[str, str], learned_from: list[bool]
) -> dict[str, str]:
    """The commonest label among texts whose first suggestion is a class (or, for classes not met, its major class)."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for codes, example, use in zip(found, examples, learned_from, strict=True):
        if use and codes:
            met[codes[0]][example.code] += 1
            met[majors[codes[0]]][example.code] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in met.items()}
