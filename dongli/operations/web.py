"""The web server's processes: granian's main one (`python -m dongli.operations.web`) and its workers, which load
`application` from here, so that each is tied to its parent.
"""

import argparse
from typing import Any

from dongli.operations import lifeline

THREADS = 4  # a worker: Django holds the interpreter's lock for most of a request; each thread keeps a connection


def __getattr__(name: str) -> Any:
    if name != "application":
        raise AttributeError(name)
    from dongli.wsgi import application

    lifeline.tie()
    return application


def main() -> None:
    """Serve until SIGTERM; a worker that dies is replaced by granian."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    args = parser.parse_args()
    lifeline.tie()
    Server(
        "dongli.operations.web:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=args.workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
