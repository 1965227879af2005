"""The addresses of log-in: those of allauth's that we offer, under the names that allauth looks for."""

from allauth.account.views import account_inactive, logout, reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from dongli.people.views import login
from dongli.people.views.login import staff_account

urlpatterns = [
    path("login/", login.PhoneLogin.as_view(), name="account_login"),
    path("login/", login.PhoneLogin.as_view(), name="account_request_login_code"),
    path("login/code/", login.PhoneCode.as_view(), name="account_confirm_login_code"),
    path("staff/", login.StaffLogin.as_view(), name="staff_login"),
    path("staff/passkey/", login.PasskeyLogin.as_view(), name="mfa_login_webauthn"),
    path("logout/", logout, name="account_logout"),
    path("closed/", account_inactive, name="account_inactive"),
    path("password/", staff_account(login.ChangePassword.as_view()), name="account_change_password"),
    path("password/again/", staff_account(reauthenticate), name="account_reauthenticate"),
    path("second-factor/", login.second_factor_page, name="second_factor"),
    path("second-factor/code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/again/", staff_account(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("security/", staff_account(mfa.index), name="mfa_index"),
    path("security/app/", staff_account(login.SetUpApp.as_view()), name="mfa_activate_totp"),
    path("security/app/remove/", staff_account(deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", staff_account(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("security/codes/new/", staff_account(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("security/codes/file/", staff_account(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("security/passkeys/", staff_account(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("security/passkeys/add/", staff_account(login.SetUpPasskey.as_view()), name="mfa_add_webauthn"),
    path(
        "security/passkeys/again/", staff_account(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("security/passkeys/<int:pk>/remove/", staff_account(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("security/passkeys/<int:pk>/name/", staff_account(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
