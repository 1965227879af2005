"""No orphans: a process tied to its parent ends soon after the parent does, however the parent died.

A thread compares the parent's id twice a second. This works the same on Linux and macOS and, unlike the kernel's
parent-death signal, does not depend on which thread of the parent started the child.
"""

import os
import signal
import threading
import time

POLL_SECONDS = 0.5
GRACE_SECONDS = 10.0


def tie() -> None:
    """Tie this process to its present parent: SIGTERM to itself when the parent is gone, a hard exit if that hangs."""
    threading.Thread(target=_watch, args=[os.getppid()], name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
