"""What every page shows: the sidebar, what waits, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ops.together import counts_of
from tests.assessments.test_claims import submitted
from tests.screens import visit_as

PAGE = "/admin/password_change/"


def links(client: Client, address: str = PAGE) -> list[tuple[str, str]]:
    """(address, text) of the sidebar."""
    html = client.get(address).content.decode()
    (nav,) = re.findall(r'id="nav-sidebar-apps".*?\n</div>', html, re.DOTALL)
    found = re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', nav, re.DOTALL)
    return [(link, re.sub(r"<[^>]+>|\s+", " ", text).strip()) for link, text in found]


@pytest.mark.parametrize(
    ("visitor", "sees", "not_"),
    [
        ("content", "quizbank_question_changelist", "ops_backup_changelist"),
        ("moderators", "assessments_publicprofile_queue", "ops_alert_changelist"),
        ("ops", "ops_backup_changelist", "auth_user_changelist"),
        ("superuser", "auth_user_changelist", ""),
    ],
)
def test_sidebar_is_what_one_may_see(db: None, visitor: str, sees: str, not_: str) -> None:
    shown = [link for link, _ in links(visit_as(visitor))]

    assert reverse(f"admin:{sees}") in shown
    assert not not_ or reverse(f"admin:{not_}") not in shown


def test_sidebar_marks_where_one_is(db: None) -> None:
    page = reverse("admin:ops_run_changelist")
    html = visit_as("superuser").get(page).content.decode()

    assert re.findall(r'<a href="([^"]+)" class="[^"]* active"', html) == [page]


def test_groups_without_anything_are_left_out(db: None) -> None:
    assert ">Staff</h2>" not in visit_as("content").get(PAGE).content.decode()


def test_queue_says_how_many_wait(db: None) -> None:
    submitted()
    submitted()
    found = dict(links(visit_as("moderators")))

    assert found[reverse("admin:assessments_publicprofile_queue")].split()[-1] == "2"


@pytest.mark.parametrize("visitor", ["superuser", "content", "moderators", "ops", "analysts"])
def test_every_page_begins_with_three_queries(db: None, visitor: str) -> None:
    """The session; the person with their rights; what waits, if it is for them."""
    client = visit_as(visitor)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)

    assert len(asked) <= 3, [each["sql"] for each in asked]


def test_rights_of_their_own_and_of_groups_count_together(client: Client, db: None) -> None:
    user = User.objects.create_user("both", is_staff=True)
    user.groups.add(Group.objects.get(name="moderators"))
    client.force_login(user)
    before = {link for link, _ in links(client)}
    user.user_permissions.add(Permission.objects.get(codename="view_user"))
    after = {link for link, _ in links(client)}

    assert after - before == {reverse("admin:auth_user_changelist")}
    assert before < after


def test_who_is_locked_out_has_no_session_any_more(client: Client, db: None) -> None:
    user = User.objects.create_superuser("root")
    client.force_login(user)
    assert client.get(PAGE).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(PAGE).status_code == 302


def test_counts_are_one_query(db: None) -> None:
    everybody = User.objects.order_by("username")
    for name in "abc":
        User.objects.create_user(name)
    with CaptureQueriesContext(connection) as asked:
        found = counts_of(
            all=everybody,
            few=everybody[:2],
            some=everybody.filter(username="a"),
            no=everybody.none(),
        )

    assert found == {"all": 3, "few": 2, "some": 1, "no": 0}
    assert len(asked) == 1
    assert counts_of() == {}
