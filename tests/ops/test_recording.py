"""Everything that staff do leaves one row in the action log, in the same transaction."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test import Client

from ops import audit
from ops.models import AuditEntry
from tests.ops.conftest import member_of

ACCOUNTS = "/admin/auth/user/"
LOGIN = "/admin/login/"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="a-long-password-1")


@pytest.fixture
def client(root: User) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.9")
    client.force_login(root)
    return client


class Log:
    """What was recorded since it was made: (person, action, name of the thing)."""

    def __init__(self) -> None:
        self.seen = set(AuditEntry.objects.values_list("pk", flat=True))

    def rows(self) -> list[tuple[str, str, str]]:
        found = AuditEntry.objects.exclude(pk__in=self.seen).order_by("id")
        return [(row.actor_name, row.action, row.details.get("label", "")) for row in found]


# --- Logins --------------------------------------------------------------------------------------
def test_login_logout_and_failure(db: None) -> None:
    member_of("content", "ada")
    log = Log()
    client = Client(REMOTE_ADDR="192.0.2.9")

    client.post(LOGIN, {"username": "ada", "password": "wrong"})
    client.post(LOGIN, {"username": "ada", "password": "a-long-password-1"})
    client.post("/admin/logout/")

    assert log.rows() == [
        ("", "fail_to_log_in", "ada"),
        ("ada", "log_in", "ada"),
        ("ada", "log_out", "ada"),
    ]
    assert set(AuditEntry.objects.order_by("-id").values_list("address", flat=True)[:3]) == {
        "192.0.2.9"
    }


# --- Accounts ----------------------------------------------------------------------------------
def test_own_password_is_changed(db: None) -> None:
    member_of("content", "ada")
    client = Client()
    client.post(LOGIN, {"username": "ada", "password": "a-long-password-1"})
    log = Log()

    answer = client.post(
        "/admin/password_change/",
        {
            "old_password": "a-long-password-1",
            "new_password1": "another-long-one-2",
            "new_password2": "another-long-one-2",
        },
    )

    assert answer.status_code == 302
    assert log.rows() == [("ada", "change_password", "ada")]
    assert "another" not in str(AuditEntry.objects.latest("id").details)


def test_account_that_becomes_more(root: User, editor: User) -> None:
    log = Log()
    editor.is_superuser = True
    with audit.acting(root):
        editor.save()
        editor.save()

    assert log.rows() == [("root", "change_account", "ada")]
    assert AuditEntry.objects.latest("id").details["is_superuser"] == "False → True"


def test_last_login_is_no_change(editor: User) -> None:
    log = Log()
    editor.save(update_fields=["last_login"])

    assert log.rows() == []


# --- Rights --------------------------------------------------------------------------------------
def test_groups_of_a_person_from_both_sides(db: None, editor: User) -> None:
    group = Group.objects.get(name="ops")

    editor.groups.add(group)
    editor.groups.add(group)
    group.user_set.remove(editor)
    editor.groups.clear()

    rows = AuditEntry.objects.filter(action="change_groups", entity_id=editor.pk).order_by("id")
    assert [row.details for row in rows][-3:] == [
        {"label": "ada", "added": ["ops"]},
        {"label": "ada", "removed": ["ops"]},
        {"label": "ada", "removed": ["content"]},
    ]


def test_permissions_of_people_and_groups(db: None, editor: User) -> None:
    permission = Permission.objects.get(codename="change_run")
    group = Group.objects.create(name="night shift")

    editor.user_permissions.add(permission)
    with audit.acting(editor):
        group.permissions.set([permission])

    rows = AuditEntry.objects.filter(action="change_permissions").order_by("-id")[:2]
    assert [(row.entity_type, row.details["added"]) for row in rows] == [
        ("group", [str(permission)]),
        ("user", [str(permission)]),
    ]


def test_rights_and_their_row_are_one_transaction(db: None, editor: User) -> None:
    log = Log()
    with transaction.atomic():
        editor.groups.add(Group.objects.get(name="ops"))
        transaction.set_rollback(True)

    assert log.rows() == []


# --- The admin's own forms -----------------------------------------------------------------------
def test_add_change_and_delete_through_the_admin(client: Client) -> None:
    subjects = "/admin/quizbank/subject/"
    log = Log()

    client.post(f"{subjects}add/", {"code": "opt", "name": "Optics"})
    page = client.get(f"{subjects}?q=Optics").context["cl"].result_list[0]
    for _ in range(2):
        client.post(f"{subjects}{page.pk}/change/", {"code": "opt", "name": "Light"})
    client.post(
        subjects, {"action": "delete_selected", "_selected_action": [page.pk], "post": "yes"}
    )

    assert [row[:2] for row in log.rows()] == [
        ("root", "add"),
        ("root", "change"),
        ("root", "delete"),
    ], "the second save changed nothing"
    row = AuditEntry.objects.get(action="change")
    assert (row.entity_type, row.entity_id, row.address) == ("subject", str(page.pk), "192.0.2.9")
    assert row.details["changes"] == [{"changed": {"fields": ["Name"]}}]


def test_many_log_entries_at_once_are_as_many_rows(root: User) -> None:
    log = Log()
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.bulk_create(
        LogEntry(
            user=root,
            content_type=kind,
            object_id=str(number),
            object_repr=f"n{number}",
            action_flag=CHANGE,
            change_message="plain words",
        )
        for number in range(3)
    )

    assert [row[2] for row in log.rows()] == ["n0", "n1", "n2"]
    assert AuditEntry.objects.latest("id").details["changes"] == "plain words"


# --- The tool ------------------------------------------------------------------------------------
def test_recorded_write_leaves_its_texts_and_answer(root: User) -> None:
    @audit.recorded("user", "greet")
    def greet_somebody(*, user: User, note: str, count: int) -> str:
        return "Greeted."

    with audit.acting(root, "192.0.2.1"):
        greet_somebody(user=root, note="kindly", count=3)

    row = AuditEntry.objects.latest("id")
    assert (row.action, row.entity_type, row.actor) == ("greet", "user", root)
    assert row.details == {"label": "root", "note": "kindly", "outcome": "Greeted."}


def test_refused_write_leaves_no_row(root: User) -> None:
    @audit.recorded("user")
    def refuse(*, user: User) -> str:
        raise ValueError("no")

    log = Log()
    with pytest.raises(ValueError, match="no"):
        refuse(user=root)

    assert log.rows() == []


@pytest.mark.parametrize("address", ["", "unknown", "192.0.2.1:4711", None])
def test_address_that_is_none_is_left_out(db: None, address: str | None) -> None:
    with audit.acting(None, address):
        audit.record(action="look")

    assert AuditEntry.objects.latest("id").address is None


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs"]
)
def test_log_is_append_only(db: None, statement: str) -> None:
    audit.record(action="look")

    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
