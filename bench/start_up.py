"""How long the program takes to its first answer, and what its processes weigh, beside a bare Django, in one run.

    python bench/start_up.py [--rounds 3]

Measured are `python -m dongli serve` (tables and static files ready, embedded PostgreSQL stopped) until `/healthz`
answers, and the resident memory of each process after a few filings. Beside it stands a process that only sets up
Django with its own applications and opens a connection.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dongli.common.ids import new_id
from tests.site import Filer, Site, wait

BARE = """
import django, resource, psycopg
from django.conf import settings
apps = ["admin", "auth", "contenttypes", "sessions", "messages", "staticfiles"]
settings.configure(INSTALLED_APPS=[f"django.contrib.{app}" for app in apps])
django.setup()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def bare() -> tuple[float, float]:
    """Seconds and megabytes of a Django with nothing of ours."""
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True)
    return time.monotonic() - begun, int(done.stdout) / 1024


def weigh(site: Site) -> dict[str, float]:
    """Megabytes by process: the supervisor, granian's main one, its heaviest worker, the job worker."""
    web = site.named("dongli.operations.web")
    supervisor = site.process.pid if site.process is not None else 0
    rows = {
        "supervisor": [supervisor],
        "web, main": web[:1],
        "web, a worker": web[1:],
        "job worker": site.named("dongli.operations.worker")[:1],
    }
    return {name: max(resident(pid) for pid in pids) for name, pids in rows.items()}


def resident(pid: int) -> float:
    """Megabytes a process keeps in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    starts, plain, weights = [], [], dict[str, float]()
    with Site() as site:
        for _ in range(rounds):
            plain.append(bare())
            starts.append(site.start())
            filer = Filer(site.port)
            for _ in range(20):
                filer.file("路灯不亮", str(new_id()))
            filer.close()
            weights = weigh(site)
            site.stop()
            wait(lambda: not site.processes(), 20)
    bare_start = statistics.median(seconds for seconds, _weight in plain)
    bare_weight = statistics.median(weight for _seconds, weight in plain)
    print(f"{'what':<28}{'ours':>9}{'bare Django':>13}{'ratio':>8}")
    ours = statistics.median(starts)
    print(f"{'start to first answer':<28}{ours:>7.1f} s{bare_start:>11.1f} s{ours / bare_start:>8.1f}")
    for name, weight in weights.items():
        print(f"{'memory, ' + name:<28}{weight:>6.0f} MB{bare_weight:>10.0f} MB{weight / bare_weight:>8.1f}")


if __name__ == "__main__":
    main()
