"""Sign-in and sign-out pages."""

from django.contrib.auth.views import LoginView, LogoutView

login = LoginView.as_view(template_name="people/login.html", redirect_authenticated_user=True)
logout = LogoutView.as_view(next_page="people:login")
