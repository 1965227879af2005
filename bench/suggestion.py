"""How long the category suggestion takes on an appeal, with the trained model and with keywords alone.

    python bench/suggestion.py [--rounds 3]

Each of the shipped appeals, and one text of 4,000 characters. The aim is 10 ms for a suggestion.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

import django

django.setup()

from dongli.cases.catalogue import SHIPPED_APPEALS, read_table, shipped_catalogue
from dongli.cases.learned import Blend
from dongli.cases.suggest import Suggester
from dongli.cases.training import shipped_examples, train

AIM_MS = 10.0


def milliseconds(suggest: Callable[[str], object], text: str, rounds: int) -> float:
    """The best of the rounds."""
    best = float("inf")
    for _round in range(rounds):
        started = time.perf_counter()
        suggest(text)
        best = min(best, time.perf_counter() - started)
    return best * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    texts = [f"{row['subject']}\n{row['text']}" for row in read_table(SHIPPED_APPEALS)]
    longest = "".join(texts)[:4000]
    catalogue = shipped_catalogue()
    ways: dict[str, Blend | Suggester] = {
        "trained model": Blend(catalogue, train(catalogue, shipped_examples(catalogue))),
        "keywords alone": Suggester(catalogue),
    }
    print(f"{'':<16} {'p50 ms':>7} {'p95 ms':>7} {'4,000 characters':>17}   of the {AIM_MS:.0f} ms")
    for name, way in ways.items():
        took = [milliseconds(way.suggest, text, args.rounds) for text in texts]
        late, long = statistics.quantiles(took, n=20)[18], milliseconds(way.suggest, longest, args.rounds)
        print(f"{name:<16} {statistics.median(took):>7.2f} {late:>7.2f} {long:>17.2f}   {max(late, long) / AIM_MS:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
