"""Who owes a second factor sees nothing before it is given; logins are listed and can be ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ops.logins import factors
from ops.logins.sessions import browser_of, handle_of
from ops.models import AuditEntry, LoginSession

ADMIN, ACCOUNT = "/admin/", "/admin/ops/loginsession/"
CODE, SETUP = f"{ACCOUNT}code/", f"{ACCOUNT}setup/"
PASSWORD = "a-long-password-1"  # noqa: S105
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ada(db: None) -> User:
    user = User.objects.create_user("ada", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="ops"))
    return user


def log_in(agent: str = FIREFOX) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    return client


def code_of(device: TOTPDevice, ahead: int = 0) -> str:
    """Each step's code counts once: `ahead` gives that of the next step."""
    return f"{totp(device.bin_key, t0=-30 * ahead, drift=device.drift):06d}"


def with_app(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="app", confirmed=True)


def begun(client: Client) -> TOTPDevice:
    return TOTPDevice(key=client.session["second_factor_key"])


def actions() -> set[str]:
    return set(AuditEntry.objects.values_list("action", flat=True))


def test_password_alone_opens_where_nothing_is_asked(ada: User) -> None:
    assert log_in().get(ADMIN).status_code == 200


def test_code_is_asked_before_anything_is_shown(ada: User) -> None:
    device = with_app(ada)
    client = log_in()
    wanted = "/admin/ops/run/?status=failed"

    answer = client.get(wanted)
    assert (answer.status_code, answer.url) == (
        302,
        f"{CODE}?next=%2Fadmin%2Fops%2Frun%2F%3Fstatus%3Dfailed",
    )
    assert client.post(wanted).url == CODE
    assert client.get(ACCOUNT).url.startswith(CODE)
    assert client.get(SETUP).status_code == 302

    key = client.session.session_key
    given = client.post(answer.url, {"code": code_of(device)})
    assert (given.status_code, given.url) == (302, wanted)
    assert client.get(wanted).status_code == 200
    assert client.session.session_key != key


def test_wrong_code_says_so_and_slows_down(ada: User) -> None:
    with_app(ada)
    client = log_in()

    first = client.post(CODE, {"code": "000000"})
    second = client.post(CODE, {"code": "000000"})

    assert "That code is not right" in first.content.decode()
    assert "Too many wrong codes: try again after" in second.content.decode()
    assert client.get(ADMIN).status_code == 302
    assert "fail_second_factor" in actions()


def test_code_counts_once(ada: User) -> None:
    device = with_app(ada)
    code = code_of(device)

    assert log_in().post(CODE, {"code": code}).status_code == 302
    assert log_in().post(CODE, {"code": code}).status_code == 200


def test_strange_address_to_go_on_to_is_not_followed(ada: User) -> None:
    device = with_app(ada)

    answer = log_in().post(f"{CODE}?next=https://example.org/", {"code": code_of(device)})

    assert answer.url == ADMIN


def test_recovery_code_opens_once(ada: User) -> None:
    with_app(ada)
    code, *rest = factors.make_recovery_codes(user=ada)
    typed = f"{code[:4]}-{code[4:]}".upper()

    assert log_in().post(CODE, {"code": typed}).status_code == 302
    assert StaticToken.objects.count() == len(rest) == 9
    assert log_in().post(CODE, {"code": typed}).status_code == 200
    assert "use_recovery_code" in actions()


@pytest.mark.parametrize(
    ("groups", "wanted"), [(["ops"], 302), (["superusers"], 200), (["content"], 200), ([], 200)]
)
def test_setting_names_who_must_set_up(
    ada: User, settings: Any, groups: list[str], wanted: int
) -> None:
    settings.SECOND_FACTOR_GROUPS = groups

    answer = log_in().get(ADMIN)

    assert answer.status_code == wanted
    assert wanted == 200 or answer.url.startswith(SETUP)


def test_superusers_may_be_asked_too(ada: User, settings: Any) -> None:
    settings.SECOND_FACTOR_GROUPS = ["superusers"]
    User.objects.update(is_superuser=True)

    assert log_in().get(ADMIN).url.startswith(SETUP)


def test_setting_up_shows_ten_codes_once_and_ends_the_other_logins(
    ada: User, settings: Any
) -> None:
    settings.SECOND_FACTOR_GROUPS = ["ops"]
    elsewhere, client = log_in(), log_in()
    page = client.get(SETUP).content.decode()
    assert "data:image/svg+xml" in page
    assert client.get(ADMIN).status_code == 302

    answer = client.post(SETUP, {"code": code_of(begun(client))}, follow=True)

    codes = set(StaticToken.objects.values_list("token", flat=True))
    assert len(codes) == 10
    assert all(code in answer.content.decode() for code in codes)
    again = client.get(ACCOUNT).content.decode()
    assert not any(code in again for code in codes)
    assert client.get(ADMIN).status_code == 200
    assert elsewhere.get(ADMIN).url.startswith("/admin/login/")
    assert log_in().get(ADMIN).url.startswith(CODE)


def test_wrong_code_sets_nothing_up(ada: User) -> None:
    client = log_in()
    client.get(SETUP)

    answer = client.post(SETUP, {"code": "12"})

    assert "That code is not right" in answer.content.decode()
    assert factors.app_of(ada) is None
    assert not StaticToken.objects.exists()


def test_another_app_takes_the_place_of_the_first(ada: User) -> None:
    first = with_app(ada)
    client = log_in()
    client.post(CODE, {"code": code_of(first)})
    client.get(SETUP)
    second = begun(client)
    assert second.key != first.key

    for given in ({}, {"present": "000000"}):
        answer = client.post(SETUP, {"code": code_of(second)} | given)
        assert answer.context["form"].errors.keys() == {"present"}
        assert factors.app_of(ada) == first
    TOTPDevice.objects.update(throttling_failure_count=0)
    client.post(SETUP, {"code": code_of(second), "present": code_of(first, ahead=1)})

    assert [*TOTPDevice.objects.values_list("key", flat=True)] == [second.key]


def test_recovery_codes_are_made_for_who_has_the_app(ada: User) -> None:
    device = with_app(ada)
    client = log_in()
    client.post(CODE, {"code": code_of(device)})

    refused = client.post(f"{ACCOUNT}codes/", {"code": "000000"}, follow=True)
    assert "That code is not right" in refused.content.decode()
    assert not StaticToken.objects.exists()
    TOTPDevice.objects.update(throttling_failure_count=0)
    answer = client.post(f"{ACCOUNT}codes/", {"code": code_of(device, ahead=1)}, follow=True)

    assert StaticToken.objects.count() == 10
    assert StaticToken.objects.first().token in answer.content.decode()


def test_turning_off_takes_a_code_and_is_refused_where_it_is_required(
    ada: User, settings: Any
) -> None:
    device = with_app(ada)
    client = log_in()
    client.post(CODE, {"code": code_of(device)})
    _, spare, *_ = factors.make_recovery_codes(user=ada)

    client.post(f"{ACCOUNT}remove/", {"code": ""})
    assert factors.app_of(ada) is not None
    settings.SECOND_FACTOR_GROUPS = ["ops"]
    refused = client.post(f"{ACCOUNT}remove/", {"code": spare}, follow=True)
    assert "Your group needs a second factor" in refused.content.decode()
    settings.SECOND_FACTOR_GROUPS = []
    client.post(f"{ACCOUNT}remove/", {"code": spare})

    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert log_in().get(ADMIN).status_code == 200


def test_logins_are_listed_without_their_keys_and_can_be_ended(ada: User) -> None:
    here, there, third = log_in(), log_in("Safari on iPad"), log_in()
    page = here.get(ACCOUNT).content.decode()
    key = there.session.session_key

    assert page.count("Firefox on Windows") == 2
    assert "Safari on iPad" in page
    assert not any(each in page for each in LoginSession.objects.values_list("pk", flat=True))
    here.post(f"{ACCOUNT}end/", {"login": handle_of(key)})
    assert there.get(ADMIN).status_code == 302
    assert third.get(ADMIN).status_code == 200
    here.post(f"{ACCOUNT}end/")
    assert third.get(ADMIN).status_code == 302
    assert here.get(ADMIN).status_code == 200


def test_login_of_somebody_else_cannot_be_ended(ada: User) -> None:
    grace = User.objects.create_user("grace", is_staff=True)
    theirs = Client()
    theirs.force_login(grace)

    log_in().post(f"{ACCOUNT}end/", {"login": handle_of(theirs.session.session_key)})

    assert theirs.get(ADMIN).status_code == 200


def test_superuser_resets_and_ends_the_logins_of_others(ada: User, admin_client: Client) -> None:
    device = with_app(ada)
    client = log_in()
    client.post(CODE, {"code": code_of(device)})
    assert b"Firefox on Windows" in admin_client.get(f"{ACCOUNT}user/{ada.pk}/").content

    admin_client.post(f"{ACCOUNT}reset/{ada.pk}/")

    assert client.get(ADMIN).url.startswith("/admin/login/")
    assert log_in().get(ADMIN).status_code == 200
    assert {"reset_second_factor", "end_logins"} <= actions()


def test_nobody_resets_their_own_without_a_code(ada: User) -> None:
    User.objects.update(is_superuser=True)
    device = with_app(ada)
    client = log_in()
    client.post(CODE, {"code": code_of(device)})

    assert client.post(f"{ACCOUNT}reset/{ada.pk}/").status_code == 403

    assert factors.app_of(ada) == device


def test_session_is_seen_now_and_then(ada: User, django_assert_num_queries: Any) -> None:
    client = log_in()
    LoginSession.objects.update(seen_at="2020-01-01T00:00Z")

    client.get(ACCOUNT)

    seen = LoginSession.objects.get().seen_at
    assert seen.year >= 2026
    client.get(ACCOUNT)
    assert LoginSession.objects.get().seen_at == seen


def test_deleted_person_has_no_login(ada: User) -> None:
    client = log_in()
    ada.groups.clear()
    User.objects.filter(pk=ada.pk).delete()

    assert client.get(ADMIN).status_code == 302
    assert not LoginSession.objects.filter(user=ada.pk).exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_browser_is_named(agent: str, name: str) -> None:
    assert browser_of(agent) == name
