"""Log-in by phone and code, on allauth's stages. An unknown phone gets an account with its first right code.

While a code is out, the session holds the phone sealed and the code hashed; the account is looked up only afterwards,
so the page behaves the same for every number.
"""

import secrets
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest, HttpResponse

from dongli.common.crypto import decrypt, encrypt, keyed_hash
from dongli.people.actions import log_in_by_phone
from dongli.people.ratelimits import RateKey, hit, visitor

DIGITS = 6


class PhoneCodeProcess(LoginCodeVerificationProcess):  # type: ignore[misc]  # allauth is not typed
    """One log-in from asking for the code to the right code."""

    @classmethod
    def start(cls, request: HttpRequest, phone: str) -> "PhoneCodeProcess":
        """Send a code to `phone` and remember that this browser asked for it. Raises `TooMany`."""
        login = Login(user=None)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, phone=encrypt(phone)))
        stage.state["initiated_by_user"] = True
        process = cls(stage=stage)
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, stage: Any) -> "PhoneCodeProcess | None":
        """The log-in that waits for its code, unless its time is over."""
        process: PhoneCodeProcess | None = cls(stage=stage).abort_if_invalid()
        return process

    @property
    def phone(self) -> str:
        return decrypt(self.state["phone"])

    def send(self, skip_enumeration_mails: bool = False) -> None:
        """A fresh code to the phone. Raises `TooMany` when phone, address or device asked too often."""
        hit(RateKey("code_by_phone", self.phone), *visitor(self.request, "code"))
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self.state["code"] = keyed_hash(f"login code {code}")
        get_adapter().send_verification_code_sms(user=None, phone=self.phone, code=code)

    def resend(self) -> None:
        """Another code; the one before is no longer right."""
        self.send()
        self.record_resend()
        self.persist()

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """The code was right: log in. A second factor, where one is set up, is asked for next."""
        user = log_in_by_phone(phone=self.phone)
        record_authentication(self.request, user, method="code")
        answer: HttpResponse = perform_login(self.request, Login(user=user, redirect_url=redirect_url))
        return answer


def is_right(process_code: str, typed: str) -> bool:
    """Whether what was typed is the code; spaces and full-width digits do no harm."""
    digits = "".join(str(int(one)) for one in typed if one.isdecimal())
    return secrets.compare_digest(process_code, keyed_hash(f"login code {digits}"))
