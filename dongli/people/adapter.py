"""How allauth works with our accounts: phones, our rate limits, sealed secrets, where one lands."""

from typing import Any
from urllib.parse import urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from dongli.common.clock import now
from dongli.common.crypto import decrypt, encrypt, keyed_hash
from dongli.common.errors import TooMany
from dongli.people import second_factor
from dongli.people.middleware import start_idle_clock
from dongli.people.models import User
from dongli.people.ratelimits import RateKey, client_address, forgive, hit
from dongli.people.viewer import Viewer

FRESH_SECONDS = 600


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts: staff by user name and password, residents by a code to their phone (see `phone_login`)."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or the password is not right."),
        "too_many_login_attempts": _("That was too often. Please wait a few minutes and try again."),
        "incorrect_code": _("This code is not right. Please look again, or ask for a new one."),
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("Please type your current password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a resident's account is made by the first right code."""
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, message: Any = None, **other: Any) -> None:
        """Only what must be read (errors); “you have logged in” goes without saying."""
        if message:
            super().add_message(request, level, message=message)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The account of a user name and password. Attempts are counted first and right ones taken back, so that
        guesses sent at the same moment cannot slip through.
        """
        name = str(credentials.get("username", "")).strip().lower()
        keys = (
            RateKey("login_failures_by_account", name),
            RateKey("login_failures_by_address", client_address(request)),
        )
        try:
            hit(*keys)
        except TooMany as error:
            raise self.validation_error("too_many_login_attempts") from error
        user = authenticate(request, **credentials)
        if isinstance(user, User):
            forgive(*keys)
            return user
        return None

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The room of the role; who still lacks a second factor is sent on from its door."""
        if not isinstance(request.user, User):
            return "/"
        viewer = Viewer.of(request.user)
        if viewer.is_desk:
            return "/desk/"
        return "/work/" if viewer.is_worker else "/"

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse:
        """Staff sessions end when left alone."""
        if user.username:
            start_idle_clock(request)
        answer: HttpResponse = super().post_login(request, user, **hooks)
        return answer

    def is_reauthentication_required(self, *, app: str, **other: Any) -> bool:
        """A second factor is set up with the password just typed; changing one needs it typed again."""
        request = context.request
        if app == "allauth.mfa" and isinstance(request.user, User) and not second_factor.is_set_up(request.user):
            moment = now().timestamp()
            records = get_authentication_records(request, request.user)
            if any(one["method"] == "password" and moment - one["at"] < FRESH_SECONDS for one in records):
                return False
        return True

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone_hash=keyed_hash(phone)).first()

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_hash, user.phone_verified = phone, keyed_hash(phone), verified
        user.save(update_fields=["phone", "phone_hash", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        User.objects.filter(pk=user.pk, phone_hash=keyed_hash(phone)).update(phone_verified=True)

    def send_verification_code_sms(self, user: User | None, phone: str, code: str, **other: Any) -> None:
        """Hand the code to the delivery channel named by `CODE_SENDER` (it stands to the right of this app)."""
        import_string(settings.CODE_SENDER)(phone=phone, code=code)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Second factors: secrets sealed at rest, our name on the phone, passkeys bound to the site's host."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Codes change every 30 seconds; please take the newest."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username or str(user)

    def get_totp_issuer(self) -> str:
        return "Dongli"

    def build_totp_svg(self, url: str) -> str:
        """The QR code as inline SVG without style."""
        return str(segno.make(url, micro=False).svg_inline(scale=5, border=4, title=str(_("QR code for the app"))))

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": urlsplit(settings.BASE_URL).hostname or "localhost", "name": "Dongli"}
