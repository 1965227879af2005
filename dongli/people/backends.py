"""Log-in against our accounts. A leaver is nobody from the moment they leave, on every request."""

from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest

from dongli.people.models import User


class ActiveBackend(BaseBackend):
    """User name and password; sessions of closed accounts are anonymous at once."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **other: object
    ) -> User | None:
        """The account, or None. An unknown name costs as much time as a wrong password."""
        if not username or password is None:
            return None
        user = User.objects.filter(username=username.strip().lower()).first()
        if user is None:
            User().set_password(password)
            return None
        right = check_password(password, user.password, setter=None)
        return user if right and user.may_log_in else None

    def get_user(self, user_id: UUID) -> User | None:
        """The account of a session, unless it has been closed."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.may_log_in else None
