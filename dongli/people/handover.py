"""What apps to the right do when somebody leaves or loses a role: they register here when they are imported.

A handler runs in the transaction of the leaving, so that open work is handed over with it or nothing happens at all.
"""

from collections.abc import Callable

from dongli.people.models import User

Handler = Callable[[User], None]
_handlers: list[Handler] = []


def on_leaving(handler: Handler) -> Handler:
    """Register `handler`; usable as a decorator. Registering it twice changes nothing."""
    if handler not in _handlers:
        _handlers.append(handler)
    return handler


def hand_over(user: User) -> None:
    """Let every registered app hand over the open work of `user`."""
    for handler in _handlers:
        handler(user)
