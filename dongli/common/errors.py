"""Refusals: what a user may not or cannot do, in words that name the remedy. Rendered once, by web's middleware."""


class Refusal(Exception):
    """A coded refusal. `code` is stable and for machines; `message` is (lazily) translated and for people."""

    status = 409

    def __init__(self, code: str, message: object, *, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotLoggedIn(Refusal):
    """Nobody is logged in, or a step of the log-in is missing (401): for machines; people get the log-in page."""

    status = 401


class NotAllowed(Refusal):
    """The viewer may not do this here (403)."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or the viewer may not know of it (404)."""

    status = 404


class Invalid(Refusal):
    """Input that cannot be taken; `field` names what to mend (422)."""

    status = 422


class Conflict(Refusal):
    """The state has moved on: somebody else was first, or a step is missing (409)."""


class TooMany(Refusal):
    """Too often in too short a time (429)."""

    status = 429
