"""Addresses of the ways in and of second factors, under the names that allauth asks for.

Only what Fleet has pages for is mounted: nobody signs up, confirms an e-mail or resets a password.
"""

from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path

from people.gates import public
from people.views import entry, factors

SSO = {"provider_id": "sso"}

urlpatterns = [
    path("login/", entry.login, name="account_login"),
    path("logout/", entry.logout, name="account_logout"),
    path("login/refused/", factors.outside, name="account_inactive"),
    path("login/code/", factors.second_proof, name="mfa_authenticate"),
    path("login/passkey/", factors.passkey, name="mfa_login_webauthn"),
    path("login/sso/", public(openid.login), SSO, name="openid_connect_login"),
    path("login/sso/callback/", public(openid.callback), SSO, name="openid_connect_callback"),
    path("login/sso/cancelled/", factors.outside, name="socialaccount_login_cancelled"),
    path("account/again/", factors.password_again, name="account_reauthenticate"),
    path("account/again/code/", factors.code_again, name="mfa_reauthenticate"),
    path("account/again/passkey/", factors.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("account/factors/", factors.index, name="mfa_index"),
    path("account/factors/app/", factors.add_app, name="mfa_activate_totp"),
    path("account/factors/app/remove/", factors.remove_app, name="mfa_deactivate_totp"),
    path("account/factors/codes/", factors.codes, name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", factors.new_codes, name="mfa_generate_recovery_codes"),
    path(
        "account/factors/codes/download/",
        factors.download_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/factors/passkeys/", factors.passkeys, name="mfa_list_webauthn"),
    path("account/factors/passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path(
        "account/factors/passkeys/<int:pk>/remove/",
        factors.remove_passkey,
        name="mfa_remove_webauthn",
    ),
]
