"""Running the same thing at the same moment in several real transactions."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connections


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Start all at once, each on a connection of its own; what each answered or raised, in the order given."""
    results: list[Any] = [None] * len(runners)
    barrier = Barrier(len(runners))

    def run(index: int, runner: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=60)
            results[index] = runner()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(index, runner)) for index, runner in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results
