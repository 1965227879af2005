"""No orphans: a process tied to its parent ends soon after the parent does, however the parent died.

A thread compares the parent's id twice a second. This works the same on Linux and macOS and, unlike the kernel's
parent-death signal, does not depend on which thread of the parent started the child.
"""

import multiprocessing
import os
import signal
import threading
import time

SUPERVISOR = "DONGLI_SUPERVISOR"  # the id of the process that started us, in our environment
POLL_SECONDS = 0.5
GRACE_SECONDS = 10.0


def tie() -> None:
    """Tie this process to its parent: SIGTERM to itself when the parent is gone, a hard exit if that hangs."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def is_orphaned() -> bool:
    """Whether the process that started this one is gone, even if it went before we could look."""
    starter = multiprocessing.parent_process()
    expected = starter.pid if starter else int(os.environ.get(SUPERVISOR, "0"))
    return expected not in {0, os.getppid()}


def _watch() -> None:
    while not is_orphaned():
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
