"""What every job does first."""

from django.db import close_old_connections, connection


def fresh_connection() -> None:
    """Let go of a database connection that died since this thread's last job (a restart of the server, a failover).

    Web requests get this from Django; jobs have to ask. Within a transaction (tests) it does nothing.
    """
    if not connection.in_atomic_block:
        close_old_connections()
