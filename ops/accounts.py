"""Logins, and who was given or lost which rights, in the action log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from ops.audit import acting_user, record

# What a person has: groups and permissions; what a group has: permissions.
RIGHTS = {
    User.groups.through: "groups",
    User.user_permissions.through: "permissions",
    Group.permissions.through: "permissions",
}
VERBS = {"post_add": "added", "post_remove": "removed", "pre_clear": "removed"}


@receiver(user_logged_in)
def record_login(user: Any, **_: Any) -> None:
    record(action="log_in", entity=user, details={"label": user.get_username()}, actor=user)


@receiver(user_logged_out)
def record_logout(user: Any, **_: Any) -> None:
    if user is not None:
        record(action="log_out", entity=user, details={"label": user.get_username()}, actor=user)


@receiver(user_login_failed)
def record_failed_login(credentials: dict[str, Any], **_: Any) -> None:
    """Under the name that was tried, which may be nobody's."""
    name = str(credentials.get(get_user_model().USERNAME_FIELD) or "")[:150]
    record(action="fail_to_log_in", entity_type="user", details={"label": name})


# What makes an account more, or another.
WATCHED = ("username", "email", "is_active", "is_staff", "is_superuser")


@receiver(pre_save, sender=User)
def look_at_account(instance: Any, update_fields: Collection[str] | None, **_: Any) -> None:
    names = [name for name in WATCHED if update_fields is None or name in update_fields]
    rows = User.objects.filter(pk=instance.pk) if names and instance.pk else User.objects.none()
    before = rows.values(*names).first() or {}
    instance.watched_changes = {
        name: f"{value} → {getattr(instance, name)}"
        for name, value in before.items()
        if value != getattr(instance, name)
    }


@receiver(post_save, sender=User)
def record_account(instance: Any, created: bool, **_: Any) -> None:
    """A password that is only hashed anew at a login was not changed by anybody."""
    label = {"label": instance.get_username()}
    if instance.watched_changes:
        record(action="change_account", entity=instance, details=label | instance.watched_changes)
    if not created and instance._password is not None:
        record(action="change_password", entity=instance, details=label)


def record_rights(
    sender: type[Model],
    instance: Model,
    action: str,
    reverse: bool,
    model: type[Model],
    pk_set: set[Any] | None,
    **_: Any,
) -> None:
    """One row for each person or group whose rights change, from whichever side.

    Not where groups follow the matrix after a migration: nobody did that, and the log's table may
    not be there yet.
    """
    follows_matrix = sender is Group.permissions.through and acting_user() is None
    if action not in VERBS or pk_set == set() or follows_matrix:
        return
    what = RIGHTS[sender]
    others = list(others_of(sender, instance, reverse, model, pk_set))
    owners, given = (others, [instance]) if reverse else ([instance], others)
    for owner in owners if given else ():
        names = sorted(str(each) for each in given)
        details = {"label": str(owner), VERBS[action]: names}
        record(action=f"change_{what}", entity=owner, details=details)


def others_of(
    sender: type[Model],
    instance: Model,
    reverse: bool,
    model: type[Model],
    keys: set[Any] | None,
) -> Iterable[Model]:
    """The other side's rows; without keys all that the instance has, because they are cleared."""
    rows = model._default_manager.all()
    if model._meta.model_name == "permission":
        rows = rows.select_related("content_type")
    if keys is not None:
        return rows.filter(pk__in=keys)
    ours, theirs = (type(instance)._meta.model_name, model._meta.model_name)
    links = sender._default_manager.filter(**{f"{ours}_id": instance.pk})
    return rows.filter(pk__in=links.values(f"{theirs}_id"))


for through in RIGHTS:
    m2m_changed.connect(record_rights, sender=through, dispatch_uid=f"rights of {through}")
