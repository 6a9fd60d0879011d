"""The four people of the demo, with passwords that stay the same from one start to the next."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import Group
from django.db import transaction

from config.services.paths import write_private

# No letters or digits that look alike: these are typed from a terminal.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Role:
    username: str
    group: str
    work: str


ROLES = (
    Role("content", "content", "edits and publishes questions"),
    Role("moderator", "moderators", "reviews public profiles"),
    Role("ops", "ops", "looks after the database and its jobs"),
    Role("analyst", "analysts", "reads boards and statistics"),
)


@dataclass(frozen=True)
class Login:
    """`encoded`: what the database holds for this password, so that it need not be hashed anew."""

    username: str
    password: str
    encoded: str = ""


def logins_file(data: Path) -> Path:
    return data / "logins.json"


def read_logins(data: Path) -> dict[str, Login]:
    file = logins_file(data)
    if not file.exists():
        return {}
    stored: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return {each["username"]: Login(**each) for each in stored}


def synchronise_logins(data: Path) -> None:
    """Make the four users, or give them back the passwords that the demo shows."""
    known = read_logins(data)
    logins = [_synchronise(role, known.get(role.username)) for role in ROLES]
    write_private(logins_file(data), json.dumps([asdict(login) for login in logins], indent=2))


@transaction.atomic
def _synchronise(role: Role, known: Login | None) -> Login:
    password = known.password if known else new_password()
    user, _ = get_user_model().objects.get_or_create(username=role.username)
    user.is_staff = user.is_active = True
    if not _holds(user.password, known):
        user.set_password(password)
    user.save()
    group, _ = Group.objects.get_or_create(name=role.group)
    user.groups.set([group])
    return Login(role.username, password, user.password)


def _holds(encoded: str, known: Login | None) -> bool:
    """Whether the stored hash is the one of the known password; hashing is the slow way to tell."""
    if known is None or not encoded:
        return False
    return encoded == known.encoded or check_password(known.password, encoded)


def new_password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))


def login_table(data: Path) -> list[str]:
    known = read_logins(data)
    rows = [("login", "password", "this person")]
    rows += [(role.username, known[role.username].password, role.work) for role in ROLES]
    return [f"  {name:<11}{password:<19}{work}" for name, password, work in rows]
