"""How fast words are found among many cases, against the bare SQL that reads the same rows, in one run.

    python bench/search.py [--cases 100000] [--rounds 60]

Works in a database of its own, made beside the configured one (or in the embedded one) and dropped at the end. The
cases are made in bulk over the tiny city's three communities, with words that are common, and words that are rare.
Each search is a page of the queue as the desk reads it (who may see what, texts, class, places, open tasks); the bare
SQL is one statement for the same fifty rows' ids and texts, with the viewer's areas written out. Both take turns.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection

from dongli.cases import search
from dongli.cases.actions.filing import Filing, submit
from dongli.cases.actions.policy import load_policy
from dongli.cases.actions.searching import search_row
from dongli.cases.models import Case, CaseText
from dongli.cases.queries import lists
from dongli.cases.queries.lists import Sieve
from dongli.cases.routing import Where
from dongli.common.ids import new_id
from dongli.operations import embedded
from dongli.people.viewer import Viewer
from tests.cast import City, make_city

WHERE = "小区门口 三栋楼下 学校旁边 菜市场 公交站 地下车库 电梯口 广场 花坛 路口 河边 二单元 围墙外 停车场".split()
WHAT = "路灯不亮 井盖松动 下水道堵了 垃圾没人清 停水 违规停车 噪音很大 树枝折断 墙皮脱落 占道经营".split()
HOW = "已经三天了 请尽快处理 打了电话没人来 老人出行不便 晚上看不见 影响休息 反映过多次".split()
RARE = "獾猪出没 鹤岭碑亭 氨气泄漏"
# What is sought: letters, words.
SOUGHT = [(1, "路"), (1, "獾"), (2, "路灯"), (2, "獾猪"), (4, "路灯不亮"), (4, "鹤岭碑亭"), (4, "灯亮不路")]
BARE = """SELECT c.id, t.description FROM cases_case c
JOIN cases_casesearch s ON s.case_id = c.id JOIN cases_casetext t ON t.case_id = c.id
JOIN areas_area a ON a.id = c.desk_id
WHERE s.grams @> %s AND s.words LIKE %s AND a.path >= %s AND a.path < %s AND c.state <> 'spam'
ORDER BY c.id DESC LIMIT 51"""


def sentence(at: int, chance: random.Random) -> str:
    """Some forty letters; every five-thousandth case has a rare word as well."""
    words = [chance.choice(WHERE), chance.choice(WHAT), chance.choice(HOW), chance.choice(WHERE), chance.choice(HOW)]
    if at % 5000 == 0:
        words.insert(2, RARE.split()[at // 5000 % 3])
    return "，".join(words)


def fill(city: City, count: int) -> None:
    """`count` cases in the image of a filed one, over three desks, with their texts and search rows."""
    where = Where(*city.point_in(city.grid))
    pattern = submit(viewer=Viewer.nobody(), key=new_id(), filing=Filing(what="一件", where=where))
    desks = [city.community.id, city.second_community.id, city.other_community.id]
    chance = random.Random(20261122)
    columns = [
        str(field.column) for field in Case._meta.concrete_fields if field.column not in {"id", "number", "desk_id"}
    ]
    listed = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE made (id uuid, number text, desk_id uuid, words text)")
        cases = [Case(id=new_id(), number=f"20260101-{at:06d}", desk_id=desks[at % len(desks)]) for at in range(count)]
        texts = [CaseText(case=case, description=sentence(at, chance)) for at, case in enumerate(cases)]
        with cursor.copy("COPY made FROM STDIN") as copy:
            for text in texts:
                copy.write_row((text.case_id, text.case.number, text.case.desk_id, text.description))
        cursor.execute(
            f"INSERT INTO cases_case (id, number, desk_id, {listed}) SELECT made.id, made.number, made.desk_id,"
            f" p.{', p.'.join(columns)} FROM made, cases_case p WHERE p.id = %s",
            [pattern.id],
        )
        cursor.execute("INSERT INTO cases_casetext (case_id, description, address) SELECT id, words, '' FROM made")
        with cursor.copy("COPY cases_casesearch (case_id, words, grams) FROM STDIN") as copy:
            for text in texts:
                row = search_row(text)
                copy.write_row((row.case_id, row.words, row.grams))
        cursor.execute("VACUUM ANALYZE")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def bare(words: str, path: str) -> int:
    """The bare SQL; how many rows it found."""
    with connection.cursor() as cursor:
        cursor.execute(BARE, [search.pairs(words), f"%{words}%", path, f"{path[:-1]}0"])
        return len(cursor.fetchall())


def quantiles(times: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def measure(city: City, rounds: int) -> None:
    """Print a row per search and desk."""
    head = ("desk", "words", "rows", "p50 ms", "p95 ms", "SQL p50", "SQL p95", "p95 ratio")
    print("{:<10} {:<8} {:>4} {:>8} {:>8} {:>8} {:>8} {:>9}".format(*head))
    for name, area in (("community", city.community), ("city", city.city)):
        viewer = city.viewer(name)
        for letters, words in SOUGHT:
            sieve = Sieve(words=words)
            found = len(lists.queue(viewer, sieve).rows)
            if found != min(bare(words, area.path), lists.PAGE):
                raise SystemExit(f"{words}: the two ways find different rows")
            ours, theirs = [], []
            for _round in range(rounds):
                ours.append(timed(lambda sieve=sieve, viewer=viewer: lists.queue(viewer, sieve)))  # type: ignore[misc]  # bound here
                theirs.append(timed(lambda words=words, area=area: bare(words, area.path)))  # type: ignore[misc]  # bound here
            (middle, late), (least, least_late) = quantiles(ours), quantiles(theirs)
            print(
                f"{name:<10} {words:<{8 - letters}} {found:>4} {middle:>8.1f} {late:>8.1f} {least:>8.1f}"
                f" {least_late:>8.1f} {late / least_late:>8.1f}x"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    args = parser.parse_args()
    with ExitStack() as stack:
        if not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        connection.settings_dict["TEST"]["NAME"] = f"bench_search_{os.getpid()}"
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        stack.callback(connection.creation.destroy_test_db, name, verbosity=0)
        load_policy()
        city = make_city()
        print(f"{args.cases:,} cases made in {timed(lambda: fill(city, args.cases)) / 1000:.0f} s")
        measure(city, args.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
