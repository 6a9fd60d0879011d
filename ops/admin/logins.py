"""Everybody's own logins and second factor; superusers see those of others."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.admin import register
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.admin import ModelAdmin

from ops.logins import factors
from ops.logins.sessions import end_sessions, handle_of, sessions_of
from ops.models import LoginSession
from ops.work import Refused

# In the session: the secret that is being set up, and codes that are shown once.
KEY, FRESH_CODES = "second_factor_key", "fresh_recovery_codes"
OWN = "admin:ops_loginsession_changelist"


def code_field(**attributes: Any) -> forms.CharField:
    attributes |= {"autocomplete": "one-time-code", "spellcheck": "false", "class": "steward-input"}
    return forms.CharField(max_length=40, widget=forms.TextInput(attrs=attributes))


class CodeForm(forms.Form):
    code = code_field(autofocus=True)


class AnotherAppForm(CodeForm):
    present = code_field()


@register(LoginSession)
class LoginSessionAdmin(ModelAdmin):
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "ops_loginsession"
        own = {"code": self.code_view, "setup": self.setup_view}
        posts = {
            "codes": self.codes_view,
            "remove": self.remove_view,
            "end": self.end_view,
        }
        others = {"user": self.user_view, "reset": self.reset_view, "end_user": self.end_user_view}
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            *(path(f"{step}/", view(act), name=f"{name}_{step}") for step, act in own.items()),
            *(path(f"{step}/", view(act), name=f"{name}_{step}") for step, act in posts.items()),
            *(
                path(f"{step}/<int:user>/", view(act), name=f"{name}_{step}")
                for step, act in others.items()
            ),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    # --- One's own --------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self.account_page(request, self.person(request), "Your logins")

    def account_page(self, request: HttpRequest, person: User, title: str) -> HttpResponse:
        current = request.session.session_key
        rows = [
            {"row": row, "handle": handle_of(row.pk), "is_this": row.pk == current}
            for row in sessions_of(person)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "person": person,
            "is_own": person.pk == request.user.pk,
            "rows": rows,
            "app": factors.app_of(person),
            "is_required": factors.is_required_of(person),
            "codes_left": factors.recovery_codes_left(person),
            "fresh_codes": request.session.pop(FRESH_CODES, None),
        }
        return TemplateResponse(request, "admin/ops/logins/account.html", context)

    def code_view(self, request: HttpRequest) -> HttpResponse:
        """Where a login ends for who has a second factor."""
        if request.session.get(factors.OWED) != factors.CODE:
            return redirect(OWN)
        form = CodeForm(request.POST or None)
        if form.is_valid():
            try:
                factors.check_code(user=self.person(request), code=form.cleaned_data["code"])
                return self.let_in(request)
            except Refused as refusal:
                form.add_error("code", str(refusal))
        return self.page_of_form(request, "code", form, "Second factor")

    def setup_view(self, request: HttpRequest) -> HttpResponse:
        person = self.person(request)
        if request.session.get(factors.OWED) == factors.CODE:
            return redirect("admin:ops_loginsession_code")
        device = factors.app_to_set_up(person, request.session.get(KEY, ""))
        request.session[KEY] = device.key
        has_app = factors.app_of(person) is not None
        form = (AnotherAppForm if has_app else CodeForm)(request.POST or None)
        if form.is_valid():
            try:
                codes = factors.confirm_setup(user=person, key=device.key, **form.cleaned_data)
                end_sessions(user=person, but=request.session.session_key)
                request.session[FRESH_CODES] = codes
                request.session.pop(factors.OWED, None)
                del request.session[KEY]
                return redirect(OWN)
            except factors.NotPresent as refusal:
                form.add_error("present", str(refusal))
            except Refused as refusal:
                form.add_error("code", str(refusal))
        picture = segno.make(device.config_url, error="m")
        return self.page_of_form(
            request,
            "setup",
            form,
            "Set up the second factor",
            picture=picture.svg_data_uri(scale=5, border=4, light="#fff"),
            secret=secret_of(device),
            is_owed=factors.OWED in request.session,
        )

    def let_in(self, request: HttpRequest) -> HttpResponse:
        del request.session[factors.OWED]
        request.session.cycle_key()
        after = request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(
            after, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return redirect(after)
        return redirect("admin:index")

    def codes_view(self, request: HttpRequest) -> HttpResponse:
        self.posted(request)
        person, code = self.person(request), request.POST.get("code", "")
        try:
            if factors.app_of(person):
                codes = factors.renew_recovery_codes(user=person, code=code)
                request.session[FRESH_CODES] = codes
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return redirect(OWN)

    def remove_view(self, request: HttpRequest) -> HttpResponse:
        self.posted(request)
        person = self.person(request)
        try:
            if factors.app_of(person):
                factors.remove_second_factor(user=person, code=request.POST.get("code", ""))
                self.message_user(request, "The password alone opens again.", messages.SUCCESS)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return redirect(OWN)

    def end_view(self, request: HttpRequest) -> HttpResponse:
        """One login, by its handle, or all others."""
        self.posted(request)
        ended = end_sessions(
            user=self.person(request),
            handle=request.POST.get("login", ""),
            but=request.session.session_key,
        )
        self.tell_ended(request, ended)
        return redirect(OWN)

    # --- Those of others --------------------------------------------------------------------------
    def user_view(self, request: HttpRequest, user: int) -> HttpResponse:
        person = self.other(request, user)
        return self.account_page(request, person, f"Logins of {person.get_username()}")

    def end_user_view(self, request: HttpRequest, user: int) -> HttpResponse:
        self.posted(request)
        person = self.other(request, user)
        ended = end_sessions(
            user=person,
            handle=request.POST.get("login", ""),
            but=request.session.session_key,
        )
        self.tell_ended(request, ended)
        return redirect("admin:ops_loginsession_user", user)

    def reset_view(self, request: HttpRequest, user: int) -> HttpResponse:
        self.posted(request)
        person = self.other(request, user)
        if person.pk == request.user.pk:
            # Their own they turn off with a code.
            raise PermissionDenied
        factors.reset_second_factor(user=person)
        end_sessions(user=person, but=request.session.session_key)
        self.message_user(
            request,
            f"{person.get_username()} logs in with the password alone, and is logged out now.",
            messages.SUCCESS,
        )
        return redirect("admin:ops_loginsession_user", user)

    # --- Small things -----------------------------------------------------------------------------
    def person(self, request: HttpRequest) -> User:
        return User.objects.get(username=request.user.get_username())

    def other(self, request: HttpRequest, key: int) -> User:
        if not request.user.has_perm("auth.change_user"):
            raise PermissionDenied
        return get_object_or_404(User, pk=key)

    def posted(self, request: HttpRequest) -> None:
        if request.method != "POST":
            raise PermissionDenied

    def tell_ended(self, request: HttpRequest, ended: int) -> None:
        said = "1 login ended." if ended == 1 else f"{ended:,} logins ended."
        self.message_user(request, said, messages.SUCCESS)

    def page_of_form(
        self, request: HttpRequest, step: str, form: CodeForm, title: str, **context: Any
    ) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "back": reverse(OWN),
        }
        return TemplateResponse(request, f"admin/ops/logins/{step}.html", context)


def secret_of(device: Any) -> str:
    """As an app takes it, in groups of four."""
    text = device.config_url.split("secret=")[1].split("&")[0]
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))
