"""The job worker's process: `python -m dongli.operations.worker`, tied to its parent.

When the parent was killed, nobody else is left to stop the embedded database: the worker does it on its way out.
"""

import asyncio
import os
import signal
import sys

from dongli.operations import embedded, lifeline

CONCURRENCY = 4  # jobs mostly wait for gateways; each runs in a thread
GRACE_SECONDS = 10.0


def main() -> None:
    """Work through the queue until SIGTERM; a running job may finish within the grace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")
    import django
    from django.conf import settings

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))  # until the queue's own handler takes over
    try:
        lifeline.tie()
        django.setup()
        asyncio.run(_work())
    finally:
        if lifeline.is_orphaned() and not settings.DATABASE_URL:
            embedded.stop(settings.VAR)


async def _work() -> None:
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                concurrency=CONCURRENCY, shutdown_graceful_timeout=GRACE_SECONDS, install_signal_handlers=True
            )


if __name__ == "__main__":
    main()
