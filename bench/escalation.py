"""How long one sweep takes over many late tasks, each with its step and notification; and a second sweep after it.

    python bench/escalation.py [--tasks 10000]

Works in a database of its own, made beside the configured one (or in the embedded one) and dropped at the end. The aim
is 10,000 late tasks within 30 s; the second sweep finds nothing to do.
"""

import argparse
import os
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection

from dongli.cases.actions.escalating import escalate_due
from dongli.cases.actions.policy import load_policy
from dongli.cases.models import Step, Task
from dongli.cases.workflow import CaseState
from dongli.common.clock import now
from dongli.notices.models import Notification
from dongli.operations import embedded
from dongli.operations.seeding.bulk import make_cases
from tests.cast import make_city

AIM = 30.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    args = parser.parse_args()
    with ExitStack() as stack:
        if not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        connection.settings_dict["TEST"]["NAME"] = f"bench_escalation_{os.getpid()}"
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        stack.callback(connection.creation.destroy_test_db, name, verbosity=0)
        load_policy()
        make_city()
        make_cases(count=args.tasks, as_of=now(), state=CaseState.WORKING)
        past = now() - timedelta(hours=1)
        Task.objects.update(next_escalation_at=past, due_at=past, escalations=0, remind_at=None)
        moment = now()
        print("sweep    tasks  seconds  of aim")
        for which in ("first", "second"):
            started = time.perf_counter()
            rung = escalate_due(moment)
            took = time.perf_counter() - started
            print(f"{which:<7}{rung:>7,}{took:>9.1f}{took / AIM:>8.0%}")
        steps = Step.objects.filter(verb="escalate").count()
        print(f"{steps:,} steps, {Notification.objects.filter(kind='cases.escalate').count():,} notifications")
    return 0


if __name__ == "__main__":
    sys.exit(main())
