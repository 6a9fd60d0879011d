"""The second factor: an authenticator app (TOTP, RFC 6238) and ten recovery codes.

Whether a session still owes it stands in the session, from its login on; `gate` holds the door.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ops.audit import record
from ops.work import Refused

# In the session: a code is owed, or the app is to be set up first.
OWED, CODE, SETUP = "second_factor", "code", "setup"
RECOVERY_CODES = 10
SUPERUSERS = "superusers"
WRONG = "That code is not right. The app shows a new one every 30 seconds: take the present one."


class NotPresent(Refused):
    """The code of what somebody has already is wrong."""


# --- What somebody has ----------------------------------------------------------------------------
def is_required_of(user: User) -> bool:
    """By SECOND_FACTOR_GROUPS: names of groups, or "superusers"."""
    groups = set(settings.SECOND_FACTOR_GROUPS)
    if user.is_superuser and SUPERUSERS in groups:
        return True
    return bool(groups) and user.groups.filter(name__in=groups).exists()


def app_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def recovery_codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


@receiver(user_logged_in)
def note_what_is_owed(request: HttpRequest, user: User, **_: Any) -> None:
    if app_of(user):
        request.session[OWED] = CODE
    elif is_required_of(user):
        request.session[OWED] = SETUP


# --- Setting up -----------------------------------------------------------------------------------
def app_to_set_up(user: User, key: str = "") -> TOTPDevice:
    """Not saved: it counts from `confirm_setup` on. `key` is the secret of an earlier call."""
    return TOTPDevice(user=user, name="app", confirmed=True, **({"key": key} if key else {}))


def confirm_setup(*, user: User, key: str, code: str, present: str = "") -> list[str]:
    """The app counts from now on, alone; its recovery codes. Who has an app gives a `present` code,
    of it or a recovery code. Raises Refused; NotPresent if it is the latter that is wrong.
    """
    device = app_to_set_up(user, key)
    shown = TOTP(device.bin_key, device.step)
    shown.time = time.time()
    if not plain(code).isdecimal() or not shown.verify(int(plain(code)), device.tolerance):
        raise Refused(WRONG)
    if app_of(user):
        try:
            check_code(user=user, code=present)
        except Refused as refusal:
            raise NotPresent(str(refusal)) from refusal
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        device.last_t, device.drift = shown.t(), shown.drift
        device.set_last_used_timestamp(commit=False)
        device.save()
        note(user, "set_up_second_factor")
        return make_recovery_codes(user=user)


def renew_recovery_codes(*, user: User, code: str) -> list[str]:
    """Raises Refused."""
    check_code(user=user, code=code)
    return make_recovery_codes(user=user)


@transaction.atomic
def make_recovery_codes(*, user: User) -> list[str]:
    """Ten codes that are good for once; those of before are worth nothing any more."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    note(user, "make_recovery_codes")
    return codes


def remove_second_factor(*, user: User, code: str) -> None:
    """Raises Refused while it is required; `reset_second_factor` is for who has lost the app."""
    if is_required_of(User.objects.get(pk=user.pk)):
        raise Refused("Your group needs a second factor; you may set up another app instead.")
    check_code(user=user, code=code)
    with transaction.atomic():
        _forget(user)
        note(user, "remove_second_factor")


@transaction.atomic
def reset_second_factor(*, user: User) -> None:
    """For who lost app and codes: they log in with the password, and set up anew if they must."""
    _forget(user)
    note(user, "reset_second_factor")


def _forget(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


# --- Coming in ------------------------------------------------------------------------------------
def check_code(*, user: User, code: str) -> None:
    """Of the app, or a recovery code, which is used up. Raises Refused."""
    with transaction.atomic():
        kind = TOTPDevice if re.fullmatch(r"\d{6}", plain(code)) else StaticDevice
        device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        refusal = try_code(device, code) if device else WRONG
        if not refusal and kind is StaticDevice:
            note(user, "use_recovery_code", left=recovery_codes_left(user))
        elif refusal:
            note(user, "fail_second_factor")
    if refusal:
        raise Refused(refusal)


def try_code(device: Device, code: str) -> str:
    """Why it is not taken, or nothing. A wrong one doubles the seconds until the next try."""
    if not plain(code):
        return WRONG
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return f"Too many wrong codes: try again after {why['locked_until']:%H:%M:%S} UTC."
    return "" if device.verify_token(plain(code)) else WRONG


def plain(code: str) -> str:
    """As people type it: 123 456, ABCD-EFGH."""
    return "".join(letter for letter in code if letter.isalnum()).lower()[:16]


def note(user: User, action: str, **details: Any) -> None:
    record(action=action, entity=user, details={"label": user.get_username(), **details})


# --- The door -------------------------------------------------------------------------------------
def gate(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who owes a code sees nothing of the admin but where to give it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        inside = request.path.startswith(reverse("admin:index"))
        # Public pages do not read the session: their answers are the same for everybody.
        owed = request.session.get(OWED) if inside else None
        if not owed or request.path in open_pages():
            return get_response(request)
        query = {"next": request.get_full_path()} if request.method == "GET" else {}
        page = reverse(f"admin:ops_loginsession_{owed}")
        return redirect(f"{page}?{urlencode(query)}" if query else page)

    return middleware


def open_pages() -> set[str]:
    names = ("ops_loginsession_code", "ops_loginsession_setup", "logout", "login")
    return {reverse(f"admin:{name}") for name in names}
