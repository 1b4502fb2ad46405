"""Addresses of sign-in, one's own account and the staff."""

from django.urls import path, re_path

from people.views import account, deeds, entry, sessions, staff

app_name = "people"

urlpatterns = [
    path("login/", entry.login, name="login"),
    path("logout/", entry.logout, name="logout"),
    path("account/", account.account, name="account"),
    path("account/tokens/", account.make_token, name="make-token"),
    path("account/tokens/<int:pk>/revoke/", account.revoke_token, name="revoke-token"),
    path("account/password/", account.change_password, name="password"),
    path("account/sessions/<int:pk>/end/", sessions.end, name="end-session"),
    path("deeds/", deeds.deeds, name="deeds"),
    path("people/", staff.staff, name="staff"),
    path("people/add/", staff.add, name="add"),
    re_path(
        r"^people/(?P<pk>[0-9]{1,9})/(?P<verb>role|let-in|keep-out|password)/$",
        staff.change,
        name="change",
    ),
]
