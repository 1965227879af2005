"""Log-in pages: allauth's views with our forms, for the two kinds of people there are."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginByCodeStage
from allauth.account.views import ConfirmLoginCodeView, LoginView, PasswordChangeView, RequestLoginCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views import View

from dongli.common.errors import TooMany
from dongli.common.masking import mask_phone
from dongli.people import second_factor
from dongli.people.forms import PhoneCodeForm, PhoneForm
from dongli.people.guards import View as ViewFunction
from dongli.people.guards import login_required, viewer_from
from dongli.people.models import User
from dongli.people.phone_login import PhoneCodeProcess
from dongli.people.ratelimits import RateKey, client_address, hit


class PhoneLogin(RequestLoginCodeView):  # type: ignore[misc]  # allauth is not typed
    """The door for everybody: a phone number, to which a code goes. Staff find their own door below."""

    template_name = "account/login.html"

    def get_form_class(self) -> type[PhoneForm]:
        return PhoneForm

    def form_valid(self, form: PhoneForm) -> HttpResponseBase:
        try:
            PhoneCodeProcess.start(self.request, form.cleaned_data["phone"])
        except TooMany as refusal:
            form.add_error("phone", str(refusal))
            return render(self.request, self.template_name, self.get_context_data(form=form), status=429)
        return HttpResponseRedirect(self.get_success_url())


@method_decorator(login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"), name="dispatch")
class PhoneCode(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth is not typed
    """The same page, one step on: the code."""

    template_name = "account/login_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.stage = request._login_stage  # type: ignore[attr-defined]  # set by allauth's decorator
        process: PhoneCodeProcess | None = None
        if "initiated_by_user" in self.stage.state:
            process = PhoneCodeProcess.resume(self.stage)
        if process is None:
            messages.warning(request, _("The code has expired. Please ask for a new one."))
            return HttpResponseRedirect(reverse("account_login"))
        self._process = process
        answer: HttpResponseBase = View.dispatch(self, request, *args, **kwargs)
        return answer

    def get_form_class(self) -> Any:
        return super().get_form_class() if self._action == "resend" else PhoneCodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs if self._action == "resend" else {**kwargs, "phone": self._process.phone}

    def _resend_form_valid(self, form: Any) -> HttpResponseBase:
        try:
            self._process.resend()
            messages.success(self.request, _("A new code is on its way."))
        except TooMany as refusal:
            messages.error(self.request, str(refusal))
        return HttpResponseRedirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, "masked_phone": mask_phone(self._process.phone), "can_resend": self._process.can_resend}


class StaffLogin(LoginView):  # type: ignore[misc]  # allauth is not typed
    """The door for staff: user name and password, or a passkey."""

    template_name = "account/staff_login.html"


class PasskeyLogin(LoginWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """The other half of the staff door: a passkey alone."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        hit(RateKey("passkey_by_address", client_address(request)))
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("The passkey was not accepted. Please use user name and password."))
        return HttpResponseRedirect(reverse("staff_login"))


class ChangePassword(PasswordChangeView):  # type: ignore[misc]  # allauth is not typed
    """A new password; the first one, which somebody else has seen, ends here."""

    def get_default_success_url(self) -> str:
        return reverse("mfa_index")

    def form_valid(self, form: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().form_valid(form)
        User.objects.filter(pk=self.request.user.pk).update(must_change_password=False)
        messages.success(self.request, _("Your password has been changed."))
        return answer


class SetUpApp(ActivateTOTPView):  # type: ignore[misc]  # allauth is not typed
    """Setting up an authenticator app. The code that proves it works counts as used in this session."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().form_valid(form)
        _count_as_used(self.request, Authenticator.Type.TOTP)
        return answer


class SetUpPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth is not typed
    """Setting up a passkey; making it counts as used in this session."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().form_valid(form)
        _count_as_used(self.request, Authenticator.Type.WEBAUTHN)
        return answer


def _count_as_used(request: HttpRequest, kind: str) -> None:
    user = request.user
    newest = Authenticator.objects.filter(user_id=user.pk, type=kind).order_by("-pk").first()
    if newest is not None and isinstance(user, User):
        record_authentication(request, user, "mfa", id=newest.pk, type=kind)


def staff_account(view: ViewFunction) -> ViewFunction:
    """Passwords and second factors are for accounts with a user name; a resident has neither."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = viewer_from(request).user
        if user is not None and not user.has_usable_password():
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


@login_required
def second_factor_page(request: HttpRequest) -> HttpResponseBase:
    """What is missing before the desk opens, and the way there."""
    viewer = viewer_from(request)
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    if not viewer.needs_second_factor:
        return HttpResponseRedirect(back)
    by_password = second_factor.knows_password(request, viewer.known)
    if by_password and second_factor.is_set_up(viewer.known):
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")
    return render(request, "account/second_factor.html", {"by_password": by_password, "next": back})
