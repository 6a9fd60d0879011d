"""Accounts and login records, in the theme's own forms."""

from __future__ import annotations

from axes.admin import AccessAttemptAdmin, AccessFailureLogAdmin, AccessLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from config import flags  # noqa: F401  # importing registers its screens

admin.site.index_title = "Today"

# Secrets of second factors have no screen: `ops.admin.logins` resets them.
for model in (
    User,
    Group,
    AccessAttempt,
    AccessFailureLog,
    AccessLog,
    StaticDevice,
    TOTPDevice,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(BaseUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    actions_detail = ("logins",)

    @action(description="Logins and second factor", permissions=["change"])
    def logins(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:ops_loginsession_user", object_id)


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    pass


class LoginRecords:
    """Long lists, read by date: no counts of the whole, no filter that reads every row."""

    # The library's own action asks for no permission.
    actions = ()
    date_hierarchy = None
    list_filter = ("attempt_time",)
    list_per_page = 50
    show_full_result_count = False


@admin.register(AccessAttempt)
class LoginAttemptAdmin(LoginRecords, AccessAttemptAdmin, ModelAdmin):
    list_display = ("username", "ip_address", "attempt_time", "failures_since_start", "status")


@admin.register(AccessFailureLog)
class LoginFailureAdmin(LoginRecords, AccessFailureLogAdmin, ModelAdmin):
    list_display = ("username", "ip_address", "attempt_time", "locked_out", "user_agent")


@admin.register(AccessLog)
class LoginLogAdmin(LoginRecords, AccessLogAdmin, ModelAdmin):
    list_display = ("username", "ip_address", "attempt_time", "logout_time", "user_agent")
